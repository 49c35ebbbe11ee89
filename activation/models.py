"""The supervisor's review of an application, and the subscription that comes of it."""

from datetime import date, timedelta
from typing import cast

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.models import Application, Document, Establishment, Licence
from shumoos.letters.models import Letter
from shumoos.saudi import calendar


class Decision(models.TextChoices):
    ACTIVATE = "activate", _("Activated")
    RETURN = "return", _("Returned for correction")
    REJECT = "reject", _("Rejected")
    RELEASE = "release", _("Released")
    WITHDRAW = "withdraw", _("Withdrawn")


class Review(models.Model):
    """One supervisor's work on one application, from claim to decision."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="reviews")
    supervisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reviews", verbose_name=_("supervisor")
    )
    claimed_at = models.DateTimeField(_("claimed at"), default=timezone.now, editable=False)
    person_checked = models.BooleanField(
        _("The person at the desk is the owner or their agent; their ID was checked."), default=False
    )
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        permissions = [("decide", _("Can review and decide applications"))]
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(decision=""),
                name="review_one_open_per_application",
                violation_error_message=_("Somebody else is reviewing this application."),
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True)
                | ~Q(decision="") & Q(decided_at__isnull=False),
                name="review_decided_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.ACTIVATE) | Q(person_checked=True),
                name="review_activates_after_person_check",
                violation_error_message=_("Check the person's ID before activating."),
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=[Decision.RETURN, Decision.REJECT]) | ~Q(reason=""),
                name="review_refusal_has_reason",
                violation_error_message=_("Say why, in words for the owner."),
            ),
        ]


class DocumentCheck(models.Model):
    """What the supervisor saw when comparing one document with its original."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="checks")
    document = models.ForeignKey(Document, models.PROTECT, related_name="checks")
    original_seen = models.BooleanField(_("original seen"), default=False)
    matches = models.BooleanField(_("matches the original"), default=False)
    legible = models.BooleanField(_("legible"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "document"], name="check_once_a_document"),
        ]

    @property
    def is_complete(self) -> bool:
        return self.original_seen and self.matches and self.legible


class SubscriptionStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self, on=None) -> "SubscriptionQuerySet":
        """Those that hold on that day, today by default."""
        return self.filter(status=SubscriptionStatus.ACTIVE, period__contains=on or calendar.today())


class Subscription(models.Model):
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="subscriptions", verbose_name=_("establishment")
    )
    licence = models.ForeignKey(
        Licence, models.PROTECT, related_name="subscriptions", verbose_name=_("licence")
    )
    application = models.OneToOneField(
        Application, models.PROTECT, related_name="subscription", verbose_name=_("application")
    )
    period = DateRangeField(_("period"))
    status = models.CharField(
        _("status"), max_length=10, choices=SubscriptionStatus, default=SubscriptionStatus.ACTIVE
    )
    statement = models.OneToOneField(
        Letter, models.PROTECT, related_name="subscription", verbose_name=_("statement letter")
    )
    activated_at = models.DateTimeField(_("activated at"), default=timezone.now, editable=False)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("activated by")
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["establishment"],
                condition=Q(status=SubscriptionStatus.ACTIVE),
                name="subscription_one_active_per_establishment",
                violation_error_message=_("This establishment already has an active subscription."),
            ),
            ExclusionConstraint(
                name="subscription_periods_do_not_overlap",
                expressions=[("period", RangeOperators.OVERLAPS), ("establishment", RangeOperators.EQUAL)],
                condition=~Q(status=SubscriptionStatus.CLOSED),
                violation_error_message=_("Two subscriptions of one establishment cannot overlap."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.establishment} {self.period.lower}"

    @property
    def ends_on(self) -> date:
        """The last day on which the subscription holds."""
        return cast(date, self.period.upper) - timedelta(days=1)
