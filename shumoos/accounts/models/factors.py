"""What belongs to a person's authenticator: the codes for when it is lost, and the requests to reset it."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shumoos.accounts.models.people import User


class RecoveryCode(models.Model):
    """One of ten codes that stand in for the authenticator, once each."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="recovery_codes", verbose_name=_("user"), db_index=False
    )
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [
            models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_once_per_user")
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class ResetStatus(models.TextChoices):
    ASKED = "asked", _("Waits for a second person")
    CONFIRMED = "confirmed", _("Reset")
    REFUSED = "refused", _("Refused")


class AuthenticatorReset(models.Model):
    """A request to take away somebody's authenticator, so that they set up another one."""

    user = models.ForeignKey(User, models.PROTECT, related_name="resets", verbose_name=_("user"))
    status = models.CharField(_("status"), max_length=12, choices=ResetStatus, default=ResetStatus.ASKED)
    also_password = models.BooleanField(_("and a new password"), default=False)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("authenticator reset")
        verbose_name_plural = _("authenticator resets")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(status="asked"),
                name="reset_one_open_per_user",
                violation_error_message=_("A reset was asked for already and waits for a second person."),
            ),
            models.CheckConstraint(
                condition=Q(status="asked", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(status="asked") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="reset_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | ~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("user")),
                name="reset_needs_a_second_person",
                violation_error_message=_("A reset is confirmed by somebody else than who asked for it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
