"""The few things that the desk may do for a caller, each on record with a ticket."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activation.models import Subscription
from registration.models import Application, Office
from shumoos.append_only import append_only, never_emptied
from support.models.tickets import Ticket


class ActKind(models.TextChoices):
    REFERENCE = "reference", _("Reference number sent again")
    STATUS_LINK = "status_link", _("Link to the status page sent")
    CREDENTIALS = "credentials", _("Office asked to send the credentials again")


class DeskAct(models.Model):
    """One thing done for a caller. Never changed, never deleted."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="acts", verbose_name=_("ticket"))
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="desk_acts", verbose_name=_("application")
    )
    kind = models.CharField(_("what"), max_length=15, choices=ActKind)
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("act of the desk")
        verbose_name_plural = _("acts of the desk")
        ordering = ["-id"]
        indexes = [models.Index(fields=["application", "kind", "-at"], name="act_of_application")]
        triggers = [append_only(), never_emptied()]

    def __str__(self) -> str:
        return f"{self.kind} {self.ticket}"


class CredentialsOutcome(models.TextChoices):
    SENT = "sent", _("Sent again")
    REFUSED = "refused", _("Not sent")


class CredentialsRequestQuerySet(models.QuerySet["CredentialsRequest"]):
    def waiting(self) -> "CredentialsRequestQuerySet":
        return self.filter(outcome="")

    def visible_to(self, user: Any) -> "CredentialsRequestQuerySet":
        """Those of one's own office; all for the auditor."""
        if user.role in ("supervisor", "head"):
            return self.filter(office__members=user)
        return self.all() if user.role == "auditor" else self.none()


class CredentialsRequest(models.Model):
    """The desk asks an office to send an owner's credentials again; the office decides."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+", verbose_name=_("ticket"))
    subscription = models.ForeignKey(
        Subscription, models.PROTECT, related_name="credentials_requests", verbose_name=_("subscription")
    )
    office = models.ForeignKey(
        Office, models.PROTECT, related_name="+", verbose_name=_("investigation office")
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=CredentialsOutcome, blank=True)
    answer = models.CharField(_("words for the desk"), max_length=500, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    objects = CredentialsRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to send credentials again")
        verbose_name_plural = _("requests to send credentials again")
        permissions = [("answer_credentials", _("Can answer the desk's requests to send credentials again"))]
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"], condition=Q(outcome=""), name="credentials_asked_for_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True, ended_by__isnull=True)
                | ~Q(outcome="") & Q(ended_at__isnull=False, ended_by__isnull=False),
                name="credentials_request_ended_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=CredentialsOutcome.REFUSED) | ~Q(answer=""),
                name="credentials_refused_with_words",
                violation_error_message=_("Say why, in words for the desk."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription}"
