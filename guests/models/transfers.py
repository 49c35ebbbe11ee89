"""The batches in which records go to the information centre."""

import uuid
from datetime import timedelta

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guests.models.records import GuestRecord
from guests.models.statuses import TransferStatus

# A worker that has not come back after this long is taken for dead, and its batch is sent again.
CLAIM_LAPSES_AFTER = timedelta(minutes=2)
FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(minutes=15)
# While the centre does not answer, records wait together instead of each in a batch of its own.
NEW_BATCH_WHILE_UNANSWERED = timedelta(minutes=1)


class BatchQuerySet(models.QuerySet["Batch"]):
    def due(self) -> "BatchQuerySet":
        """Those to be sent again: their time has come, or their worker has not come back."""
        lapsed = timezone.now() - CLAIM_LAPSES_AFTER
        return self.filter(finished_at__isnull=True).filter(
            Q(claimed_at__isnull=True, next_try_at__lte=Now()) | Q(claimed_at__lt=lapsed)
        )

    def unanswered(self) -> "BatchQuerySet":
        """Those whose last try brought no answer that could be read."""
        return self.filter(finished_at__isnull=True).exclude(problem="")

    @transaction.atomic
    def claim(self, limit: int) -> "Batch | None":
        """Take a batch for sending, one of the due ones or else a new one of up to `limit` due transfers.

        No two callers get the same one. Returns None where there is nothing to send now.
        """
        due = self.due().order_by("next_try_at", "id").select_for_update(skip_locked=True).first()
        batch = due or self._new(limit)
        if batch:
            batch.attempts += 1
            batch.claimed_at = timezone.now()
            batch.save(update_fields=["attempts", "claimed_at"])
        return batch

    def _new(self, limit: int) -> "Batch | None":
        if self.unanswered().filter(created_at__gt=timezone.now() - NEW_BATCH_WHILE_UNANSWERED).exists():
            return None
        transfers = Transfer.objects.due().order_by("id").select_for_update(skip_locked=True)
        taken = [transfer.pk for transfer in transfers.only("pk")[:limit]]
        if not taken:
            return None
        batch = self.create()
        Transfer.objects.filter(pk__in=taken).update(status=TransferStatus.SENDING, batch=batch)
        return batch


class Batch(models.Model):
    """What goes to the centre in one request. A retry carries the same number, so that it is known again."""

    number = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(default=timezone.now)
    # Why the last try brought no answer, for operators: `timeout`, `status 503`.
    problem = models.CharField(max_length=20, blank=True)
    finished_at = models.DateTimeField(null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(finished_at__isnull=True), name="batch_due")
        ]

    def __str__(self) -> str:
        return str(self.number)

    def delay(self) -> timedelta:
        """How long to wait after this many tries: twice as long each time, a quarter of an hour at most."""
        return min(FIRST_DELAY * 2 ** min(self.attempts - 1, 10), LONGEST_DELAY)


class TransferQuerySet(models.QuerySet["Transfer"]):
    def due(self) -> "TransferQuerySet":
        """Those in no batch yet. A later version of a record waits until the centre has the earlier one."""
        earlier = self.filter(
            record=OuterRef("record"), version__lt=OuterRef("version"), acknowledged_at__isnull=True
        )
        return self.filter(~Exists(earlier), status=TransferStatus.ACCEPTED)


class Transfer(models.Model):
    """One version of a record on its way to the centre."""

    record = models.ForeignKey(
        GuestRecord, models.PROTECT, related_name="transfers", verbose_name=_("record"), db_index=False
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    status = models.CharField(
        _("status"), max_length=12, choices=TransferStatus, default=TransferStatus.ACCEPTED
    )
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="transfers")
    reason = models.CharField(_("the centre's reason"), max_length=200, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["record", "version"], name="transfer_once_a_version"),
            # The centre answers by record.
            models.UniqueConstraint(fields=["batch", "record"], name="transfer_once_a_batch"),
            models.CheckConstraint(
                condition=Q(
                    status__in=[TransferStatus.TRANSFERRED, TransferStatus.REFUSED],
                    acknowledged_at__isnull=False,
                )
                | Q(
                    status__in=[TransferStatus.ACCEPTED, TransferStatus.SENDING],
                    acknowledged_at__isnull=True,
                ),
                name="transfer_ended_is_acknowledged",
            ),
            models.CheckConstraint(
                condition=Q(status=TransferStatus.ACCEPTED, batch__isnull=True)
                | ~Q(status=TransferStatus.ACCEPTED) & Q(batch__isnull=False),
                name="transfer_waits_or_has_batch",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(status=TransferStatus.ACCEPTED), name="transfer_due"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}.{self.version}"
