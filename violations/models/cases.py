"""The cases opened under a schedule."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from registration.models import Establishment, Licence, Owner
from violations.models.accounts import Account
from violations.models.among import among
from violations.models.schedules import ENDS, CaseKind, Schedule, Stage

WINDOW = Func(
    F("opened_on"), F("window_ends_on"), Value("[]"), function="daterange", output_field=DateRangeField()
)

FINE_IS_SUM = """
    IF (SELECT fined FROM violations_case WHERE id = NEW.id) <> (
        SELECT coalesce(sum(amount), 0)
        FROM violations_ledgerentry
        WHERE case_id = NEW.id AND kind IN ('assessment', 'raise', 'reduction', 'waiver')
    ) THEN
        RAISE check_violation USING
            MESSAGE = format('The fine of case %s is not the sum of its entries.', NEW.id),
            CONSTRAINT = 'fine_is_sum_of_entries';
    END IF;
    RETURN NULL;
"""


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> "CaseQuerySet":
        return self.filter(closed_on__isnull=True)

    def visible_to(self, user) -> "CaseQuerySet":
        """An owner's own, a supervisor's region's, everything for an auditor, nothing for others.

        A licence is an owner's through their establishment, or, before there is one, through the national
        ID that its authority's register has for it.
        """
        if user.role == "owner":
            own = Licence.objects.filter(establishment__owner__user=user).values("pk")
            registered = Licence.objects.filter(
                owner_national_id__in=Owner.objects.filter(user=user).values("national_id")
            ).values("pk")
            return self.filter(among("licence_id", own.union(registered)))
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
    # On which its fines are entered; given when it is opened, and never changed.
    account = models.ForeignKey(Account, models.PROTECT, related_name="cases", verbose_name=_("account"))
    stage = models.CharField(_("stage"), max_length=20, choices=Stage, default=Stage.WARNED)
    position = models.PositiveSmallIntegerField(_("step"), default=1)
    # For inaccurate data the day of the first occurrence, with which the window opens.
    opened_on = models.DateField(_("opened on"))
    # The day of the step's notice, from which its days count.
    noticed_on = models.DateField(_("notice issued on"))
    # Both as of the last sweep; `violations.clock` tells how the clock stands on any day.
    due_on = models.DateField(_("due on"), null=True, blank=True)
    days_left = models.PositiveSmallIntegerField(_("days left"), null=True, blank=True)
    # The fine, less what was reduced or waived: the sum of its entries, by triggers here and of the ledger.
    fined = models.DecimalField(_("fine in SAR"), max_digits=12, decimal_places=2, default=0, editable=False)
    # The most that the fine may be at this step.
    cap = models.DecimalField(_("cap in SAR"), max_digits=12, decimal_places=2, default=0)
    window_ends_on = models.DateField(_("window ends on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    # What a supervisor has set for the next fine in place of its cap: what the case's fine goes up to, or
    # what is added to it.
    less_amount = models.DecimalField(
        _("amount of the next fine in SAR"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    less_reason = models.CharField(_("reason for less"), max_length=300, blank=True)
    less_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("set by"),
    )

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
                condition=Q(fined__gte=0, fined__lte=F("cap")),
                name="case_fine_within_cap",
                violation_error_message=_("The fine of a case cannot be above its cap."),
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(days_left__isnull=True), name="case_runs_or_is_paused"
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(due_on__isnull=True, days_left__isnull=True),
                name="case_closed_has_no_clock",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=ENDS) | Q(closed_on__isnull=False), name="case_ended_is_closed"
            ),
            models.CheckConstraint(
                condition=Q(less_amount__isnull=True, less_reason="", less_by__isnull=True)
                | Q(less_amount__gt=0, less_by__isnull=False) & ~Q(less_reason=""),
                name="case_less_has_reason",
                violation_error_message=_("Say why the amount is less."),
            ),
            models.CheckConstraint(
                condition=Q(kind=CaseKind.NOT_SUBSCRIBED, window_ends_on__isnull=True)
                | Q(
                    kind=CaseKind.INACCURATE_DATA,
                    establishment__isnull=False,
                    window_ends_on__gte=F("opened_on"),
                ),
                name="case_of_data_has_establishment_and_window",
            ),
            ExclusionConstraint(
                name="case_windows_do_not_overlap",
                expressions=[
                    ("establishment", RangeOperators.EQUAL),
                    (WINDOW, RangeOperators.OVERLAPS),
                ],
                condition=Q(kind=CaseKind.INACCURATE_DATA) & ~Q(stage=Stage.ANNULLED),
                violation_error_message=_("The windows of two cases of one establishment cannot overlap."),
            ),
        ]
        indexes = [
            # Those with a clock: the sweep looks for those whose days may be over.
            models.Index(
                fields=["noticed_on"],
                condition=Q(kind=CaseKind.NOT_SUBSCRIBED, closed_on__isnull=True)
                & (Q(due_on__isnull=False) | Q(days_left__isnull=False)),
                name="case_running",
            ),
            # Whom a case of this day or later keeps from another warning.
            models.Index(fields=["closed_on"], condition=Q(closed_on__isnull=False), name="case_closed"),
        ]
        triggers = [
            # Its entries name both.
            pgtrigger.ReadOnly(name="case_keeps_its_account", fields=["account", "licence"]),
            pgtrigger.Protect(name="case_never_deleted", operation=pgtrigger.Delete),
            # Its fine changes with an entry of the same transaction, and only then. A step of the sweep moves
            # its position too: there the ledger holds the fine to the entry, when that is written.
            *[
                pgtrigger.Trigger(
                    name=f"case_{name}_with_entries",
                    when=pgtrigger.After,
                    operation=operation,
                    condition=pgtrigger.Condition(condition),
                    timing=pgtrigger.Deferred,
                    func=FINE_IS_SUM,
                )
                for name, operation, condition in (
                    ("opened", pgtrigger.Insert, "NEW.fined <> 0"),
                    (
                        "fined",
                        pgtrigger.UpdateOf("fined"),
                        "OLD.fined <> NEW.fined AND NEW.position <= OLD.position",
                    ),
                )
            ],
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.licence}"
