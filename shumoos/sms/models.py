"""Outbound texts. The row is the truth: what is due, what was sent, what came of it."""

import uuid
from datetime import timedelta

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A worker that has not come back after this long is taken for dead, and its texts are due again.
CLAIM_LAPSES_AFTER = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(hours=48)


class Status(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")


class Urgency(models.IntegerChoices):
    CODE = 0, _("One-time code")
    CREDENTIALS = 1, _("Credentials")
    NOTICE = 2, _("Notice")
    REMINDER = 3, _("Reminder")


class TextMessageQuerySet(models.QuerySet["TextMessage"]):
    def due(self) -> "TextMessageQuerySet":
        lapsed = timezone.now() - CLAIM_LAPSES_AFTER
        return self.filter(
            Q(status=Status.QUEUED, next_try_at__lte=Now()) | Q(status=Status.SENDING, claimed_at__lt=lapsed)
        )

    def claim(self, limit: int) -> list["TextMessage"]:
        """Take up to `limit` due messages for sending, the most urgent first; each is taken once."""
        due = self.due().order_by("urgency", "next_try_at").select_for_update(skip_locked=True)[:limit]
        with transaction.atomic():
            taken = list(due)
            self.filter(pk__in=[message.pk for message in taken]).update(
                status=Status.SENDING, attempts=F("attempts") + 1, claimed_at=Now()
            )
        for message in taken:
            message.status = Status.SENDING
            message.attempts += 1
        return taken


class TextMessage(models.Model):
    """One text to one mobile. Its body is made at the moment of sending and kept nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    to = models.CharField(_("to"), max_length=16)
    language = models.CharField(_("language"), max_length=2, default="ar")
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency)
    # What the text is about; its template reads from it. Secrets are made by the worker, never put here.
    about_type = models.ForeignKey(ContentType, models.PROTECT, null=True)
    about_id = models.PositiveBigIntegerField(null=True)
    about = GenericForeignKey("about_type", "about_id")

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try at"), default=timezone.now)
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    sid = models.CharField(_("provider's id"), max_length=40, blank=True)
    error = models.CharField(_("error"), max_length=20, blank=True)
    queued_at = models.DateTimeField(_("queued at"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    objects = TextMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("text message")
        verbose_name_plural = _("text messages")
        ordering = ["-queued_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=[Status.SENT, Status.DELIVERED]) | ~Q(sid=""),
                name="text_sent_has_sid",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.SENDING) | Q(claimed_at__isnull=False),
                name="text_sending_is_claimed",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.FAILED) | ~Q(error=""), name="text_failed_has_error"
            ),
        ]
        indexes = [
            models.Index(
                fields=["urgency", "next_try_at"],
                condition=Q(status__in=[Status.QUEUED, Status.SENDING]),
                name="text_due",
            ),
            models.Index(fields=["about_type", "about_id"], name="text_about"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
