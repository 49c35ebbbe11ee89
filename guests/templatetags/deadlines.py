"""The banner of a day that is about to be missed."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from guests import reminders
from guests.kinds import KINDS
from guests.models import workplaces
from shumoos.accounts.models import User

register = template.Library()

# An agent of many establishments is told of those whose days come first.
MOST = 20


@register.inclusion_tag("guests/includes/banners.html")
def deadline_banners(user: User | AnonymousUser) -> dict[str, Any]:
    """Show whoever works for an establishment which of its days are due soon and not reported."""
    if not isinstance(user, User) or not user.has_perm("guests.submit"):
        return {"banners": []}
    establishments = {one.pk: one for one in workplaces(user).select_related("sector")[:MOST]}
    banners = []
    for found in reminders.pressing(establishments.values()):
        establishment = establishments[found.establishment_id]
        query = urlencode({"establishment": establishment.number, "kind": found.kind})
        banners.append(
            {
                "establishment": establishment,
                "kind": KINDS[found.kind].label,
                "day": found.day,
                "deadline": found.deadline,
                "address": f"{reverse('guests:calendar')}?{query}",
            }
        )
    return {"banners": banners}
