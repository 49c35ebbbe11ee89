"""New schedules: the law of cases opened from a day on. Those before go by the one they were opened under."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from shumoos.accounts.access_log import log_change
from shumoos.saudi import calendar
from violations.models import Basis, CaseKind, Schedule, Stage, Step

# The stages of each kind, in the order of its steps: their words are those of the sweep's report.
STAGES = {
    CaseKind.NOT_SUBSCRIBED: [Stage.WARNED, Stage.FINED_FIRST, Stage.FINED_RAISED, Stage.SUSPENDED],
    CaseKind.INACCURATE_DATA: [Stage.WARNED, Stage.FINED_FIRST, Stage.FINED_RAISED],
}
STEP_FIELDS = ("days", "cap", "basis", "notice_ar", "notice_en")


@transaction.atomic
def add(schedule: Schedule, steps: Sequence[dict[str, Any]]) -> Schedule:
    """Save a new schedule with its steps, in order, and return it.

    Raises ValidationError for one that would hold in the past, or whose steps lack what they need.
    """
    if schedule.valid_from < calendar.today():
        raise ValidationError(
            {
                "valid_from": gettext(
                    "A schedule holds from today on at the earliest: nothing is changed back."
                )
            }
        )
    schedule.full_clean()
    schedule.save()
    stages = STAGES[CaseKind(schedule.kind)]
    for position, (stage, values) in enumerate(zip(stages, steps, strict=True), start=1):
        step = Step(schedule=schedule, position=position, stage=stage, **values)
        refuse_wrong(step, is_last=position == len(stages))
        step.full_clean()
        step.save()
    log_change("add schedule", schedule)
    return schedule


def refuse_wrong(step: Step, *, is_last: bool) -> None:
    """Raise ValidationError for a step that a case could not take."""
    needs_days = step.schedule.kind == CaseKind.NOT_SUBSCRIBED and not is_last
    place = {"step": f"{step.position}. {step.get_stage_display()}"}
    if needs_days and not step.days:
        raise ValidationError(gettext("%(step)s: enter the days until the next step.") % place)
    if step.stage in (Stage.WARNED, Stage.SUSPENDED) and step.basis != Basis.NONE:
        raise ValidationError(gettext("%(step)s: this step has no fine.") % place)
    if step.stage in (Stage.FINED_FIRST, Stage.FINED_RAISED) and step.basis == Basis.NONE:
        raise ValidationError(gettext("%(step)s: say whether the fine is added or raised.") % place)
    if (step.basis == Basis.NONE) != (not step.cap):
        raise ValidationError(gettext("%(step)s: a fine has a cap, and nothing else has one.") % place)
    if not step.notice_ar.strip() or not step.notice_en.strip():
        raise ValidationError(gettext("%(step)s: enter the notice in both languages.") % place)
