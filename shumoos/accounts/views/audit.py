"""The auditor's pages: the access log with its seals, and unusual reading. They change nothing."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shumoos.accounts import fresh, log_reading, sealing
from shumoos.accounts.access_log import log_look
from shumoos.accounts.log_reading import LogForm
from shumoos.accounts.models import ReadingLimit, Seal, UnusualReading
from shumoos.accounts.requests import SignedInRequest
from shumoos.keys import is_key
from shumoos.saudi import calendar

may_audit = permission_required("accounts.view_look", raise_exception=True)
SHOWN = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@may_audit
def log(request: SignedInRequest) -> HttpResponseBase:
    """Search the access log. What is looked for is posted; each page and each file is logged itself."""
    form = LogForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "seal": last_seal(), "most": f"{log_reading.MOST_IN_A_FILE:,}"}
    if not form.is_valid():
        return render(request, "accounts/log.html", context, status=422 if form.is_bound else 200)
    found = log_reading.find(form.cleaned_data)
    if "export" in request.POST:
        if not fresh.is_fresh(request):
            return fresh.ask_again(request)
        log_look(request, "access log export", log_reading.described(form.cleaned_data))
        name = f"access-log-{calendar.today():%Y-%m-%d}.csv"
        return StreamingHttpResponse(
            log_reading.csv_lines(found),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    log_look(request, "access log", log_reading.described(form.cleaned_data))
    rows, following = log_reading.page(found, log_reading.read_place(request.POST.get("after", "")))
    context |= {"rows": rows, "following": following, "is_searched": True}
    return render(request, "accounts/log.html", context)


def last_seal() -> dict[str, object] | None:
    """Return the latest seal as it can be written down: its minute, the minute's number, and the hash."""
    seal = Seal.objects.order_by("-number").first()
    if seal is None:
        return None
    return {
        "moment": sealing.moment_of(seal.number),
        "number": seal.number,
        "hash": bytes(seal.hash).hex(),
    }


@never_cache
@require_safe
@may_audit
def unusual(request: SignedInRequest) -> HttpResponse:
    """List the hours in which somebody read unusually much, or outside working hours, newest first."""
    log_look(request, "unusual reading", "accounts.unusualreading")
    found = UnusualReading.objects.select_related("by")
    before = request.GET.get("before", "")
    if is_key(before):
        found = found.filter(pk__lt=int(before))
    rows = list(found.order_by("-pk")[: SHOWN + 1])
    context = {
        "rows": rows[:SHOWN],
        "newest": request.path if before else "",
        "older": f"{request.path}?before={rows[SHOWN - 1].pk}" if len(rows) > SHOWN else "",
        "limits": ReadingLimit.objects.all(),
    }
    return render(request, "accounts/unusual.html", context)
