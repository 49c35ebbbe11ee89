"""The tables of codes: what a field may hold, and what an error's code means."""

from collections.abc import Callable

from django.http import Http404
from django.utils.translation import gettext

from guests.kinds import KINDS
from guests.kinds.errors import SENTENCES
from guests.kinds.people import genders, id_types, nationalities
from guests.models import TransferStatus
from shumoos.problems import TITLES

Pairs = list[tuple[str, str]]


def kinds() -> Pairs:
    return [(kind.code, str(kind.label)) for kind in KINDS.values()]


def errors() -> Pairs:
    # The sentence that speaks for every rule; its blanks are filled in where it is used.
    return [
        (code, str(sentence) % {"limit": "…", "row": "…"})
        for (rule, code), sentence in SENTENCES.items()
        if not rule
    ]


def statuses() -> Pairs:
    return [
        ("accepted", gettext("Accepted")),
        ("duplicate", gettext("Already known")),
        ("rejected", gettext("Rejected")),
    ]


def transfer_states() -> Pairs:
    return [(state.value, str(state.label)) for state in TransferStatus]


def problems() -> Pairs:
    return [(code, str(title)) for code, (_status, title) in TITLES.items()]


TABLES: dict[str, Callable[[], Pairs]] = {
    "kinds": kinds,
    "id_types": id_types,
    "genders": genders,
    "countries": nationalities,
    "errors": errors,
    "statuses": statuses,
    "transfer_states": transfer_states,
    "problems": problems,
}


def codes_of(table: str) -> list[dict[str, str]]:
    """Return the table's codes with their names in the language in use. Raises Http404 for an unknown one."""
    if table not in TABLES:
        raise Http404
    return [{"code": code, "name": name} for code, name in TABLES[table]()]
