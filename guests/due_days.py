"""On which days an establishment has to report: the app above, which keeps subscriptions, says it."""

from collections.abc import Callable, Collection
from datetime import date

Days = Callable[[Collection[int], date, date], dict[int, set[date]]]

_registered: list[Days] = []


def register(days: Days) -> None:
    """Hand down the function that knows; from the `AppConfig.ready` of the app that keeps subscriptions."""
    _registered[:] = [days]


def due_days(establishments: Collection[int], first: date, last: date) -> dict[int, set[date]]:
    """Return, by establishment, the days from `first` to `last` on which it was to report.

    Days before its subscription, after it, and those on which it was suspended are none.
    """
    [days] = _registered
    return days(establishments, first, last)
