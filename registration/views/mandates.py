"""Mandates: the provider's pages, and the page on which an owner answers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from registration import mandates
from registration.mandate_forms import AskAboutForm, AskNewOwnerForm, CodeForm
from registration.models import Application, Establishment, Mandate, Provider, Scope
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_look
from shumoos.accounts.codes import CodeRefused
from shumoos.accounts.fresh import recently_verified
from shumoos.accounts.models import Role, User
from shumoos.accounts.requests import SignedInRequest
from shumoos.keys import is_key

PAGE = 50

may_ask = permission_required("registration.ask_mandate", raise_exception=True)
RELATED = (
    "agreement__provider",
    "agreement__application",
    "agreement__establishment__owner",
    "asked_by",
    "approved_by",
    "revoked_by",
)


def company_of(request: SignedInRequest) -> Provider:
    """Return the agent's company. Raises PermissionDenied for one who has none now."""
    provider = Provider.objects.served_by(request.user).first()
    if provider is None:
        raise PermissionDenied
    return provider


@require_safe
@may_ask
def show(request: SignedInRequest) -> HttpResponse:
    """List the mandates of the agent's company, newest first."""
    visible = Mandate.objects.visible_to(request.user).select_related(*RELATED)
    before = request.GET.get("before", "")
    if is_key(before):
        visible = visible.filter(pk__lt=int(before))
    found = list(visible[: PAGE + 1])
    log_look(request, "mandates", "registration.mandate", people=len(found[:PAGE]))
    context = {
        "mandates": found[:PAGE],
        "newest": request.path if before else "",
        "older": f"{request.path}?before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
    }
    return render(request, "registration/mandates/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@may_ask
@recently_verified
def ask(request: SignedInRequest) -> HttpResponse:
    """Ask an owner for a mandate: about what is registered, or, with `?new=1`, for one who is to be."""
    provider = company_of(request)
    is_new = "new" in request.GET
    form_class = AskNewOwnerForm if is_new else AskAboutForm
    form = form_class(request.POST if request.method == "POST" else None, provider=provider)
    if form.is_valid():
        try:
            mandate = send_request(request, provider, form)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The owner has been asked by text message."))
            return redirect("registration:mandate_detail", mandate.pk)
    return render(
        request,
        "registration/mandates/ask.html",
        {"form": form, "is_new": is_new},
        status=422 if form.errors else 200,
    )


def send_request(
    request: SignedInRequest, provider: Provider, form: AskAboutForm | AskNewOwnerForm
) -> Mandate:
    """Return the mandate that was asked for. Raises MoveRefused where it is not."""
    mandates.refuse_guessing(request.user)
    about: mandates.Subject | None
    if isinstance(form, AskNewOwnerForm):
        about = form.owner
    else:
        about = mandates.find_subject(form.cleaned_data["number"], form.cleaned_data["last_four"])
    if about is None:
        log_look(request, mandates.MISS, provider)
        raise mandates.MandateRefused(
            _("No application in progress and no establishment has this number and a mobile that ends so.")
        )
    try:
        return mandates.ask(by=request.user, about=about, **form.wish)
    except mandates.UnknownOwner:
        log_look(request, mandates.MISS, provider)
        raise


@require_safe
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a mandate to its owner or its company, with the application as far as the mandate reaches."""
    mandate = get_object_or_404(Mandate.objects.visible_to(request.user).select_related(*RELATED), pk=pk)
    agreement = mandate.agreement
    application = establishment = None
    if request.user.role == Role.PROVIDER:
        application = (
            Application.objects.visible_to(request.user)
            .filter(pk=agreement.application_id or 0)
            .select_related("office", "city", "sector")
            .first()
        )
        establishment = (
            Establishment.objects.visible_to(request.user)
            .filter(pk=agreement.subject_establishment_id or 0)
            .first()
        )
    context = {
        "mandate": mandate,
        "application": application,
        "establishment": establishment,
        "events": history(application) if application else [],
        "flags": application.flags.unresolved() if application else [],
        "may_see_owner": request.user.role != Role.PROVIDER or mandate.approved_at,
    }
    if application:
        under = mandates.over_application(request.user, application, Scope.REGISTER, Scope.PRESENT_DOCUMENTS)
        log_look(request, "view application", application, reason=mandates.acting(under, request.user))
    else:
        log_look(request, "mandate", mandate)
    return render(request, "registration/mandates/detail.html", context)


def history(application: Application) -> list:
    return list(application.events.select_related("by", "mandate__agreement__provider").order_by("-pk"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@recently_verified
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask the owner, or an agent of the company, whether this is the mandate they mean, then end it."""
    if request.user.role not in (Role.OWNER, Role.PROVIDER):
        raise Http404
    mandate = get_object_or_404(Mandate.objects.visible_to(request.user).select_related(*RELATED), pk=pk)
    if request.method != "POST":
        log_look(request, "mandate", mandate)
        return render(request, "registration/mandates/revoke.html", asking_to_revoke(request, mandate))
    mandates.revoke(mandate, by=request.user)
    messages.success(request, _("The mandate is revoked. Nothing is open under it any more."))
    return redirect("accounts:account" if request.user.role == Role.OWNER else "registration:mandates")


def asking_to_revoke(request: SignedInRequest, mandate: Mandate) -> dict[str, object]:
    """Return what the page that asks shows; nobody is named to a company that has not been approved."""
    is_owner = request.user.role == Role.OWNER
    back = (
        reverse("accounts:account") if is_owner else reverse("registration:mandate_detail", args=[mandate.pk])
    )
    return {
        "mandate": mandate,
        "is_owner": is_owner,
        "may_see_owner": is_owner or mandate.approved_at,
        "cancel_url": back,
    }


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """The owner's page on a mandate, of which only they are told: what it allows, to approve or revoke it.

    Approving needs the code sent to their mobile; revoking takes access away and needs none.
    """
    mandate = get_object_or_404(Mandate.objects.select_related(*RELATED), key=key)
    wish = request.POST.get("do", "") if request.method == "POST" else ""
    form = CodeForm(request.POST if wish == "approve" else None)
    try:
        if done := fulfil(request, mandate, wish, form):
            messages.success(request, done)
            return redirect(own_page(mandate) + ("?sent=1" if wish == "code" else ""))
    except CodeRefused as refusal:
        form = CodeForm({"code": request.POST.get("code", "")})
        form.add_error("code" if wish == "approve" else None, str(refusal))
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(own_page(mandate))
    context = {
        "mandate": mandate,
        "form": form,
        "shows_code": "sent" in request.GET or wish in ("approve", "code"),
        "asks_to_revoke": "revoke" in request.GET and mandate.is_open,
    }
    return render(request, "registration/mandates/answer.html", context, status=422 if form.errors else 200)


def fulfil(request: HttpRequest, mandate: Mandate, wish: str, form: CodeForm) -> str:
    """Do what the owner wishes and return what was done, as a sentence; nothing for no wish or no code.

    Raises CodeRefused and MoveRefused as the jobs do.
    """
    if wish == "code":
        mandates.send_code(mandate, address=request.META.get("REMOTE_ADDR"), language=get_language() or "ar")
        return _("A code is on its way to the owner's mobile.")
    if wish == "revoke":
        mandates.revoke(mandate, by=owner_signed_in(request, mandate))
        return _("The mandate is revoked. Nothing is open under it any more.")
    if wish == "approve" and form.is_valid():
        mandates.approve(mandate, typed=form.cleaned_data["code"], by=owner_signed_in(request, mandate))
        return _("The mandate is in force.")
    return ""


def own_page(mandate: Mandate) -> str:
    return reverse("registration:mandate", args=[mandate.key])


def owner_signed_in(request: HttpRequest, mandate: Mandate) -> User | None:
    """Return the owner's user if it is they who have signed in here."""
    user = request.user
    if not (user.is_authenticated and user.role == Role.OWNER):
        return None
    is_own = Mandate.objects.visible_to(user).filter(pk=mandate.pk).exists()
    return user if is_own else None
