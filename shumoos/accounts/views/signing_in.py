"""Signing in: the password, the code after it, and asking again before a sensitive act."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, views
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shumoos.accounts import fresh, resets, second_factor, sessions
from shumoos.accounts.forms import AuthenticatorCodeForm, SignInForm
from shumoos.accounts.models import STAFF_ROLES, Result
from shumoos.accounts.requests import SignedInRequest

FEW_LEFT = 3


class SignIn(views.LoginView):
    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


@login_not_required
@require_safe
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead the admin's own sign-in to the portal's: there is one door, with all its checks."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect(f"{reverse('accounts:login')}?{urlencode({'next': fresh.next_page(request)})}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: SignedInRequest) -> HttpResponse:
    """Take the authenticator's code after the password, and make the session a verified one."""
    if second_factor.authenticator_of(request.user) is None:
        return redirect("accounts:enrol")
    form = AuthenticatorCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and is_accepted(request, form):
        return redirect(fresh.next_page(request))
    context = {"form": form, "next": fresh.next_page(request), "is_staff": is_staff(request)}
    return render(request, "accounts/code.html", context, status=422 if form.errors else 200)


@require_POST
def lost(request: SignedInRequest) -> HttpResponse:
    """Ask, after the password, that one's own authenticator be reset; a second person confirms it."""
    try:
        resets.ask(request.user, by=request.user)
    except resets.ResetRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _(
                "The reset is asked for. The head of your office or an administrator confirms it, "
                "and a text message tells you."
            ),
        )
    return redirect("accounts:code")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: SignedInRequest) -> HttpResponse:
    """Ask once more who is there, and lead on: by the code, or by the password where there is no other."""
    data = request.POST if request.method == "POST" else None
    act = fresh.act_of(request)
    form = fresh.form_for(request.user, data, prefix=fresh.PREFIX if act else None)
    if form.is_valid():
        accepted = is_accepted if isinstance(form, AuthenticatorCodeForm) else is_password
        if accepted(request, form):
            return fresh.go_on(request)
    return fresh.page(request, form, act=act)


def is_accepted(request: SignedInRequest, form: Any) -> bool:
    """Use up the code that was typed; say on the form what is wrong with another one."""
    typed = form.cleaned_data["code"]
    try:
        device = second_factor.verify(request.user, typed)
    except second_factor.FactorRefused as refusal:
        form.add_error("code", str(refusal))
        sessions.note(request, request.user, Result.WRONG_CODE)
        return False
    second_factor.bind(request, device)
    left = second_factor.recovery_codes_left(request.user)
    if left <= FEW_LEFT:
        messages.warning(
            request,
            ngettext(
                "You have %(left)d recovery code left. Make new ones under “My account”.",
                "You have %(left)d recovery codes left. Make new ones under “My account”.",
                left,
            )
            % {"left": left},
        )
    return True


def is_password(request: SignedInRequest, form: Any) -> bool:
    """Whether the password is right. Wrong ones are counted, and locked, like those of a sign-in."""
    person = authenticate(request, username=request.user.username, password=form.cleaned_data["password"])
    if person is None or person.pk != request.user.pk:
        form.add_error("password", _("This is not your password."))
        return False
    request.session.cycle_key()
    fresh.mark(request)
    return True


def is_staff(request: SignedInRequest) -> bool:
    return request.user.role in STAFF_ROLES
