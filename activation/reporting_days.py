"""The days on which establishments were subscribed and so had to report, suspensions left out."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from activation.models import Act, Subscription, SubscriptionEvent, SubscriptionStatus
from activation.models.subscriptions import AFTER_GRACE
from shumoos.saudi.calendar import RIYADH

ENDS = (Act.SUSPENDED, Act.CLOSED)


def reporting_days(establishments: Collection[int], first: date, last: date) -> dict[int, set[date]]:
    """Return, by establishment, the days from `first` to `last` on which guests were taken; two queries.

    A day of which the subscription was suspended or closed in part is left out: nobody could report then.
    """
    subscriptions = list(
        Subscription.objects.filter(establishment__in=establishments, period__startswith__lte=last)
        .alias(after_grace=AFTER_GRACE)
        .filter(after_grace__gt=first)
    )
    acts: dict[int, list[SubscriptionEvent]] = {}
    events = SubscriptionEvent.objects.filter(subscription__in=subscriptions, act__in=[*ENDS, Act.REINSTATED])
    for event in events.order_by("pk"):
        acts.setdefault(event.subscription_id, []).append(event)
    days: dict[int, set[date]] = {}
    for subscription in subscriptions:
        ends_on = subscription.ends_on if subscription.is_renewed else subscription.grace_ends_on
        held = set(each_day(max(subscription.begins_on, first), min(ends_on, last)))
        held -= set(away(subscription, acts.get(subscription.pk, []), first, last))
        days.setdefault(subscription.establishment_id, set()).update(held)
    return days


def away(
    subscription: Subscription, events: list[SubscriptionEvent], first: date, last: date
) -> Iterator[date]:
    """Yield the days on which the subscription was suspended or closed."""
    # One without a history stands as it does now.
    since = first if not events and subscription.status != SubscriptionStatus.ACTIVE else None
    for event in events:
        day = event.at.astimezone(RIYADH).date()
        if event.act in ENDS:
            since = since or day
        elif since:
            yield from each_day(max(since, first), min(day, last))
            since = None
    if since:
        yield from each_day(max(since, first), last)


def each_day(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
