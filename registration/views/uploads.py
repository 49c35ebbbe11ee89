"""The public pages of the third step: documents go up one by one, and are looked at, replaced, removed."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from registration import documents, drafts
from registration.drafts import Slot
from registration.models import Application, Document
from registration.moves import MoveRefused
from registration.step_forms import UploadForm
from registration.views.progress import lead_on, read_or_send, step_page, with_draft
from registration.views.session import lead_to_done
from shumoos.accounts.access_log import log_look


@with_draft
@read_or_send
def show(request: HttpRequest, draft: Application) -> HttpResponse:
    """The third step: a card for each document that is asked for."""
    slots = drafts.wanted_documents(draft)
    missing = [slot.label for slot in slots if slot.is_missing]
    if request.method == "POST" and not missing:
        return lead_on("documents", draft)
    context: dict[str, Any] = {"cards": [(slot, UploadForm(kind=slot.code)) for slot in slots]}
    if request.method == "POST":
        context["missing"] = _("Still missing: %(documents)s.") % {"documents": _(", ").join(missing)}
    page = step_page(request, "documents", draft, **context)
    page.status_code = 422 if "missing" in context else 200
    return page


@with_draft
@require_POST
def upload(request: HttpRequest, draft: Application, kind: str) -> HttpResponse:
    """Take one document up; the one before it, if there was one, is replaced."""
    slot = slot_of(draft, kind)
    form = UploadForm(request.POST, request.FILES, kind=kind)
    if form.is_valid():
        try:
            documents.keep(draft, kind, form.cleaned_data["file"])
        except MoveRefused:
            return lead_to_done(request, draft)
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            slot = slot_of(draft, kind)
    return answer(request, draft, slot, form)


def answer(request: HttpRequest, draft: Application, slot: Slot, form: UploadForm) -> HttpResponse:
    """Answer with the document's card alone where htmx asks, and with the whole page elsewhere."""
    if "HX-Request" in request.headers:
        # htmx shows what comes with 200 only.
        return render(
            request, "registration/steps/includes/card.html", {"slot": slot, "form": form, "draft": draft}
        )
    if not form.errors:
        return redirect("registration:documents")
    slots = drafts.wanted_documents(draft)
    cards = [(each, form if each.code == slot.code else UploadForm(kind=each.code)) for each in slots]
    return step_page(request, "documents", draft, form, cards=cards)


def slot_of(draft: Application, kind: str) -> Slot:
    """Return the place of one document in the draft. Raises Http404 for a kind that is not asked for."""
    for slot in drafts.wanted_documents(draft):
        if slot.code == kind:
            return slot
    raise Http404


@with_draft
@require_POST
def remove(request: HttpRequest, draft: Application, kind: str) -> HttpResponse:
    """Take a document away again."""
    slot_of(draft, kind)
    try:
        documents.remove(draft, kind)
    except MoveRefused:
        return lead_to_done(request, draft)
    return answer(request, draft, slot_of(draft, kind), UploadForm(kind=kind))


@with_draft
@require_safe
def view(request: HttpRequest, draft: Application, kind: str) -> HttpResponse:
    """Show the owner a document that they have given."""
    return documents.serve(look_at(request, draft, kind))


@with_draft
@require_safe
def thumbnail(request: HttpRequest, draft: Application, kind: str) -> HttpResponse:
    """Show the owner a small picture of a document that they have given."""
    return documents.serve_thumbnail(look_at(request, draft, kind))


def look_at(request: HttpRequest, draft: Application, kind: str) -> Document:
    """Return a document of the draft, the look at it recorded. Raises Http404 where there is none."""
    document = get_object_or_404(Document, application=draft, kind=kind, is_current=True)
    log_look(request, "document", document)
    return document
