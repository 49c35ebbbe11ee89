"""Working days, compared with a model that walks the calendar day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shumoos.saudi.working_days import days_after, is_working_day, latest, start_for

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
HOLIDAYS = st.frozensets(DAYS, max_size=40)


def walked(start, until, holidays):
    """How many working days lie after `start` up to and with `until`, counted one by one."""
    day, count = start, 0
    while day < until:
        day += timedelta(days=1)
        count += day.strftime("%a") not in ("Fri", "Sat") and day not in holidays
    return count


@pytest.mark.parametrize(
    ("start", "until", "days"),
    [
        (date(2026, 11, 22), date(2026, 11, 22), 0),  # a Sunday: the day it comes does not count
        (date(2026, 11, 22), date(2026, 11, 24), 2),
        (date(2026, 11, 26), date(2026, 11, 28), 0),  # Thursday to Saturday
        (date(2026, 11, 26), date(2026, 11, 29), 1),
    ],
)
def test_weekends_do_not_count(start, until, days):
    assert days_after(start, until) == days


def test_a_holiday_does_not_count_and_one_on_a_weekend_changes_nothing():
    sunday, friday = date(2026, 11, 29), date(2026, 11, 27)
    assert days_after(date(2026, 11, 26), date(2026, 11, 30), {sunday, friday}) == 1


@settings(deadline=None)
@given(DAYS, DAYS, HOLIDAYS)
def test_days_are_those_that_walking_counts(one, other, holidays):
    start, until = sorted([one, other])
    assert days_after(start, until, holidays) == walked(start, until, holidays)
    assert days_after(until, start, holidays) == -walked(start, until, holidays)


@settings(deadline=None)
@given(DAYS, st.integers(1, 9), HOLIDAYS)
def test_one_day_tells_what_is_overdue(today, target, holidays):
    before = latest(today, target + 1, holidays)
    assert is_working_day(before, holidays)
    for days_ago in range(70):
        start = today - timedelta(days=days_ago)
        assert (days_after(start, today, holidays) > target) == (start < before)


@settings(deadline=None)
@given(DAYS, st.integers(0, 9), HOLIDAYS)
def test_a_clock_that_goes_on_has_used_what_it_had_used(today, used, holidays):
    start = start_for(used, today, holidays)
    assert days_after(start, today, holidays) == used
    assert used == 0 or days_after(start + timedelta(days=1), today, holidays) == used - 1
