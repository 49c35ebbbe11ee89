"""What an owner does about a sent application after a code: correct it, withdraw it, apply again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from registration import corrections, documents, moves
from registration.correction_form import CorrectionForm
from registration.forms import WithdrawalForm
from registration.models import OPEN_STATUSES, Application, Status
from registration.models.applications import TYPED
from registration.moves import MoveRefused
from registration.views.opened import opened
from registration.views.session import remember
from registration.views.status import data_rows, lead_to_code
from shumoos.accounts.codes import CodeRefused, check_code, send_code


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest) -> HttpResponse:
    """Show what the office has flagged, or send it corrected. Good documents are kept whatever else is wrong.

    Another mobile needs a code sent to it; the form comes back with a field for that.
    """
    application = opened(request)
    if application is None:
        return lead_to_code(request)
    if application.status != Status.RETURNED:
        messages.info(request, _("This application does not wait for a correction."))
        return redirect("registration:status_details")
    if request.method != "POST":
        return correction_page(request, correction_form(request, application))
    form = correction_form(request, application)
    form.is_valid()
    try:
        keep(application, form)
        if form.is_valid() and prove_mobile(request, form):
            corrections.send_corrections(application, typed=form.typed, verified_mobile=form.new_mobile)
            messages.success(request, _("Your corrections are with the office."))
            return redirect("registration:status_details")
    except MoveRefused as refusal:
        form.add_error(None, str(refusal))
    except ValidationError as error:
        form.add_error(None, ValidationError(error.messages))
    return correction_page(request, form)


def correction_form(request: HttpRequest, application: Application) -> CorrectionForm:
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    return CorrectionForm(*posted, application=application, flags=list(application.flags.unresolved()))


@transaction.atomic
def keep(application: Application, form: CorrectionForm) -> None:
    for kind, file in form.good_files.items():
        documents.keep(application, kind, file)
    form.show_kept()


def prove_mobile(request: HttpRequest, form: CorrectionForm) -> bool:
    """Whether the mobile may be taken: it is the old one, or the code sent to the new one was typed."""
    if not form.new_mobile:
        return True
    purpose = f"correction:{form.application.reference}"
    try:
        if form.cleaned_data["code"] and "another_code" not in request.POST:
            check_code(purpose=purpose, mobile=form.new_mobile, typed=form.cleaned_data["code"])
            return True
        send_code(
            purpose=purpose,
            mobile=form.new_mobile,
            address=request.META.get("REMOTE_ADDR"),
            language=get_language() or "ar",
        )
    except CodeRefused as refusal:
        form.add_error("code", str(refusal))
    else:
        form.wants_code = True
    return False


def correction_page(request: HttpRequest, form: CorrectionForm) -> HttpResponse:
    asked = {flag.name for flag in form.flags}
    event = form.application.events.order_by("-id").first()
    context = {
        "form": form,
        "shows_code": form.wants_code or bool(form["code"].errors or form["code"].value())
        if "code" in form.fields
        else False,
        "application": form.application,
        "reason": event.reason if event else "",
        "unchanged": data_rows(form.application, names=[name for name in TYPED if name not in asked]),
        "unchanged_documents": form.application.documents.current().exclude(kind__code__in=asked),
    }
    return render(request, "registration/status_correct.html", context, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Ask whether the application is really to be withdrawn, or withdraw it."""
    application = opened(request)
    if application is None:
        return lead_to_code(request)
    if application.status not in OPEN_STATUSES:
        return redirect("registration:status_details")
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            moves.withdraw(application, by=None, reason=form.cleaned_data["reason"])
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The application is withdrawn."))
        return redirect("registration:status_details")
    return render(
        request,
        "registration/status_withdraw.html",
        {"form": form, "application": application},
        status=422 if form.errors else 200,
    )


@login_not_required
@require_POST
def apply_again(request: HttpRequest) -> HttpResponse:
    """Lead to the last step of a registration that is filled in with an application that has ended."""
    application = opened(request)
    if application is None:
        return lead_to_code(request)
    try:
        draft = corrections.apply_again(application)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("registration:status_details")
    remember(request, draft)
    return redirect("registration:check")
