"""What waits at an office, oldest first."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import CharField, Exists, OuterRef, Prefetch, Q, QuerySet, Value
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activation import failed_texts
from activation.models import Review
from registration import office_time, typed_numbers
from registration.models import (
    OFFICE_STATUSES,
    Agreement,
    Application,
    ApplicationEvent,
    Establishment,
    Flag,
    Mandate,
    Office,
    Owner,
    Status,
)
from registration.models.applications import ApplicationQuerySet, is_called
from shumoos.accounts.models import Role, User
from shumoos.letters.models import CODE_ALPHABET, CODE_LENGTH, Kind, Letter
from shumoos.saudi import calendar, digits, identity, mobile, reference_number
from shumoos.saudi.errors import InvalidNumber
from shumoos.saudi.reference_number import has_check_digits

PAGE = 50
# Nobody needs to know how many more there are, and counting them would read them all.
MOST_COUNTED = 99
REFERENCE_LENGTH = 12
# With fewer digits it is as likely to be something else.
MOST_MISSING = 4
TABS = ("waiting", "mine", "overdue", "returned", "failed", "proposed", "decided")
NEWEST_FIRST = {"decided"}
# What a letter's QR code holds, whatever the portal's address was when it was printed.
ON_A_LETTER = re.compile(rf"/verify/([{CODE_ALPHABET}]{{{CODE_LENGTH}}})/?\s*$")
AGE = {"overdue": "clock_from", "decided": "decided_at"}


class Mistyped(ValueError):
    """Nothing has the number that was typed, and it is a reference number but for some of its digits."""


@dataclass
class Row:
    """An application as the queue shows it."""

    application: Application
    review: Review | None
    # Working days, as `office_time.days_left` counts them; None where the office's clock does not run.
    days_left: int | None
    # Why the owner's credentials have not arrived, in plain words, where that is what the tab is about.
    failure: str = ""

    @property
    def tone(self) -> str:
        """The colour of the clock: amber on the last day, red when overdue."""
        if self.days_left is None:
            return "neutral"
        return "danger" if self.days_left < 0 else "warning" if self.days_left == 0 else "success"

    @property
    def days_over(self) -> int:
        return -(self.days_left or 0)


@dataclass
class Page:
    rows: list[Row]
    next_key: str

    @property
    def applications(self) -> list[Application]:
        return [row.application for row in self.rows]


@dataclass
class Desk:
    """The queue of one person: what they may see of it, read once for a page."""

    user: User

    @cached_property
    def offices(self) -> list[Office]:
        return list(self.user.offices.all())

    @property
    def tabs(self) -> list[str]:
        """The tabs that have a sense for this person: only a head confirms what others propose."""
        hidden = set() if self.user.role == Role.HEAD else {"proposed"}
        return [tab for tab in TABS if tab not in hidden]

    def visible(self) -> ApplicationQuerySet:
        """Return the applications of the person's offices, in a form that walks one office's index."""
        visible = Application.objects.visible_to(self.user)
        if self.user.role not in (Role.SUPERVISOR, Role.HEAD):
            return visible
        if len(self.offices) == 1:
            return Application.objects.sent().filter(office_id=self.offices[0].pk)
        return Application.objects.sent().filter(office__in=self.offices)

    def in_tab(self, tab: str) -> QuerySet[Application]:
        """Return the applications under one tab, in no order yet."""
        visible = self.visible()
        if tab == "mine":
            mine = Review.objects.filter(decision="", supervisor=self.user)
            return visible.filter(status=Status.UNDER_REVIEW, pk__in=mine.values("application_id"))
        if tab == "overdue":
            return visible.filter(self.is_overdue, status__in=OFFICE_STATUSES)
        if tab == "returned":
            return visible.filter(status=Status.RETURNED)
        if tab == "failed":
            return failed_texts.with_failed_text(visible.filter(status=Status.ACTIVATED))
        if tab == "proposed":
            proposed = Review.objects.filter(decision="", proposed_at__isnull=False)
            return visible.filter(status=Status.UNDER_REVIEW, pk__in=proposed.values("application_id"))
        if tab == "decided":
            return visible.filter(status__in=[Status.ACTIVATED, Status.REJECTED])
        return visible.awaiting_review()

    @cached_property
    def clocks(self) -> dict[int, office_time.Clock]:
        """The clocks of the person's offices; of all of them for whoever sees all."""
        return office_time.clocks_of(self.offices or Office.objects.all())

    @cached_property
    def is_overdue(self) -> Q:
        """Return the condition that the office's days are used up: each office by its own calendar."""
        condition = Q(pk__in=[])
        for pk, clock in self.clocks.items():
            condition |= Q(office_id=pk, clock_from__lt=office_time.overdue_before(clock, self.today))
        return condition

    @property
    def today(self) -> date:
        return calendar.today()

    def counts(self) -> dict[str, str]:
        """Return how many wait under each tab, up to 99 and then `99+`; decided ones are not counted.

        One query, which returns the name of a tab once for each that waits there.
        """
        tabs = [tab for tab in self.tabs if tab != "decided"]
        waiting = [
            self.in_tab(tab)
            .order_by()
            .annotate(tab=Value(tab, output_field=CharField()))
            .values_list("tab", flat=True)[: MOST_COUNTED + 1]
            for tab in tabs
        ]
        numbers = Counter(waiting[0].union(*waiting[1:], all=True))
        return {tab: in_words(numbers[tab]) for tab in tabs}

    def count(self, tab: str) -> str:
        """Return how many wait under one tab, as `counts` does."""
        return in_words(self.in_tab(tab).order_by()[: MOST_COUNTED + 1].count())

    def page(self, applications: QuerySet[Application], *, tab: str = "", after: str = "") -> Page:
        """Return the next applications after a key from the page before, by age, with their clocks."""
        age, is_backwards = AGE.get(tab, "submitted_at"), tab in NEWEST_FIRST
        if key := read_key(after, age):
            applications = applications.filter(beyond(age, *key, is_backwards=is_backwards))
        sign = "-" if is_backwards else ""
        found = list(with_company(applications.order_by(f"{sign}{age}", f"{sign}id"))[: PAGE + 1])
        shown = found[:PAGE]
        rows = self.clocked(shown)
        if tab == "failed":
            reasons = failed_texts.reasons(shown)
            for row in rows:
                row.failure = reasons.get(row.application.pk, "")
        return Page(rows, make_key(shown[-1], age) if len(found) > PAGE else "")

    def clocked(self, applications: list[Application]) -> list[Row]:
        """Return the rows with their clocks."""
        return [
            Row(
                application,
                next(iter(application.open_reviews), None),  # type: ignore[attr-defined]
                days_left(application, self.clocks, self.today),
            )
            for application in applications
        ]

    def search(self, text: str) -> QuerySet[Application]:
        """Return what the person may see of what was typed or scanned: a number of any sort, or a name.

        Scanned may also be a statement letter, as whoever comes back with it has it at hand.

        Raises Mistyped where nothing has a number that looks like a reference number with a wrong digit or
        with too few, and TooShort where the text holds too little of a name.
        """
        if scanned := ON_A_LETTER.search(text):
            return self.visible().filter(reference=reference_on_letter(scanned[1]))
        number = typed_numbers.bare(text) or digits.clean_number(text)
        # A mobile with its country's code has twelve digits, too; no reference number is of 2096 yet.
        if not reference_number.has_shape(number) or mobile_of(number):
            return self.called(text, number)
        # There are authorities whose licences have twelve digits, too.
        licensed = Q(licence_number=number)
        if reference_number.is_valid(number):
            return self.visible().filter(licensed | Q(reference=number))
        found = self.visible().filter(licensed)
        if not found.exists():
            raise Mistyped(
                _("This reference number looks mistyped: its last two digits do not fit the others.")
            )
        return found

    def called(self, text: str, number: str) -> QuerySet[Application]:
        """Return what has this name, or this number of another sort than a reference number."""
        if not number.isdecimal():
            return self.visible().called(text)
        found = self.visible().filter(is_called(text) | is_numbered(number))
        if (missing := digits_missing(number)) and not found.exists():
            raise Mistyped(
                ngettext(
                    "A reference number has twelve digits: %(missing)d digit is missing.",
                    "A reference number has twelve digits: %(missing)d digits are missing.",
                    missing,
                )
                % {"missing": missing}
            )
        return found


