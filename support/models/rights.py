"""What people may ask under the personal data law, and the copies made of what is held about them."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.models import Owner
from registration.storage import random_name
from support.models.tickets import Ticket


class Right(models.TextChoices):
    COPY = "copy", _("A copy of what is held about me")
    CORRECTION = "correction", _("A correction")
    CLOSING = "closing", _("Closing")


class RightsOutcome(models.TextChoices):
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    # By the owner, while the copy was being made.
    STOPPED = "stopped", _("Stopped")


class RightsRequestQuerySet(models.QuerySet["RightsRequest"]):
    def visible_to(self, user: Any) -> "RightsRequestQuerySet":
        """An owner's own; all for the desk and the auditor."""
        if user.role == "owner":
            return self.filter(owner__user=user)
        return self.all() if user.role in ("support", "auditor") else self.none()

    def open(self) -> "RightsRequestQuerySet":
        return self.filter(outcome="")


class RightsRequest(models.Model):
    """A request under the law: a ticket whose clock is thirty days."""

    ticket = models.OneToOneField(
        Ticket, models.PROTECT, related_name="rights_request", verbose_name=_("ticket")
    )
    owner = models.ForeignKey(Owner, models.PROTECT, related_name="rights_requests", verbose_name=_("owner"))
    right = models.CharField(_("what is asked for"), max_length=12, choices=Right)
    asked_on = models.DateField(_("asked on"))
    due_on = models.DateField(_("due on"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=RightsOutcome, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    objects = RightsRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request under the personal data law")
        verbose_name_plural = _("requests under the personal data law")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "right"],
                condition=Q(outcome=""),
                name="right_asked_for_once",
                violation_error_message=_("You have asked for this already."),
            ),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True) | ~Q(outcome="") & Q(ended_at__isnull=False),
                name="right_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_right_display()}"

    def days_left(self, on: date) -> int:
        return (self.due_on - on).days


class CopyState(models.TextChoices):
    WAITING = "waiting", _("Being made")
    READY = "ready", _("Ready")
    STOPPED = "stopped", _("Stopped")
    EXPIRED = "expired", _("No longer there")


class DataCopy(models.Model):
    """A copy of what is held about an owner: made by a worker, fetched by the owner, gone after a week.

    While it is being made its owner can stop it.
    """

    request = models.OneToOneField(RightsRequest, models.PROTECT, related_name="copy")
    state = models.CharField(_("status"), max_length=10, choices=CopyState, default=CopyState.WAITING)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    next_try_at = models.DateTimeField(default=timezone.now, editable=False)
    as_json = models.FileField(upload_to=random_name, max_length=60, blank=True, editable=False)
    as_pdf = models.FileField(upload_to=random_name, max_length=60, blank=True, editable=False)
    ready_at = models.DateTimeField(_("ready at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    downloads = models.PositiveIntegerField(_("downloads"), default=0)
    # How far the worker is; none of them until it has begun.
    parts = models.PositiveSmallIntegerField(_("parts"), default=0, editable=False)
    parts_done = models.PositiveSmallIntegerField(_("parts done"), default=0, editable=False)

    class Meta:
        verbose_name = _("copy of personal data")
        verbose_name_plural = _("copies of personal data")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=CopyState.READY, ready_at__isnull=False, expires_at__isnull=False)
                & ~Q(as_json="")
                & ~Q(as_pdf="")
                | ~Q(state=CopyState.READY) & Q(as_json="", as_pdf=""),
                name="copy_ready_has_files",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state=CopyState.WAITING), name="copy_to_make"),
            models.Index(fields=["expires_at"], condition=Q(state=CopyState.READY), name="copy_to_take_away"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def is_there(self) -> bool:
        """Whether it can be fetched now."""
        return (
            self.state == CopyState.READY and self.expires_at is not None and self.expires_at > timezone.now()
        )
