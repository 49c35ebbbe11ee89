"""Recording facts of inaccurate or incomplete data: warning, fine, higher fine within one window."""

from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from guests.models import GuestRecord, Submission
from registration.models import Application, Establishment, Licence
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.letters.issue import lock_series
from shumoos.letters.models import Letter
from shumoos.saudi import calendar
from violations import ledger
from violations.accounts import account_of, hold, office_of
from violations.annulling import annul_notice
from violations.escalation import end
from violations.letters import issue_occurrence_letter
from violations.models import Case, CaseKind, Fault, Notice, Occurrence, Schedule, Stage, Step
from violations.notices import ANNULLED_KIND, SMS_KIND, tell_owner
from violations.rules import cap_after_step, fine_of_step, step_position, window_end


@transaction.atomic
def record_occurrence(
    *,
    establishment: Establishment,
    licence: Licence,
    occurred_on: date,
    what: str,
    by: User,
    fault: str = Fault.OTHER,
    record: GuestRecord | None = None,
    submission: Submission | None = None,
    application: Application | None = None,
    amount: Decimal | None = None,
    reason: str = "",
) -> Occurrence:
    """Record a fact, take the case of its window one step on, and tell the owner; return the occurrence.

    The first in a window is warned of, the next are fined by the schedule's steps, the last of which
    repeats. The fine is the step's cap, or `amount` where it is less, with a reason. Raises ValidationError
    for a day to come, another establishment's licence or documents, a fact already recorded, or an amount
    above the cap.
    """
    if occurred_on > calendar.today():
        raise ValidationError(
            {"occurred_on": gettext("This day has not come yet. Enter the day it occurred.")}
        )
    if licence.establishment_id != establishment.pk:
        raise ValidationError({"licence": gettext("This licence is not the establishment's.")})
    attached = {"record": record, "submission": submission, "application": application}
    for name, document in attached.items():
        if document is not None and document.establishment_id != establishment.pk:
            raise ValidationError({name: gettext("This is another establishment's.")})
    lock_series(office_of(licence).code)
    # Two at once for one establishment follow one another, so that each counts those before it.
    Establishment.objects.select_for_update(of=("self",)).get(pk=establishment.pk)
    case = case_of_window(establishment, licence, occurred_on)
    earlier = case.occurrences.counted().count() if case.pk else 0
    occurrence = Occurrence(
        establishment=establishment,
        occurred_on=occurred_on,
        fault=fault,
        what=" ".join(what.split()),
        recorded_by=by,
        correct_by=calendar.today() + timedelta(days=case.schedule.correction_days),
        **attached,
    )
    occurrence.full_clean(exclude=["case"])
    take_step(case, occurrence, earlier, amount, reason)
    log_change("record occurrence", occurrence, by=by, reason=reason)
    return occurrence


def case_of_window(establishment: Establishment, licence: Licence, occurred_on: date) -> Case:
    """Return the case in whose window the day is, or a new one, not yet saved, whose window opens on it.

    A new window in the past ends before the one after it: notices already issued are not rewritten.
    """
    # One that is annulled had a window that nothing has opened.
    cases = Case.objects.filter(establishment=establishment, kind=CaseKind.INACCURATE_DATA).exclude(
        stage=Stage.ANNULLED
    )
    around = cases.filter(opened_on__lte=occurred_on, window_ends_on__gte=occurred_on)
    if found := around.select_for_update(of=("self",)).first():
        return found
    schedule = Schedule.objects.in_force(CaseKind.INACCURATE_DATA, occurred_on)
    ends_on = window_end(occurred_on, schedule.window_months or 0, schedule.hijri_months)
    later = cases.filter(opened_on__gt=occurred_on).order_by("opened_on").first()
    return Case(
        kind=CaseKind.INACCURATE_DATA,
        schedule=schedule,
        licence=licence,
        establishment=establishment,
        account=account_of(licence, establishment),
        opened_on=occurred_on,
        window_ends_on=min(ends_on, later.opened_on - timedelta(days=1)) if later else ends_on,
    )


