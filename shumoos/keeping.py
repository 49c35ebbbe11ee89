"""What is kept how long. Each app declares it from `AppConfig.ready`, with what its own deleting goes by.

The public page is made from these declarations, so it cannot say anything else than what is done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True)
class Years:
    """So many years by the calendar."""

    number: int


# None for what is not deleted.
Period = timedelta | Years | None


@dataclass(frozen=True)
class Rule:
    """One sort of data: what it is, since when its time counts and for how long, and why it is kept."""

    name: str
    what: Promise
    period: Callable[[], Period]
    counted: Promise | str
    why: Promise

    @property
    def shown(self) -> str:
        """For how long, in words."""
        return shown(self.period())


_rules: dict[str, Rule] = {}


def register(
    name: str, *, what: Promise, period: Callable[[], Period], why: Promise, counted: Promise | str = ""
) -> None:
    """Declare how long something is kept. `period` is asked each time, so that it may read a row.

    Raises ImproperlyConfigured where the name is taken.
    """
    if name in _rules:
        raise ImproperlyConfigured(f"Two rules of keeping are called {name!r}.")
    _rules[name] = Rule(name, what, period, counted, why)


def rules() -> list[Rule]:
    """Return all of them, what is kept longest last."""
    return sorted(_rules.values(), key=lambda rule: (days_of(rule.period()), rule.name))


def days_of(period: Period) -> float:
    if period is None:
        return float("inf")
    return period.number * 365.25 if isinstance(period, Years) else period / DAY


def shown(period: Period) -> str:
    if period is None:
        return _("Not deleted")
    if isinstance(period, Years):
        number = period.number
        return ngettext("%(number)d year", "%(number)d years", number) % {"number": number}
    if period < DAY and not period % HOUR:
        number = period // HOUR
        return ngettext("%(n)s hour", "%(n)s hours", number) % {"n": number}
    if period < DAY:
        number = round(period / timedelta(minutes=1))
        return ngettext("%(number)d minute", "%(number)d minutes", number) % {"number": number}
    number = round(period / DAY)
    return ngettext("%(number)d day", "%(number)d days", number) % {"number": number}
