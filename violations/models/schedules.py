"""What follows when, and for how much: rules kept as data, with the day from which they hold."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CaseKind(models.TextChoices):
    NOT_SUBSCRIBED = "not_subscribed", _("Not subscribed")
    INACCURATE_DATA = "inaccurate_data", _("Inaccurate or incomplete data")


class Stage(models.TextChoices):
    """How far a case is. The words are those of `escalate`'s report."""

    WARNED = "warned", _("Warning")
    FINED_FIRST = "fined_first", _("First fine")
    FINED_RAISED = "fined_raised", _("Higher fine")
    SUSPENDED = "suspended", _("Activity suspended")
    COMPLIED = "complied", _("Complied")


class Basis(models.TextChoices):
    NONE = "none", _("No fine")
    ADD = "add", _("Adds to the fine")
    RAISE_TO = "raise_to", _("Raises the fine")


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def in_force(self, kind: str, on: date) -> "Schedule":
        """Return the one that holds on that day. Raises `Schedule.DoesNotExist` before the first."""
        return self.filter(kind=kind, valid_from__lte=on).latest("valid_from")


class Schedule(models.Model):
    """The steps of one kind of case, from the day they hold. A case keeps the one it was opened under."""

    kind = models.CharField(_("kind"), max_length=20, choices=CaseKind)
    valid_from = models.DateField(_("valid from"))
    # Whether the sweep itself issues the warnings, or only supervisors do.
    warns_by_sweep = models.BooleanField(_("the sweep issues warnings"), default=False)
    window_months = models.PositiveSmallIntegerField(_("window in months"), null=True, blank=True)
    hijri_months = models.BooleanField(_("months are Umm al-Qura months"), default=False)

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

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.valid_from}"


class Step(models.Model):
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="steps", verbose_name=_("schedule"))
    position = models.PositiveSmallIntegerField(_("position"))
    stage = models.CharField(_("stage"), max_length=20, choices=Stage)
    # Days that the step's notice gives before the next step; null where there is none.
    days = models.PositiveSmallIntegerField(_("days to comply"), null=True, blank=True)
    cap = models.DecimalField(_("cap in SAR"), max_digits=12, decimal_places=2, default=0)
    basis = models.CharField(_("basis"), max_length=10, choices=Basis, default=Basis.NONE)

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
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.get_stage_display()}"
