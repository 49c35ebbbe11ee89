"""By when records are due, which owners have been reminded, and whose nil returns file themselves."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guests.kinds import KINDS
from guests.models.in_force import refuse_looking_back, stay_in_force
from guests.models.submissions import workplaces
from registration.models import Establishment
from shumoos.saudi import calendar
from shumoos.templatetags.days import both_calendars

# Reminders look back ten days, which a deadline and an outage of ours have to fit into.
MOST_HOURS = 168


class Deadline(models.Model):
    """Within how many hours records of a kind are due, for what happens from the day it holds.

    A day of which there are no records is due as many hours after its end.
    """

    kind = models.CharField(_("record kind"), max_length=30)
    valid_from = models.DateField(_("valid from"))
    hours = models.PositiveSmallIntegerField(
        _("hours after the arrival, the pick-up or the purchase"),
        validators=[MinValueValidator(1), MaxValueValidator(MOST_HOURS)],
    )
    warn_hours = models.PositiveSmallIntegerField(_("hours before the deadline at which its owner is told"))

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ["kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "valid_from"],
                name="deadline_once_from_a_day",
                violation_error_message=_("There is a deadline of this kind from this day already."),
            ),
            models.CheckConstraint(condition=Q(hours__gt=0), name="deadline_leaves_time"),
            models.CheckConstraint(condition=Q(hours__lte=MOST_HOURS), name="deadline_within_a_week"),
            models.CheckConstraint(
                condition=Q(warn_hours__lte=F("hours")),
                name="deadline_warns_in_time",
                violation_error_message=_("The owner cannot be told before the time begins to run."),
            ),
        ]
        triggers = stay_in_force("valid_from")

    def __str__(self) -> str:
        return f"{self.kind_label} · {both_calendars(self.valid_from)}"

    def clean(self) -> None:
        if self._state.adding:
            refuse_looking_back("valid_from", self.valid_from)

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind].label) if self.kind in KINDS else self.kind

    @property
    def has_begun(self) -> bool:
        return self.valid_from <= calendar.today()


class StandingNilReturnQuerySet(models.QuerySet["StandingNilReturn"]):
    def standing(self) -> "StandingNilReturnQuerySet":
        return self.filter(ended_at__isnull=True)

    def visible_to(self, user) -> "StandingNilReturnQuerySet":
        return self.filter(establishment__in=workplaces(user))


class StandingNilReturn(models.Model):
    """An owner's word that days without customers are to be filed by themselves, until it is ended."""

    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        related_name="standing_nil_returns",
        verbose_name=_("establishment"),
        db_index=False,
    )
    kind = models.CharField(_("record kind"), max_length=30)
    # The first day that is filed by itself.
    since = models.DateField(_("since"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    begun_at = models.DateTimeField(_("begun at"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    objects = StandingNilReturnQuerySet.as_manager()

    class Meta:
        verbose_name = _("standing nil return")
        verbose_name_plural = _("standing nil returns")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "kind"],
                condition=Q(ended_at__isnull=True),
                name="standing_nil_return_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("begun_at")),
                name="standing_nil_return_ends_after",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.establishment_id} {self.kind}"


class DeadlineReminder(models.Model):
    """That the owner was told once of a day that was about to be missed."""

    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        related_name="deadline_reminders",
        verbose_name=_("establishment"),
        db_index=False,
    )
    kind = models.CharField(_("record kind"), max_length=30)
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("reminder of a deadline")
        verbose_name_plural = _("reminders of deadlines")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["establishment", "kind", "day"], name="deadline_reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.establishment_id} {self.kind} {self.day}"