def take_step(
    case: Case, occurrence: Occurrence, earlier: int, amount: Decimal | None = None, reason: str = ""
) -> Notice:
    """Save the case at the step of this occurrence, with its notice, letter, ledger entry and text."""
    today = calendar.today()
    steps = list(case.schedule.steps.all())
    step = steps[step_position(earlier, len(steps)) - 1]
    fine = fine_of(step, case, amount, reason)
    case.stage, case.position, case.noticed_on = step.stage, step.position, today
    case.cap = cap_after_step(step.basis, step.cap, case.cap)
    if case.pk:
        # Not `fined`, which the ledger writes.
        case.save(update_fields=["stage", "position", "noticed_on", "cap"])
    else:
        case.save()
    occurrence.case = case
    occurrence.save()
    notice = Notice(
        case=case,
        occurrence=occurrence,
        stage=step.stage,
        issued_on=today,
        amount=fine,
        by=occurrence.recorded_by,
    )
    notice.letter = issue_occurrence_letter(notice, step)
    notice.save()
    ledger.assess(
        notice,
        cap=step.cap,
        basis=step.basis,
        by=occurrence.recorded_by,
        reason=reason if fine < step.cap else "",
    )
    tell_owner(case, kind=SMS_KIND, about=notice)
    return notice


def fine_of(step: Step, case: Case, amount: Decimal | None, reason: str) -> Decimal:
    """Return the fine of a step: at most what the schedule says, less with a reason."""
    most = fine_of_step(step.basis, step.cap, case.fined)
    if amount is None or amount == most:
        return most
    if not 0 < amount < most:
        sentence = (
            gettext("The fine of this step is at most SAR %(most)s.") % {"most": f"{most:,.2f}"}
            if most
            else gettext("This step is a warning: leave the amount empty.")
        )
        raise ValidationError({"amount": sentence})
    if not reason.strip():
        raise ValidationError({"reason": gettext("Say why the amount is less.")})
    return amount


@transaction.atomic
def mark_corrected(occurrence: Occurrence, *, by: User) -> None:
    """Note that the data was corrected, by its owner or as a supervisor has seen. Repeating changes
    nothing."""
    held = Occurrence.objects.select_for_update(of=("self",)).get(pk=occurrence.pk)
    if held.corrected_at is None and held.annulled_at is None:
        held.corrected_at, held.corrected_by = timezone.now(), by
        held.save(update_fields=["corrected_at", "corrected_by"])
        log_change("data corrected", held, by=by)


@transaction.atomic
def annul(occurrence: Occurrence, *, by: User, reason: str, letter: Letter | None = None) -> None:
    """Take an occurrence out of the count, and waive what its notice had added; repeating changes nothing.

    Later ones of the window are not rewritten: they are flagged for the head, whose step they took might be
    another now. A case in which nothing counts any more has ended. The notice's letter is revoked. The
    waiver rests on `letter`, or on a decision of its own, of which the owner is told by text. Raises
    ValidationError without a reason.
    """
    if not reason.strip():
        raise ValidationError({"reason": gettext("Say why the occurrence is annulled.")})
    case = hold(occurrence.case, with_letter=letter is None)
    occurrence = Occurrence.objects.select_for_update(of=("self",)).get(pk=occurrence.pk)
    if occurrence.annulled_at is not None:
        return
    occurrence.annulled_at = timezone.now()
    occurrence.settled_at = occurrence.annulled_at if occurrence.flagged_at else None
    occurrence.save(update_fields=["annulled_at", "settled_at"])
    annul_notice(occurrence.notice, by=by, reason=reason)
    waive_notice(occurrence.notice, case, by=by, reason=reason, letter=letter)
    later = case.occurrences.counted().filter(notice__gt=occurrence.notice.pk)
    later.update(flagged_at=timezone.now(), settled_at=None)
    count_anew(case)
    log_change("annul occurrence", occurrence, by=by, reason=reason)
    if letter is None:
        # Otherwise the decision on their objection has told them.
        tell_owner(case, kind=ANNULLED_KIND, about=occurrence.notice)


def count_anew(case: Case) -> None:
    """Put a case at the step of the occurrences that still count; end it where none does."""
    counted = case.occurrences.counted()
    latest = Notice.objects.filter(occurrence__in=counted).order_by("-id").first()
    if latest is None:
        end(case, Stage.ANNULLED, on=calendar.today())
        return
    case.stage = latest.stage
    case.position = step_position(counted.count() - 1, case.schedule.steps.count())
    case.save(update_fields=["stage", "position"])


def waive_notice(notice: Notice, case: Case, *, by: User, reason: str, letter: Letter | None = None) -> None:
    """Waive what a notice has added to a fine, as far as it still stands."""
    case.refresh_from_db(fields=["fined"])
    if notice.amount and case.fined:
        ledger.waive(
            case, on=calendar.today(), by=by, reason=reason[:300], amount=notice.amount, letter=letter
        )


@transaction.atomic
def settle(occurrence: Occurrence) -> None:
    """Note that the head has looked at a flagged occurrence and leaves it as it is, or has reduced the
    fine."""
    if Occurrence.objects.flagged().filter(pk=occurrence.pk).update(settled_at=timezone.now()):
        log_change("settle occurrence", occurrence)
