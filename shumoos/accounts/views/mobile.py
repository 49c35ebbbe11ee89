"""One's own mobile, changed with a code to the one before and a code to the new one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shumoos.accounts import codes, mobiles
from shumoos.accounts.forms import MobileCodesForm, MobileForm
from shumoos.accounts.fresh import recently_verified
from shumoos.accounts.requests import SignedInRequest

# In the session: the new mobile, and whether the code to the one before was typed already.
KEY = "new_mobile"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@recently_verified
def ask(request: SignedInRequest) -> HttpResponse:
    """Take the new mobile and send the codes."""
    asked = request.session.get(KEY, {})
    form = MobileForm(
        request.POST if request.method == "POST" else None, initial={"mobile": asked.get("to", "")}
    )
    if form.is_valid():
        to = form.cleaned_data["mobile"]
        try:
            mobiles.send_codes(
                request.user, to, address=request.META.get("REMOTE_ADDR"), language=get_language() or "ar"
            )
        except (mobiles.MobileRefused, codes.CodeRefused) as refusal:
            form.add_error("mobile", str(refusal))
        else:
            request.session[KEY] = {"to": to, "is_old_proved": not request.user.mobile}
            return redirect("accounts:mobile_codes")
    return render(request, "accounts/mobile.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@recently_verified
def type_codes(request: SignedInRequest) -> HttpResponse:
    """Take the codes, each once, and the mobile with them."""
    asked = request.session.get(KEY)
    if asked is None:
        return redirect("accounts:mobile")
    data = request.POST if request.method == "POST" else None
    form = MobileCodesForm(data, needs_old=not asked["is_old_proved"])
    if form.is_valid() and are_right(request, form, asked):
        mobiles.change(request.user, asked["to"])
        del request.session[KEY]
        messages.success(request, _("Your mobile is changed. Codes and notices go to the new one."))
        return redirect("accounts:account")
    context = {"form": form, "to": asked["to"]}
    return render(request, "accounts/mobile_codes.html", context, status=422 if form.errors else 200)


def are_right(request: SignedInRequest, form: MobileCodesForm, asked: dict[str, object]) -> bool:
    """Use up the codes; one that was right need not be typed again where the other one is wrong."""
    user = request.user
    steps = [("old", user.mobile), ("new", str(asked["to"]))]
    for which, mobile in steps:
        if which not in form.fields:
            continue
        try:
            mobiles.check(user, which, mobile=mobile, typed=form.cleaned_data[which])
        except codes.CodeRefused as refusal:
            form.add_error(which, str(refusal))
            return False
        if which == "old":
            request.session[KEY] = asked | {"is_old_proved": True}
            del form.fields["old"]
    return True
