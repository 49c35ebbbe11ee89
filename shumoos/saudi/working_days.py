"""Working days: Sunday to Thursday, less the holidays.

Whole days only. An office that closes at two is no later than one that closes at four, and an owner reads a
day more easily than an hour.
"""

from collections.abc import Set
from datetime import date, timedelta

# Monday is 0, as Python counts them.
WEEKEND = frozenset({4, 5})
DAY = timedelta(days=1)


def is_working_day(day: date, holidays: Set[date] = frozenset()) -> bool:
    """Whether offices work on that day."""
    return day.weekday() not in WEEKEND and day not in holidays


def days_after(start: date, until: date, holidays: Set[date] = frozenset()) -> int:
    """Return how many working days there are after `start` up to and with `until`; negative backwards.

    `days_after(a, b) == -days_after(b, a)`, so what is overdue by two days has minus two left.
    """
    if until < start:
        return -days_after(until, start, holidays)
    weeks, odd_days = divmod((until - start).days, 7)
    rest = (start + DAY * position for position in range(1, odd_days + 1))
    plain = weeks * 5 + sum(day.weekday() not in WEEKEND for day in rest)
    return plain - sum(start < day <= until and day.weekday() not in WEEKEND for day in holidays)


def latest(until: date, count: int, holidays: Set[date] = frozenset()) -> date:
    """Return the working day with which exactly `count` of them end on or before `until`; `count` from 1.

    More than `count` working days lie after a start exactly where it is before `latest(until, count + 1)`.
    """
    day = until
    while True:
        if is_working_day(day, holidays):
            count -= 1
            if not count:
                return day
        day -= DAY


def start_for(used: int, on: date, holidays: Set[date] = frozenset()) -> date:
    """Return the latest start after which exactly `used` working days lie up to and with `on`; from 0.

    A clock that had used two days and goes on today runs as if it had been started on that day.
    """
    if not used:
        return on
    return latest(on, used, holidays) - DAY
