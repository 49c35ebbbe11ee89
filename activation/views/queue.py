"""The office's work: what waits, by tab, and the box that leads straight to an application."""

from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from activation import queue
from activation.forms import QueueFilterForm, QueueSearchForm
from activation.queue import Desk
from activation.views.common import can_view, page
from registration.models import Application
from registration.models.names import TooShort
from shumoos import kept_searches
from shumoos.accounts.access_log import log_look
from shumoos.accounts.models import Role
from shumoos.accounts.requests import SignedInRequest

LABELS: dict[str, Promise] = {
    "waiting": gettext_lazy("Waiting"),
    "mine": gettext_lazy("Mine"),
    "overdue": gettext_lazy("Overdue"),
    "returned": gettext_lazy("Returned"),
    "failed": gettext_lazy("Failed texts"),
    "proposed": gettext_lazy("To confirm"),
    "decided": gettext_lazy("Decided"),
}


# The access log's word for a look at what the box has found.
SEARCHED = "queue search"


def start(request: HttpRequest) -> HttpResponse:
    """Open the admin on the office's work for those who have one; `?all` is the list of everything."""
    role = getattr(request.user, "role", "")
    has_queue = role in (Role.SUPERVISOR, Role.HEAD) and request.user.is_active
    if has_queue and "all" not in request.GET:
        return redirect("admin:activation_queue")
    # As the links say that lead here.
    return admin.site.index(request, {"title": _("Everything else") if has_queue else _("Home")})


@require_http_methods(["GET", "HEAD", "POST"])
@can_view
def show_queue(request: SignedInRequest) -> HttpResponse:
    """Show a tab, or what was searched for; a search is posted, kept, and stands in no address."""
    desk = Desk(request.user)
    if request.method == "POST":
        return search(request, desk)
    form = QueueSearchForm({"q": kept_searches.read(request)})
    text = form.cleaned_data["q"] if form.is_valid() else ""
    tab = request.GET.get("tab", "")
    if tab not in desk.tabs:
        tab = "waiting"
    filters = QueueFilterForm(request.GET, offices=desk.offices)
    filters.is_valid()  # what is not, narrows nothing
    if text:
        tab, applications = "", searched(desk, form, text)
    else:
        applications = filtered(desk.in_tab(tab), filters)
    shown = desk.page(applications, tab=tab, after=request.GET.get("after", ""))
    # Of whom a search shows something is counted; a tab is the work that waits.
    people = max(len(shown.rows), 1) if text else 1
    log_look(request, SEARCHED if text else f"queue {tab}", "registration.application", people=people)
    counts = desk.counts()
    context = {
        "title": _("Applications"),
        "form": form,
        "filters": filters,
        "is_filtered": any(filters.cleaned_data.values()),
        "tabs": [(name, LABELS[name], counts.get(name)) for name in desk.tabs],
        "tab": tab,
        "text": text,
        "page": shown,
        "next_query": urlencode({**kept(request), "after": shown.next_key}),
        "tab_query": urlencode({name: value for name, value in kept(request).items() if name in FILTERS}),
    }
    return page(request, "activation/queue.html", context)


def search(request: SignedInRequest, desk: Desk) -> HttpResponse:
    """Lead to the one application that was meant, or to the list of what was found."""
    form = QueueSearchForm(request.POST)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    if not text:
        return redirect("admin:activation_queue")
    found = searched(desk, form, text).values_list("pk", flat=True)[:2]
    if len(found) == 1:
        # Others are on record where they are shown.
        log_look(request, SEARCHED, "registration.application")
        return redirect("admin:activation_review", found[0])
    key = kept_searches.keep(request, text)
    return redirect(f"{reverse('admin:activation_queue')}?{urlencode({kept_searches.PARAMETER: key})}")


FILTERS = tuple(QueueFilterForm.base_fields)


def kept(request: HttpRequest) -> dict[str, str]:
    """Return what an address has to carry on to the next page."""
    names = ("tab", kept_searches.PARAMETER, *FILTERS)
    return {name: request.GET[name] for name in names if request.GET.get(name)}


def searched(desk: Desk, form: QueueSearchForm, text: str) -> QuerySet[Application]:
    try:
        return desk.search(text)
    except (queue.Mistyped, TooShort) as refusal:
        form.add_error("q", str(refusal))
        return Application.objects.none()


def filtered(applications: QuerySet[Application], filters: QueueFilterForm) -> QuerySet[Application]:
    """Narrow a tab to what was chosen; a choice that does not exist narrows nothing."""
    for name in ("sector", "authority", "city"):
        if value := filters.cleaned_data.get(name):
            applications = applications.filter(**{name: value})
    if filters.cleaned_data.get("flagged"):
        applications = applications.filter(queue.flagged())
    if filters.cleaned_data.get("premium"):
        applications = applications.filter(queue.premium())
    return applications
