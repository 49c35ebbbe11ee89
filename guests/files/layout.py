"""What the first row of a file says: which field of the kind stands in which column."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from guests.files.wording import JOIN, FileRefused
from guests.kinds import KINDS, Kind
from guests.kinds.base import Field
from shumoos.saudi.names import fold

# What the report puts in front of the cells; a reader passes over these columns.
ROW = _("Row")
WRONG = _("What is wrong")

MOST_COLUMNS = 100
# As what is called الإقامة is typed: إقامة.
ARTICLE = re.compile(r"\bال")
LANGUAGES = [code for code, _name in settings.LANGUAGES]

# The template's example, told by these three cells together: no record is left out for one of them.
EXAMPLE = {"client_reference": "EXAMPLE-1", "id_number": "1000000008", "full_name": "نزيل للتمثيل"}

Spellings = Mapping[str, str]


@dataclass(frozen=True)
class Layout:
    """Where the fields stand. `ignored` are the columns that mean nothing to the kind, as they are called."""

    kind: Kind
    positions: dict[str, int]
    width: int
    ignored: list[str]

    def named(self, columns: Sequence[Sequence[str]]) -> dict[str, Sequence[str]]:
        """Return the cells of each field, of those of each column."""
        return {field: columns[position] for field, position in self.positions.items()}

    def is_of_template(self, row: Sequence[str]) -> bool:
        """Whether a row is the template's own help or example."""
        cells = {field: row[position] for field, position in self.positions.items()}
        if all(cells.get(field) == value for field, value in EXAMPLE.items()):
            return True
        helps = [
            cell for field, cell in cells.items() if cell and fold(cell) in helps_of(self.kind.code)[field]
        ]
        return len(helps) > 1 and len(helps) == sum(map(bool, cells.values()))


def layout_of(kind: Kind, cells: Sequence[str]) -> Layout:
    """Return what a header says. Raises FileRefused where it names no fields, not all, or one twice."""
    names = column_names(kind.code)
    spelt = [fold(cell).rstrip(" *") for cell in cells]
    positions: dict[str, int] = {}
    for position, name in enumerate(spelt):
        field = names.get(name)
        if not field:
            continue
        if field in positions:
            raise FileRefused("repeated", column=cells[position])
        positions[field] = position
    missing = [field for field in kind.fields.values() if field.required and field.name not in positions]
    if not positions:
        raise FileRefused("header", columns=listed(f for f in kind.fields.values() if f.required))
    if missing:
        raise FileRefused("columns", columns=listed(missing))
    ignored = [cell for cell, name in zip(cells, spelt, strict=True) if name and name not in names]
    return Layout(kind, positions, len(cells), ignored)


def known_columns(kind: Kind, cells: Iterable[str]) -> int:
    """Return how many of a header's cells name fields of the kind."""
    names = column_names(kind.code)
    return sum(bool(names.get(fold(cell).rstrip(" *"))) for cell in cells)


def listed(fields: Iterable[Field]) -> str:
    return str(JOIN).join(str(field.shown.label) for field in fields)


@cache
def column_names(kind: str) -> dict[str, str]:
    """Return every spelling of a column's name, folded, with its field; "" for those of the report."""
    names: dict[str, str] = {}
    for language in LANGUAGES:
        with override(language):
            names |= {fold(str(label)): "" for label in (ROW, WRONG)}
            names |= {fold(str(field.shown.label)): name for name, field in KINDS[kind].fields.items()}
    return names | {fold(name): name for name in KINDS[kind].fields}


@cache
def helps_of(kind: str) -> dict[str, set[str]]:
    """Return what the help row says of each field, folded, in every language."""
    helps: dict[str, set[str]] = {name: set() for name in KINDS[kind].fields}
    for language in LANGUAGES:
        with override(language):
            for name, field in KINDS[kind].fields.items():
                helps[name].add(fold(help_of(field)))
    return helps


def help_of(field: Field) -> str:
    """Return what the template says below a column's name, in the language in use."""
    said = [_("Required.") if field.required else _("May stay empty.")]
    if field.shown.choices:
        said.append(_("Choose from the list."))
    return " ".join(str(part) for part in [*said, field.shown.help] if part)


@cache
def spellings(kind: str) -> dict[str, Spellings]:
    """Return for each field with choices what they are called in every language, with their codes.

    A file holds what its drop-down lists offer, also without the article; a code is a spelling of itself.
    """
    found: dict[str, Spellings] = {}
    for name, field in KINDS[kind].fields.items():
        if field.shown.choices:
            called: dict[str, str] = {}
            also: dict[str, str] = {}
            for language in LANGUAGES:
                with override(language):
                    for code, label in field.shown.choices():
                        called |= {label: code, label.casefold(): code, fold(label): code}
                        bare = re.sub(ARTICLE, "", label)
                        also |= {bare: code, fold(bare): code}
            found[name] = also | called
    return found


def coded(kind: Kind, cells: Mapping[str, str]) -> dict[str, str]:
    """Return a row's cells by field, with codes in place of what choices are called."""
    called = spellings(kind.code)
    return {name: code_of(called[name], cell) if name in called else cell for name, cell in cells.items()}


def code_of(called: Spellings, cell: str) -> str:
    """Return the code of a choice, with or without its hamza and the like; what is none as it stands."""
    return called.get(cell) or called.get(fold(cell), cell)
