"""The compliance calendar: a month at a glance, and nil returns with one click."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from guests import compliance, intake, nil_returns, standing
from guests.compliance import Day
from guests.deadlines import Deadlines
from guests.kinds import Kind
from guests.models import Door, StandingNilReturn, workplaces
from guests.views.common import may_submit
from guests.views.entering import choose_establishment, chosen_establishment, chosen_kind
from registration.models import Establishment
from shumoos.accounts.models import Role
from shumoos.accounts.requests import SignedInRequest
from shumoos.saudi import calendar
from shumoos.templatetags.days import both_calendars

EARLIEST_YEAR = 2020


@require_safe
@may_submit
def month(request: SignedInRequest) -> HttpResponse:
    establishment = chosen_establishment(request)
    if establishment is None:
        return choose_establishment(request, "guests:calendar")
    kind = chosen_kind(request, establishment)
    if kind is None:
        return render(request, "guests/not_possible.html", {"establishment": establishment})
    first = chosen_month(request)
    last = calendar.add_months(first, 1) - timedelta(days=1)
    days = compliance.days(establishment, kind.code, first, last)
    query = {"establishment": establishment.number, "kind": kind.code}
    context = {
        "establishment": establishment,
        "kind": kind,
        "kinds": [
            (one, address_of(query | {"kind": one.code, "month": f"{first:%Y-%m}"}))
            for one in intake.kinds_of(establishment)
        ],
        "title": title_of(first),
        "weeks": weeks_of(days),
        "weekdays": weekdays(),
        "pressing": open_days(establishment, kind),
        "hours": Deadlines(kind.code, first).hours(last),
        "moved": [day for day in days if day.moved and day.state != compliance.DayState.UPCOMING],
        "earlier": address_of(query | {"month": f"{first - timedelta(days=1):%Y-%m}"}),
        "later": address_of(query | {"month": f"{last + timedelta(days=1):%Y-%m}"})
        if last < calendar.today()
        else "",
        "today": calendar.today(),
        "oldest_nil": calendar.today() - timedelta(days=nil_returns.DAYS_BACK),
        "is_standing": standing_of(establishment, kind).exists(),
        "may_set": request.user.role == Role.OWNER,
        "month": f"{first:%Y-%m}",
    }
    return render(request, "guests/calendar.html", context)


def chosen_month(request: SignedInRequest) -> date:
    """Return the first day of the month that the address names, or of this one. Raises Http404 for none."""
    text = request.GET.get("month", "")
    if not text:
        return calendar.today().replace(day=1)
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Http404 from None
    if first.year < EARLIEST_YEAR or first > calendar.today():
        raise Http404
    return first


def open_days(establishment: Establishment, kind: Kind) -> list[dict[str, Any]]:
    """Return the days that are still to be reported, each with its deadline and the time left."""
    now = timezone.now()
    today = calendar.today()
    days = compliance.days(establishment, kind.code, today - timedelta(days=7), today, now=now)
    return [
        {"day": day, "left": left_of(day.deadline - now)}
        for day in days
        if day.state == compliance.DayState.OPEN
    ]


def left_of(time: timedelta) -> dict[str, int]:
    """Return whole hours and minutes."""
    minutes = int(time.total_seconds() // 60)
    return {"hours": minutes // 60, "minutes": minutes % 60}


def weeks_of(days: list[Day]) -> list[list[Day | None]]:
    """Return the days in weeks that begin on Sunday, with None for places outside the month."""
    ahead: list[Day | None] = [None] * ((days[0].day.weekday() + 1) % 7)
    cells = [*ahead, *days]
    cells += [None] * (-len(cells) % 7)
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def weekdays() -> list[str]:
    return [
        _("Sunday"),
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
    ]


def title_of(first: date) -> str:
    """Return the month's name and year, with the Hijri months that it lies in, each of their years once."""
    in_arabic = (get_language() or "ar") == "ar"
    months = calendar.GREGORIAN_MONTHS_AR if in_arabic else calendar.GREGORIAN_MONTHS_EN
    hijri_months = calendar.HIJRI_MONTHS_AR if in_arabic else calendar.HIJRI_MONTHS_EN
    title = f"{months[first.month - 1]} {first.year}"
    last = calendar.add_months(first, 1) - timedelta(days=1)
    names: dict[int, dict[str, None]] = {}
    for day in filter(None, (calendar.to_hijri(first), calendar.to_hijri(last))):
        names.setdefault(day.year, {})[hijri_months[day.month - 1]] = None
    era = "هـ" if in_arabic else " AH"
    hijri = " – ".join(f"{' – '.join(of_year)} {year}{era}" for year, of_year in names.items())
    return f"{title} ({hijri})" if hijri else title


def address_of(query: dict[str, str]) -> str:
    return f"{reverse('guests:calendar')}?{urlencode(query)}"


def standing_of(establishment: Establishment, kind: Kind) -> QuerySet[StandingNilReturn]:
    return StandingNilReturn.objects.standing().filter(establishment=establishment, kind=kind.code)


@require_POST
@may_submit
def nil_return(request: SignedInRequest) -> HttpResponse:
    """File a nil return for the day that the form names, and go back to the calendar."""
    establishment, kind = named(request)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise Http404 from None
    try:
        filed = nil_returns.file(establishment, kind.code, day, by=request.user, door=Door.FORM)
    except (nil_returns.NilReturnRefused, intake.SubmissionRefused) as refusal:
        messages.error(request, str(refusal))
    else:
        words = {"day": both_calendars(day), "receipt": filed.submission.shown_receipt}
        messages.success(
            request, _("The nil return for %(day)s is filed. Receipt number: %(receipt)s") % words
        )
    return back(establishment, kind, day)


@require_POST
@may_submit
def standing_nil_return(request: SignedInRequest) -> HttpResponse:
    """Let nil returns file themselves, or no longer: the owner's to say."""
    if request.user.role != Role.OWNER:
        raise PermissionDenied
    establishment, kind = named(request)
    if request.POST.get("on") == "yes":
        standing.begin(establishment, kind.code, by=request.user)
        messages.success(request, _("Days without customers are filed by themselves from today on."))
    else:
        standing.end(establishment, kind.code, by=request.user)
        messages.success(request, _("Nil returns are no longer filed by themselves."))
    return back(establishment, kind, calendar.today())


def named(request: SignedInRequest) -> tuple[Establishment, Kind]:
    """Return the establishment and the kind that a form names. Raises Http404 for strangers'."""
    visible = workplaces(request.user).select_related("sector")
    establishment = get_object_or_404(visible, number=request.POST.get("establishment", ""))
    expected = {kind.code: kind for kind in intake.kinds_of(establishment)}
    if request.POST.get("kind") not in expected:
        raise Http404
    return establishment, expected[request.POST["kind"]]


def back(establishment: Establishment, kind: Kind, day: date) -> HttpResponse:
    query = {"establishment": establishment.number, "kind": kind.code, "month": f"{day:%Y-%m}"}
    return redirect(address_of(query))
