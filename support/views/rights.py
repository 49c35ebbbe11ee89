"""An owner's rights under the personal data law: what they asked for, and the copies they fetch."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registration.models import Establishment, Owner
from shumoos.accounts import fresh
from shumoos.accounts.access_log import log_look
from shumoos.accounts.requests import SignedInRequest
from shumoos.saudi import calendar
from support import rights
from support.forms import RightForm
from support.held import copies
from support.models import CopyState, DataCopy, RightsRequest
from support.views.common import attempt, can_open, posted

TYPES = {"json": ("application/json", "as_json"), "pdf": ("application/pdf", "as_pdf")}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@can_open
def show(request: SignedInRequest) -> HttpResponse:
    """What an owner may ask for, has asked for, and can fetch."""
    owner = get_object_or_404(Owner, user=request.user)
    form = RightForm(*posted(request)[:1], establishments=Establishment.objects.visible_to(request.user))
    if form.is_valid():
        said = form.cleaned_data
        done = attempt(
            request,
            lambda: rights.ask(
                owner,
                said["right"],
                by=request.user,
                text=said["text"],
                establishment=said["establishment"] or None,
            ),
            _("Your request is on record. It is answered within thirty days, a copy within the hour."),
            form,
        )
        if done:
            return redirect("support:rights")
    asked = RightsRequest.objects.visible_to(request.user).select_related("ticket", "copy")
    today = calendar.today()
    requests = [(each, each.days_left(today), getattr(each, "copy", None)) for each in asked[:50]]
    is_being_made = any(
        copy and copy.state == CopyState.WAITING and not each.outcome for each, _left, copy in requests
    )
    context = {"form": form, "requests": requests, "is_being_made": is_being_made}
    return render(request, "support/rights.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
@permission_required("support.open_ticket", raise_exception=True)
@fresh.recently_verified_for_a_file
def fetch(request: SignedInRequest, pk: int, form: str) -> HttpResponse:
    """Hand a copy to the owner whose data it is, for as long as it is there; the download is on record."""
    copy = get_object_or_404(DataCopy, pk=pk, request__owner__user=request.user)
    if form not in TYPES or not copy.is_there:
        raise Http404
    content_type, name = TYPES[form]
    log_look(request, "copy of data", copy)
    copies.count_download(copy)
    with getattr(copy, name).open() as kept:
        content = kept.read()
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="shumoos-my-data.{form}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_POST
@can_open
def stop(request: SignedInRequest, pk: int) -> HttpResponse:
    """End the making of a copy by the owner who asked for it."""
    copy = get_object_or_404(DataCopy, pk=pk, request__owner__user=request.user)
    attempt(
        request,
        lambda: copies.stop(copy, by=request.user),
        _("The making of the copy is stopped. You can ask for another at any time."),
    )
    return redirect("support:rights")
