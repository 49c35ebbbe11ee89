"""The owner's page of a subscription, and the licensing authority's requests for closing."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from activation import closing
from activation.life_forms import AnswerForm, WordsForm
from activation.models import ClosingRequest
from activation.standing import standings
from registration.models import Establishment
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_look
from shumoos.accounts.fresh import recently_verified
from shumoos.accounts.models import Role
from shumoos.accounts.requests import SignedInRequest
from shumoos.keys import is_key
from shumoos.letters.views import pdf_response

PAGE = 50

can_ask = permission_required("activation.ask_closing", raise_exception=True)
can_answer = permission_required("activation.answer_closing", raise_exception=True)


def own(request: SignedInRequest, number: str) -> Establishment:
    """Return the establishment of that number, its owner's or its staff's; 404 for anybody else's."""
    visible = Establishment.objects.visible_to(request.user).select_related("sector", "city")
    if request.user.role not in (Role.OWNER, Role.STAFF):
        visible = visible.none()
    return get_object_or_404(visible, number=number)


@require_safe
def show(request: SignedInRequest, number: str) -> HttpResponse:
    return subscription_page(request, own(request, number))


def subscription_page(
    request: SignedInRequest, establishment: Establishment, form: WordsForm | None = None
) -> HttpResponse:
    [standing] = standings([establishment])
    may_ask = request.user.has_perm("activation.ask_closing")
    answered = ClosingRequest.objects.visible_to(request.user).exclude(outcome="")
    context = {
        "standing": standing,
        "periods": establishment.subscriptions.order_by("-pk").select_related("statement"),
        "answered": answered.filter(subscription__establishment=establishment)[:5],
        "may_ask": may_ask,
        "form": form or WordsForm(),
    }
    page = "activation/subscriptions/show.html"
    return render(request, page, context, status=422 if form else 200)


@require_safe
@can_ask
def letter(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    subscription = get_object_or_404(own(request, number).subscriptions, pk=pk)
    log_look(request, "statement", subscription)
    return pdf_response(subscription.statement)


@require_POST
@can_ask
@recently_verified
def ask(request: SignedInRequest, number: str) -> HttpResponse:
    """Put the owner's wish to the authority."""
    establishment = own(request, number)
    [standing] = standings([establishment])
    form = WordsForm(request.POST)
    if not form.is_valid():
        return subscription_page(request, establishment, form)
    try:
        if standing.subscription is None:
            raise MoveRefused(_("This establishment has no subscription."))
        closing.ask(standing.subscription, by=request.user, reason=form.cleaned_data["reason"])
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your request is with the licensing authority."))
    return redirect("activation:subscription", number)


@require_POST
@can_ask
def withdraw(request: SignedInRequest, number: str) -> HttpResponse:
    establishment = own(request, number)
    asked = ClosingRequest.objects.filter(subscription__establishment=establishment).first()
    if asked is None:
        return redirect("activation:subscription", number)
    try:
        closing.withdraw(asked, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your request is withdrawn; the subscription stays as it is."))
    return redirect("activation:subscription", number)


@require_safe
@can_answer
def requests(request: SignedInRequest) -> HttpResponse:
    """Show the authority what its licences' owners have asked for, the oldest first."""
    asked = ClosingRequest.objects.visible_to(request.user).open().order_by("pk")
    after = request.GET.get("after", "")
    if is_key(after):
        asked = asked.filter(pk__gt=int(after))
    related = ("subscription__establishment", "subscription__licence")
    rows = list(asked.select_related(*related)[: PAGE + 1])
    log_look(request, "closing requests", "activation.closingrequest", people=len(rows[:PAGE]))
    address = reverse("activation:closings")
    context = {
        "rows": rows[:PAGE],
        "first": address if after else "",
        "next": f"{address}?after={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
    }
    return render(request, "activation/subscriptions/closings.html", context)


def asked_of(request: SignedInRequest, pk: int) -> ClosingRequest:
    visible = ClosingRequest.objects.visible_to(request.user).select_related(
        "subscription__establishment__owner__user",
        "subscription__establishment__city",
        "subscription__licence__authority",
        "asked_by",
        "ended_by",
    )
    return get_object_or_404(visible, pk=pk)


@require_safe
@can_answer
def closing_request(request: SignedInRequest, pk: int) -> HttpResponse:
    return closing_page(request, asked_of(request, pk))


def closing_page(
    request: SignedInRequest, asked: ClosingRequest, form: AnswerForm | None = None
) -> HttpResponse:
    log_look(request, "closing request", asked)
    context = {"asked": asked, "subscription": asked.subscription, "form": form or AnswerForm()}
    page = "activation/subscriptions/closing.html"
    return render(request, page, context, status=422 if form else 200)


@require_POST
@can_answer
@recently_verified
def confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    refuse_others(request)
    asked = asked_of(request, pk)
    try:
        closing.confirm(asked, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The subscription is closed as of today."))
    return redirect("activation:closing", pk)


@require_POST
@can_answer
def refuse(request: SignedInRequest, pk: int) -> HttpResponse:
    refuse_others(request)
    asked = asked_of(request, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return closing_page(request, asked, form)
    try:
        closing.refuse(asked, by=request.user, answer=form.cleaned_data["answer"])
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The request is refused, and the owner is told why."))
    return redirect("activation:closing", pk)


def refuse_others(request: SignedInRequest) -> None:
    """Whoever sees every request, as an auditor or a superuser may, answers none of them."""
    if request.user.role != Role.AUTHORITY:
        raise PermissionDenied
