"""The page on which the head of a provider company adds agents and ends them."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from registration import providers
from registration.mandate_forms import AgentForm
from registration.models import Provider, ProviderAgent
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_look
from shumoos.accounts.fresh import ask_again, is_fresh, recently_verified
from shumoos.accounts.requests import SignedInRequest


def headed_company(request: SignedInRequest) -> Provider:
    """Return the company that the person heads. Raises Http404 for everybody else."""
    provider = providers.headed_by(request.user)
    if provider is None:
        raise Http404
    return provider


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: SignedInRequest) -> HttpResponse:
    """List the company's agents, and add one."""
    provider = headed_company(request)
    if request.method == "POST" and not is_fresh(request):
        return ask_again(request)
    form = AgentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            providers.add_agent(provider, **form.cleaned_data)
        except MoveRefused as refusal:
            form.add_error("username", str(refusal))
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(
                request, _("The agent is added and gets user name and password by text message.")
            )
            return redirect("registration:agents")
    agents = list(provider.memberships.select_related("user").order_by("ended_at", "pk"))
    log_look(request, "agents", provider, people=len(agents))
    return render(
        request,
        "registration/mandates/agents.html",
        {"provider": provider, "agents": agents, "form": form},
        status=422 if form.errors else 200,
    )


@require_POST
@recently_verified
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    membership = in_scope(request, pk)
    return act(request, lambda: providers.end_agent(membership, by=request.user), _("The agent is ended."))


@require_POST
@recently_verified
def resend(request: SignedInRequest, pk: int) -> HttpResponse:
    membership = in_scope(request, pk)
    return act(
        request,
        lambda: providers.resend_credentials(membership),
        _("A text with a new password is on its way."),
    )


def in_scope(request: SignedInRequest, pk: int) -> ProviderAgent:
    memberships = ProviderAgent.objects.filter(provider=headed_company(request))
    return get_object_or_404(memberships.select_related("user"), pk=pk)


def act(request: SignedInRequest, job: Callable[[], object], done: str) -> HttpResponse:
    try:
        job()
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("registration:agents")
