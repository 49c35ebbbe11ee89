"""Whose data a row is: its establishment, application, licence or user, as the access log keeps it.

The rows of higher floors are named here by their apps, from `AppConfig.ready`. A row that nobody has spoken
for is its own.
"""

from collections.abc import Callable

from django.db import models

Finder = Callable[[str], list[str]]

_ways: dict[str, tuple[str, ...]] = {}
_finders: list[Finder] = []


def register(ways: dict[str, tuple[str, ...]]) -> None:
    """Say by model, such as `registration.document`, which foreign keys lead to whose it is.

    The first of them that leads somewhere counts; a key of another row's is written `review.application`.
    """
    _ways.update(ways)


def register_finder(finder: Finder) -> None:
    """Add a `finder`, which returns the rows that what an auditor typed may mean, as `key_of` writes them."""
    if finder not in _finders:
        _finders.append(finder)


def key_of(row: models.Model) -> str:
    """Return how the log names a row: by model and key, so that it holds no personal data."""
    return f"{row._meta.label_lower}:{row.pk}"


def whose(row: models.Model) -> str:
    """Return whose row it is, as `key_of` names that."""
    for way in _ways.get(row._meta.label_lower, ()):
        *through, last = way.split(".")
        at: models.Model | None = row
        for name in through:
            at = getattr(at, name) if at is not None else None
        if at is None:
            continue
        field = at._meta.get_field(last)
        # The key alone: whose row that is need not be read for it.
        key = getattr(at, field.attname)  # type: ignore[union-attr]
        if key is not None:
            return f"{field.related_model._meta.label_lower}:{key}"  # type: ignore[union-attr]
    return key_of(row)


def find(typed: str) -> list[str]:
    """Return the rows that may be meant, as `key_of` names them."""
    return [key for finder in _finders for key in finder(typed)]
