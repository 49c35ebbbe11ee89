"""Recording facts of inaccurate or incomplete data: warning, fine, higher fine within one window."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from registration.models import Establishment, Licence
from shumoos.accounts.models import User
from shumoos.saudi import calendar
from shumoos.sms.outbox import queue_sms
from violations import ledger
from violations.models import Case, CaseKind, Notice, Occurrence, Schedule
from violations.notices import SMS_KIND
from violations.rules import cap_after_step, fine_of_step, step_position, window_end


@transaction.atomic
def record_occurrence(
    *, establishment: Establishment, licence: Licence, occurred_on: date, what: str, by: User
) -> Occurrence:
    """Record a fact, take the case of its window one step on, and tell the owner; return the occurrence.

    The first in a window is warned of, the next are fined by the schedule's steps, the last of which repeats.
    Raises ValidationError for a day to come, another establishment's licence, or a fact already recorded.
    """
    if occurred_on > calendar.today():
        raise ValidationError(
            {"occurred_on": gettext("This day has not come yet. Enter the day it occurred.")}
        )
    if licence.establishment_id != establishment.pk:
        raise ValidationError({"licence": gettext("This licence is not the establishment's.")})
    # Two at once for one establishment follow one another, so that each counts those before it.
    Establishment.objects.select_for_update().get(pk=establishment.pk)
    case = case_of_window(establishment, licence, occurred_on)
    earlier = case.occurrences.filter(annulled_at__isnull=True).count() if case.pk else 0
    occurrence = Occurrence(
        establishment=establishment, occurred_on=occurred_on, what=" ".join(what.split()), recorded_by=by
    )
    occurrence.full_clean(exclude=["case"])
    take_step(case, occurrence, earlier)
    return occurrence


def case_of_window(establishment: Establishment, licence: Licence, occurred_on: date) -> Case:
    """Return the case in whose window the day is, or a new one, not yet saved, whose window opens on it.

    A new window in the past ends before the one after it: notices already issued are not rewritten.
    """
    cases = Case.objects.filter(establishment=establishment, kind=CaseKind.INACCURATE_DATA)
    found = cases.filter(opened_on__lte=occurred_on, window_ends_on__gte=occurred_on).first()
    if found is not None:
        return found
    schedule = Schedule.objects.in_force(CaseKind.INACCURATE_DATA, occurred_on)
    ends_on = window_end(occurred_on, schedule.window_months or 0, schedule.hijri_months)
    later = cases.filter(opened_on__gt=occurred_on).order_by("opened_on").first()
    return Case(
        kind=CaseKind.INACCURATE_DATA,
        schedule=schedule,
        licence=licence,
        establishment=establishment,
        opened_on=occurred_on,
        window_ends_on=min(ends_on, later.opened_on - timedelta(days=1)) if later else ends_on,
    )


def take_step(case: Case, occurrence: Occurrence, earlier: int) -> Notice:
    """Save the case at the step of this occurrence, with its notice, its ledger entry and its text."""
    today = calendar.today()
    steps = list(case.schedule.steps.all())
    step = steps[step_position(earlier, len(steps)) - 1]
    amount = fine_of_step(step.basis, step.cap, case.fined)
    case.stage, case.position, case.noticed_on = step.stage, step.position, today
    case.cap = cap_after_step(step.basis, step.cap, case.cap)
    if case.pk:
        # Not `fined`, which the ledger writes.
        case.save(update_fields=["stage", "position", "noticed_on", "cap"])
    else:
        case.save()
    occurrence.case = case
    occurrence.save()
    notice = Notice.objects.create(
        case=case,
        occurrence=occurrence,
        stage=step.stage,
        issued_on=today,
        amount=amount,
        by=occurrence.recorded_by,
    )
    ledger.assess(notice, cap=step.cap, basis=step.basis, by=occurrence.recorded_by)
    owner = occurrence.establishment.owner
    queue_sms(
        kind=SMS_KIND, to=owner.mobile, language=owner.user.language if owner.user else "ar", about=notice
    )
    return notice
