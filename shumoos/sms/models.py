"""Outbound texts. The row is the truth: what is due, what was sent, what came of it."""

import random
import time
import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shumoos.sms import kinds
from shumoos.sms.faults import Blame, fault_of
from shumoos.sms.outcomes import Cancelled, Outcome, Refused, Sent, Unavailable

FIRST_DELAY = timedelta(seconds=30)
# One that may have gone out is more likely to be reported by then than to be needed again.
DELAY_OF_WHAT_MAY_HAVE_GONE = timedelta(minutes=2)
LONGEST_DELAY = timedelta(hours=1)
# Texts that failed together come again apart.
JITTER = 0.25
GIVE_UP_AFTER = timedelta(hours=48)
UNREPORTED_AFTER = timedelta(minutes=30)
# A claim is renewed before a sending that could outlast it: connecting, writing, waiting, and some.
LONGEST_SENDING = 30  # seconds


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
        """Take up to `limit` due messages for sending, the most urgent first; each is taken once.

        Of codes and credentials the newest go first: somebody waits for them, and after hours without a
        gateway the older ones may have been replaced. Of the others the oldest do.
        """
        waited_for = self.due().filter(urgency__lte=Urgency.CREDENTIALS).order_by("urgency", "-next_try_at")
        others = self.due().filter(urgency__gt=Urgency.CREDENTIALS).order_by("urgency", "next_try_at")
        with transaction.atomic():
            taken = list(waited_for.select_for_update(skip_locked=True)[:limit])
            if len(taken) < limit:
                taken += others.select_for_update(skip_locked=True)[: limit - len(taken)]
            self.filter(pk__in=[message.pk for message in taken]).update(
                status=Status.SENDING, attempts=F("attempts") + 1, claimed_at=Now()
            )
        # A row of its own for each would take a third of a worker's time. Not for what makes secrets: whether
        # a password has been chosen is looked up at the last moment.
        models.prefetch_related_objects(
            [text for text in taken if text.urgency > Urgency.CREDENTIALS], "about"
        )
        safe_until = time.monotonic() + settings.SMS_CLAIM_SECONDS - LONGEST_SENDING
        for message in taken:
            message.status = Status.SENDING
            message.attempts += 1
            message.safe_until = safe_until
        return taken

    def give_back(self, messages: Iterable["TextMessage"]) -> None:
        """Let others have claimed messages that were not begun with; they are due as before."""
        for message in messages:
            self.filter(pk=message.pk, attempts=message.attempts, status=Status.SENDING).update(
                status=Status.QUEUED, attempts=F("attempts") - 1
            )

    def give_up(self, why: str) -> int:
        """Fail those that have waited for two days through an outage, and return how many."""
        old = self.filter(status=Status.QUEUED, queued_at__lt=Now() - GIVE_UP_AFTER)
        return old.update(status=Status.FAILED, error=why)

    def needing_attention(self) -> "TextMessageQuerySet":
        """Credentials that did not arrive: failed for good, or without a receipt 30 minutes after sending.

        One that was sent again stays until a later text about the same has gone out, or has become
        pointless; where the later one fails as well, it takes the place of this one. `reason` tells why.
        """
        later = TextMessage.objects.filter(
            urgency=Urgency.CREDENTIALS,
            about_type=OuterRef("about_type"),
            about_id=OuterRef("about_id"),
            queued_at__gt=OuterRef("queued_at"),
            status__in=[Status.SENT, Status.DELIVERED, Status.FAILED, Status.CANCELLED],
        )
        unreported = Q(status=Status.SENT, sent_at__lt=Now() - UNREPORTED_AFTER)
        return self.filter(Q(status=Status.FAILED) | unreported, ~Exists(later), urgency=Urgency.CREDENTIALS)

    def about_any_of(self, rows: QuerySet) -> "TextMessageQuerySet":
        """Those about any of the rows of a queryset, such as those that a person may see."""
        return self.filter(
            about_type=ContentType.objects.get_for_model(rows.model), about_id__in=rows.values("pk")
        )

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
    sid = models.CharField(_("number at the gateway"), max_length=40, blank=True)
    error = models.CharField(_("error"), max_length=20, blank=True)
    queued_at = models.DateTimeField(_("queued at"), db_default=Now(), editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    objects = TextMessageQuerySet.as_manager()

    # Until when, on the clock of `time.monotonic`, a sending that begins cannot outlast the claim.
    safe_until = 0.0

    class Meta:
        verbose_name = _("text message")
        verbose_name_plural = _("text messages")
        permissions = [("view_every_text", _("Can view the texts of every office"))]
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
            models.Index(
                fields=["status", "sent_at"],
                condition=Q(urgency=Urgency.CREDENTIALS, status__in=[Status.SENT, Status.FAILED]),
                name="text_unarrived",
            ),
            models.Index(fields=["queued_at"], name="text_newest"),
            models.Index(fields=["queued_at"], condition=Q(status=Status.FAILED), name="text_failed"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What the kind of text is called, in the language of the moment."""
        return str(kinds.get(self.kind).label)

    @property
    def is_given_up(self) -> bool:
        """Whether it failed because two days of trying were not enough, through no fault of its own."""
        return self.status == Status.FAILED and fault_of(self.error).blame is not Blame.TEXT

    @property
    def reason(self) -> str:
        """Why it has not arrived, in plain words and the language of the moment; nothing if all is well."""
        if self.status == Status.SENT and self.sent_at and self.sent_at < timezone.now() - UNREPORTED_AFTER:
            return gettext("Sent, but after 30 minutes there is no receipt that it was delivered.")
        if not self.error:
            return ""
        sentence = str(fault_of(self.error).sentence)
        if self.is_given_up:
            return gettext("Given up after 48 hours of trying. %(why)s") % {"why": sentence}
        return sentence

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
                return self._record_sent(sid)
            case Refused(why):
                changes = {"status": Status.FAILED, "error": why}
            case Cancelled():
                changes = {"status": Status.CANCELLED}
            case Unavailable():
                return self._put_off(outcome, Status.SENDING)
        return bool(self._attempt(Status.SENDING).update(**changes))

    def _record_sent(self, sid: str) -> bool:
        # Written out: putting the statement together takes the ORM a fifth of a worker's time for a text.
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE sms_textmessage "
                "SET status = %s, sid = %s, sent_at = statement_timestamp(), error = '' "
                "WHERE id = %s AND attempts = %s AND status = %s",
                [Status.SENT, sid, self.pk, self.attempts, Status.SENDING],
            )
            return bool(cursor.rowcount)

    def report(self, status: Status, *, sid: str, error: str = "") -> bool:
        """Write down what Twilio has called back about this attempt; False where it brings nothing new.

        `status` is sent, delivered or failed. Calls come in any order and more than once; what is further on
        stays. A failure that is not the text's own makes it due for another attempt.
        """
        known = {"sid": sid, "sent_at": Coalesce("sent_at", Now())}
        match status:
            case Status.SENT:
                earlier = self._attempt(Status.QUEUED, Status.SENDING)
                return bool(earlier.update(status=status, error="", **known))
            case Status.DELIVERED:
                earlier = self._attempt(Status.QUEUED, Status.SENDING, Status.SENT)
                return bool(earlier.update(status=status, error="", delivered_at=Now(), **known))
            case Status.FAILED if fault_of(error).blame is not Blame.TEXT:
                return self._put_off(Unavailable(error), Status.SENDING, Status.SENT)
            case Status.FAILED:
                earlier = self._attempt(Status.QUEUED, Status.SENDING, Status.SENT)
                return bool(earlier.update(status=status, error=error, sid=sid))
        raise ValueError(status)

    def _attempt(self, *statuses: Status) -> TextMessageQuerySet:
        return TextMessage.objects.filter(pk=self.pk, attempts=self.attempts, status__in=statuses)

    def _put_off(self, outcome: Unavailable, *earlier: Status) -> bool:
        """Make the message due again after a delay that doubles, or fail it after two days of trying."""
        first = DELAY_OF_WHAT_MAY_HAVE_GONE if outcome.may_have_gone else FIRST_DELAY
        delay = min(first * 2 ** min(self.attempts - 1, 10), LONGEST_DELAY)
        delay *= random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - nothing hangs on its being guessed
        mine = self._attempt(*earlier)
        too_old = Q(queued_at__lt=Now() - GIVE_UP_AFTER)
        given_up = mine.filter(too_old).update(status=Status.FAILED, error=outcome.why)
        put_off = mine.update(status=Status.QUEUED, error=outcome.why, next_try_at=Now() + delay)
        return bool(given_up or put_off)


class Outage(models.Model):
    """A time in which the gateway took no text: it is then asked with one text now and again."""

    FIRST_PAUSE = timedelta(seconds=15)
    LONGEST_PAUSE = timedelta(minutes=2)

    error = models.CharField(_("error"), max_length=20)
    began_at = models.DateTimeField(_("began at"), db_default=Now())
    tries = models.PositiveIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("outage of the gateway")
        verbose_name_plural = _("outages of the gateway")
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="outage_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M}"

    @property
    def reason(self) -> str:
        return str(fault_of(self.error).sentence)

    @classmethod
    def present(cls) -> "Outage | None":
        return cls.objects.filter(ended_at=None).first()

    @classmethod
    def begin(cls, why: str) -> None:
        """Note that the gateway takes no texts; nothing where that is known."""
        Outage.objects.bulk_create(
            [Outage(error=why, next_try_at=Now() + cls.FIRST_PAUSE)], ignore_conflicts=True
        )

    def take_try(self) -> bool:
        """Whether it is time to ask the gateway again, and no other worker does."""
        pause = min(self.FIRST_PAUSE * 2 ** min(self.tries + 1, 10), self.LONGEST_PAUSE)
        mine = Outage.objects.filter(pk=self.pk, ended_at=None, tries=self.tries, next_try_at__lte=Now())
        return bool(mine.update(tries=F("tries") + 1, next_try_at=Now() + pause))

    def end(self) -> None:
        Outage.objects.filter(pk=self.pk, ended_at=None).update(ended_at=Now())
