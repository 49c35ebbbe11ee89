"""From a line's cells to a licence as the register's table holds it, or to every reason why not."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from registration.fields import clean_licence_number
from registration.models import Authority, Region
from registration.registers.wording import COLUMNS, Fault
from shumoos.saudi import calendar, digits, identity, mobile
from shumoos.saudi.errors import InvalidDate, InvalidNumber
from shumoos.saudi.names import fold

OPTIONAL = {"name_en"}
LONGEST = {"licence_number": 40, "name_ar": 200, "name_en": 200, "owner_name": 150}
# That of the template's example.
EXAMPLE_NUMBER = "EXAMPLE"
FIRST_YEAR, LAST_YEAR = 1950, 2099

# The order of the columns in which a licence leaves this module.
STORED = (
    "authority_id",
    "number",
    "sector_id",
    "name_ar",
    "name_en",
    "commercial_registration",
    "owner_name",
    "owner_national_id",
    "owner_mobile",
    "city_id",
    "issued_on",
    "expires_on",
)


class Refused(Exception):
    """What one cell is refused for."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


class LineRefused(Exception):
    """A line with everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.faults = faults


def licence_number(text: str) -> str:
    number = text.upper() if text.isascii() and text.isalnum() else clean_licence_number(text)
    if number == EXAMPLE_NUMBER:
        raise Refused("example")
    return number


def name(text: str) -> str:
    """Return a name as `registration.fields.NameField` does."""
    if not text.isprintable():  # marks, tabs, strange spaces
        text = digits.strip_marks(text)
    text = " ".join(text.split())
    if not text:
        raise Refused("required")
    if not text.isprintable() or not any(map(str.isalpha, text)):
        raise Refused("invalid")
    return text


@lru_cache(maxsize=10_000)
def day(text: str) -> date:
    """Return the day typed in either calendar. Registers have few of them, and many times over."""
    found = calendar.parse_day(text)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refused("out_of_range")
    return found


READERS: dict[str, Callable[[str], Any]] = {
    "licence_number": licence_number,
    "name_ar": name,
    "name_en": name,
    "commercial_registration": identity.clean_commercial_registration,
    "owner_name": name,
    "owner_national_id": identity.clean_person_id,
    "owner_mobile": mobile.clean_saudi_mobile,
    "issued_on": day,
    "expires_on": day,
}


def within(longest: int, read: Callable[[str], str]) -> Callable[[str], str]:
    """Return a reader that refuses what `read` makes longer than `longest`."""

    def read_within(text: str) -> str:
        value = read(text)
        if len(value) > longest:
            raise Refused("too_long", limit=longest)
        return value

    return read_within


class Names:
    """Rows by what they may be called: their code, their Arabic and their English name, in any spelling."""

    def __init__(self, rows: Iterable[Any]) -> None:
        called: dict[str, set[int]] = {}
        codes: dict[str, int] = {}
        for row in rows:
            codes[fold(row.code)] = row.pk
            for text in (row.name_ar, row.name_en):
                called.setdefault(fold(text), set()).add(row.pk)
        # A name that two of them share tells neither.
        self._keys = {text: min(keys) for text, keys in called.items() if len(keys) == 1} | codes
        # As they are written: nearly every cell repeats one that came before.
        self._seen: dict[str, int | None] = {}

    def find(self, text: str) -> int | None:
        """Return the key of the row that is called so, None if there is none."""
        if text not in self._seen:
            if len(self._seen) > 10_000:
                self._seen.clear()
            self._seen[text] = self._keys.get(fold(text))
        return self._seen[text]


class Checker:
    """Checks lines against the reference data as they were when it was made.

    `only` are the authorities whose licences may be loaded; None is all of them.
    """

    def __init__(self, only: Collection[int] | None = None) -> None:
        self.only = only
        self.authorities = Names(Authority.objects.all())
        self.regions = Names(Region.objects.all())
        self.sectors = {
            authority.pk: Names(authority.sectors.all())
            for authority in Authority.objects.prefetch_related("sectors")
        }
        self.cities = {
            region.pk: Names(region.cities.all()) for region in Region.objects.prefetch_related("cities")
        }
        self._taken: dict[str, int] = {}
        # In the order in which a line's cells come.
        self._readers = [(column, self._reader_of(column)) for column in COLUMNS]

    def check(self, line: int, cells: Sequence[str]) -> list[Any]:
        """Return the licence of a line, its values in the order of STORED. Raises LineRefused.

        Of lines with the same licence the first that is without fault is taken; every later one is refused,
        because nobody but the authority knows which of them holds.
        """
        faults: list[Fault] = []
        values: dict[str, Any] = dict.fromkeys(COLUMNS)
        # A register has a million cells: what is asked of each of them is asked here.
        for (column, read), cell in zip(self._readers, cells, strict=True):
            text = cell.strip()
            try:
                # Where bytes could not be read stands the first; the database holds no NUL.
                if "\ufffd" in text or "\0" in text:
                    raise Refused("unreadable")
                if text:
                    values[column] = read(text)
                elif column not in OPTIONAL:
                    raise Refused("required")
            except Refused as refusal:
                faults.append(Fault(column, refusal.code, refusal.values))
            except (InvalidNumber, InvalidDate) as refusal:
                faults.append(Fault(column, refusal.code))
        self._look_up("sector", values, self.sectors.get(values["authority"]), faults)
        self._look_up("city", values, self.cities.get(values["region"]), faults)
        if values["issued_on"] and values["expires_on"] and values["expires_on"] <= values["issued_on"]:
            faults.append(Fault("expires_on", "before_issue"))
        if not faults:
            self._refuse_taken(line, values, faults)
        if faults:
            raise LineRefused(faults)
        return [
            values["authority"],
            values["licence_number"],
            values["sector"],
            values["name_ar"],
            values["name_en"] or "",
            values["commercial_registration"],
            values["owner_name"],
            values["owner_national_id"],
            values["owner_mobile"],
            values["city"],
            values["issued_on"],
            values["expires_on"],
        ]

    def _reader_of(self, column: str) -> Callable[[str], Any]:
        """Return what makes a cell's value of its text, or raises what it is refused for."""
        if column == "authority":
            return self._authority
        if column == "region":
            return self._region
        if column in ("sector", "city"):
            return str  # known only within the authority, or the region
        return within(LONGEST[column], READERS[column]) if column in LONGEST else READERS[column]

    def _region(self, text: str) -> int:
        found = self.regions.find(text)
        if found is None:
            raise Refused("unknown")
        return found

    def _authority(self, text: str) -> int:
        found = self.authorities.find(text)
        if found is None:
            raise Refused("unknown")
        if self.only is not None and found not in self.only:
            raise Refused("other_authority")
        return found

    @staticmethod
    def _look_up(column: str, values: dict[str, Any], among: Names | None, faults: list[Fault]) -> None:
        """Put the key of a sector or a city in the place of its name, where it is known among what."""
        if values[column] is None or among is None:
            return
        values[column] = among.find(values[column])
        if values[column] is None:
            faults.append(Fault(column, "unknown"))

    def _refuse_taken(self, line: int, values: dict[str, Any], faults: list[Fault]) -> None:
        first = self._taken.setdefault(f"{values['authority']} {values['licence_number']}", line)
        if first != line:
            faults.append(Fault("licence_number", "duplicate_in_file", {"line": first}))
