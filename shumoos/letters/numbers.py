"""Numbers of what other apps give out, such as receipts: they are verified here, too.

The apps register how to find theirs from `AppConfig.ready`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Found:
    """What anybody may know of a numbered document: its rows as term, value, and whether it is a code."""

    title: str | Promise
    number: str
    rows: list[tuple[str | Promise, Any, bool]] = field(default_factory=list)


Finder = Callable[[str], Found | None]
_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Add a way to find a document by its number, of ASCII digits with the right check digits."""
    _finders.append(finder)


def find(number: str) -> Found | None:
    """Return what is given out under the number, if anything is."""
    return next((found for finder in _finders if (found := finder(number))), None)