def is_numbered(number: str) -> Q:
    """Return the condition that an application, its owner or its establishment has this number."""
    condition = Q(licence_number=number) | Q(commercial_registration=number) | Q(owner_national_id=number)
    establishments = Establishment.objects.filter(number=number)
    if called := mobile_of(number):
        condition |= Q(owner_mobile=called)
        establishments |= Establishment.objects.filter(owner__in=Owner.objects.filter(mobile=called))
    # Their keys: a condition on another table would read all applications.
    return condition | Q(establishment__in=list(establishments.values_list("pk", flat=True)[:MOST_COUNTED]))


def mobile_of(number: str) -> str:
    """Return a Saudi mobile as it is stored; nothing for any other number."""
    try:
        return mobile.clean_saudi_mobile(number)
    except InvalidNumber:
        return ""


def digits_missing(number: str) -> int:
    """Return how many digits a reference number would lack; 0 for what looks like another number."""
    missing = REFERENCE_LENGTH - len(number)
    is_another = mobile_of(number) or is_person_id(number) or has_check_digits(number)
    begins_with_year = 20 <= int(number[:2] or 0) <= calendar.today().year % 100
    return missing if 0 < missing <= MOST_MISSING and begins_with_year and not is_another else 0


def is_person_id(number: str) -> bool:
    return len(number) == 10 and number[0] in "12" and identity.has_valid_check_digit(number)


