"""What follows when, and for how much: rules kept as data, with the day from which they hold."""

from datetime import date
from itertools import zip_longest

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shumoos.templatetags.days import both_calendars


class CaseKind(models.TextChoices):
    NOT_SUBSCRIBED = "not_subscribed", pgettext_lazy("kind of violation", "Not subscribed")
    INACCURATE_DATA = "inaccurate_data", _("Inaccurate or incomplete data")


class Stage(models.TextChoices):
    """How far a case is. The words are those of `escalate`'s report."""

    WARNED = "warned", _("Warning")
    FINED_FIRST = "fined_first", _("First fine")
    FINED_RAISED = "fined_raised", _("Higher fine")
    SUSPENDED = "suspended", _("Activity suspended")
    COMPLIED = "complied", _("Complied")
    ANNULLED = "annulled", _("Annulled")


# How a case can end; no step of a schedule.
ENDS = [Stage.COMPLIED, Stage.ANNULLED]


class Basis(models.TextChoices):
    NONE = "none", _("No fine")
    ADD = "add", _("Adds to the fine")
    RAISE_TO = "raise_to", _("Raises the fine")


# What a case was opened under is the law it goes by: neither the schedule nor a step of it changes then, is
# added, or goes away.
REFUSE_IF_USED = """
    IF EXISTS (SELECT FROM violations_case WHERE schedule_id = {schedule}) THEN
        RAISE restrict_violation USING
            MESSAGE = format('Schedule %s is in use and cannot be changed.', {schedule}),
            CONSTRAINT = 'schedule_in_use_stays';
    END IF;
"""


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def in_force(self, kind: str, on: date) -> "Schedule":
        """Return the one that holds on that day. Raises `Schedule.DoesNotExist` before the first."""
        return self.filter(kind=kind, valid_from__lte=on).latest("valid_from")


class Schedule(models.Model):
    """The steps of one kind of case, from the day they hold. A case keeps the one it was opened under."""

    kind = models.CharField(_("kind"), max_length=20, choices=CaseKind)
    valid_from = models.DateField(_("valid from"))
    # Whether the sweep itself issues the warnings, or only supervisors do.
    warns_by_sweep = models.BooleanField(_("warnings issued automatically"), default=False)
    window_months = models.PositiveSmallIntegerField(_("window in months"), null=True, blank=True)
    hijri_months = models.BooleanField(_("months are Umm al-Qura months"), default=False)
    # Days after a notice: until when its owner may object, pay, and correct the data it is about.
    objection_days = models.PositiveSmallIntegerField(_("days to object"), default=30)
    payment_days = models.PositiveSmallIntegerField(_("days to pay"), default=30)
    correction_days = models.PositiveSmallIntegerField(_("days to correct data"), default=10)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ["kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "valid_from"], name="schedule_one_from_a_day"),
            models.CheckConstraint(
                condition=~Q(kind=CaseKind.INACCURATE_DATA) | Q(window_months__gt=0),
                name="schedule_of_inaccurate_data_has_window",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="schedule_in_use_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=REFUSE_IF_USED.format(schedule="OLD.id")
                + "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {both_calendars(self.valid_from)}"


class Step(models.Model):
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="steps", verbose_name=_("schedule"))
    position = models.PositiveSmallIntegerField(_("position"))
    stage = models.CharField(_("stage"), max_length=20, choices=Stage)
    # Days that the step's notice gives before the next step; null where there is none.
    days = models.PositiveSmallIntegerField(_("days to comply"), null=True, blank=True)
    cap = models.DecimalField(_("cap in SAR"), max_digits=12, decimal_places=2, default=0)
    basis = models.CharField(_("basis"), max_length=10, choices=Basis, default=Basis.NONE)
    # What the step's letter says, a paragraph between empty lines.
    notice_ar = models.TextField(_("notice in Arabic"), max_length=4000, blank=True)
    notice_en = models.TextField(_("notice in English"), max_length=4000, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["schedule", "position"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "position"], name="step_position_once"),
            models.UniqueConstraint(fields=["schedule", "stage"], name="step_stage_once"),
            models.CheckConstraint(condition=Q(position__gt=0), name="step_position_from_one"),
            models.CheckConstraint(
                condition=Q(basis=Basis.NONE, cap=0) | ~Q(basis=Basis.NONE) & Q(cap__gt=0),
                name="step_with_fine_has_cap",
            ),
            models.CheckConstraint(condition=~Q(stage__in=ENDS), name="step_is_no_end"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="step_in_use_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=f"""
                    IF TG_OP <> 'INSERT' THEN {REFUSE_IF_USED.format(schedule="OLD.schedule_id")} END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    {REFUSE_IF_USED.format(schedule="NEW.schedule_id")}
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.get_stage_display()}"

    @property
    def paragraphs(self) -> list[tuple[str, str]]:
        """What the notice says, each paragraph in Arabic and English."""
        arabic, english = self.notice_ar.split("\n\n"), self.notice_en.split("\n\n")
        return list(zip_longest(arabic, english, fillvalue=""))
