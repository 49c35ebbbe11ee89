"""The type of a request behind the sign-in."""

from django.http import HttpRequest

from shumoos.accounts.models import User


class SignedInRequest(HttpRequest):
    """What a view gets that does not opt out of the sign-in: the middleware has let only users through."""

    user: User
