"""What happened to an application apart from its moves: another mobile, another office, a second opinion."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registration.models.applications import Application
from shumoos.append_only import append_only


class ChangeKind(models.TextChoices):
    MOBILE = "mobile", _("Mobile changed")
    OFFICE = "office", _("Given to another office")
    PROPOSED = "proposed", _("Activation proposed to the office head")
    SENT_BACK = "sent_back", _("Proposed activation sent back")


class ApplicationChange(models.Model):
    """One change that is no move, and why it was made. Never changed, never deleted."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="changes")
    kind = models.CharField(_("kind"), max_length=10, choices=ChangeKind)
    # As the history shows them: a mobile masked, an office by its code.
    before = models.CharField(_("before"), max_length=40, blank=True)
    after = models.CharField(_("after"), max_length=40, blank=True)
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    # Nobody where the owner did it.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=ChangeKind.PROPOSED) | Q(by__isnull=True) | ~Q(reason=""),
                name="change_has_reason",
                violation_error_message=_("Say why."),
            ),
        ]
        triggers = [append_only()]
