"""What a supervisor does about an application: each view reads a form and calls one function."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from activation import credentials, decisions
from activation.forms import ChecklistForm, MobileForm, RejectForm, ReturnForm
from activation.models import ReasonTemplate, Subscription
from activation.views.common import act, activated, can_decide, in_scope
from activation.views.review import review_page
from registration import mandates, mobile
from registration.models import Application, Status
from registration.moves import MoveRefused
from shumoos.accounts.codes import CodeRefused
from shumoos.accounts.fresh import ask_again, is_fresh
from shumoos.accounts.requests import SignedInRequest


@require_POST
@can_decide
def claim(request: SignedInRequest, pk: int) -> HttpResponse:
    application = in_scope(request, pk)
    return act(
        request,
        application,
        lambda: decisions.claim(application, by=request.user),
        _("The application is yours to review."),
    )


@require_POST
@can_decide
def release(request: SignedInRequest, pk: int) -> HttpResponse:
    application = in_scope(request, pk)
    return act(
        request,
        application,
        lambda: decisions.release(application, by=request.user),
        _("The application is back in the queue."),
    )


def checklist(request: SignedInRequest, application: Application) -> ChecklistForm | None:
    """Return the checklist as it was sent; None where there is no open review to tick it for."""
    open_review = decisions.open_review(application)
    if open_review is None or "checklist" not in request.POST:
        return None
    presenters = list(mandates.presenters(application))
    return ChecklistForm(request.POST, review=open_review, presenters=presenters)


@require_POST
@can_decide
def check(request: SignedInRequest, pk: int) -> HttpResponse:
    """Store the checklist as far as it is ticked."""
    application = in_scope(request, pk)
    form = checklist(request, application)
    if form is None:
        messages.error(request, _("Take the application up before you check it."))
        return redirect("admin:activation_review", pk)
    if not form.is_valid():
        return review_page(request, application, checklist=form, status=422)
    return act(
        request,
        application,
        lambda: decisions.tick(application, by=request.user, **form.answers),
        _("The checklist is saved."),
    )


@require_POST
@can_decide
def activate(request: SignedInRequest, pk: int) -> HttpResponse:
    """Store the checklist and activate, or propose it to the head where the sector asks for that.

    Whoever has to type their code first finds the checklist as they ticked it.
    """
    application = in_scope(request, pk)
    form = checklist(request, application)
    if form is not None and not form.is_valid():
        return review_page(request, application, checklist=form, status=422)
    try:
        if form is not None:
            decisions.tick(application, by=request.user, **form.answers)
        if not is_fresh(request):
            return ask_again(request)
        if decisions.needs_second_review(application):
            decisions.propose(application, by=request.user)
            done = _("The activation is proposed to the office head, who confirms it or sends it back.")
        else:
            decisions.activate(application, by=request.user)
            done = activated(application)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("admin:activation_review", pk)


@require_POST
@can_decide
def return_to_owner(request: SignedInRequest, pk: int) -> HttpResponse:
    application = in_scope(request, pk)
    templates = list(ReasonTemplate.objects.offered())
    form = ReturnForm(request.POST, prefix="return", application=application, templates=templates)
    if not form.is_valid():
        return review_page(request, application, return_form=form, status=422)
    reason = form.cleaned_data["reason"] or standard_reason(application)
    return act(
        request,
        application,
        lambda: decisions.return_to_owner(
            application, by=request.user, reason=reason, flags=form.flags, codes=form.codes
        ),
        _(
            "The application is returned, and the owner is told by text message. Corrected, it comes back to "
            "the queue."
        ),
    )


def standard_reason(application: Application) -> str:
    """Return what the owner reads above the flags where the supervisor has said nothing else."""
    with translation.override(application.language):
        return _("Please put right what is marked, and send the application again.")


@require_POST
@can_decide
def reject(request: SignedInRequest, pk: int) -> HttpResponse:
    application = in_scope(request, pk)
    templates = list(ReasonTemplate.objects.offered())
    form = RejectForm(request.POST, prefix="reject", application=application, templates=templates)
    if not form.is_valid():
        return review_page(request, application, reject_form=form, status=422)
    return act(
        request,
        application,
        lambda: decisions.reject(application, by=request.user, **form.cleaned_data),
        _("The application is rejected, and the owner is told by text message. They can register again."),
    )


@require_POST
@can_decide
def resend(request: SignedInRequest, pk: int) -> HttpResponse:
    application = in_scope(request, pk)
    subscription = get_object_or_404(Subscription, application=application)
    return act(
        request,
        application,
        lambda: credentials.resend(subscription, by=request.user),
        _("A text with a new password is on its way."),
    )


@require_POST
@can_decide
def correct_mobile(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send a code to the new number; with the code, take the number."""
    application = in_scope(request, pk)
    form = MobileForm(request.POST, prefix="mobile")
    if not form.is_valid():
        return review_page(request, application, mobile_form=form, status=422)
    to, reason, code = (form.cleaned_data[name] for name in ("mobile", "reason", "code"))
    try:
        credentials.refuse_mobile(application, by=request.user)
        if not code or "another_code" in request.POST:
            mobile.send_code(application, to=to, address=request.META.get("REMOTE_ADDR"))
            messages.success(request, _("A code is on its way to the new mobile. Ask the owner for it."))
            return review_page(request, application, mobile_form=form)
        mobile.prove(application, to=to, typed=code)
        credentials.correct_mobile(application, to=to, by=request.user, reason=reason)
    except (MoveRefused, CodeRefused) as refusal:
        form.add_error("code" if code else None, str(refusal))
        return review_page(request, application, mobile_form=form, status=422)
    messages.success(
        request,
        _("The mobile is changed, and new credentials are on their way to it.")
        if application.status == Status.ACTIVATED
        else _("The mobile is changed."),
    )
    return redirect("admin:activation_review", pk)
