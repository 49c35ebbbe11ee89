"""The page on which an application is reviewed, and its documents."""

from typing import Any

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from activation import claims, credentials, decisions, dossier, failed_texts
from activation.forms import (
    ChecklistForm,
    ColleagueReasonForm,
    MobileForm,
    ReassignForm,
    RejectForm,
    ReturnForm,
)
from activation.models import ReasonTemplate, Review, Subscription
from activation.views.common import can_view, desk_of, in_scope, page
from registration import documents, mandates, versions
from registration.differences import warnings
from registration.documents import pages
from registration.models import OFFICE_STATUSES, Application, Document, Status
from shumoos.accounts.access_log import log_look
from shumoos.accounts.models import User
from shumoos.accounts.people import has_chosen_password
from shumoos.accounts.requests import SignedInRequest
from shumoos.letters.views import pdf_response
from shumoos.sms.models import TextMessage


@require_safe
@can_view
def review(request: SignedInRequest, pk: int) -> HttpResponse:
    return review_page(request, in_scope(request, pk))


def review_page(
    request: SignedInRequest, application: Application, *, status: int = 200, **forms: Form
) -> HttpResponse:
    """Show the review page, the look recorded; `forms` are those sent with errors, by their names below."""
    log_look(request, "review", application)
    open_review = decisions.open_review(application)
    is_mine = open_review is not None and open_review.supervisor_id == request.user.pk
    if open_review and is_mine:
        claims.note_work(open_review)
    read = read_context(request, application)
    context = {
        "title": application.shown_reference,
        "subtitle": application.name,
        "application": application,
        "open_review": open_review,
        "is_mine": is_mine,
        "can_decide": request.user.has_perm("activation.decide"),
        "can_lead": request.user.has_perm("activation.lead"),
        "refused_form": next(iter(forms.values()), None),
        **read,
        **subscription_context(application, request.user),
        **form_context(application, open_review if is_mine else None, forms, read["documents"]),
        **head_context(request, application, open_review, forms),
    }
    return page(request, "activation/review.html", context, status)


def read_context(request: SignedInRequest, application: Application) -> dict[str, Any]:
    """What the page shows of the application, whoever looks at it."""
    rows = list(application.documents.select_related("kind").order_by("kind__order", "id"))
    current = [document for document in rows if document.is_current]
    labels = {name: versions.label_of(name) for name in versions.TYPED} | {
        document.kind_id: str(document) for document in rows
    }
    return {
        "documents": current,
        "fields": dossier.fields(application),
        "warnings": warnings(application),
        "history": dossier.history(application),
        "flags": dossier.flags(application, labels),
        "rounds": versions.rounds(application),
        "earlier": dossier.earlier(application, desk_of(request)),
        "cases": dossier.open_cases(application, request.user),
    }


def subscription_context(application: Application, user: User) -> dict[str, Any]:
    if application.status != Status.ACTIVATED:
        return {"subscription": None}
    subscription = (
        Subscription.objects.filter(application=application)
        .select_related("application", "statement", "establishment__owner__user")
        .get()
    )
    account = subscription.establishment.owner.user
    is_theirs = not credentials.is_former_owners(subscription)
    is_unseen = is_theirs and account is not None and not has_chosen_password(account)
    return {
        "subscription": subscription,
        # An application may have been given to another region's office.
        "sees_subscription": Subscription.objects.visible_to(user).filter(pk=subscription.pk).exists(),
        # Until then the office may send credentials, and to another mobile.
        "is_unseen": is_unseen,
        "texts": TextMessage.objects.about(application, subscription),
        "text_failure": failed_texts.reasons([application]).get(application.pk, "") if is_unseen else "",
    }


def form_context(
    application: Application, own_review: Review | None, forms: dict[str, Form], current: list[Document]
) -> dict[str, Any]:
    """The forms of the supervisor who has it; nothing while the office head has the word."""
    context: dict[str, Any] = {
        "mobile_form": forms.get("mobile_form") or MobileForm(prefix="mobile"),
        "is_open": sorted(forms),
    }
    if own_review is None or own_review.waits_for_head:
        return context
    templates = list(ReasonTemplate.objects.offered())
    sent_with: Any = {"application": application, "templates": templates}
    return context | {
        "checklist": forms.get("checklist")
        or ChecklistForm(review=own_review, presenters=list(mandates.presenters(application))),
        "return_form": forms.get("return_form")
        or ReturnForm(prefix="return", documents=current, **sent_with),
        "reject_form": forms.get("reject_form") or RejectForm(prefix="reject", **sent_with),
        "needs_second_review": decisions.needs_second_review(application),
    }


def head_context(
    request: SignedInRequest, application: Application, open_review: Review | None, forms: dict[str, Form]
) -> dict[str, Any]:
    """The forms of an office's head."""
    if not request.user.has_perm("activation.lead"):
        return {}
    context: dict[str, Any] = {}
    if application.status in OFFICE_STATUSES:
        context["reassign_form"] = forms.get("reassign_form") or ReassignForm(
            prefix="reassign", application=application
        )
    if application.status == Status.REJECTED:
        context["reopen_form"] = forms.get("reopen_form") or ColleagueReasonForm(prefix="reopen")
    if open_review and open_review.waits_for_head and open_review.supervisor_id != request.user.pk:
        context["send_back_form"] = forms.get("send_back_form") or ColleagueReasonForm(prefix="send_back")
    return context


def document_in_scope(request: SignedInRequest, pk: int, document_pk: int) -> Document:
    """Return the document; looking at one is work on the review of whoever has it."""
    application = in_scope(request, pk)
    document = get_object_or_404(Document, pk=document_pk, application=application)
    own = application.reviews.filter(decision="", supervisor=request.user).first()
    if own is not None:
        claims.note_work(own)
    return document


@require_safe
@can_view
def show_document(request: SignedInRequest, pk: int, document_pk: int) -> HttpResponse:
    document = document_in_scope(request, pk, document_pk)
    log_look(request, "document", document)
    return documents.serve(document)


@require_safe
@can_view
def read_document(request: SignedInRequest, pk: int, document_pk: int) -> HttpResponse:
    """Show all pages of a document under each other, for browsers without scripts and for printing."""
    document = document_in_scope(request, pk, document_pk)
    if document.is_withheld:
        return documents.serve(document)
    numbers = range(1, pages.count(document) + 1)
    context = {"title": str(document), "application": document.application, "document": document}
    return page(request, "activation/document.html", context | {"numbers": numbers})


@require_safe
@can_view
def show_page(request: SignedInRequest, pk: int, document_pk: int, number: int) -> HttpResponse:
    document = document_in_scope(request, pk, document_pk)
    log_look(request, "document", document)
    if document.is_withheld:
        return documents.serve(document)
    try:
        content = pages.draw(document, number)
    except IndexError:
        raise Http404 from None
    except pages.CannotDraw:
        # The viewer says so, and offers the document itself.
        return HttpResponse(status=422)
    name = f"{document.application.shown_reference}-{document.kind_id}-{number}"
    return documents.show(content, "image/jpeg", name=name)


@require_safe
@can_view
def statement(request: SignedInRequest, pk: int) -> HttpResponse:
    subscription = get_object_or_404(Subscription, application=in_scope(request, pk))
    log_look(request, "statement", subscription)
    return pdf_response(subscription.statement)
