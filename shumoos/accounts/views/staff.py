"""The page on which heads, administrators and owners invite people, reset authenticators, and let go."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shumoos.accounts import invitations, resets, staffing
from shumoos.accounts.access_log import log_look
from shumoos.accounts.forms import InviteForm
from shumoos.accounts.fresh import recently_verified
from shumoos.accounts.models import ResetStatus, Role, User
from shumoos.accounts.requests import SignedInRequest

SHOWN = 100
REFUSALS = (invitations.InvitationRefused, resets.ResetRefused, staffing.StaffingRefused)


@never_cache
@require_safe
def staff(request: SignedInRequest) -> HttpResponse:
    """List the people one looks after, who was invited, and which authenticators wait to be reset."""
    refuse_others(request)
    person = request.user
    asked = resets.visible_to(person)
    is_owner = person.role == Role.OWNER
    people = staffing.staff_of(person) if is_owner else resets.overseen_by(person)
    shown = list(people.order_by("full_name", "pk")[:SHOWN])
    log_look(request, "staff", "accounts.user", people=len(shown))
    context = {
        "is_owner": is_owner,
        "people": shown,
        "waiting": asked.filter(status=ResetStatus.ASKED),
        "decided": asked.exclude(status=ResetStatus.ASKED)[:10],
        "invitations": invitations.visible_to(person)
        .select_related("invited_by", "place_type")
        .prefetch_related("place")[:SHOWN],
    }
    return render(request, "accounts/staff.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@recently_verified
def invite(request: SignedInRequest) -> HttpResponse:
    refuse_others(request)
    form = InviteForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            invitations.invite(by=request.user, **form.cleaned_data)
        except invitations.InvitationRefused as refusal:
            form.add_error(None, str(refusal))
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("The invitation is on its way by text message."))
            return redirect("accounts:staff")
    return render(request, "accounts/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@recently_verified
def resend(request: SignedInRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(invitations.visible_to(request.user), pk=pk)
    return act(
        request,
        lambda: invitations.resend(invitation),
        _("A new link is on its way; the one before stops working."),
    )


@require_POST
@recently_verified
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(invitations.visible_to(request.user), pk=pk)
    return act(request, lambda: invitations.revoke(invitation), _("The invitation is revoked."))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@recently_verified
def end_access(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask whether this is whom the owner means, then let them go; their sessions end at once."""
    person = get_object_or_404(staffing.staff_of(request.user), pk=pk)
    if request.method != "POST":
        return ask_about(request, "accounts/end_access.html", person)
    staffing.end_access(person, by=request.user)
    messages.success(request, _("%(name)s no longer gets in.") % {"name": person.full_name})
    return redirect("accounts:staff")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@recently_verified
def new_password(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask whether this is whom the owner means, then have a temporary password sent to their mobile."""
    person = get_object_or_404(staffing.staff_of(request.user), pk=pk)
    if request.method != "POST":
        return ask_about(request, "accounts/new_password.html", person)
    return act(
        request,
        lambda: staffing.send_new_password(person, by=request.user),
        _("A text with a new password is on its way to %(name)s.") % {"name": person.full_name},
    )


def ask_about(request: SignedInRequest, template: str, person: User) -> HttpResponse:
    log_look(request, "staff", person)
    return render(request, template, {"person": person})


@require_POST
@recently_verified
def ask_reset(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(resets.overseen_by(request.user), pk=pk)
    also_password = request.POST.get("also_password") == "on"
    return act(
        request,
        lambda: resets.ask(person, by=request.user, also_password=also_password),
        _("The reset is asked for. A second person confirms it."),
    )


@require_POST
@recently_verified
def confirm_reset(request: SignedInRequest, pk: int) -> HttpResponse:
    reset = get_object_or_404(resets.visible_to(request.user), pk=pk)
    return act(
        request,
        lambda: resets.confirm(reset, by=request.user),
        _("The authenticator is reset, and the person is told by text message."),
    )


@require_POST
@recently_verified
def refuse_reset(request: SignedInRequest, pk: int) -> HttpResponse:
    reset = get_object_or_404(resets.visible_to(request.user), pk=pk)
    return act(request, lambda: resets.refuse(reset, by=request.user), _("The request is turned down."))


def refuse_others(request: SignedInRequest) -> None:
    """Raises Http404 for whoever invites nobody."""
    if not invitations.roles_for(request.user):
        raise Http404


def act(request: SignedInRequest, job: Callable[[], object], done: str) -> HttpResponse:
    try:
        job()
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("accounts:staff")
