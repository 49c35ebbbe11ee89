"""Subscriptions: the days they hold, what was done to them, and what their owners asked for."""

from datetime import date, timedelta
from typing import cast

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import ExpressionWrapper, F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registration.models import Application, Establishment, Licence
from shumoos.append_only import append_only
from shumoos.letters.models import Letter
from shumoos.saudi import calendar
from shumoos.templatetags.days import both_calendars


class TermsQuerySet(models.QuerySet["Terms"]):
    def in_force(self, on: date) -> "Terms":
        """Return those that hold on that day. Raises `Terms.DoesNotExist` before the first."""
        return self.filter(valid_from__lte=on).latest("valid_from")


class Terms(models.Model):
    """When owners are reminded and how long the grace is, from the day they hold.

    Data, as the schedules of violations are: a period keeps the days it was begun under, so that new ones
    take nothing from whoever has been told of the old ones.
    """

    valid_from = models.DateField(_("valid from"), unique=True)
    grace_days = models.PositiveSmallIntegerField(_("days of grace"))
    reminder_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("days before the end on which the owner is reminded"),
        help_text=_("The most first; from the first of them on a subscription counts as expiring."),
    )

    objects = TermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("terms of subscriptions")
        verbose_name_plural = _("terms of subscriptions")
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return both_calendars(self.valid_from)


class SubscriptionStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")


class State(models.TextChoices):
    """How a subscription stands on a day: its status, and for an active one what the calendar makes of it."""

    UPCOMING = "upcoming", _("Begins later")
    ACTIVE = "active", _("Active")
    EXPIRING = "expiring", _("Ends soon")
    IN_GRACE = "in_grace", _("Ended, in its days of grace")
    ENDED = "ended", _("Has ended")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")


TONES = {
    State.UPCOMING: "info",
    State.ACTIVE: "success",
    State.EXPIRING: "warning",
    State.IN_GRACE: "danger",
    State.ENDED: "danger",
    State.SUSPENDED: "danger",
    State.CLOSED: "neutral",
}

