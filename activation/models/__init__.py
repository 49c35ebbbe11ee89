from activation.models.reviews import Decision, DocumentCheck, Review
from activation.models.subscriptions import (
    Act,
    ClosingOutcome,
    ClosingRequest,
    State,
    Subscription,
    SubscriptionEvent,
    SubscriptionStatus,
    Terms,
)

__all__ = [
    "Act",
    "ClosingOutcome",
    "ClosingRequest",
    "Decision",
    "DocumentCheck",
    "Review",
    "State",
    "Subscription",
    "SubscriptionEvent",
    "SubscriptionStatus",
    "Terms",
]
