"""What waits at an office, oldest first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from activation.models import Review
from registration.models import Application, Status
from shumoos.accounts.models import User
from shumoos.saudi import digits, reference_number
from shumoos.saudi.errors import InvalidNumber

PAGE = 50


class Mistyped(ValueError):
    """What was typed has the shape of a reference number, but not its check digits."""


@dataclass
class Page:
    applications: list[Application]
    next_key: str


def in_tab(user: User, tab: str):
    """Return the applications under one tab of the queue that this supervisor may see."""
    visible = Application.objects.visible_to(user)
    if tab == "mine":
        return visible.filter(status=Status.UNDER_REVIEW, reviews__decision="", reviews__supervisor=user)
    if tab == "returned":
        return visible.filter(status=Status.RETURNED)
    if tab == "decided":
        return visible.filter(status__in=[Status.ACTIVATED, Status.REJECTED])
    return visible.awaiting_review()


def page(applications, after: str = "") -> Page:
    """Return the next applications after a key from the page before, by age, with who is reviewing them."""
    if key := read_key(after):
        submitted_at, pk = key
        applications = applications.filter(
            Q(submitted_at__gt=submitted_at) | Q(submitted_at=submitted_at, pk__gt=pk)
        )
    rows = list(
        applications.select_related("city", "sector", "authority").prefetch_related(
            Prefetch(
                "reviews",
                Review.objects.filter(decision="").select_related("supervisor"),
                to_attr="open_reviews",
            )
        )[: PAGE + 1]
    )
    return Page(rows[:PAGE], make_key(rows[PAGE - 1]) if len(rows) > PAGE else "")


def make_key(application: Application) -> str:
    return f"{application.submitted_at:%Y%m%dT%H%M%S.%f%z}_{application.pk}"


def read_key(text: str) -> tuple[datetime, int] | None:
    """Return submission time and key of the last application seen, or None for anything else."""
    try:
        submitted_at, pk = text.split("_")
        return datetime.strptime(submitted_at, "%Y%m%dT%H%M%S.%f%z"), int(pk)
    except ValueError:
        return None


def search(user: User, text: str):
    """Return what the supervisor may see of what was typed or scanned: reference, licence, CR, ID or name.

    Raises Mistyped, without a look-up, where it is a reference number with a wrong digit, and TooShort where
    it holds too little of a name.
    """
    visible = Application.objects.visible_to(user)
    number = digits.clean_number(text)
    if len(number) == 12 and number.isdigit():
        try:
            return visible.filter(reference=reference_number.clean(number))
        except InvalidNumber:
            raise Mistyped(
                _("This reference number looks mistyped: its last two digits do not fit the others.")
            ) from None
    return visible.called(text)
