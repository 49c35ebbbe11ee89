"""Tickets: what owners ask of the support line, and what was answered."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.models import Application, Establishment


class Category(models.TextChoices):
    TECHNICAL = "technical", _("Technical")
    ADMINISTRATIVE = "administrative", _("Administrative")


class TicketStatus(models.TextChoices):
    OPEN = "open", _("Open")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user) -> "TicketQuerySet":
        """Every ticket for a support agent or auditor, an owner's own for the owner, none for others."""
        if user.role in ("support", "auditor"):
            return self.all()
        if user.role == "owner":
            return self.filter(
                Q(establishment__owner__user=user) | Q(application__establishment__owner__user=user)
            )
        return self.none()


class Ticket(models.Model):
    number = models.CharField(_("ticket number"), max_length=12, unique=True)
    category = models.CharField(_("category"), max_length=15, choices=Category)
    subject = models.CharField(_("subject"), max_length=150)
    text = models.TextField(_("what happened"))
    status = models.CharField(_("status"), max_length=10, choices=TicketStatus, default=TicketStatus.OPEN)
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("establishment"),
    )
    application = models.ForeignKey(
        Application,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tickets",
        verbose_name=_("application"),
    )
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        permissions = [
            ("open_ticket", _("Can open tickets for one's own establishment")),
            ("work_desk", _("Can work at the support desk")),
        ]
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(establishment__isnull=False) | Q(application__isnull=False),
                name="ticket_is_about_somebody",
                violation_error_message=_("A ticket belongs to an establishment or an application."),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class TicketEntry(models.Model):
    """An answer, or a change of status, in the order they came. Never changed, never deleted."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="entries", verbose_name=_("ticket"))
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    text = models.TextField(_("text"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=TicketStatus)

    class Meta:
        verbose_name = _("ticket entry")
        verbose_name_plural = _("ticket entries")
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
