"""How long records are kept, the days whose records are gone, and who looked at them for which case."""

from datetime import date, datetime, timedelta
from math import ceil

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guests.models.in_force import refuse_looking_back, stay_in_force
from registration.models import Establishment
from shumoos.saudi import calendar

YEARS = 5
MOST_YEARS = 100
# Whoever works on a case states it again after this.
INSPECTION_LASTS = timedelta(hours=1)


class KeepingRule(models.Model):
    """For how many years records are kept, from a day on; the latest rule that holds counts."""

    holds_from = models.DateField(_("valid from"), unique=True)
    years = models.PositiveSmallIntegerField(
        _("years"), default=YEARS, validators=[MinValueValidator(1), MaxValueValidator(MOST_YEARS)]
    )

    class Meta:
        verbose_name = _("keeping period")
        verbose_name_plural = _("keeping periods")
        ordering = ["-holds_from"]
        constraints = [
            models.CheckConstraint(condition=Q(years__gte=1), name="records_are_kept_a_year"),
            models.CheckConstraint(condition=Q(years__lte=MOST_YEARS), name="records_are_deleted_some_day"),
        ]
        triggers = stay_in_force("holds_from")

    def __str__(self) -> str:
        return f"{self.holds_from}: {self.years}"

    def clean(self) -> None:
        if self._state.adding:
            refuse_looking_back("holds_from", self.holds_from)

    @property
    def has_begun(self) -> bool:
        return self.holds_from <= calendar.today()

    @classmethod
    def kept_since(cls, today: date | None = None) -> date:
        """Return the first day of those whose records are still kept."""
        today = today or calendar.today()
        return calendar.add_months(today, -12 * cls.years_now(today))

    @classmethod
    def years_now(cls, today: date | None = None) -> int:
        """Return for how many years records are kept, by the rule that holds."""
        today = today or calendar.today()
        rule = cls.objects.filter(holds_from__lte=today).order_by("-holds_from").first()
        return rule.years if rule else YEARS


class PurgedDay(models.Model):
    """A day whose records have been deleted because their time is over; their receipts' digests stay."""

    day = models.DateField(_("day"), unique=True)
    records = models.PositiveBigIntegerField(_("records"), default=0)
    begun_at = models.DateTimeField(_("begun at"), default=timezone.now, editable=False)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        verbose_name = _("deleted day")
        verbose_name_plural = _("deleted days")
        ordering = ["-day"]

    def __str__(self) -> str:
        return str(self.day)


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def open_to(self, user) -> "InspectionQuerySet":
        """Those that this person has begun within the hour, of establishments they still may see."""
        return self.filter(
            by=user,
            begun_at__gt=timezone.now() - INSPECTION_LASTS,
            establishment__in=Establishment.objects.visible_to(user),
        )


class Inspection(models.Model):
    """An officer's stated reason to look at an establishment's records, and how many they looked at."""

    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="inspections", verbose_name=_("establishment")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="inspections", verbose_name=_("by")
    )
    case_number = models.CharField(_("case number"), max_length=40)
    reason = models.CharField(_("reason"), max_length=300)
    begun_at = models.DateTimeField(_("begun at"), default=timezone.now, editable=False)
    looks = models.PositiveIntegerField(_("records looked at"), default=0)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection of records")
        verbose_name_plural = _("guest records")
        ordering = ["-id"]
        permissions = [("inspect", _("Can look at guest records for a stated reason"))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(case_number="") & ~Q(reason=""), name="inspection_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.case_number

    @property
    def open_until(self) -> datetime:
        return self.begun_at + INSPECTION_LASTS

    @property
    def minutes_left(self) -> int:
        """How many minutes it still holds, the one that has begun included."""
        return max(ceil((self.open_until - timezone.now()).total_seconds() / 60), 0)
