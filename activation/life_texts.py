"""The texts of a subscription's life."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, cast

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from activation.models import State, Subscription
from shumoos.saudi.calendar import show_both
from shumoos.sms import kinds
from shumoos.sms.models import Urgency

LABELS = {
    "subscription_expiring": _("Subscription ends soon"),
    "subscription_in_grace": _("Subscription ended, days of grace"),
    "subscription_ended": _("Days of grace over"),
    "subscription_renewed": _("Subscription renewed"),
    "subscription_suspended": _("Subscription suspended by order"),
    "subscription_reinstated": _("Subscription reinstated"),
    "subscription_closed": _("Subscription closed"),
    "closing_refused": _("Closing refused"),
}
REMINDERS = {
    "subscription_expiring": [State.EXPIRING],
    "subscription_in_grace": [State.IN_GRACE],
    "subscription_ended": [State.ENDED],
}


def about_subscription(*states: State) -> Callable[[Model | None, str], dict[str, Any]]:
    """Return a kind's `context`, which raises Pointless once the subscription is in none of the states."""

    def context(about: Model | None, language: str) -> dict[str, Any]:
        subscription = cast(Subscription, about)
        if states and (subscription.is_renewed or subscription.state not in states):
            raise kinds.Pointless
        return {
            "licence_number": subscription.licence.number,
            "ends_on": show_both(subscription.ends_on, language),
            "grace_ends_on": show_both(subscription.grace_ends_on, language),
        }

    return context


def samples(language: str) -> list[dict[str, Any]]:
    """Return what every text of a subscription's life reads, as long as it gets."""
    day = show_both(date(2026, 9, 23), language)
    return [{"licence_number": "TL-2026/004217", "ends_on": day, "grace_ends_on": day}]


def register() -> None:
    for name, label in LABELS.items():
        states: Iterable[State] = REMINDERS.get(name, [])
        kinds.register(
            name,
            label=label,
            urgency=Urgency.REMINDER if name in REMINDERS else Urgency.NOTICE,
            template=f"sms/{name}.txt",
            context=about_subscription(*states),
            samples=samples,
        )
