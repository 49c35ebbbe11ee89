"""The public pages: registering an establishment and following an application."""

import re

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from registration import documents, intake
from registration.forms import RegistrationForm, StatusForm
from registration.models import Application, Document, Status
from registration.models.applications import make_key
from registration.moves import MoveRefused

# The session remembers the browser's application by its key.
SESSION_KEY = "application"
KEY = re.compile(r"[A-Za-z0-9_-]{32}")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Show the registration form, or take it in.

    The form carries its draft's key, so that sending it twice leads to one application. Good files are kept
    with the draft whatever else is wrong.
    """
    if request.method == "POST":
        return take_in(request)
    application = application_of(request)
    if application is None or application.status != Status.DRAFT:
        return form_page(request, RegistrationForm(), make_key())
    typed = {name: getattr(application, name) for name in RegistrationForm.TYPED}
    return form_page(
        request, RegistrationForm(initial=typed, kept=kept_documents(application)), application.key
    )


def take_in(request: HttpRequest) -> HttpResponse:
    """Keep the good files of what was sent and, where all of it is right, send it to the office."""
    key = request.POST.get("key", "")
    if not KEY.fullmatch(key):
        key = make_key()
    application = Application.objects.filter(key=key).first()
    form = RegistrationForm(request.POST, request.FILES, kept=kept_documents(application))
    form.is_valid()
    if application and application.status != Status.DRAFT:
        if form.is_about(application):
            return lead_to_done(request, application)
        # The page of an application sent before, filled in anew for another licence.
        key = make_key()
        form = RegistrationForm(request.POST, request.FILES)
    if not (form.is_valid() or form.good_files):
        return form_page(request, form, key)
    try:
        application = keep(request, form, key)
    except MoveRefused:
        # Another click has sent it in the meantime.
        return lead_to_done(request, Application.objects.get(key=key))
    if form.is_valid() and (sent := send(form, application)):
        return lead_to_done(request, sent)
    form.show_kept(kept_documents(application))
    return form_page(request, form, key)


@transaction.atomic
def keep(request: HttpRequest, form: RegistrationForm, key: str) -> Application:
    """Save what was typed rightly and the good files in the draft of that key."""
    application = intake.save_draft(key, typed=form.typed)
    for kind, file in form.good_files.items():
        documents.keep(application, kind, file)
    request.session[SESSION_KEY] = key
    return application


def send(form: RegistrationForm, application: Application) -> Application | None:
    """Return the application that was sent, or None after telling the form why it was not."""
    try:
        return intake.submit(application, typed=form.typed, language=get_language() or "ar")
    except MoveRefused as refusal:
        form.add_error("licence_number", str(refusal))
    except ValidationError as error:
        form.add_error(None, error)
    return None


def lead_to_done(request: HttpRequest, application: Application) -> HttpResponse:
    request.session[SESSION_KEY] = application.key
    return redirect("registration:done")


def form_page(request: HttpRequest, form: RegistrationForm, key: str) -> HttpResponse:
    return render(
        request, "registration/register.html", {"form": form, "key": key}, status=422 if form.errors else 200
    )


def application_of(request: HttpRequest) -> Application | None:
    """Return the application that this browser is working on or has sent last."""
    key = request.session.get(SESSION_KEY)
    return Application.objects.filter(key=key).select_related("office").first() if key else None


def kept_documents(application: Application | None) -> dict[str, Document]:
    if application is None:
        return {}
    return {document.kind: document for document in application.documents.filter(is_current=True)}


@login_not_required
@never_cache
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """Show the reference number, what to bring and where to go."""
    application = application_of(request)
    if application is None or application.status == Status.DRAFT:
        return redirect("registration:register")
    return render(request, "registration/done.html", {"application": application})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """Say where an application stands. The number is posted, so that it stands in no address and no log."""
    form = StatusForm(request.POST if request.method == "POST" else None)
    application = form.find() if form.is_valid() else None
    events = list(application.events.order_by("-id")) if application else []
    return render(
        request,
        "registration/status.html",
        {"form": form, "application": application, "events": events},
        status=422 if form.errors else 200,
    )
