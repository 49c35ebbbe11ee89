"""Codes that prove that a person holds a mobile."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OneTimeCode(models.Model):
    """A code asked for, and what became of it. The code itself stands in the text alone."""

    purpose = models.CharField(_("purpose"), max_length=80)
    mobile = models.CharField(_("mobile"), max_length=16)
    code_hash = models.CharField(max_length=64, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    made_at = models.DateTimeField(_("made at"), null=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, code_hash="") | Q(made_at__isnull=False) & ~Q(code_hash=""),
                name="code_made_has_hash",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(made_at__isnull=False), name="code_used_was_made"
            ),
        ]
        indexes = [
            models.Index(fields=["mobile", "-asked_at"], name="code_of_mobile"),
            models.Index(fields=["address", "-asked_at"], name="code_of_address"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
