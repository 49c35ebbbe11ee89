"""The public pages on which an owner registers an establishment, but for the documents."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from registration import drafts, intake
from registration.forms import CodeForm
from registration.marks import ChangedMeanwhile
from registration.models import Application, City, DocumentKind, Licence, Region, Status
from registration.models.applications import TYPED
from registration.moves import MoveRefused
from registration.step_forms import ConfirmForm, EstablishmentForm, LicenceForm, OwnerForm, StepForm
from registration.versions import label_of
from registration.views.codes import send_code_from
from registration.views.progress import drawn_as, lead_on, read_or_send, step_page, with_draft
from registration.views.session import application_of, begin_another, begun, lead_to_done, remember
from registration.views.status import data_rows
from shumoos.accounts.codes import CodeRefused


@login_not_required
@never_cache
@read_or_send
def register(request: HttpRequest) -> HttpResponse:
    """The first page of the first step: which licence it is, and whose."""
    draft = application_of(request)
    if draft is not None and draft.status != Status.DRAFT:
        if "draft" in request.POST:
            return lead_to_done(request, draft)
        # A page that names no draft is about another licence.
        draft = None
    if request.method != "POST":
        licence = own_licence(request)
        if draft and licence and draft.licence_number != licence.number:
            begin_another(request)
            draft = None
        others = [] if draft else begun(request)
        form = LicenceForm(draft=draft, licence=licence)
        return step_page(request, "register", draft, form, begun=others)
    form = LicenceForm(request.POST, draft=draft)
    if form.is_valid():
        draft = draft or drafts.named(begun(request), **form.typed)
        try:
            draft = drafts.name_licence(
                draft,
                **form.typed,
                language=get_language() or "ar",
                address=request.META.get("REMOTE_ADDR"),
                drawn=drawn_as(request, "register"),
            )
        except intake.LicenceTaken as taken:
            form.add_error("licence_number", str(taken))
            return step_page(request, "register", draft, form, taken=taken.state)
        except ChangedMeanwhile as change:
            show_changed(form, change)
            return step_page(request, "register", draft, form)
        except MoveRefused:
            # Another click has sent it in the meantime.
            return lead_to_done(request, draft) if draft else redirect("registration:register")
        remember(request, draft)
        return lead_on("register", draft)
    return step_page(request, "register", draft, form)


def own_licence(request: HttpRequest) -> Licence | None:
    """Return the licence that the address names, where it is one of the owner's who has signed in."""
    named = key_in(request, "licence")
    return Licence.objects.of_owner(request.user).filter(pk=named).first() if named else None


@login_not_required
@require_POST
def another(request: HttpRequest) -> HttpResponse:
    """Begin the registration of another establishment; the one that was begun is kept."""
    begin_another(request)
    return redirect("registration:register")


@with_draft
@read_or_send
def establishment(request: HttpRequest, draft: Application) -> HttpResponse:
    """The second page of the first step: what the licence says."""
    if request.method != "POST":
        return establishment_page(request, draft, EstablishmentForm(draft=draft))
    form = EstablishmentForm(request.POST, draft=draft)
    return save_step(request, "establishment", draft, form) or establishment_page(request, draft, form)


def establishment_page(request: HttpRequest, draft: Application, form: EstablishmentForm) -> HttpResponse:
    office = draft.city.region.office if draft.city else None
    return step_page(request, "establishment", draft, form, office=office)


@login_not_required
@never_cache
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Answer with the cities of the chosen region and its office, while they are being chosen."""
    form = EstablishmentForm()
    region = Region.objects.filter(pk=key_in(request, "region")).select_related("office").first()
    city = City.objects.filter(pk=key_in(request, "city")).select_related("region__office").first()
    if region is not None:
        form.narrow_down(region)
    if city is not None and region in (None, city.region):
        region = city.region
        form.show_place(region, city)
    office = getattr(region, "office", None)
    return render(request, "registration/steps/includes/places.html", {"form": form, "office": office})


def key_in(request: HttpRequest, name: str) -> int:
    """Return the key of a row that stands in the address; zero, which no row has, for anything else."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@with_draft
