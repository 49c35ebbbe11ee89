"""Guest records, the submissions they came in, the receipts for these, and their way to the centre."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guests.kinds import KINDS, Kind
from registration.models import Establishment, Mandate, Provider
from shumoos.accounts.models import Role
from shumoos.saudi import reference_number

if TYPE_CHECKING:
    from guests.intake import Result

# A worker that has not come back after this long is taken for dead, and its batch is sent again.
CLAIM_LAPSES_AFTER = timedelta(minutes=2)
FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(minutes=15)
# While the centre does not answer, records wait together instead of each in a batch of its own.
NEW_BATCH_WHILE_UNANSWERED = timedelta(minutes=1)


class Door(models.TextChoices):
    FORM = "form", _("Form")
    FILE = "file", _("File")
    API = "api", _("API")


def workplaces(user) -> models.QuerySet[Establishment]:
    """The establishments whose guests this person may enter: the owner's, the staff's, or by mandate."""
    if user.role not in (Role.OWNER, Role.STAFF, Role.PROVIDER):
        return Establishment.objects.none()
    return Establishment.objects.visible_to(user)


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user) -> "SubmissionQuerySet":
        """What was sent for the establishments this person works for; to an agent, their company's."""
        sent = self.filter(establishment__in=workplaces(user))
        if user.role == Role.PROVIDER:
            return sent.filter(mandate__agreement__provider__in=Provider.objects.served_by(user))
        return sent


class Submission(models.Model):
    """What one person or system sent in one go. Its receipt number is the proof that it was received."""

    receipt = models.CharField(_("receipt number"), max_length=16, unique=True)
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        related_name="submissions",
        verbose_name=_("establishment"),
        db_index=False,
    )
    kind = models.CharField(_("record kind"), max_length=30)
    door = models.CharField(_("sent by"), max_length=4, choices=Door)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    # The one under which an agent sent it for the owner.
    mandate = models.ForeignKey(
        Mandate, models.PROTECT, null=True, blank=True, related_name="submissions", verbose_name=_("mandate")
    )
    received_at = models.DateTimeField(_("received at"), default=timezone.now, editable=False)
    accepted = models.PositiveIntegerField(_("accepted"), default=0)
    duplicate = models.PositiveIntegerField(_("already known"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    # Over the canonical content of the accepted records, in their order.
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    objects = SubmissionQuerySet.as_manager()

    # What came of each record sent; `intake.submit` gives it, the database does not keep it.
    results: "list[Result]"

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        permissions = [("submit", _("Can submit guest records"))]
        ordering = ["-id"]
        indexes = [models.Index(fields=["establishment", "-id"], name="submission_of_establishment")]

    def __str__(self) -> str:
        return self.shown_receipt

    @property
    def shown_receipt(self) -> str:
        """The receipt number as people read it, such as `26-4821-9037-41`."""
        return reference_number.show(self.receipt)

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind].label)

    @property
    def acting(self) -> str:
        """Who sent it for the owner, where an agent did under a mandate."""
        return self.mandate.acting(self.by) if self.mandate and self.by else ""


class GuestRecordQuerySet(models.QuerySet["GuestRecord"]):
    def visible_to(self, user) -> "GuestRecordQuerySet":
        """The records that came in the submissions this person may see; nobody else's."""
        records = self.filter(establishment__in=workplaces(user))
        if user.role == Role.PROVIDER:
            return records.filter(submission__in=Submission.objects.visible_to(user))
        return records

    def with_state(self) -> "GuestRecordQuerySet":
        """Each with how far it is on its way to the centre: `state`, `state_reason`, `state_at`."""
        latest = Transfer.objects.filter(record=OuterRef("pk"), version=OuterRef("version"))
        return self.annotate(
            state=Subquery(latest.values("status")),
            state_reason=Subquery(latest.values("reason")),
            state_at=Subquery(latest.values("acknowledged_at")),
        )


class GuestRecord(models.Model):
    establishment = models.ForeignKey(
        Establishment,
        models.PROTECT,
        related_name="guest_records",
        verbose_name=_("establishment"),
        db_index=False,
    )
    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="records", verbose_name=_("submission")
    )
    kind = models.CharField(_("record kind"), max_length=30)
    client_reference = models.CharField(_("own reference"), max_length=64)
    # The record as its kind declares it, in canonical form.
    content = models.JSONField(_("content"))
    full_name = models.CharField(_("full name"), max_length=150)
    id_number = models.CharField(_("identity number"), max_length=20)
    occurred_at = models.DateTimeField(_("occurred at"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = GuestRecordQuerySet.as_manager()

    # How far it is on its way to the centre; only `with_state` gives these.
    state: str
    state_reason: str
    state_at: datetime | None

    class Meta:
        verbose_name = _("guest record")
        verbose_name_plural = _("guest records")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "client_reference"],
                name="record_reference_once_per_establishment",
                violation_error_message=_("Another record already has this reference."),
            ),
        ]
        indexes = [
            models.Index(fields=["establishment", "-id"], name="record_of_establishment"),
            models.Index(fields=["establishment", "id_number"], name="record_by_identity"),
        ]

    def __str__(self) -> str:
        return self.client_reference

    @property
    def declaration(self) -> Kind:
        """The declaration of the record's kind."""
        return KINDS[self.kind]

    @property
    def badge(self) -> tuple[str, str]:
        """The state's word and its tone, for `includes/status_badge.html`; needs `with_state`."""
        state = TransferStatus(self.state)
        return str(state.label), TONES[state]

    @property
    def step(self) -> str:
        """The word for the third step, which comes after received and accepted; needs `with_state`."""
        is_waiting = self.state == TransferStatus.ACCEPTED
        return gettext("Waiting to be transferred") if is_waiting else self.badge[0]


class TransferStatus(models.TextChoices):
    """How far a record is on its way to the centre: kept by us, taken by the centre, or refused by it."""

    ACCEPTED = "accepted", _("Accepted")
    SENDING = "sending", _("Being transferred")
    TRANSFERRED = "transferred", _("Transferred")
    REFUSED = "refused", _("Refused by the centre")


TONES = {
    TransferStatus.ACCEPTED: "waiting",
    TransferStatus.SENDING: "info",
    TransferStatus.TRANSFERRED: "success",
    TransferStatus.REFUSED: "danger",
}


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
