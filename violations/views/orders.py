"""The suspension orders as officers of the licensing authority see them: their own authority's, with
letters."""

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from shumoos.accounts.access_log import log_look
from shumoos.accounts.requests import SignedInRequest
from violations.models import Notice
from violations.views.owner import letter_response

PAGE = 50

may_see_orders = permission_required("violations.see_orders", raise_exception=True)


def visible(request: SignedInRequest) -> QuerySet[Notice]:
    return Notice.objects.orders_for(request.user).select_related(
        "case__licence__city", "case__establishment", "letter", "lifting_letter"
    )


@require_safe
@may_see_orders
def orders(request: SignedInRequest) -> HttpResponse:
    """List the orders, the latest first; those in force alone unless all are asked for."""
    shows_all = "all" in request.GET
    found = visible(request).order_by("-id")
    if not shows_all:
        found = found.filter(lifted_on__isnull=True)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    log_look(request, "orders", "violations.notice")
    return render(request, "violations/orders.html", {"page": page, "shows_all": shows_all})


@require_safe
@may_see_orders
def order_letter(request: SignedInRequest, pk: int) -> HttpResponse:
    order = get_object_or_404(visible(request), pk=pk)
    return letter_response(request, order.letter, order)


@require_safe
@may_see_orders
def lifting_letter(request: SignedInRequest, pk: int) -> HttpResponse:
    order = get_object_or_404(visible(request), pk=pk)
    return letter_response(request, order.lifting_letter, order)