@read_or_send
def owner(request: HttpRequest, draft: Application) -> HttpResponse:
    """The second step. Where the mobile has to be proved, a code goes out to it."""
    if request.method != "POST":
        return step_page(request, "owner", draft, OwnerForm(draft=draft))
    form = OwnerForm(request.POST, draft=draft)
    done = save_step(request, "owner", draft, form)
    if done is None:
        return step_page(request, "owner", draft, form)
    if not draft.is_mobile_verified:
        send_code_to(request, draft)
    return done


def save_step(request: HttpRequest, page: str, draft: Application, form: StepForm) -> HttpResponse | None:
    """Save what is right, whatever else is wrong; lead on where all of it is."""
    form.is_valid()
    try:
        drafts.save(draft, typed=form.typed, drawn=drawn_as(request, page))
    except ChangedMeanwhile as change:
        show_changed(form, change)
    except MoveRefused:
        # Another click has sent it in the meantime.
        return lead_to_done(request, draft)
    return lead_on(page, draft) if form.is_valid() else None


def show_changed(form: StepForm, change: ChangedMeanwhile) -> None:
    """Say what another window has saved, beside what was typed here; sent again, that is saved."""
    form.add_error(None, str(change))
    for name in change.names:
        [(_label, value, _is_code)] = data_rows(change.draft, names=[name])
        sentence = _("Saved in another window: %(value)s. Save again to put yours in its place.")
        form.add_error(name, sentence % {"value": value or "–"})


def send_code_to(request: HttpRequest, draft: Application) -> None:
    send_code_from(request, purpose=drafts.mobile_purpose(draft), mobile=draft.owner_mobile)


@with_draft
@read_or_send
def mobile_code(request: HttpRequest, draft: Application) -> HttpResponse:
    """The second page of the second step: the code that proves the owner's mobile."""
    if not draft.owner_mobile:
        return redirect("registration:owner")
    if draft.is_mobile_verified:
        return lead_on("mobile_code", draft)
    if "send" in request.POST:
        send_code_to(request, draft)
        return redirect("registration:mobile_code")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            drafts.check_mobile_code(draft, typed=form.cleaned_data["code"])
        except CodeRefused as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(request, _("The mobile is verified."))
            return lead_on("mobile_code", draft)
    return step_page(request, "mobile_code", draft, form)


@with_draft
@read_or_send
def check(request: HttpRequest, draft: Application) -> HttpResponse:
    """The fourth step: all of it at one glance, and the button that sends it."""
    form = ConfirmForm(request.POST if request.method == "POST" else None, draft=draft)
    if request.method == "POST" and form.is_valid() and (sent := send(request, form, draft)):
        return lead_to_done(request, sent)
    return step_page(
        request,
        "check",
        draft,
        form,
        parts=parts_of(draft),
        slots=drafts.wanted_documents(draft),
        office=draft.city.region.office if draft.city else None,
    )


def send(request: HttpRequest, form: ConfirmForm, draft: Application) -> Application | None:
    """Return the application that was sent, or None after telling the form why it was not."""
    try:
        by = request.user if request.user.is_authenticated else None
        mark = request.POST.get("mark")
        return intake.submit(draft, language=get_language() or "ar", by=by, mark=mark)
    except ChangedMeanwhile as change:
        form.ask_again(str(change))
    except MoveRefused as refusal:
        form.add_error(None, str(refusal))
    except ValidationError as error:
        for name, sentences in error.message_dict.items():
            for sentence in sentences:
                form.add_error(None, f"{name_of(name)}: {sentence}" if name != NON_FIELD_ERRORS else sentence)
    return None


def name_of(name: str) -> str:
    """Return what a field or a document is called on pages."""
    return label_of(name) if name in TYPED else str(DocumentKind.objects.get(code=name))


def parts_of(draft: Application) -> list[tuple[str, str, list[tuple[str, Any, bool]]]]:
    """Return what was typed, by the pages where it can be changed: address, heading, rows."""
    headings = {
        "register": _("Licence"),
        "establishment": _("Establishment"),
        "owner": _("Owner"),
    }
    return [
        (reverse(f"registration:{page}"), heading, data_rows(draft, names=drafts.ASKED_ON[page]))
        for page, heading in headings.items()
    ]
