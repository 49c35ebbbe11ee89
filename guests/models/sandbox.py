"""What test keys send. In tables of their own, so that nothing that reads real records can come upon it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guests.models.api_keys import ApiKey
from registration.models import Establishment


class SandboxSubmission(models.Model):
    """What a program sent in one go to try it out; its receipt begins with T and proves nothing."""

    receipt = models.CharField(max_length=24, unique=True)
    establishment = models.ForeignKey(Establishment, models.PROTECT, related_name="sandbox_submissions")
    api_key = models.ForeignKey(ApiKey, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    received_at = models.DateTimeField(default=timezone.now, db_index=True)
    accepted = models.PositiveIntegerField(default=0)
    duplicate = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("test submission")
        verbose_name_plural = _("test submissions")

    def __str__(self) -> str:
        return self.receipt


class SandboxRecord(models.Model):
    """A record that a test key sent, as it would be kept, with its versions."""

    establishment = models.ForeignKey(Establishment, models.PROTECT, related_name="+", db_index=False)
    submission = models.ForeignKey(SandboxSubmission, models.CASCADE, related_name="records")
    kind = models.CharField(max_length=30)
    client_reference = models.CharField(max_length=64)
    content = models.JSONField()
    version = models.PositiveSmallIntegerField(default=1)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("test record")
        verbose_name_plural = _("test records")
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "client_reference"],
                name="sandbox_reference_once_per_establishment",
            ),
        ]

    def __str__(self) -> str:
        return self.client_reference
