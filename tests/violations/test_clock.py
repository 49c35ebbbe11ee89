"""The clock in SQL against the rule counted day by day, over random histories."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.models import ApplicationEvent
from tests.violations.factories import make_draft, make_licence, warn
from violations.clock import clocks

pytestmark = pytest.mark.django_db

WARNED_ON = date(2028, 1, 20)
MOVES = {
    "draft": ["submitted"],
    "submitted": ["under_review", "withdrawn", "expired"],
    "under_review": ["submitted", "returned", "rejected", "withdrawn"],
    "returned": ["submitted", "withdrawn"],
}
WITH_OFFICE = {"submitted", "under_review"}


@st.composite
def histories(draw):
    """Moves of one application after another, some days apart, beginning before the warning."""
    day, status, moves = WARNED_ON - timedelta(days=10), "draft", []
    for gap in draw(st.lists(st.integers(0, 15), max_size=9)):
        day += timedelta(days=gap)
        new = draw(st.sampled_from(MOVES[status]))
        moves.append((day, status, new))
        status = "draft" if new in ("rejected", "withdrawn", "expired") else new
    return moves


def counted(moves, on):
    """Day by day: how many days of the term have counted, and whether the clock stands still."""
    used, day = 0, WARNED_ON
    while day < on and used <= 30:
        # A day from this one to the next counts unless an application is with the office at its end.
        if not is_with_office(moves, day):
            used += 1
        day += timedelta(days=1)
    return used, used <= 30 and is_with_office(moves, on)


def is_with_office(moves, day):
    statuses = [new for on, _old, new in moves if on <= day]
    return bool(statuses) and statuses[-1] in WITH_OFFICE


@settings(max_examples=150, deadline=None)
@given(moves=histories(), after=st.integers(0, 120))
def test_the_clock_agrees_with_counting_day_by_day(moves, after):
    licence, on = make_licence(), WARNED_ON + timedelta(days=after)
    case = warn(licence, WARNED_ON)
    application = None
    for day, old, new in moves:
        if old == "draft":
            application = make_draft(licence)
        at = f"{day}T09:00:00+03:00"
        ApplicationEvent.objects.create(application=application, old=old, new=new, at=at)

    clock = clocks([case], on)[case.pk]

    used, is_paused = counted(moves, on)
    assert clock.is_paused == is_paused
    assert clock.is_over == (used > 30)
    if not clock.is_over:
        assert clock.days_left == 30 - used
        assert clock.day == used
