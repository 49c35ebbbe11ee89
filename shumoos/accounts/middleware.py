"""What stands between a sign-in and the pages."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


def new_password_first(get_response: Callable[[HttpRequest], HttpResponse]):
    """Lead whoever signed in with a temporary password to choosing their own, and nowhere else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.must_change_password:
            if user.has_expired_password:
                logout(request)
                return redirect("accounts:login")
            allowed = {
                reverse(name) for name in ("accounts:choose_password", "accounts:logout", "set_language")
            }
            if request.path not in allowed:
                return redirect("accounts:choose_password")
        return get_response(request)

    return middleware
