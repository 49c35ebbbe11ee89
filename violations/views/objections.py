"""The owner's objection to a notice: filed with documents, followed to its decision."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from registration.documents import show
from shumoos.accounts.access_log import log_look
from shumoos.accounts.models import User
from shumoos.accounts.requests import SignedInRequest
from shumoos.saudi import calendar
from violations import objections
from violations.forms import ObjectionForm
from violations.models import Notice, Objection, ObjectionDocument
from violations.objections import ObjectionRefused
from violations.standing import NoticeStanding
from violations.views.owner import letter_response, may_see


@require_http_methods(["GET", "HEAD", "POST"])
@may_see
def file(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the form for an objection to a notice, or file one."""
    notices = Notice.objects.visible_to(request.user).select_related(
        "case__schedule", "case__licence", "letter", "objection", "occurrence"
    )
    notice = get_object_or_404(notices, pk=pk)
    if hasattr(notice, "objection"):
        return redirect("violations:objection", notice.objection.pk)
    form = ObjectionForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid() and (filed := filed_from(form, notice, by=request.user)):
        messages.success(
            request, _("Your objection is with the office. The clock and the payment term stand still.")
        )
        return redirect("violations:objection", filed.pk)
    context = {
        "notice": notice,
        "told": NoticeStanding(notice, notice.case, calendar.today()),
        "form": form,
        "may_object": objections.may_object(notice),
    }
    return render(request, "violations/object.html", context, status=422 if form.errors else 200)


def filed_from(form: ObjectionForm, notice: Notice, *, by: User) -> Objection | None:
    """Return the objection that was filed; None, with the reason in the form, where it was not."""
    try:
        return objections.file(notice, text=form.cleaned_data["text"], documents=form.documents, by=by)
    except ObjectionRefused as refusal:
        form.add_error(None, str(refusal))
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
    return None


def own(request: SignedInRequest, pk: int) -> Objection:
    visible = Objection.objects.visible_to(request.user).select_related(
        "notice__letter", "notice__occurrence", "case__licence", "case__schedule", "letter"
    )
    return get_object_or_404(visible, pk=pk)


@require_safe
@may_see
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    objection = own(request, pk)
    log_look(request, "objection", objection)
    return render(request, "violations/objection.html", {"objection": objection})


@require_safe
@may_see
def document(request: SignedInRequest, pk: int, document_pk: int) -> HttpResponse:
    return document_response(request, own(request, pk), document_pk)


def document_response(request: SignedInRequest, objection: Objection, document_pk: int) -> HttpResponse:
    found = get_object_or_404(ObjectionDocument, pk=document_pk, objection=objection)
    log_look(request, "document", found)
    with found.file.open() as kept:
        content = kept.read()
    return show(content, found.content_type, name=f"objection-{objection.pk}-{found.pk}")


@require_safe
@may_see
def letter(request: SignedInRequest, pk: int) -> HttpResponse:
    objection = own(request, pk)
    return letter_response(request, objection.letter, objection)
