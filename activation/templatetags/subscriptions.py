"""What every page tells an owner of a subscription that has ended, from a floor below it."""

from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser

from activation.standing import banners, what_next
from shumoos.accounts.models import User

register = template.Library()


@register.inclusion_tag("activation/subscriptions/includes/banners.html")
def subscription_banners(user: User | AnonymousUser) -> dict[str, Any]:
    """Show owners and their staff which subscriptions have ended or are suspended, and what to do."""
    found = banners(user) if isinstance(user, User) else []
    return {"banners": [(subscription, what_next(subscription)) for subscription in found]}
