"""Each attempt to sign in; one that succeeded is a session for as long as the limits, a row, let it be."""

from datetime import datetime, timedelta

from django.contrib.postgres.indexes import BrinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from shumoos.accounts.models.people import STAFF_ROLES, User


class Result(models.TextChoices):
    OK = "ok", _("Signed in")
    WRONG_PASSWORD = "wrong_password", _("Wrong password")
    WRONG_CODE = "wrong_code", _("Wrong code")
    LOCKED = "locked", _("Refused: too many attempts")


# What holds until an administrator changes it, and where nobody may make more of it.
FIRST_IDLE_MINUTES, LEAST_IDLE_MINUTES, MOST_IDLE_MINUTES = 15, 5, 60
FIRST_HOURS, LEAST_HOURS, MOST_HOURS = 8, 1, 12


class SessionLimit(models.Model):
    """How long a session may go on: the one row that says it. A change holds from the next request on."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    staff_idle_minutes = models.PositiveSmallIntegerField(
        _("minutes that staff may leave a session unused"),
        default=FIRST_IDLE_MINUTES,
        validators=[MinValueValidator(LEAST_IDLE_MINUTES), MaxValueValidator(MOST_IDLE_MINUTES)],
    )
    hours = models.PositiveSmallIntegerField(
        _("hours after which every session ends"),
        default=FIRST_HOURS,
        validators=[MinValueValidator(LEAST_HOURS), MaxValueValidator(MOST_HOURS)],
    )

    class Meta:
        verbose_name = _("session limit")
        verbose_name_plural = _("session limits")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="session_limit_is_one_row"),
            models.CheckConstraint(
                condition=Q(
                    staff_idle_minutes__gte=LEAST_IDLE_MINUTES, staff_idle_minutes__lte=MOST_IDLE_MINUTES
                ),
                name="session_limit_idle_within_an_hour",
            ),
            models.CheckConstraint(
                condition=Q(hours__gte=LEAST_HOURS, hours__lte=MOST_HOURS),
                name="session_limit_within_a_shift",
            ),
        ]

    def __str__(self) -> str:
        return capfirst(str(self._meta.verbose_name))


class SignInQuerySet(models.QuerySet["SignIn"]):
    def with_limits(self) -> "SignInQuerySet":
        """Have each come with the limits of this moment, `may_idle` and `may_last`, by the same query."""
        return self.annotate(
            may_idle=limit("staff_idle_minutes", FIRST_IDLE_MINUTES, timedelta(minutes=1)),
            may_last=limit("hours", FIRST_HOURS, timedelta(hours=1)),
        )

    def open(self) -> "SignInQuerySet":
        """The sessions that were neither ended nor have run out."""
        now = Value(timezone.now())
        is_staff = Q(user__role__in=STAFF_ROLES)
        return self.with_limits().filter(
            ~is_staff | Q(last_used_at__gt=now - F("may_idle")),
            result=Result.OK,
            ended_at__isnull=True,
            at__gt=now - F("may_last"),
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

    # From `with_limits`.
    may_idle: timedelta
    may_last: timedelta

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(result="ok"), name="sign_in_ended_was_open"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="sign_in_of_user"),
            # They come in by time, so that those whose time is over lie together.
            BrinIndex(fields=["at"], name="sign_in_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    def has_run_out(self, now: datetime) -> bool:
        """Whether the session, read `with_limits`, was ended, has lasted as long as it may, or stood idle."""
        is_idle = self.user.role in STAFF_ROLES and self.last_used_at + self.may_idle <= now
        return self.ended_at is not None or self.at + self.may_last <= now or is_idle


def limit(field: str, first: int, unit: timedelta) -> ExpressionWrapper:
    """Return the row's figure as a time; `first` where there is no row yet."""
    figure = Coalesce(Subquery(SessionLimit.objects.values(field)[:1]), Value(first))
    return ExpressionWrapper(figure * Value(unit), output_field=models.DurationField())
