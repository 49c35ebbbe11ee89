"""How a column of very many cells is read, from what the declaration says of its field.

Each cell comes back as its field's own reader would give it, "" where nothing is typed, or DOUBT: then that
reader says what is wrong, if anything. No cell is read by a rule but its field's:

- a spelling that occurs again and again (a day, a country, a room) is read once by the field's own reader
  and remembered;
- what differs from row to row (a reference, a name, a number) is taken as it is where its shape leaves
  nothing to change, very many at a time, and is given to the field's own reader otherwise.
"""

import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from operator import add, itemgetter
from typing import Any, get_args

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from guests.kinds import fields
from guests.kinds.base import Shown, _stored
from shumoos.saudi import calendar
from shumoos.saudi.digits import strip_marks

# In place of what is not plainly right. No value is stored with a NUL in it.
DOUBT = "\0"
# In place of a part of a value; no part is that.
ODD = "~"
# A day of another year may be one of the Hijri calendar.
FIRST_GREGORIAN = date(calendar.GREGORIAN_FROM_YEAR, 1, 1)
# What a column remembers; beyond it, it starts anew.
MOST_REMEMBERED = 100_000
# So many cells are looked at together: the more, the more often one of them is not plain.
BLOCK = 100

Read = Callable[[str], str]
ReadColumn = Callable[[Sequence[str]], Sequence[str]]

# Letters of which nothing is composed, marked or invisible.
_LETTERS = "A-Za-z\u0621-\u063a\u0641-\u064a"
NAME = re.compile(f"[{_LETTERS}][{_LETTERS} ]*[{_LETTERS}]")
_NAMES = re.compile(f"[{_LETTERS} \n]*")
_REFERENCE = re.compile(r"[0-9A-Za-z._/-]{0,64}")
_IN_REFERENCES = str.maketrans("", "", f"{string.ascii_letters}{string.digits}._/-")
_MOBILE = re.compile(r"(?:05|\+9665)([0-9]{8})")
_MOBILE_LENGTH = 10  # as it is typed at home
_SHORT = 6
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = r"[ T]((?:[01][0-9]|2[0-3]):[0-5][0-9])(?::([0-5][0-9]))?"
_AHEAD = timedelta(hours=3)
_date_of, _time_of = itemgetter(slice(10)), itemgetter(slice(10, None))


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


def reader_of(sort: BeforeValidator, spellings: Mapping[str, str]) -> ReadColumn:
    """Return what reads a column of that sort, in which `spellings` may stand for other values."""
    read = by(sort.func)
    if spellings:
        return remembered(lambda cell: read(spellings.get(cell, cell)))
    make = SORTS.get(sort)
    return make(read) if make else remembered(read)


def by(reader: Callable[..., Any]) -> Read:
    """Return a field's own reader as one that gives "" for what is empty and DOUBT for what is not plain."""

    def read(cell: str) -> str:
        if not strip_marks(cell).strip():
            return ""
        try:
            stored: str = _stored(reader(cell))
        except ValueError:
            return DOUBT
        return DOUBT if '"' in stored or "\\" in stored else stored

    return read


class Known(dict[str, str]):
    """What spellings are read as. A new one is read when it is asked for."""

    def __init__(self, read: Read) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, spelling: str) -> str:
        stored = self[spelling] = self.read(spelling)
        return stored

    def forget(self) -> None:
        """Start anew where too much is remembered."""
        if len(self) > MOST_REMEMBERED:
            self.clear()


def remembered(read: Read) -> ReadColumn:
    """Return a column's reader that reads every spelling once."""
    known = Known(read)

    def column(cells: Sequence[str]) -> Sequence[str]:
        known.forget()
        return list(map(known.__getitem__, cells))

    return column


def in_blocks(plain: Callable[[Sequence[str]], Sequence[str] | None], each: Read) -> ReadColumn:
    """Return a column's reader that looks at each cell only where some of many are not plain.

    `plain` reads many that are plain; where one is not, it returns None.
    """

    def column(cells: Sequence[str]) -> Sequence[str]:
        stored: list[str] = []
        for start in range(0, len(cells), BLOCK):
            block = cells[start : start + BLOCK]
            read = plain(block)
            stored += map(each, block) if read is None else read
        return stored

    return column


def references(read: Read) -> ReadColumn:
    def plain(cells: Sequence[str]) -> Sequence[str] | None:
        joined = "".join(cells)
        is_plain = (
            joined.isascii()
            and not joined.translate(_IN_REFERENCES)
            and max(map(len, cells)) <= fields.REFERENCE_LENGTH
        )
        return cells if is_plain else None

    match = _REFERENCE.fullmatch
    return in_blocks(plain, lambda cell: cell if match(cell) else read(cell))


def names(read: Read) -> ReadColumn:
    def plain(cells: Sequence[str]) -> Sequence[str] | None:
        joined = "\n".join(["", *cells, ""])
        lengths = list(map(len, cells))
        is_plain = (
            min(lengths) >= 2
            and max(lengths) <= fields.NAME_LENGTH
            and "  " not in joined
            and "\n " not in joined
            and " \n" not in joined
            and _NAMES.fullmatch(joined)
            # A line break inside of a name makes one more.
            and joined.count("\n") == len(cells) + 1
        )
        return cells if is_plain else None

    match, longest = NAME.fullmatch, fields.NAME_LENGTH
    return in_blocks(
        plain,
        lambda cell: cell if match(cell) and "  " not in cell and len(cell) <= longest else read(cell),
    )


def mobiles(read: Read) -> ReadColumn:
    def plain(cells: Sequence[str]) -> Sequence[str] | None:
        typed = list(filter(None, cells))
        if not typed:
            return cells
        joined, count = "".join(typed), len(typed)
        is_plain = (
            set(map(len, typed)) == {_MOBILE_LENGTH}
            and joined.isascii()
            and joined.isdigit()
            and joined[::_MOBILE_LENGTH] == "0" * count
            and joined[1::_MOBILE_LENGTH] == "5" * count
        )
        return "\n".join(["", *cells]).replace("\n0", "\n+966").split("\n")[1:] if is_plain else None

    match = _MOBILE.fullmatch

    def each(cell: str) -> str:
        if plainly := match(cell):
            return f"+9665{plainly[1]}"
        if not cell:
            return ""
        # To tell other countries' numbers takes long: what is too short for one is told once, as a fault.
        return read(cell) if len(cell) > _SHORT else DOUBT

    return in_blocks(plain, each)


def moments(read: Read) -> ReadColumn:
    """Return what reads moments as a day and a time of it, of each of which there are few."""
    now = fields.now()
    latest = (now + fields.CLOCKS_DIFFER_BY).isoformat(timespec="seconds")
    first = fields.years_before(now.date(), fields.YEARS_BACK).isoformat()
    days = Known(lambda text: text if first <= iso_day(text) <= latest else ODD)
    clocks, clocks_of_the_world = Known(partial(clock, zone=r"(?:\+03:00)?")), Known(partial(clock, zone="Z"))

    def odd(cell: str) -> str:
        day, time = days[_date_of(cell)], clocks_of_the_world[_time_of(cell)]
        if ODD in (day, time):
            return read(cell)
        return (datetime.fromisoformat(day + time) + _AHEAD).isoformat()

    def moments_of(cells: Sequence[str]) -> list[str]:
        dates = list(map(days.__getitem__, map(_date_of, cells)))
        times = list(map(clocks.__getitem__, map(_time_of, cells)))
        stored = list(map(add, dates, times))
        for row in {*positions(dates, ODD), *positions(times, ODD)}:
            stored[row] = odd(cells[row])
        if stored and max(stored) > latest:
            stored = [read(cell) if at > latest else at for at, cell in zip(stored, cells, strict=True)]
        return stored

    def column(cells: Sequence[str]) -> Sequence[str]:
        for known in (days, clocks, clocks_of_the_world):
            known.forget()
        if all(cells):
            return moments_of(cells)
        if not any(cells):
            return cells
        typed = iter(moments_of(list(filter(None, cells))))
        return [next(typed) if cell else "" for cell in cells]

    return column


def days_between(first: Callable[[], date], last: Callable[[], date]) -> Callable[[Read], ReadColumn]:
    """Return how days are read of which those from the first to the last are right as they are."""

    def make(read: Read) -> ReadColumn:
        earliest, latest = first().isoformat(), last().isoformat()
        return remembered(lambda cell: cell if earliest <= iso_day(cell) <= latest else read(cell))

    return make


def iso_day(text: str) -> str:
    """Return the text where it is a day written as 2026-03-15, "" otherwise."""
    try:
        return date.fromisoformat(text).isoformat() if _ISO_DAY.fullmatch(text) else ""
    except ValueError:
        return ""


def clock(text: str, zone: str) -> str:
    """Return a time of day, typed with the zone, as Riyadh's is stored behind a day; ODD for none."""
    match = re.fullmatch(_CLOCK + zone, text)
    return f"T{match[1]}:{match[2] or '00'}+03:00" if match else ODD


def positions(column: Sequence[str], value: str) -> Iterator[int]:
    """Yield where a value stands in a column, which is seldom."""
    row = -1
    try:
        while True:
            row = column.index(value, row + 1)
            yield row
    except ValueError:
        return


SORTS: dict[Any, Callable[[Read], ReadColumn]] = {
    fields.Reference.__metadata__[0]: references,  # type: ignore[attr-defined]
    fields.Name.__metadata__[0]: names,  # type: ignore[attr-defined]
    fields.Mobile.__metadata__[0]: mobiles,  # type: ignore[attr-defined]
    fields.PastMoment.__metadata__[0]: moments,  # type: ignore[attr-defined]
    fields.BirthDay.__metadata__[0]: days_between(fields.first_birth_day, fields.today),  # type: ignore[attr-defined]
    fields.Day.__metadata__[0]: days_between(lambda: FIRST_GREGORIAN, lambda: date.max),  # type: ignore[attr-defined]
}
