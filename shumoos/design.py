"""The parts that pages are made of, on one page for developers."""

from datetime import date

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shumoos import charts

TONES = ("success", "warning", "danger", "info", "waiting", "neutral")
COLOURS = ("action", "dark", "accent", "error", "text", "quiet", "pale", "line", "field")


@login_not_required
@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """Show every part with its names; 404 but on a development machine."""
    if not settings.DEBUG:
        raise Http404
    weeks = [("1 – 7", (4, 2)), ("8 – 14", (6, 1)), ("15 – 21", (3, 3))]
    return render(
        request,
        "design.html",
        {
            "tones": TONES,
            "colours": COLOURS,
            "bars": charts.bars("bars", "A chart of bars", weeks, ["One", "Other"]),
            "lines": charts.lines("lines", "A chart of lines", weeks, ["One", "Other"]),
            "day": date(2026, 2, 1),
        },
    )
