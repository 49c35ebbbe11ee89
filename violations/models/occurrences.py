"""Facts of inaccurate or incomplete data, and what the system proposes to be looked at."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guests.models import GuestRecord, Submission
from registration.models import Application, Establishment
from shumoos.saudi import calendar
from violations.models.cases import Case


class Fault(models.TextChoices):
    """What is wrong with the data. The same fault of the same record is the same fact."""

    INACCURATE = "inaccurate", _("Data is wrong")
    INCOMPLETE = "incomplete", _("Data is missing in a record")
    NOT_SENT = "not_sent", _("A record was not sent")
    REFUSED = "refused", _("The information centre refused the record")
    OTHER = "other", _("Something else")


class OccurrenceQuerySet(models.QuerySet["Occurrence"]):
    def counted(self) -> "OccurrenceQuerySet":
        """Those that count towards the steps."""
        return self.filter(annulled_at__isnull=True)

    def flagged(self) -> "OccurrenceQuerySet":
        """Those whose step an annulment has put in doubt, and which no head has looked at since."""
        return self.filter(flagged_at__isnull=False, settled_at__isnull=True)

    def visible_to(self, user: Any) -> "OccurrenceQuerySet":
        return self.filter(case__in=Case.objects.visible_to(user))


class Occurrence(models.Model):
    """One fact of inaccurate or incomplete data, on the day it occurred."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="occurrences", verbose_name=_("case"))
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="occurrences", verbose_name=_("establishment")
    )
    occurred_on = models.DateField(_("occurred on"))
    fault = models.CharField(_("fault"), max_length=12, choices=Fault, default=Fault.OTHER)
    what = models.CharField(_("what is wrong"), max_length=2000)
    # What it was seen in, where it was seen in something the portal keeps.
    record = models.ForeignKey(
        GuestRecord, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("guest record")
    )
    submission = models.ForeignKey(
        Submission, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("receipt")
    )
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("application")
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)
    correct_by = models.DateField(_("to be corrected by"), null=True, blank=True)
    corrected_at = models.DateTimeField(_("corrected at"), null=True, blank=True)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("corrected by"),
    )
    annulled_at = models.DateTimeField(_("annulled at"), null=True, blank=True)
    # An earlier one was annulled, so that this one's step might be another: for the head to look at.
    flagged_at = models.DateTimeField(_("flagged at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = OccurrenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("occurrence")
        verbose_name_plural = _("occurrences")
        ordering = ["occurred_on", "id"]
        constraints = [
            models.UniqueConstraint(
                "establishment",
                "occurred_on",
                # An index holds a short key, not a long text.
                MD5("what"),
                condition=Q(annulled_at__isnull=True),
                name="occurrence_recorded_once",
                violation_error_message=_("This occurrence has already been recorded."),
            ),
            *[
                models.UniqueConstraint(
                    fields=[attached, "fault"],
                    condition=Q(**{f"{attached}__isnull": False}, annulled_at__isnull=True) & narrower,
                    name=f"occurrence_once_a_{attached}",
                    violation_error_message=_("This occurrence has already been recorded."),
                )
                for attached, narrower in (
                    ("record", Q()),
                    ("submission", Q(record__isnull=True)),
                    ("application", Q(record__isnull=True, submission__isnull=True)),
                )
            ],
            models.CheckConstraint(
                condition=Q(corrected_at__isnull=True, corrected_by__isnull=True)
                | Q(corrected_at__isnull=False, corrected_by__isnull=False),
                name="occurrence_corrected_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["case"],
                condition=Q(flagged_at__isnull=False, settled_at__isnull=True),
                name="occurrence_flagged",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.occurred_on}"

    @property
    def is_late(self) -> bool:
        """Whether the last day to correct it has passed without a correction."""
        return bool(not self.corrected_at and self.correct_by and self.correct_by < calendar.today())


class Source(models.TextChoices):
    REFUSED_RECORD = "refused_record", _("Record refused by the information centre")
    MISSING_DAYS = "missing_days", _("Days without a record and without a nil return")


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def waiting(self) -> "ProposalQuerySet":
        return self.filter(decided_at__isnull=True)

    def visible_to(self, user: Any) -> "ProposalQuerySet":
        return self.filter(establishment__in=Establishment.objects.visible_to(user))


class Proposal(models.Model):
    """What the system has seen and a supervisor is to look at. It never opens a case and never fines."""

    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="proposals", verbose_name=_("establishment")
    )
    source = models.CharField(_("source"), max_length=20, choices=Source)
    # What it is about, so that the same thing is proposed once: a record, or a kind of record and a day.
    key = models.CharField(max_length=80)
    record = models.ForeignKey(
        GuestRecord, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("guest record")
    )
    record_kind = models.CharField(_("record kind"), max_length=30, blank=True)
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("until"))
    reason = models.CharField(_("the centre's reason"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    # Where it was taken up; otherwise it was dismissed, for a reason.
    occurrence = models.OneToOneField(
        Occurrence,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposal",
        verbose_name=_("occurrence"),
    )
    dismissal = models.CharField(_("why it was dismissed"), max_length=300, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["establishment", "source", "key"], name="proposal_made_once"),
            models.CheckConstraint(condition=Q(first_on__lte=F("last_on")), name="proposal_days_in_order"),
            models.CheckConstraint(
                condition=Q(
                    decided_at__isnull=True, decided_by__isnull=True, occurrence__isnull=True, dismissal=""
                )
                | Q(decided_at__isnull=False, decided_by__isnull=False)
                & (Q(occurrence__isnull=False, dismissal="") | Q(occurrence__isnull=True) & ~Q(dismissal="")),
                name="proposal_taken_up_or_dismissed",
                violation_error_message=_("Say why the proposal is dismissed."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["establishment", "-id"], condition=Q(decided_at__isnull=True), name="proposal_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.first_on}"

    @property
    def days(self) -> tuple[date, date]:
        return self.first_on, self.last_on
