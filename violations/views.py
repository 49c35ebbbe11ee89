"""The owner's page of violations."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shumoos.saudi import calendar
from violations.models import Case, CaseKind, Schedule
from violations.standing import penalties, standings


@require_safe
@permission_required("violations.see_own", raise_exception=True)
def mine(request: HttpRequest) -> HttpResponse:
    """Show the owner their cases, how each stands today, and the rules they go by."""
    today = calendar.today()
    cases = (
        Case.objects.visible_to(request.user)
        .select_related("licence", "establishment", "schedule")
        .prefetch_related("notices__occurrence", "schedule__steps")
        # What still runs first, then the latest.
        .order_by("-closed_on", "-id")
    )
    found = standings(cases, today)
    rules = {
        schedule.kind: penalties(schedule)
        for schedule in Schedule.objects.filter(valid_from__lte=today)
        .order_by("valid_from")
        .prefetch_related("steps")
    }
    return render(
        request,
        "violations/mine.html",
        {
            "standings": found,
            "owed": sum(standing.owed for standing in found),
            "not_subscribed": rules.get(CaseKind.NOT_SUBSCRIBED, []),
            "inaccurate_data": rules.get(CaseKind.INACCURATE_DATA, []),
        },
    )
