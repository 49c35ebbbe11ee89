"""A subscription's life after its activation: renewed, suspended and reinstated by order, closed.

Each move is one function; nothing else gives a subscription another status. Whatever changes the periods of
an establishment holds the establishment's row, so that two at once come one after the other.
"""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from activation import renewals
from activation.models import Act, Subscription, SubscriptionEvent, SubscriptionStatus, Terms
from activation.statements import issue_statement
from registration.models import Application, Establishment, Licence, Status
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.letters import issue as letters
from shumoos.saudi import calendar
from shumoos.sms.outbox import cancel_sms, queue_sms
from violations.escalation import comply


@transaction.atomic
def begin(
    establishment: Establishment,
    licence: Licence,
    *,
    by: User,
    application: Application | None = None,
    presented: str = "",
    has_other_owner: bool = False,
) -> Subscription:
    """Begin a period that holds until the licence ends, with a statement letter, and return it.

    It begins today, or on the day after the establishment's present period, which it follows and whose letter
    its own supersedes. Where the establishment `has_other_owner` now, the present period is closed instead.
    The caller holds the licence. Raises MoveRefused where the present period is suspended, or where the
    licence ends no later than it does.
    """
    hold(establishment)
    open_periods = establishment.subscriptions.exclude(status=SubscriptionStatus.CLOSED).latest_periods()
    present = open_periods.order_by("-period__startswith").first()
    if present and present.status == SubscriptionStatus.SUSPENDED:
        raise MoveRefused(_("The subscription is suspended by order. It has to be reinstated first."))
    if present and has_other_owner:
        with translation.override(settings.LANGUAGE_CODE):
            close(establishment, by=by, reason=_("The establishment has another owner."))
        present = None
    since = first_day_after(present)
    if licence.expires_on < since:
        raise MoveRefused(
            _("The licence ends no later than the subscription. Ask the owner to have it renewed first.")
        )
    reference = application or last_application(establishment)
    statement = issue_statement(reference, establishment, licence, by=by, since=since, presented=presented)
    if present:
        present.renewed_at = timezone.now()
        present.save(update_fields=["renewed_at"])
        record(present, Act.RENEWED, present.status, by=by)
        # One that was revoked stays so.
        with suppress(letters.MoveRefused):
            letters.supersede(present.statement, replacement=statement, by=by)
    return store(
        Subscription(
            establishment=establishment,
            licence=licence,
            application=application,
            predecessor=present,
            period=(since, licence.expires_on + timedelta(days=1)),
            statement=statement,
            activated_by=by,
        )
    )


def store(subscription: Subscription) -> Subscription:
    """Save a new period under the terms of the day, and return it as the database has it."""
    terms = Terms.objects.in_force(calendar.today())
    subscription.grace_days = terms.grace_days
    subscription.reminder_days = sorted(terms.reminder_days, reverse=True)
    subscription.full_clean()
    subscription.save()
    subscription.refresh_from_db(fields=["period"])
    # From today on: what would have been due before, nobody was there to be told.
    subscription.next_text_on = subscription.next_text_day(calendar.today() - timedelta(days=1))
    subscription.save(update_fields=["next_text_on"])
    record(subscription, Act.BEGUN, "", by=subscription.activated_by)
    return subscription


@transaction.atomic
def renew(subscription: Subscription, *, by: User) -> Subscription:
    """Confirm the renewal that the register shows, tell the owner, and return the new period.

    The establishment takes over what the register says of it. Confirming again returns the same period.
    Raises MoveRefused where another person has confirmed it, where the register has no later end, or another
    owner or region, and as `begin` does.
    """
    licence = Licence.objects.select_for_update().get(pk=subscription.licence_id)
    lock(subscription)
    if subscription.is_renewed:
        renewal = Subscription.objects.select_related("activated_by").get(predecessor=subscription)
        if renewal.activated_by_id == by.pk:
            return renewal
        raise MoveRefused(
            _("%(name)s has confirmed this renewal already.") % {"name": renewal.activated_by.full_name}
        )
    renewals.refuse(subscription, licence)
    establishment = subscription.establishment
    changes = renewals.take_over(establishment, licence)
    renewal = begin(establishment, licence, by=by)
    if changes:
        record(renewal, Act.BEGUN, renewal.status, by=by, changes=changes)
    if renewal.begins_on <= calendar.today():
        comply(licence, on=calendar.today())
    tell(renewal, "subscription_renewed")
    return renewal


