"""What pages of lower floors show of the desk: its requests to an office, and the question about the page."""

from typing import Any

from django import template
from django.http import HttpRequest

from shumoos.accounts.models import User
from support import numbers
from support.models import CredentialsRequest

register = template.Library()


@register.inclusion_tag("support/admin/waiting.html")
def credentials_requests(user: User) -> dict[str, Any]:
    """Say how many of the desk's requests wait for this person's office."""
    if not user.has_perm("support.answer_credentials"):
        return {"count": 0}
    return {"count": CredentialsRequest.objects.visible_to(user).waiting().count()}


@register.inclusion_tag("support/includes/useful.html", takes_context=True)
def page_question(context: dict[str, Any]) -> dict[str, Any]:
    """Ask whether a page was useful, on those that are open to everybody."""
    request = context.get("request")
    return {"page": page_name(request), "csrf_token": context.get("csrf_token")}


def page_name(request: HttpRequest | None) -> str:
    """Return the view's name where its page is public and asked for, and it is not this question's own."""
    match = getattr(request, "resolver_match", None)
    if request is None or match is None:
        return ""
    if getattr(match.func, "login_required", True) or match.view_name.startswith("support:useful"):
        return ""
    return match.view_name


register.filter("ticket_number", numbers.show)
