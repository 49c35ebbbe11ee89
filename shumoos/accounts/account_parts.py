"""What other apps have to say on a person's own account page; they register it from `AppConfig.ready`."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from shumoos.accounts.models import User

Rows = Callable[[User], Sequence[Any]]


class Part(NamedTuple):
    """A section of the page: its template, and the `rows` that it shows."""

    template: str
    rows: Sequence[Any]


_parts: list[tuple[str, Rows]] = []


def register(template: str, rows: Rows) -> None:
    """Add a section, shown to those of whom `rows` has something to say."""
    _parts.append((template, rows))


def of(user: User) -> list[Part]:
    """Return the sections of this person's page."""
    found = (Part(template, rows(user)) for template, rows in _parts)
    return [part for part in found if part.rows]
