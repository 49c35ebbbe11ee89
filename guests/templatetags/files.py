"""The banner of a file that is done and has not been looked at."""

from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser

from guests.models import FileImport
from shumoos.accounts.models import User

register = template.Library()

MOST = 3


@register.inclusion_tag("guests/files/includes/banners.html")
def file_banners(user: User | AnonymousUser) -> dict[str, Any]:
    """Tell whoever has sent a file that it is done, until they open its page."""
    if not isinstance(user, User) or not user.has_perm("guests.submit"):
        return {"files": []}
    unseen = FileImport.objects.visible_to(user).unseen_by(user).order_by("-pk")
    return {"files": unseen[:MOST]}
