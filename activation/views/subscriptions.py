"""The supervisors' pages of subscriptions. They stand in the Django admin, see activation/admin_life.py."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from activation import life, renewals
from activation.life_forms import ReinstatementForm, SuspensionForm
from activation.models import Subscription, SubscriptionStatus
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_look
from shumoos.accounts.fresh import recently_verified
from shumoos.accounts.requests import SignedInRequest
from shumoos.letters.views import pdf_response
from shumoos.templatetags.days import both_calendars

can_view = permission_required("activation.view_subscription", raise_exception=True)
can_renew = permission_required("activation.renew", raise_exception=True)
can_order = permission_required("activation.order", raise_exception=True)


def page(request: SignedInRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)


def in_scope(request: SignedInRequest, pk: int) -> Subscription:
    """Return the subscription with all that its pages read of it; 404 for what another office has."""
    rows = Subscription.objects.visible_to(request.user).select_related(
        "establishment__owner__user",
        "establishment__sector",
        "establishment__city__region",
        "licence__authority",
        "licence__sector",
        "licence__city__region",
        "statement",
    )
    return get_object_or_404(rows, pk=pk)


@require_safe
@can_view
def show_renewals(request: SignedInRequest) -> HttpResponse:
    """Show what waits for a renewal, with the differences from the register, each to be confirmed at once."""
    waiting = renewals.waiting(request.user)
    shown = renewals.page(waiting, request.GET.get("after", ""))
    log_look(request, "renewals", "activation.subscription")
    rows = []
    for subscription in shown.subscriptions:
        found = renewals.differences(subscription.establishment, subscription.licence)
        rows.append((subscription, found, any(difference.refuses for difference in found)))
    context = {
        "title": _("Renewals"),
        "rows": rows,
        "next_key": shown.next_key,
        "count": renewals.count(waiting),
        "may_renew": request.user.has_perm("activation.renew"),
    }
    return page(request, "activation/subscriptions/admin/renewals.html", context)


@require_POST
@can_renew
@recently_verified
def renew(request: SignedInRequest, pk: int) -> HttpResponse:
    """Confirm a renewal and go back to the page it was confirmed on."""
    subscription = in_scope(request, pk)
    try:
        renewal = life.renew(subscription, by=request.user)
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _(
                "The subscription of %(name)s is renewed until %(until)s, and the owner is told. "
                "Letter: %(number)s"
            )
            % {
                "name": subscription.establishment.name,
                "until": both_calendars(renewal.ends_on),
                "number": renewal.statement.number,
            },
        )
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return redirect(back)
    return redirect("admin:activation_renewals")


@require_http_methods(["GET", "HEAD", "POST"])
@can_order
@recently_verified
def suspend(request: SignedInRequest, pk: int) -> HttpResponse:
    subscription = in_scope(request, pk)
    form = SuspensionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            life.suspend(subscription, by=request.user, **form.cleaned_data)
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The subscription is suspended, and the owner is told."))
        return redirect("admin:activation_subscription_change", pk)
    return order_page(request, subscription, form, title=_("Suspend by order"), is_suspension=True)


@require_http_methods(["GET", "HEAD", "POST"])
@can_order
@recently_verified
def reinstate(request: SignedInRequest, pk: int) -> HttpResponse:
    subscription = in_scope(request, pk)
    form = ReinstatementForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            life.reinstate(subscription, by=request.user, **form.cleaned_data)
        except MoveRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The subscription holds again, and the owner is told."))
        return redirect("admin:activation_subscription_change", pk)
    return order_page(request, subscription, form, title=_("Reinstate"), is_suspension=False)


def order_page(
    request: SignedInRequest, subscription: Subscription, form: forms.Form, *, title: str, is_suspension: bool
) -> HttpResponse:
    context = {"title": title, "subscription": subscription, "form": form, "is_suspension": is_suspension}
    status = 422 if form.errors else 200
    return page(request, "activation/subscriptions/admin/order.html", context, status)


@require_safe
@can_view
def letter(request: SignedInRequest, pk: int) -> HttpResponse:
    subscription = in_scope(request, pk)
    log_look(request, "statement", subscription)
    return pdf_response(subscription.statement)


def change_context(request: HttpRequest, subscription: Subscription) -> dict[str, Any]:
    """Return what the subscription's own page offers this person to do."""
    awaits = subscription.awaits_renewal
    found = renewals.differences(subscription.establishment, subscription.licence) if awaits else []
    may_order = request.user.has_perm("activation.order")
    return {
        "subscription": subscription,
        "differences": found,
        "events": subscription.events.select_related("by"),
        "awaits_renewal": awaits,
        "is_refused": any(difference.refuses for difference in found),
        "may_renew": awaits and request.user.has_perm("activation.renew"),
        "may_suspend": may_order and subscription.status == SubscriptionStatus.ACTIVE,
        "may_reinstate": may_order and subscription.status == SubscriptionStatus.SUSPENDED,
    }
