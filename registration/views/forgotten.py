"""The public pages for an owner who has forgotten their password: user name and ID, a code, a new password.

The new password is chosen here, after the code, rather than sent: a text with a password would go to the
mobile that the code went to, and so prove nothing more. Nobody is signed in by it; whoever has an
authenticator still needs it.
"""

import time
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registration import forgotten
from registration.following import TooManyWrong
from registration.forgotten_forms import ForgottenCodeForm, ForgottenForm
from registration.models import Owner
from shumoos.accounts.people import choose_password
from shumoos.errors import too_many_attempts

KEY = "forgotten"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Take user name and ID, and go on to the code: alike, whether somebody was found or not."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        address = request.META.get("REMOTE_ADDR")
        try:
            owner = forgotten.find(**form.cleaned_data, address=address)
        except TooManyWrong as refusal:
            return too_many_attempts(request, wait=refusal.wait)
        if owner is not None:
            forgotten.send(owner, address=address)
        request.session[KEY] = {
            "owner": owner.pk if owner else None,
            "username": form.cleaned_data["username"],
            "at": time.time(),
        }
        return redirect("registration:forgotten_code")
    return render(request, "registration/forgotten.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Take the code and a new password; whatever is wrong with the code is told in one sentence."""
    begun = request.session.get(KEY)
    if begun is None or begun["at"] + forgotten.HOLDS_FOR.total_seconds() < time.time():
        return redirect("registration:forgotten")
    owner = Owner.objects.filter(pk=begun["owner"], user__is_active=True).select_related("user").first()
    form = ForgottenCodeForm(begun["username"], request.POST if request.method == "POST" else None)
    if form.is_valid() and is_done(owner, form):
        del request.session[KEY]
        messages.success(request, _("Your new password is set. Sign in with it."))
        return redirect("accounts:login")
    context = {"form": form}
    return render(request, "registration/forgotten_code.html", context, status=422 if form.errors else 200)


def is_done(owner: Owner | None, form: Any) -> bool:
    user = owner.user if owner is not None else None
    if owner is None or user is None or not forgotten.is_code_right(owner, form.cleaned_data["code"]):
        wrong = _("This is not the code that was sent, or it holds no more. Begin again for another.")
        form.add_error("code", wrong)
        return False
    choose_password(user, form.cleaned_data["new_password1"])
    return True
