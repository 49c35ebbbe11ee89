"""The bank's files of payments, and what became of each line."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LineOutcome(models.TextChoices):
    """What became of one line of a bank's file."""

    ENTERED = "entered", _("Entered")
    PARTIAL = "partial", _("Entered, less than is owed")
    OVERPAID = "overpaid", _("Entered, more than is owed")
    REPEATED = "repeated", _("Entered before")
    CONFLICT = "conflict", _("Another payment has this reference")
    WRONG_BILL = "wrong_bill", _("No bill has this number")
    WRONG_AMOUNT = "wrong_amount", _("No amount of money")
    WRONG_DAY = "wrong_day", _("No day, or one to come")
    WRONG_REFERENCE = "wrong_reference", _("No reference")


class BankFile(models.Model):
    """One file as it was read: who, when, and its lines with what became of them."""

    name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("read by")
    )
    at = models.DateTimeField(_("read at"), default=timezone.now, editable=False)
    # Line, reference, bill, amount as it was written, outcome; no more than the bank has sent.
    lines = models.JSONField(_("lines"), default=list)

    class Meta:
        verbose_name = _("bank file")
        verbose_name_plural = _("bank files")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
