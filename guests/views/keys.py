"""The owner's keys of the API: made and shown once, looked over, revoked."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guests import keys
from guests.key_forms import NewKeyForm
from guests.models import ApiKey
from registration.models import Establishment
from shumoos.accounts import codes, second_factor
from shumoos.accounts.fresh import recently_verified
from shumoos.accounts.models import Role
from shumoos.accounts.requests import SignedInRequest

may_submit = permission_required("guests.submit", raise_exception=True)


def only_owner(request: SignedInRequest) -> None:
    """Raise PermissionDenied for anybody but an owner: keys are theirs to give."""
    if request.user.role != Role.OWNER:
        raise PermissionDenied


@require_safe
@may_submit
def show(request: SignedInRequest) -> HttpResponse:
    """List the owner's keys, those in force first."""
    only_owner(request)
    visible = ApiKey.objects.visible_to(request.user).select_related("establishment")
    found = sorted(visible, key=lambda key: key.revoked_at is not None)
    return render(request, "guests/keys.html", {"keys": found})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may_submit
@recently_verified
def new(request: SignedInRequest) -> HttpResponse:
    """Make a key and show it, this once. Whoever has no authenticator types a code from a text as well."""
    only_owner(request)
    needs_code = second_factor.authenticator_of(request.user) is None
    places = Establishment.objects.visible_to(request.user)
    form = NewKeyForm(places, request.POST if request.method == "POST" else None, needs_code=needs_code)
    if request.method == "POST" and needs_code and "send" in request.POST:
        send_code(request)
        return render(request, "guests/new_key.html", {"form": form.unbound()})
    if form.is_valid():
        try:
            if needs_code:
                check_code(request, form.cleaned_data["code"])
            key, secret = keys.make(by=request.user, **form.details())
        except codes.CodeRefused as refusal:
            form.add_error("code", str(refusal))
        except keys.KeyRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "guests/key_made.html", {"key": key, "secret": secret})
    return render(request, "guests/new_key.html", {"form": form}, status=422 if form.errors else 200)


def send_code(request: SignedInRequest) -> None:
    """Have a code sent to the owner's mobile, and say so, or why not."""
    try:
        codes.send_code(
            purpose=purpose(request),
            mobile=request.user.mobile,
            address=request.META.get("REMOTE_ADDR"),
            language=get_language() or "ar",
        )
    except codes.CodeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.info(request, _("A code is on its way to your mobile."))


def check_code(request: SignedInRequest, typed: str) -> None:
    codes.check_code(purpose=purpose(request), mobile=request.user.mobile, typed=typed)


def purpose(request: SignedInRequest) -> str:
    return f"api-key:{request.user.pk}"


@require_POST
@may_submit
@recently_verified
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(ApiKey.objects.visible_to(request.user), pk=pk)
    keys.revoke(key, by=request.user)
    messages.success(request, _("The key opens nothing any more."))
    return redirect("api_keys:list")
