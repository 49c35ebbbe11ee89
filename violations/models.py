"""Schedules, the cases opened under them, their notices and occurrences, and the ledger of fines."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.models import Establishment, Licence
from shumoos.letters.models import Letter


class CaseKind(models.TextChoices):
    NOT_SUBSCRIBED = "not_subscribed", _("Not subscribed")
    INACCURATE_DATA = "inaccurate_data", _("Inaccurate or incomplete data")


class Stage(models.TextChoices):
    """How far a case is. The words are those of `escalate`'s report."""

    WARNED = "warned", _("Warning issued")
    FINED_FIRST = "fined_first", _("First fine")
    FINED_RAISED = "fined_raised", _("Fine raised")
    SUSPENDED = "suspended", _("Activity suspended")
    COMPLIED = "complied", _("Complied")


class Basis(models.TextChoices):
    NONE = "none", _("No fine")
    ADD = "add", _("Add")
    RAISE_TO = "raise_to", _("Raise to")


class Schedule(models.Model):
    """The steps of one kind of case, from the day they hold. A case keeps the one it was opened under."""

    kind = models.CharField(_("kind"), max_length=20, choices=CaseKind)
    valid_from = models.DateField(_("valid from"))
    # Whether the sweep itself issues the warnings, or only supervisors do.
    warns_by_sweep = models.BooleanField(_("the sweep issues warnings"), default=False)
    window_months = models.PositiveSmallIntegerField(_("window in months"), null=True, blank=True)
    hijri_months = models.BooleanField(_("months are Umm al-Qura months"), default=False)

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
            models.CheckConstraint(
                condition=Q(basis=Basis.NONE, cap=0) | ~Q(basis=Basis.NONE) & Q(cap__gt=0),
                name="step_with_fine_has_cap",
            ),
        ]


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> "CaseQuerySet":
        return self.filter(closed_on__isnull=True)

    def visible_to(self, user) -> "CaseQuerySet":
        """An owner's own, a supervisor's region's, everything for an auditor, nothing for others."""
        if user.role == "owner":
            return self.filter(
                Q(establishment__owner__user=user) | Q(licence__establishment__owner__user=user)
            ).distinct()
        if user.role in ("supervisor", "head"):
            return self.filter(licence__city__region__office__members=user)
        if user.role == "auditor":
            return self.all()
        return self.none()


class Case(models.Model):
    kind = models.CharField(_("kind"), max_length=20, choices=CaseKind)
    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="cases", verbose_name=_("schedule"))
    licence = models.ForeignKey(Licence, models.PROTECT, related_name="cases", verbose_name=_("licence"))
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("establishment"),
    )
    stage = models.CharField(_("stage"), max_length=20, choices=Stage, default=Stage.WARNED)
    position = models.PositiveSmallIntegerField(_("step"), default=1)
    opened_on = models.DateField(_("opened on"))
    # The last day of the step, which counts in full; empty while the clock stands still or there is no next.
    due_on = models.DateField(_("due on"), null=True, blank=True)
    # While an application is with the office: the days that were left, which go on when it comes back.
    days_left = models.PositiveSmallIntegerField(_("days left"), null=True, blank=True)
    # What the case's fine has been raised to so far; the ledger's entries add up to it.
    fined = models.DecimalField(_("fine in SAR"), max_digits=12, decimal_places=2, default=0)
    window_ends_on = models.DateField(_("window ends on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        permissions = [
            ("record", _("Can open cases and record occurrences")),
            ("reduce", _("Can reduce and waive fines")),
            ("see_own", _("Can see the violations of one's own establishment")),
        ]
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["licence"],
                condition=Q(kind=CaseKind.NOT_SUBSCRIBED, closed_on__isnull=True),
                name="case_one_open_per_licence",
                violation_error_message=_("This licence already has an open case for not subscribing."),
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(days_left__isnull=True), name="case_runs_or_is_paused"
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.COMPLIED) | Q(closed_on__isnull=False),
                name="case_complied_is_closed",
            ),
            models.CheckConstraint(
                condition=Q(kind=CaseKind.NOT_SUBSCRIBED) | Q(establishment__isnull=False),
                name="case_of_data_has_establishment",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(closed_on__isnull=True), name="case_due"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.licence}"


class Notice(models.Model):
    """What the owner was told at one step. Its letter is made when it is first read."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="notices", verbose_name=_("case"))
    stage = models.CharField(_("stage"), max_length=20, choices=Stage)
    issued_on = models.DateField(_("issued on"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    # What this notice adds to the case's fine.
    amount = models.DecimalField(_("amount in SAR"), max_digits=12, decimal_places=2, default=0)
    letter = models.OneToOneField(
        Letter, models.PROTECT, null=True, blank=True, related_name="notice", verbose_name=_("letter")
    )

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "stage"],
                condition=~Q(stage=Stage.FINED_RAISED),
                name="notice_once_a_stage",
            ),
        ]


class Occurrence(models.Model):
    """One fact of inaccurate or incomplete data, on the day it occurred."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="occurrences", verbose_name=_("case"))
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="occurrences", verbose_name=_("establishment")
    )
    occurred_on = models.DateField(_("occurred on"))
    what = models.TextField(_("what is wrong"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)
    annulled_at = models.DateTimeField(_("annulled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("occurrence")
        verbose_name_plural = _("occurrences")
        ordering = ["occurred_on", "id"]


class EntryKind(models.TextChoices):
    ASSESSMENT = "assessment", _("Assessment")
    RAISE = "raise", _("Raise")
    REDUCTION = "reduction", _("Reduction")
    WAIVER = "waiver", _("Waiver")
    PAYMENT = "payment", _("Payment")
    REFUND = "refund", _("Refund")


DEBITS = [EntryKind.ASSESSMENT, EntryKind.RAISE, EntryKind.REFUND]


class LedgerEntry(models.Model):
    """One line of the ledger. What is owed is the sum of a licence's lines; a correction is a new line."""

    licence = models.ForeignKey(Licence, models.PROTECT, related_name="ledger", verbose_name=_("licence"))
    case = models.ForeignKey(Case, models.PROTECT, related_name="entries", verbose_name=_("case"))
    kind = models.CharField(_("kind"), max_length=12, choices=EntryKind)
    on = models.DateField(_("on"))
    # What is owed grows with a positive amount and shrinks with a negative one.
    amount = models.DecimalField(_("amount in SAR"), max_digits=12, decimal_places=2)
    cap = models.DecimalField(_("cap in SAR"), max_digits=12, decimal_places=2, null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    entered_at = models.DateTimeField(_("entered at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=DEBITS, amount__gt=0) | ~Q(kind__in=DEBITS) & Q(amount__lt=0),
                name="entry_sign_follows_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[EntryKind.ASSESSMENT, EntryKind.RAISE])
                | Q(cap__isnull=False, amount__lte=F("cap")),
                name="entry_within_cap",
                violation_error_message=_("A fine cannot be above its cap."),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
