"""The record of who looked at what."""

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shumoos.accounts.models.people import User


class Look(models.Model):
    """One look at a person's data: who, what, when, why, from where. Never changed, never deleted."""

    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="looks", verbose_name=_("by"), db_index=False
    )
    role = models.CharField(_("role"), max_length=20, blank=True)
    action = models.CharField(_("action"), max_length=60)
    subject = models.CharField(_("subject"), max_length=80)
    # Room for who acts for whom under a mandate, with three long names.
    reason = models.CharField(_("reason"), max_length=600, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    request_id = models.CharField(_("request id"), max_length=36, blank=True)

    class Meta:
        verbose_name = _("access log entry")
        verbose_name_plural = _("access log")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject", "-id"], name="look_of_subject"),
            models.Index(fields=["by", "-id"], name="look_by_person"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
