"""What of the violations waits for an office."""

from typing import Any

from django import template

from shumoos.accounts.models import User
from violations.models import Objection, Proposal

register = template.Library()


@register.inclusion_tag("violations/admin/awaited.html")
def violations_awaited(user: User) -> dict[str, Any]:
    """Say how many objections wait for this person to decide on, and how many proposals to be looked at."""
    decides, records = user.has_perm("violations.reduce"), user.has_perm("violations.record")
    return {
        "objections": Objection.objects.visible_to(user).open().count() if decides else 0,
        "proposals": Proposal.objects.visible_to(user).waiting().count() if records else 0,
    }
