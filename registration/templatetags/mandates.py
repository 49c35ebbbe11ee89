"""An owner's mandates on their account page, which stands on a lower floor than mandates do."""

from typing import Any

from django import template

from registration.models import Mandate
from shumoos.accounts.models import User

register = template.Library()


@register.inclusion_tag("registration/mandates/includes/own.html", takes_context=True)
def own_mandates(context: dict[str, Any], user: User) -> dict[str, Any]:
    """Show the mandates that were asked of this owner, newest first, each with a way to end it."""
    related = ("agreement__provider", "agreement__application", "agreement__establishment", "asked_by")
    return {
        "mandates": Mandate.objects.visible_to(user).select_related(*related),
        "csrf_token": context.get("csrf_token"),
    }