def reference_on_letter(code: str) -> str:
    """Return the reference number that the statement letter of that code names; nothing where none has it."""
    letter = Letter.objects.filter(code=code, kind=Kind.STATEMENT).first()
    return digits.clean_number(letter.content["reference"]) if letter else ""


def in_words(number: int) -> str:
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)


def days_left(application: Application, clocks: dict[int, office_time.Clock], today: date) -> int | None:
    """Return the days left of an application with the office, or as they stood when it was returned."""
    if application.clock_from is None or application.office_id is None:
        return None
    if application.status not in (*OFFICE_STATUSES, Status.RETURNED):
        return None
    returned = next(iter(application.returns), None)  # type: ignore[attr-defined]
    on = today
    if application.status == Status.RETURNED and returned is not None:
        on = timezone.localdate(returned.at, calendar.RIYADH)
    return clocks[application.office_id].days_left(application.clock_from, on=on)


def with_company(applications: QuerySet[Application]) -> QuerySet[Application]:
    """Have the rows come with all that the queue shows beside them."""
    return applications.select_related("city", "sector", "authority").prefetch_related(
        Prefetch(
            "reviews",
            Review.objects.filter(decision="").select_related("supervisor"),
            to_attr="open_reviews",
        ),
        Prefetch(
            "events",
            ApplicationEvent.objects.filter(new=Status.RETURNED).order_by("-id"),
            to_attr="returns",
        ),
    )


def flagged() -> Exists:
    """Whether the office has flagged something of an application, now or before."""
    return Exists(Flag.objects.filter(application=OuterRef("pk")))


def premium() -> Exists:
    """Whether a provider company acts for the owner: under an agreement that the owner has approved."""
    approved = Mandate.objects.filter(approved_at__isnull=False)
    agreements = Agreement.objects.filter(application=OuterRef("pk"))
    return Exists(agreements.filter(pk__in=approved.values("agreement_id")))


def make_key(application: Application, age: str) -> str:
    value = getattr(application, age)
    shown = value.isoformat() if age == "clock_from" else f"{value:%Y%m%dT%H%M%S.%f%z}"
    return f"{shown}_{application.pk}"


def read_key(text: str, age: str) -> tuple[datetime | date, int] | None:
    """Return age and key of the last application seen, or None for anything else."""
    shown, _sep, pk = text.partition("_")
    try:
        if age == "clock_from":
            return date.fromisoformat(shown), int(pk)
        return datetime.strptime(shown, "%Y%m%dT%H%M%S.%f%z"), int(pk)
    except ValueError:
        return None


def beyond(age: str, value: datetime | date, pk: int, *, is_backwards: bool) -> Q:
    """Return the condition that a row comes after the one of that key, in a form that an index walks."""
    word = "lt" if is_backwards else "gt"
    later = Q(**{f"{age}__{word}": value}) | Q(**{f"pk__{word}": pk})
    return Q(**{f"{age}__{word}e": value}) & later
