"""The rules between two fields of a record, for very many records at once.

A rule is known by the validator that states it, and names the rows that are not plainly right by it: of those
the declaration says what is wrong, if anything. Columns hold what `columns` has read; a row that is doubted
already may hold anything.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import compress, count, repeat
from operator import eq, gt, is_

from guests.kinds import fields
from guests.kinds.base import Record
from guests.kinds.columns import DOUBT

Stored = dict[str, Sequence[str]]
Rule = Callable[[Stored], Iterable[int]]

# The first digit of a number of ten that has a check digit.
_FIRST_DIGITS = {"national_id": "1", "iqama": "2"}
_NUMBERS = {
    "gcc_id": re.compile(r"[0-9]{8,15}"),
    "passport": re.compile(r"[0-9A-Z]{6,12}"),
    "border_number": re.compile(r"[34][0-9]{9}"),
}
shape_of = {document: shape.fullmatch for document, shape in _NUMBERS.items()}.get
_NOTHING = re.compile("(?!)").fullmatch
_TEN = 10
_NO_NUMBER = "0" * _TEN

# What a digit adds to a check sum, from an even place and from an odd one; and a sum's last digit.
_SINGLE = bytes((byte - 48) % 256 for byte in range(256))
_DOUBLE = bytes(sum(divmod(2 * (byte - 48), 10)) % 256 for byte in range(256))
_REMAINDERS = bytes(byte % 10 for byte in range(256))


def rules_of(model: type[Record]) -> list[Rule] | None:
    """Return the rules that the model's validators state; None where one is not known here."""
    said = model.__pydantic_decorators__
    if said.validators or said.root_validators or set(said.model_validators) != {"as_typed"}:
        return None
    names = [f"{rule.func.__module__}.{rule.func.__qualname__}" for rule in said.field_validators.values()]
    return [RULES[name] for name in names] if set(names) <= RULES.keys() else None


def numbers(stored: Stored) -> list[int]:
    """Return the rows whose identity number is not plainly right for its document."""
    documents, typed = stored["id_type"], stored["id_number"]
    firsts = list(map(_FIRST_DIGITS.get, documents))
    others = compress(zip(count(), documents, typed), map(is_, firsts, repeat(None)))
    bad = [row for row, document, number in others if not shape_of(document, _NOTHING)(number)]
    if wrong := mistyped(list(compress(typed, firsts)), "".join(filter(None, firsts))):
        rows = list(compress(count(), firsts))
        bad += [rows[at] for at in wrong]
    return bad


def mistyped(typed: list[str], firsts: str) -> list[int]:
    """Return which of the numbers are not ten digits, the first as given, with a right check digit."""
    if set(map(len, typed)) - {_TEN}:
        typed = [number if len(number) == _TEN else _NO_NUMBER for number in typed]
    digits = "".join(typed)
    if not (digits.isascii() and digits.isdigit()):
        digits = "".join(n if n.isascii() and n.isdigit() else _NO_NUMBER for n in typed)
    wrong = [] if digits[::_TEN] == firsts else other_than(firsts, digits[::_TEN])
    wrong += compress(count(), check_sums(digits))
    return wrong


def other_than(firsts: str, found: str) -> list[int]:
    return [at for at, (first, digit) in enumerate(zip(firsts, found, strict=True)) if first != digit]


def check_sums(digits: str) -> bytes:
    """Return what is left of the check sum of each ten ASCII digits, divided by 10; not 0 where one is wrong.

    All of them are summed at once: a place of a big number for each, in which no sum reaches 256.
    """
    raw = digits.encode()
    total = sum(
        int.from_bytes(raw[place::_TEN].translate(_SINGLE if place % 2 else _DOUBLE)) for place in range(_TEN)
    )
    return total.to_bytes(len(raw) // _TEN).translate(_REMAINDERS)


def after(day: str, start: str) -> Rule:
    """Return the rule that one moment is not before another."""

    def rule(stored: Stored) -> list[int]:
        ends = stored.get(day, ())
        if not any(ends):
            return []
        pairs = zip(ends, stored[start], strict=True)
        return [row for row, (end, at) in enumerate(pairs) if end and end < at]

    return rule


def leaves_in_time(stored: Stored) -> list[int]:
    """Return the rows whose last day is before the arrival, or so late that it has to be looked at."""
    days, starts = stored.get("departs_on", ()), stored["arrived_at"]
    if not any(days):
        return []
    # A moment comes before every later day. It comes after its own day and after none, too.
    early = compress(zip(count(), days, starts), map(gt, starts, days))
    bad = [row for row, day, start in early if day and day < start[:10]]
    if max(days) > last_day(min(filter(DOUBT.__lt__, starts), default=DOUBT)):
        late = enumerate(zip(days, starts, strict=True))
        bad += [row for row, (day, start) in late if day > last_day(start)]
    return bad


def last_day(start: str) -> str:
    """Return a text that no day is beyond which is plainly not too late after a moment, "" after none."""
    return f"{int(start[:4]) + fields.YEARS_BACK - 1:04}-99" if start > DOUBT else ""


def names_itself(stored: Stored) -> list[int]:
    return list(compress(count(), map(eq, stored.get("companion_of", ()), stored["client_reference"])))


RULES: dict[str, Rule] = {
    "guests.kinds.people.Identified.fits_the_document": numbers,
    "guests.kinds.lodging.Lodging.departs_after_arrival": leaves_in_time,
    "guests.kinds.lodging.Lodging.departed_after_arrival": after("departed_at", "arrived_at"),
    "guests.kinds.lodging.Lodging.is_not_their_own_companion": names_itself,
    "guests.kinds.vehicle_rental.VehicleRental.returned_after_pick_up": after("returned_at", "picked_up_at"),
}
