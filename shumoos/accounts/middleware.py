"""What stands between a sign-in and the pages."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django_otp.middleware import is_verified

from shumoos.accounts import access_log, fresh, second_factor, sessions

GetResponse = Callable[[HttpRequest], HttpResponse]
ALWAYS = ("accounts:logout", "set_language")
TO_VERIFY = ("accounts:code", "accounts:lost", "accounts:enrol", "accounts:confirm")


def logged_request(get_response: GetResponse) -> GetResponse:
    """Let the access log know which request a change is made by."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with access_log.answering(request):
            return get_response(request)

    return middleware


class SignInFirst(LoginRequiredMiddleware):
    """Django's, which leads back from the sign-in to a page, and not to where its form was sent."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        if request.method == "POST":
            said = _("What you sent just now was not saved. Sign in, and you come back to its page.")
            messages.warning(request, said)
        page = fresh.page_of(request)
        return redirect_to_login(page, self.get_login_url(view_func), self.get_redirect_field_name(view_func))


def open_sessions(get_response: GetResponse) -> GetResponse:
    """Sign out whoever's session was ended or has run out; `request.sign_in` is an open one's row."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.sign_in = sessions.current(request)  # type: ignore[attr-defined]
            if request.sign_in is None:  # type: ignore[attr-defined]
                logout(request)
                messages.info(request, _("Your session has ended. Please sign in again."))
        return get_response(request)

    return middleware


def new_password_first(get_response: GetResponse) -> GetResponse:
    """Lead whoever signed in with a temporary password to choosing their own, and nowhere else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.must_change_password:
            if user.has_expired_password:
                logout(request)
                return redirect("accounts:login")
            if request.path not in addresses("accounts:choose_password", *ALWAYS):
                return redirect("accounts:choose_password")
        return get_response(request)

    return middleware


def second_factor_first(get_response: GetResponse) -> GetResponse:
    """Lead whoever owes a code to typing it, or to setting up their authenticator, and nowhere else.

    Staff owe one by their role, others where they had an authenticator when they signed in. Whoever has to
    choose a password does that before. `request.must_verify` tells pages that there is nowhere to go yet.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated or user.must_change_password or is_verified(user):
            return get_response(request)
        is_owed = second_factor.is_required_of(user) or request.sign_in.needs_code  # type: ignore[attr-defined]
        request.must_verify = is_owed  # type: ignore[attr-defined]
        if not is_owed or request.path in addresses(*TO_VERIFY, *ALWAYS):
            return get_response(request)
        has_one = second_factor.authenticator_of(user) is not None
        page = reverse("accounts:code" if has_one else "accounts:enrol")
        if request.method == "GET":
            page = f"{page}?{urlencode({'next': request.get_full_path()})}"
        return redirect(page)

    return middleware


def addresses(*names: str) -> set[str]:
    return {reverse(name) for name in names}
