"""Outbound texts. The row is the truth: what is due, what was sent, what came of it."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from shumoos.sms import kinds
from shumoos.sms.outcomes import Cancelled, Outcome, Refused, Sent, Unavailable

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=48)


class Status(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("No longer needed")


class Urgency(models.IntegerChoices):
    CODE = 0, _("One-time code")
    CREDENTIALS = 1, _("Credentials")
    NOTICE = 2, _("Notice")
    REMINDER = 3, _("Reminder")


class TextMessageQuerySet(models.QuerySet["TextMessage"]):
    def due(self) -> "TextMessageQuerySet":
        """Those to be sent now: their time has come, or the worker that had them is taken for dead."""
        lapsed = Now() - timedelta(seconds=settings.SMS_CLAIM_SECONDS)
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

    def about(self, *rows: models.Model | None) -> "TextMessageQuerySet":
        """Those about any of these rows, the latest first; None is passed over."""
        wanted = Q(pk__in=[])
        for row in rows:
            if row is not None:
                wanted |= Q(about_type=ContentType.objects.get_for_model(row), about_id=row.pk)
        return self.filter(wanted)


class TextMessage(models.Model):
    """One text to one mobile. Its body is made at the moment of sending and kept nowhere.

    Each attempt has its number, and what comes of it counts only while it is the latest one: an answer that
    comes late says nothing about a text, and a password, that was made after it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    to = models.CharField(_("to"), max_length=16)
    language = models.CharField(_("language"), max_length=2, default="ar")
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency)
    # What the text is about; its template reads from it. Secrets are made by the worker, never put here.
    about_type = models.ForeignKey(ContentType, models.PROTECT, null=True, blank=True)
    about_id = models.PositiveBigIntegerField(null=True, blank=True)
    about = GenericForeignKey("about_type", "about_id")

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # The database's clock throughout: those of the machines may differ.
    next_try_at = models.DateTimeField(_("next try at"), db_default=Now())
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    sid = models.CharField(_("provider's id"), max_length=40, blank=True)
    error = models.CharField(_("error"), max_length=20, blank=True)
    queued_at = models.DateTimeField(_("queued at"), db_default=Now(), editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    objects = TextMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("text message")
        verbose_name_plural = _("text messages")
        ordering = ["-queued_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=[Status.SENT, Status.DELIVERED])
                | Q(sent_at__isnull=False) & ~Q(sid=""),
                name="text_sent_has_sid",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.DELIVERED) | Q(delivered_at__isnull=False),
                name="text_delivered_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.SENDING) | Q(claimed_at__isnull=False),
                name="text_sending_is_claimed",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.FAILED) | ~Q(error=""), name="text_failed_has_error"
            ),
            models.CheckConstraint(
                condition=Q(about_type__isnull=True, about_id__isnull=True)
                | Q(about_type__isnull=False, about_id__isnull=False),
                name="text_about_is_whole",
            ),
            models.CheckConstraint(condition=Q(to__regex=r"^\+[1-9][0-9]{6,14}$"), name="text_to_is_e164"),
        ]
        indexes = [
            models.Index(
                fields=["urgency", "next_try_at"],
                condition=Q(status__in=[Status.QUEUED, Status.SENDING]),
                name="text_due",
            ),
            models.Index(fields=["about_type", "about_id"], name="text_about"),
            models.Index(fields=["-queued_at"], name="text_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def label(self) -> str:
        """What the kind of text is called, in the language of the moment."""
        return str(kinds.get(self.kind).label)

    def hold(self) -> bool:
        """Renew the claim for the time that one sending takes; False where another worker has it by now."""
        return bool(self._attempt(Status.SENDING).update(claimed_at=Now()))

    def record(self, outcome: Outcome) -> bool:
        """Write down what came of this attempt; False where it no longer matters.

        Twilio can call back before its own reply reaches us, and a claim can lapse while it thinks: so this
        only moves on a message that is still being sent by this very attempt.
        """
        match outcome:
            case Sent(sid):
                changes = {"status": Status.SENT, "sid": sid, "sent_at": Now(), "error": ""}
            case Refused(why):
                changes = {"status": Status.FAILED, "error": why}
            case Cancelled():
                changes = {"status": Status.CANCELLED}
            case Unavailable(why):
                return self._put_off(why)
        return bool(self._attempt(Status.SENDING).update(**changes))

    def report(self, status: Status, *, sid: str, error: str = "") -> bool:
        """Write down what Twilio has called back about this attempt; False where it brings nothing new.

        `status` is sent, delivered or failed. Calls come in any order and more than once; what is further on
        stays.
        """
        known = {"sid": sid, "sent_at": Coalesce("sent_at", Now())}
        match status:
            case Status.SENT:
                earlier = self._attempt(Status.QUEUED, Status.SENDING)
                return bool(earlier.update(status=status, error="", **known))
            case Status.DELIVERED:
                earlier = self._attempt(Status.QUEUED, Status.SENDING, Status.SENT)
                return bool(earlier.update(status=status, error="", delivered_at=Now(), **known))
            case Status.FAILED:
                earlier = self._attempt(Status.QUEUED, Status.SENDING, Status.SENT)
                return bool(earlier.update(status=status, error=error, sid=sid))
        raise ValueError(status)

    def _attempt(self, *statuses: Status) -> TextMessageQuerySet:
        return TextMessage.objects.filter(pk=self.pk, attempts=self.attempts, status__in=statuses)

    def _put_off(self, why: str) -> bool:
        """Make the message due again after a delay that doubles, or fail it after two days of trying."""
        too_old = Q(queued_at__lt=Now() - GIVE_UP_AFTER)
        delay = min(FIRST_DELAY * 2 ** min(self.attempts - 1, 10), LONGEST_DELAY)
        mine = self._attempt(Status.SENDING)
        given_up = mine.filter(too_old).update(status=Status.FAILED, error=why)
        put_off = mine.update(status=Status.QUEUED, error=why, next_try_at=Now() + delay)
        return bool(given_up or put_off)
