"""The office at a glance: its figures as charts with a table behind each, and the tables as files."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activation import glance
from activation.forms import PeriodForm
from activation.glance import Glance
from activation.queue import Desk
from activation.views.common import can_see_figures, page
from registration.models import Office
from shumoos.accounts.access_log import log_look
from shumoos.accounts.fresh import recently_verified_for_a_file
from shumoos.accounts.models import Role
from shumoos.accounts.requests import SignedInRequest


def chosen_offices(request: SignedInRequest) -> tuple[list[Office], list[Office]]:
    """Return the offices a person may choose from and those they have chosen, all by default.

    404 for one that is not theirs, and for whoever has none.
    """
    offices = glance.offices_of(request.user)
    wanted = request.GET.get("office", "")
    chosen = [office for office in offices if wanted in ("", office.code)]
    if not chosen:
        raise Http404
    return offices, chosen


def kept(request: HttpRequest) -> str:
    """Return what was chosen, for the addresses of the files."""
    names = ("office", *PeriodForm.base_fields)
    return urlencode({name: request.GET[name] for name in names if request.GET.get(name)})


@never_cache
@require_safe
@can_see_figures
def show_figures(request: SignedInRequest) -> HttpResponse:
    offices, chosen = chosen_offices(request)
    form = PeriodForm(request.GET)
    context = {
        "title": _("The office at a glance"),
        "form": form,
        "offices": offices,
        "chosen": chosen,
        "office": request.GET.get("office", ""),
        "query": kept(request),
        "are_tables_open": "tables" in request.GET,
    }
    if not form.is_valid():
        return page(request, "activation/figures.html", context, status=422)
    shown = Glance(chosen, form.period)
    context |= {"glance": shown, "sections": shown.sections}
    if request.user.role == Role.HEAD:
        context["attention"] = Desk(request.user).count("failed")
    return page(request, "activation/figures.html", context)


@never_cache
@require_safe
@can_see_figures
@recently_verified_for_a_file
def export_figures(request: SignedInRequest, name: str) -> HttpResponse:
    """Give one table as a file. Each has its own: a spreadsheet sorts and filters what has one header."""
    _offices, chosen = chosen_offices(request)
    form = PeriodForm(request.GET)
    if name not in glance.SECTIONS or not form.is_valid():
        raise Http404
    period = form.period
    office = request.GET.get("office", "") or "all"
    log_look(request, "figures export", f"figures:{name} {office} {period.first} {period.last}")
    table = glance.SECTIONS[name](Glance(chosen, period)).table
    file = f"{name}-{period.first}-{period.last}.csv"
    return HttpResponse(
        table.csv(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )
