"""Very many records at once: the rows that are plainly right, read column by column.

A row comes back exactly as `Kind.read` would give it, or it does not come back at all: then `Kind.read` says
what is wrong with it, if anything. Nothing is refused here, and no field is read by a rule but its own:

- a spelling that occurs again and again (a day, a country, a room) is read once by the field's own reader
  and remembered;
- what differs from row to row (a reference, a name, a number) is taken as it is where its shape leaves
  nothing to change, and is given to the field's own reader otherwise;
- a rule between two fields is known by the validator that states it. A kind with a validator that is not
  known here has no plain rows.
"""

import re
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import compress
from typing import Any, NamedTuple, get_args

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from guests.kinds import fields
from guests.kinds.base import Kind, Record, Shown, _stored
from shumoos.saudi import calendar, identity
from shumoos.saudi.digits import strip_marks

# What a column remembers; beyond it, it starts anew.
MOST_REMEMBERED = 100_000
# So many cells are looked at together: the more, the more often one of them is not plain.
BLOCK = 100

Read = Callable[[str], str | None]
Columns = Mapping[str, Sequence[str]]

# Letters of which nothing is composed, marked or invisible.
_LETTERS = "A-Za-z\u0621-\u063a\u0641-\u064a"
_NAME = re.compile(f"[{_LETTERS}][{_LETTERS} ]*[{_LETTERS}]")
_NAMES = re.compile(f"[{_LETTERS} \n]*")
_REFERENCE = re.compile(r"[0-9A-Za-z._/-]{0,64}")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]((?:[01][0-9]|2[0-3]):[0-5][0-9])(?::([0-5][0-9]))?(Z|\+03:00)?"
)
_SAUDI_MOBILE = re.compile(r"(?:05|\+9665)([0-9]{8})")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OFFSET, _AHEAD = "+03:00", timedelta(hours=3)

_IN_REFERENCES = str.maketrans("", "", f"{string.ascii_letters}{string.digits}._/-")
_FIRST_DIGITS = {"national_id": "1", "iqama": "2"}
_NUMBERS = {
    "gcc_id": re.compile(r"[0-9]{8,15}"),
    "passport": re.compile(r"[0-9A-Z]{6,12}"),
    "border_number": re.compile(r"[34][0-9]{9}"),
}

# What a digit adds to a check sum, from an even place and from an odd one; and a sum's last digit.
_SINGLE = bytes((byte - 48) % 256 for byte in range(256))
_DOUBLE = bytes(sum(divmod(2 * (byte - 48), 10)) % 256 for byte in range(256))
_REMAINDERS = bytes(byte % 10 for byte in range(256))


class Plain(NamedTuple):
    """The plain rows of a chunk, in their order, and the positions of the others.

    `contents` are the records' canonical JSON; the other columns hold what a row is found by.
    """

    positions: Sequence[int]
    references: Sequence[str]
    contents: Sequence[str]
    persons: Sequence[str]
    identities: Sequence[str]
    times: Sequence[str]
    companions: Sequence[str]
    ends: Sequence[str]
    others: Sequence[int]


class PlainRows:
    """Reads plain rows of a kind, judged as of the moment it is made: one for each file."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.rules = rules_of(kind.model)
        self.required = {name for name, field in kind.fields.items() if field.required}
        sorts = {name: sort_of(info) for name, info in kind.model.model_fields.items()}
        self.is_known = self.rules is not None and None not in sorts.values()
        self.readers = {name: reader_of(sort) for name, sort in sorts.items() if sort}

    def read(self, columns: Columns, count: int) -> Plain:
        """Read `count` rows, given as the texts of each of their fields."""
        if not self.is_known or not self.required <= columns.keys():
            return Plain((), (), (), (), (), (), (), (), range(count))
        stored: dict[str, list[Any]] = {name: self.readers[name](cells) for name, cells in columns.items()}
        has_document = self.rules is not None and DOCUMENT in self.rules
        if has_document:
            stored[self.kind.identity] = numbers(stored["id_type"], stored[self.kind.identity])
        positions: Sequence[int] = range(count)
        bad = {row for name, column in stored.items() for row in lacking(column, name in self.required)}
        positions, stored = without(bad, positions, stored)
        bad = {row for rule in self.rules or () if rule != DOCUMENT for row in RULES[rule](stored)}
        positions, stored = without(bad, positions, stored)
        return self.made(positions, stored, count)

    def made(self, positions: Sequence[int], stored: dict[str, list[Any]], count: int) -> Plain:
        kind = self.kind
        taken = set(positions)
        others = [] if len(positions) == count else [row for row in range(count) if row not in taken]
        return Plain(
            positions,
            stored[kind.reference],
            canonical(stored, kind.reference),
            stored[kind.person],
            stored[kind.identity],
            stored[kind.time],
            stored.get(kind.companion) or [""] * len(positions),
            stored.get(kind.leaves) or [""] * len(positions),
            others,
        )


def without(
    bad: set[int], positions: Sequence[int], stored: dict[str, list[Any]]
) -> tuple[Sequence[int], dict[str, list[Any]]]:
    """Return what is left of the columns without the bad rows."""
    if not bad:
        return positions, stored
    keep = [row not in bad for row in range(len(positions))]
    return list(compress(positions, keep)), {name: list(compress(col, keep)) for name, col in stored.items()}


def lacking(column: list[str | None], is_required: bool) -> Iterable[int]:
    """Return the rows whose value is not plainly right."""
    if None in column or (is_required and "" in column):
        return [row for row, value in enumerate(column) if value is None or (is_required and not value)]
    return ()


def canonical(stored: dict[str, list[str]], anchor: str) -> list[str]:
    """Return each row's canonical JSON. No value needs escaping; `anchor` is a field that every row has."""
    template, values = "", []
    for name in sorted(stored):
        column = stored[name]
        if not any(column):
            continue
        # A comma on the side of the anchor.
        part = f'"{name}":"%s"'
        part = part if name == anchor else f"{part}," if name < anchor else f",{part}"
        if all(column):
            template += part
            values.append(column)
        else:
            template += "%s"
            values.append([part % value if value else "" for value in column])
    whole = f"{{{template}}}"
    return [whole % row for row in zip(*values, strict=True)]


# How a field is read ---------------------------------------------------------------------------------------


def sort_of(info: FieldInfo) -> BeforeValidator | None:
    """Return the one reader that a field has beside how it is shown; None where there is more to it."""
    metadata = [item for item in info.metadata if not isinstance(item, Shown)]
    if not info.is_required():
        optional = [arg for arg in get_args(info.annotation) if arg is not type(None)]
        if info.default is not None or len(optional) != 1:
            return None
        metadata += getattr(optional[0], "__metadata__", ())
    if len(metadata) == 1 and isinstance(metadata[0], BeforeValidator):
        return metadata[0]
    return None


def reader_of(sort: BeforeValidator) -> Callable[[Sequence[str]], list[str | None]]:
    make = SORTS.get(sort)
    read = by(sort.func)
    return make(read) if make else remembered(read)


def by(reader: Callable[..., Any]) -> Read:
    """Return a field's own reader as one that gives "" for what is empty and None for what is not plain."""

    def read(cell: str) -> str | None:
        if not strip_marks(cell).strip():
            return ""
        try:
            stored = _stored(reader(cell))
        except ValueError:
            return None
        return None if '"' in stored or "\\" in stored else stored

    return read


def remembered(read: Read) -> Callable[[Sequence[str]], list[str | None]]:
    """Return a column's reader that reads every spelling once."""
    known: dict[str, str | None] = {}

    def column(cells: Sequence[str]) -> list[str | None]:
        try:
            return list(map(known.__getitem__, cells))
        except KeyError:
            pass
        if len(known) > MOST_REMEMBERED:
            known.clear()
        for cell in set(cells).difference(known):
            known[cell] = read(cell)
        return list(map(known.__getitem__, cells))

    return column


def in_blocks(
    is_plain: Callable[[Sequence[str]], bool], each: Read
) -> Callable[[Sequence[str]], list[str | None]]:
    """Return a column's reader that looks at each cell only where some of many are not plain."""

    def column(cells: Sequence[str]) -> list[str | None]:
        read: list[str | None] = []
        for start in range(0, len(cells), BLOCK):
            block = cells[start : start + BLOCK]
            read += block if is_plain(block) else [each(cell) for cell in block]
        return read

    return column


def references(read: Read) -> Callable[[Sequence[str]], list[str | None]]:
    def are_plain(cells: Sequence[str]) -> bool:
        joined = "".join(cells)
        return (
            joined.isascii()
            and not joined.translate(_IN_REFERENCES)
            and max(map(len, cells)) <= fields.REFERENCE_LENGTH
        )

    match = _REFERENCE.fullmatch
    return in_blocks(are_plain, lambda cell: cell if match(cell) else read(cell))


def names(read: Read) -> Callable[[Sequence[str]], list[str | None]]:
    def are_plain(cells: Sequence[str]) -> bool:
        joined = "\n".join(["", *cells, ""])
        lengths = list(map(len, cells))
        return (
            min(lengths) >= 2
            and max(lengths) <= fields.NAME_LENGTH
            and "  " not in joined
            and "\n " not in joined
            and " \n" not in joined
            and bool(_NAMES.fullmatch(joined))
            # A line break inside of a name makes one more.
            and joined.count("\n") == len(cells) + 1
        )

    match, longest = _NAME.fullmatch, fields.NAME_LENGTH
    return in_blocks(
        are_plain,
        lambda cell: cell if match(cell) and "  " not in cell and len(cell) <= longest else read(cell),
    )


def mobiles(read: Read) -> Callable[[Sequence[str]], list[str | None]]:
    match = _SAUDI_MOBILE.fullmatch

    def mobile(cell: str) -> str | None:
        if plain := match(cell):
            return f"+9665{plain[1]}"
        return read(cell) if cell else ""

    return lambda cells: list(map(mobile, cells))


def moments(read: Read) -> Callable[[Sequence[str]], list[str | None]]:
    now = fields.now()
    latest = (now + fields.CLOCKS_DIFFER_BY).isoformat(timespec="seconds")
    first = calendar.add_months(now.date(), -12 * fields.YEARS_BACK).isoformat()
    days: dict[str, bool] = {}

    def moment(cell: str) -> str | None:
        if match := _MOMENT.fullmatch(cell):
            day, minute, second, zone = match.groups()
            if day not in days:
                days[day] = is_day(day)
            if days[day] and first <= day:
                stored = f"{day}T{minute}:{second or '00'}{_OFFSET}"
                if zone == "Z":
                    stored = (datetime.fromisoformat(stored) + _AHEAD).isoformat()
                if stored <= latest:
                    return stored
        return read(cell)

    return remembered(moment)


def is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


SORTS: dict[Any, Callable[[Read], Callable[[Sequence[str]], list[str | None]]]] = {
    fields.Reference.__metadata__[0]: references,  # type: ignore[attr-defined]
    fields.Name.__metadata__[0]: names,  # type: ignore[attr-defined]
    fields.Mobile.__metadata__[0]: mobiles,  # type: ignore[attr-defined]
    fields.PastMoment.__metadata__[0]: moments,  # type: ignore[attr-defined]
}


# Rules between fields --------------------------------------------------------------------------------------


def rules_of(model: type[Record]) -> list[str] | None:
    """Return the names of the model's validators; None where one is not known here."""
    said = model.__pydantic_decorators__
    if said.validators or said.root_validators or set(said.model_validators) != {"as_typed"}:
        return None
    rules = [f"{rule.func.__module__}.{rule.func.__qualname__}" for rule in said.field_validators.values()]
    return rules if set(rules) <= RULES.keys() else None


def numbers(documents: list[str | None], typed: list[str | None]) -> list[str | None]:
    """Return the identity numbers that are plainly right for their documents."""
    plain: list[str | None] = [None] * len(typed)
    checked = []
    for row, (document, number) in enumerate(zip(documents, typed, strict=True)):
        if not document or not number:
            continue
        if document in _FIRST_DIGITS:
            if len(number) == 10 and number[0] == _FIRST_DIGITS[document] and number.isdigit():
                checked.append(row)
        elif _NUMBERS[document].fullmatch(number):
            plain[row] = number
    sums = check_sums("".join([typed[row] or "" for row in checked]))
    for row, remainder in zip(checked, sums, strict=True):
        if not remainder:
            plain[row] = typed[row]
    return plain


def check_sums(digits: str) -> bytes:
    """Return what is left of each ten digits' check sum, divided by 10; not 0 where one is wrong.

    All of them are summed at once: a place of a big number for each, in which no sum reaches 256.
    """
    count = len(digits) // 10
    if not digits.isascii():
        return bytes(
            0 if identity.has_valid_check_digit(digits[at : at + 10]) else 1
            for at in range(0, len(digits), 10)
        )
    raw = digits.encode()
    total = sum(
        int.from_bytes(raw[place::10].translate(_SINGLE if place % 2 else _DOUBLE)) for place in range(10)
    )
    return total.to_bytes(count).translate(_REMAINDERS)


def after(day: str, start: str) -> Callable[[dict[str, list[str]]], Iterable[int]]:
    """Return the rule that one moment is not before another."""

    def rule(stored: dict[str, list[str]]) -> Iterable[int]:
        ends = stored.get(day, ())
        return [row for row, end in enumerate(ends) if end and end < stored[start][row]]

    return rule


def leaves_in_time(stored: dict[str, list[str]]) -> Iterable[int]:
    """Return the rows whose last day is before the arrival, or so late that it has to be looked at."""
    last = {f"{year:04}": f"{year + fields.YEARS_BACK - 1:04}-99" for year in range(1900, 2200)}
    return [
        row
        for row, (day, at) in enumerate(zip(stored.get("departs_on", ()), stored["arrived_at"], strict=False))
        if day and not (at[:10] <= day <= last[at[:4]])
    ]


def names_itself(stored: dict[str, list[str]]) -> Iterable[int]:
    companions = stored.get("companion_of", ())
    return [row for row, main in enumerate(companions) if main and main == stored["client_reference"][row]]


DOCUMENT = "guests.kinds.people.Identified.fits_the_document"
RULES: dict[str, Callable[[dict[str, list[str]]], Iterable[int]]] = {
    DOCUMENT: lambda stored: (),  # where the numbers are read: they need their documents
    "guests.kinds.lodging.Lodging.departs_after_arrival": leaves_in_time,
    "guests.kinds.lodging.Lodging.departed_after_arrival": after("departed_at", "arrived_at"),
    "guests.kinds.lodging.Lodging.is_not_their_own_companion": names_itself,
    "guests.kinds.vehicle_rental.VehicleRental.returned_after_pick_up": after("returned_at", "picked_up_at"),
}
