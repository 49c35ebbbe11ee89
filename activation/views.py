"""The supervisors' pages. They stand in the Django admin, see activation/admin.py."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from activation import decisions, queue
from activation.forms import ChecklistForm, QueueSearchForm, ReasonForm, ReturnForm
from activation.models import Subscription
from registration import documents, mandates, versions
from registration.models import Application, Document
from registration.models.names import TooShort
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_look
from shumoos.accounts.models import User
from shumoos.accounts.requests import SignedInRequest
from shumoos.letters.views import pdf_response
from shumoos.sms.models import TextMessage

can_view = permission_required("activation.view_review", raise_exception=True)
can_decide = permission_required("activation.decide", raise_exception=True)


def tabs() -> list[tuple[str, str]]:
    return [
        ("waiting", _("Waiting")),
        ("mine", _("Mine")),
        ("returned", _("Returned")),
        ("decided", _("Decided")),
    ]


def page(request: SignedInRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)


def in_scope(request: SignedInRequest, pk: int) -> Application:
    visible = Application.objects.visible_to(request.user)
    return get_object_or_404(
        visible.select_related("office", "city", "sector", "authority", "licence"), pk=pk
    )


@require_safe
@can_view
def show_queue(request: SignedInRequest) -> HttpResponse:
    form = QueueSearchForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    tab = request.GET.get("tab", "waiting")
    applications = queue.in_tab(request.user, tab)
    if text:
        try:
            applications = queue.search(request.user, text)
        except (queue.Mistyped, TooShort) as refusal:
            form.add_error("q", str(refusal))
            applications = Application.objects.none()
    shown = queue.page(applications, request.GET.get("after", ""))
    if text and len(shown.applications) == 1:
        return redirect("admin:activation_review", shown.applications[0].pk)
    context = {
        "title": _("Applications"),
        "form": form,
        "tabs": tabs(),
        "tab": tab,
        "text": text,
        "page": shown,
    }
    return page(request, "activation/queue.html", context)


@require_safe
@can_view
def review(request: SignedInRequest, pk: int) -> HttpResponse:
    application = in_scope(request, pk)
    log_look(request, "review", application)
    return review_page(request, application)


def review_page(
    request: SignedInRequest, application: Application, *, status: int = 200, **forms: ReasonForm
) -> HttpResponse:
    open_review = decisions.open_review(application)
    is_mine = open_review is not None and open_review.supervisor_id == request.user.pk
    subscription = Subscription.objects.filter(application=application).select_related("statement").first()
    context = {
        "title": application.shown_reference,
        "application": application,
        "documents": application.documents.current(),
        "events": application.events.select_related("by", "mandate__agreement__provider").order_by("-pk"),
        "flags": application.flags.select_related("application", "raised_by"),
        "rounds": versions.rounds(application),
        "open_review": open_review,
        "is_mine": is_mine,
        "can_decide": request.user.has_perm("activation.decide"),
        "presenters": mandates.presenters(application) if is_mine else [],
        "checklist": ChecklistForm(review=open_review) if open_review and is_mine else None,
        "return_form": forms.get("return_form") or ReturnForm(prefix="return", application=application),
        "reject_form": forms.get("reject_form") or ReasonForm(prefix="reject"),
        "subscription": subscription,
        "texts": TextMessage.objects.about(application, subscription),
    }
    return page(request, "activation/review.html", context, status)


@require_safe
@can_view
def show_document(request: SignedInRequest, pk: int, document_pk: int) -> HttpResponse:
    document = get_object_or_404(Document, pk=document_pk, application=in_scope(request, pk))
    log_look(request, "document", document)
    return documents.serve(document)


@require_safe
@can_view
def statement(request: SignedInRequest, pk: int) -> HttpResponse:
    subscription = get_object_or_404(Subscription, application=in_scope(request, pk))
    log_look(request, "statement", subscription)
    return pdf_response(subscription.statement)


def act(
    request: SignedInRequest, application: Application, job: Callable[[], Any], done: str
) -> HttpResponse:
    """Do a job on an application and go back to its page, with what became of it as a message."""
    try:
        job()
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("admin:activation_review", application.pk)


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


@require_POST
@can_decide
def check(request: SignedInRequest, pk: int) -> HttpResponse:
    """Store the checklist as far as it is ticked."""
    application = in_scope(request, pk)
    open_review = decisions.open_review(application)
    if open_review is None:
        messages.error(request, _("Take the application up before you check it."))
        return redirect("admin:activation_review", pk)
    form = ChecklistForm(request.POST, review=open_review)
    form.is_valid()  # boxes only: it always is
    return act(
        request,
        application,
        lambda: decisions.tick(application, by=request.user, **form.answers),
        _("The checklist is saved."),
    )


@require_POST
@can_decide
def activate(request: SignedInRequest, pk: int) -> HttpResponse:
    application = in_scope(request, pk)
    try:
        if open_review := decisions.open_review(application):
            form = ChecklistForm(request.POST, review=open_review)
            if form.is_valid() and "checklist" in request.POST:
                decisions.tick(application, by=request.user, **form.answers)
        decisions.activate(application, by=request.user, presented_by=presenter(request, application))
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:activation_review", pk)
    messages.success(request, _("%(reference)s is activated.") % {"reference": application.shown_reference})
    return redirect("admin:activation_review", pk)


def presenter(request: SignedInRequest, application: Application) -> User | None:
    """Return the agent who presented the documents, None for the owner; MoveRefused if they may not."""
    chosen = request.POST.get("presented_by", "")
    if not chosen:
        return None
    agents = {str(agent.pk): agent.user for agent in mandates.presenters(application)}
    if chosen not in agents:
        raise MoveRefused(_("This agent has no mandate to present documents for the owner now."))
    return agents[chosen]


@require_POST
@can_decide
def return_to_owner(request: SignedInRequest, pk: int) -> HttpResponse:
    application = in_scope(request, pk)
    form = ReturnForm(request.POST, prefix="return", application=application)
    if not form.is_valid():
        return review_page(request, application, return_form=form, status=422)
    reason, flags = form.cleaned_data["reason"], form.flags
    return act(
        request,
        application,
        lambda: decisions.return_to_owner(application, by=request.user, reason=reason, flags=flags),
        _("The application went back to the owner."),
    )


@require_POST
@can_decide
def reject(request: SignedInRequest, pk: int) -> HttpResponse:
    application = in_scope(request, pk)
    form = ReasonForm(request.POST, prefix="reject")
    if not form.is_valid():
        return review_page(request, application, reject_form=form, status=422)
    return act(
        request,
        application,
        lambda: decisions.reject(application, by=request.user, **form.cleaned_data),
        _("The application is rejected."),
    )


@require_POST
@can_decide
def resend(request: SignedInRequest, pk: int) -> HttpResponse:
    application = in_scope(request, pk)
    subscription = get_object_or_404(Subscription, application=application)
    return act(
        request,
        application,
        lambda: decisions.resend_credentials(subscription),
        _("A text with a new password is on its way."),
    )
