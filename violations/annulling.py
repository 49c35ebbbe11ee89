"""Notices that do not count any more: what becomes of their letters and their fines, and who is told."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.letters.issue import revoke
from shumoos.letters.models import Letter
from shumoos.saudi import calendar
from violations import ledger
from violations.accounts import hold
from violations.escalation import end, lift_orders
from violations.models import Case, Notice, Stage
from violations.notices import ANNULLED_KIND, tell_owner


def annul_notice(notice: Notice, *, by: User, reason: str) -> None:
    """Note that a notice does not count, and revoke its letter, in a case that the caller holds.

    An order's letter is left to the one that lifts it, which its authority gets.
    """
    Notice.objects.filter(pk=notice.pk).update(annulled_on=calendar.today())
    if notice.letter and notice.stage != Stage.SUSPENDED:
        revoke(notice.letter, by=by, reason=reason[:300])


@transaction.atomic
def annul_warning(notice: Notice, *, by: User, reason: str) -> None:
    """Annul a warning for not subscribing on the head's own account, and tell the owner by text.

    Repeating it changes nothing. Raises ValidationError without a reason.
    """
    if not reason.strip():
        raise ValidationError({"reason": gettext("Say why the warning is annulled.")})
    case = hold(notice.case, with_letter=True)
    notice = Notice.objects.select_related("case", "letter").get(pk=notice.pk)
    if not notice.is_warning_to_annul:
        return
    annul_case(case, by=by, reason=reason)
    log_change("annul warning", notice, by=by, reason=reason)
    tell_owner(case, kind=ANNULLED_KIND, about=notice)


def annul_case(case: Case, *, by: User, reason: str, letter: Letter | None = None) -> None:
    """Annul the warning of a case that the caller holds, and with it all that has followed from it.

    The fines are waived, resting on `letter` or on a decision of their own; the case ends, and an order is
    lifted.
    """
    today = calendar.today()
    for notice in case.notices.filter(annulled_on__isnull=True).select_related("letter"):
        annul_notice(notice, by=by, reason=reason)
    if case.fined:
        ledger.waive(case, on=today, by=by, reason=reason[:300], letter=letter)
    if case.closed_on is None:
        end(case, Stage.ANNULLED, on=today)
        lift_orders(today, case=case.pk)