# The first day after the one until which guests are taken: PostgreSQL adds days to a day.
AFTER_GRACE = ExpressionWrapper(F("period__endswith") + F("grace_days"), output_field=models.DateField())
EXPIRING_FROM = ExpressionWrapper(
    F("period__endswith") - 1 - F("reminder_days__0"), output_field=models.DateField()
)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def visible_to(self, user) -> "SubscriptionQuerySet":
        """Those this person may see: their own, their workplace's, their office's or their authority's."""
        if user.role == "owner":
            return self.filter(establishment__owner__user=user)
        if user.role == "staff":
            return self.filter(establishment__staff=user)
        if user.role in ("supervisor", "head"):
            return self.filter(establishment__city__region__office__members=user)
        if user.role == "authority":
            return self.filter(licence__authority__officers=user)
        if user.role == "auditor":
            return self.all()
        return self.none()

    def active(self, on: date | None = None) -> "SubscriptionQuerySet":
        """Those that hold on that day, today by default."""
        return self.filter(status=SubscriptionStatus.ACTIVE, period__contains=on or calendar.today())

    def latest_periods(self) -> "SubscriptionQuerySet":
        """Those that no later period follows."""
        return self.filter(renewed_at__isnull=True)

    def expiring(self, on: date | None = None) -> "SubscriptionQuerySet":
        """Those that hold, end soon, and are not renewed."""
        on = on or calendar.today()
        return (
            self.active(on).latest_periods().alias(expiring_from=EXPIRING_FROM).filter(expiring_from__lte=on)
        )

    def in_grace(self, on: date | None = None) -> "SubscriptionQuerySet":
        """Those that have ended, and for which guests are still taken."""
        on = on or calendar.today()
        return self.taking_guests(on).latest_periods().filter(period__endswith__lte=on)

    def ended(self, on: date | None = None) -> "SubscriptionQuerySet":
        """Those whose days of grace are over, too, and that are not renewed."""
        on = on or calendar.today()
        ended = self.filter(status=SubscriptionStatus.ACTIVE).latest_periods()
        return ended.alias(after_grace=AFTER_GRACE).filter(after_grace__lte=on)

    def taking_guests(self, on: date | None = None) -> "SubscriptionQuerySet":
        """Those for whose establishment guests may be submitted on that day: they hold, or are in grace."""
        on = on or calendar.today()
        begun = self.filter(status=SubscriptionStatus.ACTIVE, period__startswith__lte=on)
        return begun.alias(after_grace=AFTER_GRACE).filter(after_grace__gt=on)

    def pressing(self, on: date | None = None) -> "SubscriptionQuerySet":
        """Those that have ended or are suspended: whoever works there must be told."""
        on = on or calendar.today()
        return self.filter(Q(status=SubscriptionStatus.SUSPENDED) | Q(period__endswith__lte=on))

    def why_no_guests(self) -> State | None:
        """Return what keeps guests of these from being submitted today; None without any subscription.

        For the subscriptions of one establishment of which none is `taking_guests`.
        """
        standing = self.exclude(status=SubscriptionStatus.CLOSED).latest_periods()
        # By key, in which they were begun: one that was closed before its first day has no days left.
        last = standing.first() or self.order_by("-pk").first()
        return last.state if last else None

    def awaiting_renewal(self) -> "SubscriptionQuerySet":
        """Those whose licence its authority's register has with a later end, not past either."""
        return self.filter(
            status=SubscriptionStatus.ACTIVE,
            renewed_at__isnull=True,
            licence__in_register=True,
            licence__expires_on__gte=F("period__endswith"),
        ).filter(licence__expires_on__gte=calendar.today())

    def barring_an_application(self, on: date | None = None) -> "SubscriptionQuerySet":
        """Those that leave their licence nothing to apply for on that day.

        A suspended one does until it is reinstated or closed. One that holds does not where the register has
        its licence with a later end or with another owner, nor one that ends soon under a licence that no
        register has.
        """
        on = on or calendar.today()
        renewed = Q(licence__in_register=True, licence__expires_on__gte=F("period__endswith"))
        sold = Q(licence__in_register=True) & ~Q(
            licence__owner_national_id=F("establishment__owner__national_id")
        )
        soon = Q(licence__in_register=False, expiring_from__isnull=False, expiring_from__lte=on)
        holds = Q(status=SubscriptionStatus.ACTIVE, period__contains=on)
        is_last = Q(renewed_at__isnull=True)
        return self.alias(expiring_from=EXPIRING_FROM).filter(
            Q(status=SubscriptionStatus.SUSPENDED) | holds & ~(is_last & (renewed | sold | soon))
        )


