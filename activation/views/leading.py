"""What the head of an office does about an application."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from activation import decisions, office
from activation.forms import ColleagueReasonForm, ReassignForm
from activation.views.common import act, activated, can_lead, in_scope
from activation.views.review import review_page
from registration.moves import MoveRefused
from shumoos.accounts.fresh import recently_verified
from shumoos.accounts.requests import SignedInRequest


@require_POST
@can_lead
@recently_verified
def confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    application = in_scope(request, pk)
    return act(
        request,
        application,
        lambda: decisions.confirm(application, by=request.user),
        activated(application),
    )


@require_POST
@can_lead
def send_back(request: SignedInRequest, pk: int) -> HttpResponse:
    application = in_scope(request, pk)
    form = ColleagueReasonForm(request.POST, prefix="send_back")
    if not form.is_valid():
        return review_page(request, application, send_back_form=form, status=422)
    return act(
        request,
        application,
        lambda: decisions.send_back(application, by=request.user, **form.cleaned_data),
        _("The proposal went back to the supervisor."),
    )


@require_POST
@can_lead
def take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    application = in_scope(request, pk)
    return act(
        request,
        application,
        lambda: office.take_back(application, by=request.user),
        _("The application is back in the queue."),
    )


@require_POST
@can_lead
def reassign(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give the application away; its page is then no longer this office's, so the queue follows."""
    application = in_scope(request, pk)
    form = ReassignForm(request.POST, prefix="reassign", application=application)
    if not form.is_valid():
        return review_page(request, application, reassign_form=form, status=422)
    to, reason = form.cleaned_data["office"], form.cleaned_data["reason"]
    try:
        office.reassign(application, to=to, by=request.user, reason=reason)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:activation_review", pk)
    messages.success(
        request,
        _("%(reference)s is with %(office)s now.")
        % {"reference": application.shown_reference, "office": to.name},
    )
    return redirect("admin:activation_queue")


@require_POST
@can_lead
def reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    application = in_scope(request, pk)
    form = ColleagueReasonForm(request.POST, prefix="reopen")
    if not form.is_valid():
        return review_page(request, application, reopen_form=form, status=422)
    return act(
        request,
        application,
        lambda: office.reopen(application, by=request.user, **form.cleaned_data),
        _("The rejection is taken back. The application waits for a review."),
    )
