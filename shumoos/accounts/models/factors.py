"""What belongs to a person's authenticator: the codes for when it is lost, and the requests to reset it."""

import secrets
import time

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from shumoos.accounts.models.people import User
from shumoos.ciphers import cipher

# What authenticators take for granted (RFC 6238), and so no column of ours.
STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
# A clock may be one step off to either side.
TOLERANCE = 1


def new_secret() -> bytes:
    """Return a new secret as it is kept: encrypted."""
    return cipher().encrypt(secrets.token_bytes(SECRET_BYTES))


class Authenticator(ThrottlingMixin, Device):
    """A person's authenticator. Its secret is encrypted at rest, and read only while a code is compared."""

    sealed = models.BinaryField(default=new_secret, editable=False)
    # The step of the last code that was accepted: none works twice, and none before it.
    last_step = models.BigIntegerField(default=-1)

    class Meta(Device.Meta):
        verbose_name = _("authenticator")
        verbose_name_plural = _("authenticators")

    @property
    def secret(self) -> bytes:
        return cipher().decrypt(bytes(self.sealed))

    def verify_token(self, token: str) -> bool:
        """Whether these are six digits that it shows now; counts the try, and uses them up."""
        if not self.verify_is_allowed()[0]:
            return False
        totp = TOTP(self.secret, STEP_SECONDS, digits=DIGITS)
        totp.time = time.time()
        if not totp.verify(int(token), TOLERANCE, self.last_step + 1):
            self.throttle_increment()
            return False
        self.last_step = totp.t()
        self.throttle_reset(commit=False)
        self.save()
        return True

    def get_throttle_factor(self) -> int:
        """How many seconds the second try waits; each later one waits twice as long."""
        return 1


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
