"""The public pages on which an owner registers an establishment."""

import re

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registration import documents, intake
from registration.forms import RegistrationForm
from registration.models import Application, Document, Status
from registration.models.applications import make_key
from registration.moves import MoveRefused
from registration.views.session import application_of, lead_to_done, remember

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
    if form.is_valid() and (sent := send(request, form, application)):
        return lead_to_done(request, sent)
    form.show_kept(kept_documents(application))
    return form_page(request, form, key)


@transaction.atomic
def keep(request: HttpRequest, form: RegistrationForm, key: str) -> Application:
    """Save what was typed rightly and the good files in the draft of that key."""
    application = intake.save_draft(key, typed=form.typed)
    for kind, file in form.good_files.items():
        documents.keep(application, kind, file)
    remember(request, application)
    return application


def send(request: HttpRequest, form: RegistrationForm, application: Application) -> Application | None:
    """Return the application that was sent, or None after telling the form why it was not."""
    try:
        by = request.user if request.user.is_authenticated else None
        return intake.submit(application, typed=form.typed, language=get_language() or "ar", by=by)
    except MoveRefused as refusal:
        form.add_error("licence_number", str(refusal))
    except ValidationError as error:
        form.add_error(None, error)
    return None


def form_page(request: HttpRequest, form: RegistrationForm, key: str) -> HttpResponse:
    return render(
        request, "registration/register.html", {"form": form, "key": key}, status=422 if form.errors else 200
    )


def kept_documents(application: Application | None) -> dict[str, Document]:
    if application is None:
        return {}
    return {document.kind: document for document in application.documents.filter(is_current=True)}