class Subscription(models.Model):
    """One period in which an establishment is subscribed. A renewal is another one, which follows it."""

    establishment = models.ForeignKey(
        Establishment, models.PROTECT, related_name="subscriptions", verbose_name=_("establishment")
    )
    licence = models.ForeignKey(
        Licence, models.PROTECT, related_name="subscriptions", verbose_name=_("licence")
    )
    # None where a supervisor confirmed the renewal that the register showed.
    application = models.OneToOneField(
        Application,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="subscription",
        verbose_name=_("application"),
    )
    predecessor = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="renewal",
        verbose_name=_("earlier period"),
    )
    # The days on which it holds; of one that was closed, those on which it held, which may be none.
    period = DateRangeField(_("period"))
    status = models.CharField(
        _("status"), max_length=10, choices=SubscriptionStatus, default=SubscriptionStatus.ACTIVE
    )
    # As the terms had them when the period began.
    grace_days = models.PositiveSmallIntegerField(_("days of grace"), default=0)
    reminder_days = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("reminder days"), default=list, blank=True
    )
    # The day of the next text to the owner by the calendar; empty when there is none to come.
    next_text_on = models.DateField(_("next text on"), null=True, blank=True, editable=False)
    # The first day on which it held no more because it was closed.
    closed_on = models.DateField(_("closed on"), null=True, blank=True, editable=False)
    # The days that it would have held, and of which its letter speaks, where closing has taken some of them.
    foreseen = DateRangeField(  # type: ignore[misc]  # the stub knows none that may be empty
        _("period before it was closed"), null=True, blank=True, editable=False
    )
    # Since when another period follows.
    renewed_at = models.DateTimeField(_("renewed at"), null=True, blank=True, editable=False)
    statement = models.OneToOneField(
        Letter, models.PROTECT, related_name="subscription", verbose_name=_("statement letter")
    )
    activated_at = models.DateTimeField(_("activated at"), default=timezone.now, editable=False)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("activated by")
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        permissions = [
            ("renew", _("Can confirm renewals")),
            ("order", _("Can suspend and reinstate subscriptions by order")),
            ("ask_closing", _("Can ask for one's own subscription to be closed")),
            ("answer_closing", _("Can confirm and refuse that subscriptions are closed")),
        ]
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["establishment"],
                condition=Q(status=SubscriptionStatus.ACTIVE, renewed_at__isnull=True),
                name="subscription_one_active_per_establishment",
                violation_error_message=_("This establishment already has an active subscription."),
            ),
            ExclusionConstraint(
                name="subscription_periods_do_not_overlap",
                expressions=[("period", RangeOperators.OVERLAPS), ("establishment", RangeOperators.EQUAL)],
                violation_error_message=_("Two subscriptions of one establishment cannot overlap."),
            ),
            # An open period without a day would overlap nothing, and hold for ever in the others' way.
            models.CheckConstraint(
                condition=Q(
                    ~Q(status=SubscriptionStatus.CLOSED),
                    period__isempty=False,
                    closed_on__isnull=True,
                    foreseen__isnull=True,
                )
                | Q(status=SubscriptionStatus.CLOSED, closed_on__isnull=False)
                & (Q(period__isempty=True) | Q(period__endswith__lte=F("closed_on"))),
                name="subscription_ends_when_closed",
                violation_error_message=_("A closed subscription ends on the day of its closing."),
            ),
            models.CheckConstraint(
                condition=Q(foreseen__isnull=True, period__isempty=False)
                | Q(foreseen__isnull=False, foreseen__contains=F("period")),
                name="subscription_foreseen_holds_period",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_text_on"],
                condition=Q(status=SubscriptionStatus.ACTIVE, renewed_at__isnull=True),
                name="subscription_text_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.establishment} · {both_calendars(self.begins_on)}"

    @property
    def begins_on(self) -> date:
        """The first day on which the subscription holds; of one closed before, on which it was to hold."""
        return cast(date, (self.foreseen or self.period).lower)

    @property
    def ends_on(self) -> date:
        """The last day on which the subscription holds; the one before its first if it never held."""
        after = cast(date, self.begins_on if self.period.isempty else self.period.upper)
        return after - timedelta(days=1)

    @property
    def until(self) -> str:
        """The last day on which it holds, for people; for one that held on no whole day, that in words."""
        return gettext("held on no day") if self.never_held else both_calendars(self.ends_on)

    @property
    def never_held(self) -> bool:
        """Whether it was closed on its first day or before, so that it held on no whole day."""
        return self.period.isempty

    @property
    def grace_ends_on(self) -> date:
        """The last day on which guests are taken: its days of grace included, which a closed one has not."""
        grace = 0 if self.status == SubscriptionStatus.CLOSED else self.grace_days
        return self.ends_on + timedelta(days=grace)

    @property
    def is_renewed(self) -> bool:
        return self.renewed_at is not None

    @property
    def state(self) -> State:
        return self.state_on(calendar.today())

    @property
    def badge(self) -> tuple[str, str]:
        """The state today in words, and the tone it is shown in."""
        return str(self.state.label), TONES[self.state]

    @property
    def awaits_renewal(self) -> bool:
        """Whether the register shows a renewal that nobody has confirmed, as `awaiting_renewal` finds it."""
        is_open = self.status == SubscriptionStatus.ACTIVE and not self.is_renewed
        return (
            is_open
            and self.licence.in_register
            and self.ends_on < self.licence.expires_on >= calendar.today()
        )

    @property
    def has_other_owner(self) -> bool:
        """Whether the register's licence names another owner than the establishment's."""
        return self.licence.owner_national_id != self.establishment.owner.national_id

    def state_on(self, on: date) -> State:
        if self.status != SubscriptionStatus.ACTIVE:
            return State(self.status)
        if on < self.begins_on:
            return State.UPCOMING
        if on > self.ends_on:
            in_grace = on <= self.grace_ends_on and not self.is_renewed
            return State.IN_GRACE if in_grace else State.ENDED
        is_soon = bool(self.reminder_days) and on >= self.ends_on - timedelta(days=self.reminder_days[0])
        return State.EXPIRING if is_soon and not self.is_renewed else State.ACTIVE

    def text_days(self) -> list[date]:
        """Return the days of the texts to the owner, in order: reminders, the end, the end of the grace."""
        reminders = [self.ends_on - timedelta(days=days) for days in self.reminder_days]
        # An end is told on the first day after it; without any grace there is one end, not two.
        ends = {self.ends_on + timedelta(days=1), self.grace_ends_on + timedelta(days=1)}
        return sorted({*reminders, *ends})

    def end_by(self, day: date) -> None:
        """Take the day on which it is closed, and those after it, out of its period. The caller saves it."""
        self.closed_on = day
        if cast(date, self.period.upper) <= day:
            return
        self.foreseen = self.period
        begins = cast(date, self.period.lower)
        self.period = DateRange(begins, day) if begins < day else DateRange(empty=True)

    def next_text_day(self, after: date) -> date | None:
        """Return the day of the first text that is due after that day."""
        return next((day for day in self.text_days() if day > after), None)


class Act(models.TextChoices):
    BEGUN = "begun", _("Period begun")
    RENEWED = "renewed", _("Renewed by a later period")
    SUSPENDED = "suspended", _("Suspended by order")
    REINSTATED = "reinstated", _("Reinstated by order")
    CLOSED = "closed", _("Closed")


ORDERS = [Act.SUSPENDED, Act.REINSTATED]


class SubscriptionEvent(models.Model):
    """What was done to a subscription, by whom and why. Never changed, never deleted."""

    subscription = models.ForeignKey(
        Subscription, models.PROTECT, related_name="events", verbose_name=_("subscription")
    )
    act = models.CharField(_("what"), max_length=12, choices=Act)
    old = models.CharField(_("from"), max_length=10, choices=SubscriptionStatus, blank=True)
    new = models.CharField(_("to"), max_length=10, choices=SubscriptionStatus)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    order_number = models.CharField(_("number of the order"), max_length=40, blank=True)
    # What a renewal took over from the register: by field, before and after.
    changes = models.JSONField(_("taken over from the register"), default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("subscription event")
        verbose_name_plural = _("subscription events")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(act=Act.SUSPENDED) | ~Q(order_number="") & ~Q(reason=""),
                name="subscription_suspended_by_order",
                violation_error_message=_("Give the number of the order and the reason."),
            ),
            models.CheckConstraint(
                condition=~Q(act__in=[Act.REINSTATED, Act.CLOSED]) | ~Q(reason=""),
                name="subscription_event_has_reason",
                violation_error_message=_("Give the reason."),
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return str(self.get_act_display())


class ClosingOutcome(models.TextChoices):
    CONFIRMED = "confirmed", _("Confirmed")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ClosingRequestQuerySet(models.QuerySet["ClosingRequest"]):
    def open(self) -> "ClosingRequestQuerySet":
        return self.filter(outcome="")

    def visible_to(self, user) -> "ClosingRequestQuerySet":
        """The owner's own, and those to the officer's own authority; all for an auditor."""
        if user.role == "owner":
            return self.filter(subscription__establishment__owner__user=user)
        if user.role == "authority":
            return self.filter(subscription__licence__authority__officers=user)
        if user.role == "auditor":
            return self.all()
        return self.none()


class ClosingRequest(models.Model):
    """An owner's wish to end the subscription, which the licensing authority confirms or refuses."""

    subscription = models.ForeignKey(
        Subscription, models.PROTECT, related_name="closing_requests", verbose_name=_("subscription")
    )
    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    outcome = models.CharField(_("outcome"), max_length=10, choices=ClosingOutcome, blank=True)
    answer = models.CharField(_("the authority's reason"), max_length=500, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = ClosingRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for closing")
        verbose_name_plural = _("requests for closing")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"],
                condition=Q(outcome=""),
                name="closing_one_open_per_subscription",
                violation_error_message=_("The authority has not answered the earlier request yet."),
            ),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True, ended_by__isnull=True)
                | ~Q(outcome="") & Q(ended_at__isnull=False, ended_by__isnull=False),
                name="closing_ended_has_time_and_person",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=ClosingOutcome.REFUSED) | ~Q(answer=""),
                name="closing_refused_has_answer",
                violation_error_message=_("Say why, in words for the owner."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.subscription)