@transaction.atomic
def suspend(subscription: Subscription, *, by: User, order_number: str, reason: str) -> None:
    """Suspend an establishment's subscription by an order, with any period that follows; tell the owner.

    Repeating it changes nothing. Raises MoveRefused for one that is closed or over, ValidationError without
    number or reason.
    """
    lock(subscription)
    if subscription.status == SubscriptionStatus.SUSPENDED:
        return
    present = present_periods(subscription.establishment)
    if subscription.status == SubscriptionStatus.CLOSED or subscription not in present:
        raise MoveRefused(_("This subscription is over: there is nothing to suspend."))
    for period in present:
        move(
            period,
            Act.SUSPENDED,
            SubscriptionStatus.SUSPENDED,
            by=by,
            order_number=order_number,
            reason=reason,
        )
    subscription.refresh_from_db()
    tell(subscription, "subscription_suspended")


@transaction.atomic
def reinstate(subscription: Subscription, *, by: User, reason: str, order_number: str = "") -> None:
    """Let a suspended subscription hold again, with any period that follows, and tell the owner.

    Repeating it changes nothing. Raises MoveRefused for one that is closed, ValidationError without a reason.
    """
    lock(subscription)
    if subscription.status == SubscriptionStatus.ACTIVE:
        return
    if subscription.status == SubscriptionStatus.CLOSED:
        raise MoveRefused(_("This subscription is closed. The owner has to register again."))
    for period in subscription.establishment.subscriptions.filter(status=SubscriptionStatus.SUSPENDED):
        move(
            period, Act.REINSTATED, SubscriptionStatus.ACTIVE, by=by, order_number=order_number, reason=reason
        )
    subscription.refresh_from_db()
    tell(subscription, "subscription_reinstated")


@transaction.atomic
def close(establishment: Establishment, *, by: User, reason: str) -> list[Subscription]:
    """Close whatever subscription the establishment has as of today, revoke its letters, and return it.

    Its periods end with yesterday, so that another one may begin today; one that was to begin today or later
    is left without a day. Credentials that wait for its owner are not sent: the establishment may be somebody
    else's next. Within the transaction of what causes it. Repeating it changes nothing and returns nothing.
    """
    hold(establishment)
    closed = present_periods(establishment)
    for period in closed:
        period.end_by(calendar.today())
        move(period, Act.CLOSED, SubscriptionStatus.CLOSED, by=by, reason=reason)
        letters.revoke(period.statement, by=by, reason=reason[:300])
    cancel_sms(kind="credentials", about=establishment.subscriptions.all())
    return closed


def hold(establishment: Establishment) -> None:
    """Wait for whoever is changing the establishment's periods, and have it to ourselves until the end."""
    Establishment.objects.select_for_update(no_key=True).get(pk=establishment.pk)


def lock(subscription: Subscription) -> None:
    hold(subscription.establishment)
    subscription.refresh_from_db(from_queryset=Subscription.objects.select_for_update(of=("self",)))


def present_periods(establishment: Establishment) -> list[Subscription]:
    """Return the periods that are not behind us, in order: the last one begun, and what follows."""
    periods = establishment.subscriptions.exclude(status=SubscriptionStatus.CLOSED).filter(
        Q(renewed_at__isnull=True) | Q(period__endswith__gt=calendar.today())
    )
    return list(periods.select_for_update(of=("self",)).order_by("pk"))


def first_day_after(present: Subscription | None) -> date:
    """Return the day on which the next period begins: the day after the present one, or today if later."""
    today = calendar.today()
    return max(today, present.ends_on + timedelta(days=1)) if present else today


def last_application(establishment: Establishment) -> Application:
    """Return the application that a renewal's letter refers to: the one activated last."""
    return establishment.applications.filter(status=Status.ACTIVATED).latest("decided_at", "pk")


def move(subscription: Subscription, act: Act, to: SubscriptionStatus, *, by: User, **said: str) -> None:
    """Give a locked subscription another status, with its row in the history."""
    if subscription.status == to:
        return
    record(subscription, act, subscription.status, new=to, by=by, **said)
    subscription.status = to
    subscription.save(update_fields=["status", "period", "foreseen", "closed_on"])


def record(subscription: Subscription, act: Act, old: str, *, by: User, new: str = "", **said: Any) -> None:
    """Write what is done to a subscription into its history. Raises ValidationError where a reason lacks."""
    event = SubscriptionEvent(
        subscription=subscription, act=act, old=old, new=new or subscription.status, by=by, **said
    )
    event.full_clean()
    event.save()
    log_change(f"subscription {act}", subscription, by=by, reason=event.reason)


def tell(subscription: Subscription, kind: str) -> None:
    """Queue a text to the owner in their language."""
    owner = subscription.establishment.owner
    language = owner.user.language if owner.user else "ar"
    queue_sms(kind=kind, to=owner.mobile, language=language, about=subscription)
