"""A step between a form and what it issues: whose it is, which step and how much is named, then confirmed."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from shumoos.templatetags.days import sar
from violations.forms import ConfirmedForm
from violations.models import Notice


@dataclass(frozen=True)
class Foreseen:
    """What a notice says: as it would be issued, and then as it is."""

    establishment: str
    licence_number: str
    step: str
    stage: str
    amount: Decimal
    # The fine of the case with it.
    fined: Decimal

    @classmethod
    def of(cls, notice: Notice) -> "Foreseen":
        case = notice.case
        case.refresh_from_db(fields=["fined"])
        return cls(
            str((case.establishment or case.licence).name),
            case.licence.number,
            str(notice.get_stage_display()),
            notice.stage,
            notice.amount,
            case.fined,
        )

    @property
    def key(self) -> str:
        """What the form brings back; another whenever something else would be issued."""
        return f"{self.licence_number} {self.stage} {self.amount:.2f} {self.fined:.2f}"

    @property
    def submit(self) -> str:
        """The button that issues it, in words."""
        if self.amount:
            return gettext("Issue the fine: %(amount)s") % {"amount": sar(self.amount)}
        return gettext("Issue the warning")


def issued(request: HttpRequest, form: ConfirmedForm, take: Callable[[], Notice]) -> Notice | None:
    """Return the notice that `take` issues, where the sender has seen just this one named; otherwise None.

    Then the form says what would be issued: by issuing it and rolling back, so that it is what the rules
    make of it at this moment. What has become another meanwhile is not issued either: it is named anew.
    Raises what `take` does.
    """
    seen, changes = request.POST.get("confirmed"), "change" in request.POST
    with transaction.atomic():
        notice = take()
        foreseen = Foreseen.of(notice)
        if seen == foreseen.key and not changes:
            return notice
        transaction.set_rollback(True)
    if changes:
        return None
    form.foreseen = foreseen
    if seen:
        form.add_error(None, gettext("Something else follows now than what you have seen. Look again."))
    return None
