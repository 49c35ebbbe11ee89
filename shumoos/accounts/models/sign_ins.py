"""Each attempt to sign in; one that succeeded is a session for as long as it is open."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shumoos.accounts.models.people import STAFF_ROLES, User


class Result(models.TextChoices):
    OK = "ok", _("Signed in")
    WRONG_PASSWORD = "wrong_password", _("Wrong password")
    WRONG_CODE = "wrong_code", _("Wrong code")
    LOCKED = "locked", _("Refused: too many attempts")


class SignInQuerySet(models.QuerySet["SignIn"]):
    def open(self) -> "SignInQuerySet":
        """The sessions that were neither ended nor have run out."""
        now = timezone.now()
        is_staff = Q(user__role__in=STAFF_ROLES)
        return self.filter(
            ~is_staff | Q(last_used_at__gt=now - idle_limit()),
            result=Result.OK,
            ended_at__isnull=True,
            at__gt=now - longest(),
        )

    def end(self) -> int:
        """End those that are not ended yet, from their next request on; return how many."""
        return self.filter(result=Result.OK, ended_at__isnull=True).update(ended_at=timezone.now())


class SignIn(models.Model):
    """One attempt: whose, when, from which device and address, and with which result.

    The session's own key is not kept here: the session carries the key of this row.
    """

    user = models.ForeignKey(
        User, models.CASCADE, related_name="sign_ins", verbose_name=_("user"), db_index=False
    )
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    result = models.CharField(_("result"), max_length=20, choices=Result)
    device = models.CharField(_("device"), max_length=120, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True)
    # Asked of staff by their role, of others where they had an authenticator when they signed in.
    needs_code = models.BooleanField(default=False)
    last_used_at = models.DateTimeField(_("last used at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = SignInQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(result="ok"), name="sign_in_ended_was_open"
            ),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="sign_in_of_user")]

    def __str__(self) -> str:
        return f"{self.pk}"

    def has_run_out(self, now: datetime) -> bool:
        """Whether the session was ended, is older than a session may be, or stood idle for too long."""
        is_idle = self.user.role in STAFF_ROLES and self.last_used_at + idle_limit() <= now
        return self.ended_at is not None or self.at + longest() <= now or is_idle


def idle_limit() -> timedelta:
    return timedelta(minutes=settings.STAFF_IDLE_MINUTES)


def longest() -> timedelta:
    return timedelta(seconds=settings.SESSION_COOKIE_AGE)
