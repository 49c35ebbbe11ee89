"""What happens to subscriptions by the passing of time: their owners are told what comes."""

from datetime import date
from itertools import groupby

from django.db import transaction

from activation.models import State, Subscription, SubscriptionStatus
from shumoos.saudi import calendar
from shumoos.sms.outbox import Recipient, queue_many

BATCH = 200

TEXTS = {
    State.EXPIRING: "subscription_expiring",
    State.IN_GRACE: "subscription_in_grace",
    State.ENDED: "subscription_ended",
}


def keep_up() -> None:
    """Tell owners that their subscription ends soon, has ended, and that its days of grace are over.

    Each is told once, on its day; after days without a run only the latest. Safe to run twice at once, or to
    kill.
    """
    while tell_some(calendar.today()):
        pass


@transaction.atomic
def tell_some(today: date) -> int:
    """Queue the texts of one batch, note when each is to be told next, and return how many there were."""
    due = list(
        Subscription.objects.filter(
            status=SubscriptionStatus.ACTIVE, renewed_at__isnull=True, next_text_on__lte=today
        )
        .select_related("establishment__owner__user")
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("next_text_on", "pk")[:BATCH]
    )
    for subscription in due:
        subscription.next_text_on = subscription.next_text_day(today)
    Subscription.objects.bulk_update(due, ["next_text_on"])
    told = sorted((one for one in due if one.state_on(today) in TEXTS), key=lambda one: one.state_on(today))
    for state, group in groupby(told, key=lambda one: one.state_on(today)):
        queue_many(kind=TEXTS[state], recipients=map(recipient, group), about=Subscription)
    return len(due)


def recipient(subscription: Subscription) -> Recipient:
    owner = subscription.establishment.owner
    return Recipient(owner.mobile, owner.user.language if owner.user else "ar", subscription.pk)
