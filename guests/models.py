"""Guest records, the submissions they came in, the receipts for these, and their way to the centre."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.models import Establishment


class Door(models.TextChoices):
    FORM = "form", _("Form")
    FILE = "file", _("File")
    API = "api", _("API")


class Submission(models.Model):
    """What one person or system sent in one go. Its receipt number is the proof that it was received."""

    receipt = models.CharField(_("receipt number"), max_length=16, unique=True)
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="submissions", verbose_name=_("establishment")
    )
    kind = models.CharField(_("record kind"), max_length=30)
    door = models.CharField(_("sent by"), max_length=4, choices=Door)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    received_at = models.DateTimeField(_("received at"), default=timezone.now, editable=False)
    accepted = models.PositiveIntegerField(_("accepted"))
    duplicate = models.PositiveIntegerField(_("already known"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    # Over the canonical content of the accepted records, in their order.
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        permissions = [("submit", _("Can submit guest records"))]
        ordering = ["-id"]
        indexes = [models.Index(fields=["establishment", "-id"], name="submission_of_establishment")]

    def __str__(self) -> str:
        return self.receipt


class GuestRecordQuerySet(models.QuerySet["GuestRecord"]):
    def visible_to(self, user) -> "GuestRecordQuerySet":
        """The records of the establishments this person works for; nobody else's."""
        if user.role not in ("owner", "staff"):
            return self.none()
        return self.filter(establishment__in=Establishment.objects.visible_to(user))


class GuestRecord(models.Model):
    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="guest_records", verbose_name=_("establishment")
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


class TransferStatus(models.TextChoices):
    """How far a record is on its way to the centre: kept by us, taken by the centre, or refused by it."""

    ACCEPTED = "accepted", _("Accepted")
    SENDING = "sending", _("Being transferred")
    TRANSFERRED = "transferred", _("Transferred")
    REFUSED = "refused", _("Refused by the centre")


class Batch(models.Model):
    """What goes to the centre in one request. A retry carries the same number, so that it is known again."""

    number = models.UUIDField(unique=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(finished_at__isnull=True), name="batch_due")
        ]


class Transfer(models.Model):
    """One version of a record on its way to the centre."""

    record = models.ForeignKey(
        GuestRecord, models.PROTECT, related_name="transfers", verbose_name=_("record")
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    status = models.CharField(
        _("status"), max_length=12, choices=TransferStatus, default=TransferStatus.ACCEPTED
    )
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="transfers")
    reason = models.CharField(_("the centre's reason"), max_length=200, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["record", "version"], name="transfer_once_a_version"),
            models.CheckConstraint(
                condition=~Q(status__in=[TransferStatus.TRANSFERRED, TransferStatus.REFUSED])
                | Q(acknowledged_at__isnull=False),
                name="transfer_ended_is_acknowledged",
            ),
            models.CheckConstraint(
                condition=~Q(status=TransferStatus.SENDING) | Q(batch__isnull=False),
                name="transfer_sending_has_batch",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(status=TransferStatus.ACCEPTED), name="transfer_due"),
        ]
