from activation.models.reviews import Decision, DocumentCheck, ReasonTemplate, ReasonUse, Review
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
    "ReasonTemplate",
    "ReasonUse",
    "Review",
    "State",
    "Subscription",
    "SubscriptionEvent",
    "SubscriptionStatus",
    "Terms",
]
