"""A person's own account: password, language, authenticator, sessions and the history of sign-ins."""

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp.middleware import is_verified

from shumoos.accounts import account_parts, fresh, second_factor, sessions
from shumoos.accounts.access_log import log_look, logged
from shumoos.accounts.forms import AuthenticatorCodeForm, ChoosePasswordForm, LanguageForm
from shumoos.accounts.fresh import recently_verified
from shumoos.accounts.requests import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: SignedInRequest) -> HttpResponse:
    form = LanguageForm(request.POST if request.method == "POST" else None, instance=request.user)
    if form.is_valid():
        with logged(request, "change account", request.user, reason=", ".join(form.changed_data)):
            form.save()
        messages.success(request, _("Your account is saved."))
        return redirect("accounts:account")
    context = {
        "form": form,
        "authenticator": second_factor.authenticator_of(request.user),
        "is_required": second_factor.is_required_of(request.user),
        "codes_left": second_factor.recovery_codes_left(request.user),
        "parts": account_parts.of(request.user),
        "sign_ins": request.user.sign_ins.order_by("-id")[: sessions.SHOWN],
    }
    return render(request, "accounts/account.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: SignedInRequest) -> HttpResponse:
    """Take a new password: in place of a temporary one, or, from whoever has just proven who they are."""
    if not request.user.must_change_password and not fresh.is_fresh(request):
        # A password waits on no page.
        return fresh.ask_again(request, keeps=False)
    form = ChoosePasswordForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        user = form.save(keep=sessions.key_of(request))
        update_session_auth_hash(request, user)
        messages.success(request, _("Your new password is set."))
        return redirect("home")
    return render(request, "accounts/choose_password.html", {"form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: SignedInRequest) -> HttpResponse:
    """Set up an authenticator, or another in its place: secret, first code, recovery codes."""
    has_one = second_factor.authenticator_of(request.user) is not None
    if has_one and not is_verified(request.user):
        return redirect("accounts:code")
    if not fresh.is_fresh(request):
        # The code would be over by then.
        return fresh.ask_again(request, keeps=False)
    form = AuthenticatorCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            device, codes = second_factor.confirm(request.user, form.cleaned_data["code"])
        except second_factor.FactorRefused as refusal:
            form.add_error("code", str(refusal))
        else:
            second_factor.bind(request, device)
            sessions.end_others(request)
            request.must_verify = False  # type: ignore[attr-defined]
            return show_codes(request, codes)
    draft = second_factor.draft_of(request.user)
    address = second_factor.address_of(draft, request.user)
    context = {
        "form": form,
        "next": fresh.next_page(request),
        "has_one": has_one,
        "is_required": second_factor.is_required_of(request.user),
        "picture": segno.make(address, error="m").svg_data_uri(scale=5, border=3),
        "secret": second_factor.shown_secret(draft),
        "address": address,
    }
    return render(request, "accounts/enrol.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
@recently_verified
def recovery_codes(request: SignedInRequest) -> HttpResponse:
    """Make ten new recovery codes and show them, this once."""
    if second_factor.authenticator_of(request.user) is None:
        return redirect("accounts:enrol")
    return show_codes(request, second_factor.make_recovery_codes(request.user))


def show_codes(request: SignedInRequest, codes: list[str]) -> HttpResponse:
    log_look(request, "recovery_codes", request.user)
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": fresh.next_page(request)})


@require_POST
@recently_verified
def remove_authenticator(request: SignedInRequest) -> HttpResponse:
    """Do without an authenticator again, for those whose role may."""
    if second_factor.is_required_of(request.user):
        messages.error(request, _("Your role needs an authenticator. You can set up another one."))
    else:
        with logged(request, "remove_authenticator", request.user):
            second_factor.remove(request.user)
            request.user.sign_ins.filter(pk=sessions.key_of(request)).update(needs_code=False)
        messages.success(request, _("The authenticator is removed. The password alone signs you in."))
    return redirect("accounts:account")


@never_cache
@require_safe
def own_sessions(request: SignedInRequest) -> HttpResponse:
    """List where one is signed in now, the one in use first."""
    mine = list(request.user.sign_ins.open().order_by("-last_used_at"))
    current = sessions.key_of(request)
    mine.sort(key=lambda sign_in: sign_in.pk != current)
    return render(request, "accounts/sessions.html", {"sessions": mine, "current": current})


@require_POST
@recently_verified
def end_session(request: SignedInRequest, pk: int) -> HttpResponse:
    sign_in = get_object_or_404(request.user.sign_ins, pk=pk)
    if sign_in.pk == sessions.key_of(request):
        messages.error(request, _("This is the session you are in: sign out instead."))
    else:
        with logged(request, "end session", sign_in):
            request.user.sign_ins.filter(pk=sign_in.pk).end()
        messages.success(request, _("The session is ended."))
    return redirect("accounts:sessions")


@require_POST
@recently_verified
def end_other_sessions(request: SignedInRequest) -> HttpResponse:
    with logged(request, "end other sessions", request.user):
        ended = sessions.end_others(request)
    messages.success(
        request,
        ngettext("%(ended)d session is ended.", "%(ended)d sessions are ended.", ended) % {"ended": ended},
    )
    return redirect("accounts:sessions")
