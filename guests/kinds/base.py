"""What a record kind is: one declaration, from which the form, the files, the API and the transfer are made.

A kind is a pydantic model, whose fields say how they are read (`fields`) and how people are shown them
(`Shown`), and a `Kind`, which says what the kind is called and which fields tell who, when and which record.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from django.utils.functional import Promise
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from guests.kinds.errors import RecordRefused, from_pydantic
from shumoos.saudi.calendar import RIYADH
from shumoos.saudi.digits import strip_marks

Content = dict[str, Any]
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
Choices = Callable[[], list[tuple[str, str]]]


@dataclass(frozen=True)
class Shown:
    """How people are shown a field: its name, a hint, and what it is typed into.

    `is_code` says that the value is digits or Latin letters, which keep their order in Arabic text.
    """

    label: Promise
    help: Promise | str = ""
    input: Literal["text", "phone", "day", "moment"] = "text"
    choices: Choices | None = None
    is_code: bool = False


@dataclass(frozen=True)
class Field:
    """One field of a kind, as the doors need it."""

    name: str
    required: bool
    shown: Shown

    def value_of(self, content: Content) -> Any:
        """Return the field's value to show: a day, a moment, a choice's name, or text; None for none."""
        stored = content.get(self.name)
        if stored is None:
            return None
        if self.shown.input == "day":
            return date.fromisoformat(stored)
        if self.shown.input == "moment":
            return datetime.fromisoformat(stored)
        if self.shown.choices:
            return dict(self.shown.choices()).get(stored, stored)
        return stored


class Record(BaseModel):
    """What every kind's model has in common: unknown fields are refused, and empty ones are absent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def as_typed(cls, data: Any) -> Any:
        """Leave out what is empty, and make text of the numbers and dates that files and programs send."""
        if not isinstance(data, Mapping):
            return data
        written = {str(name): _as_text(value) for name, value in data.items()}
        return {name: value for name, value in written.items() if value is not None}


def _as_text(value: Any) -> Any:
    if isinstance(value, str):
        return value if strip_marks(value).strip() else None
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        # Python refuses to write out numbers of thousands of digits; no field has room for one.
        return str(value) if abs(value) < 10**40 else []
    if isinstance(value, date):
        return value.isoformat()
    return value


@dataclass(frozen=True)
class Kind:
    """A record kind. `reference`, `person`, `identity` and `time` name the fields that play these parts.

    `leaves` names the field that ends a stay or a rental, `until` the day on which it is meant to end,
    `place` the room or the plate; empty where there is none. `rows` is how the form sets the fields out;
    those it leaves out are folded away below. Of the kinds that wait for the centre those with the lowest
    `urgency` go first.
    """

    code: str
    label: Promise
    new: Promise
    model: type[Record]
    rows: tuple[tuple[str, ...], ...]
    time: str
    reference: str = "client_reference"
    person: str = "full_name"
    identity: str = "id_number"
    leaves: str = ""
    until: str = ""
    place: str = ""
    urgency: int = 2
    # The field that names the main guest, and those that a companion has in common with them.
    companion: str = ""
    shared_with_companions: tuple[str, ...] = ()
    # What the next guest is likely to have in common with the one before.
    remembered: tuple[str, ...] = ("nationality",)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields by name, in the order of the declaration."""
        return {
            name: Field(name, info.is_required(), next(m for m in info.metadata if isinstance(m, Shown)))
            for name, info in self.model.model_fields.items()
        }

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The fields that the form folds away, in the order of the declaration."""
        laid_out = {name for row in self.rows for name in row}
        return tuple(name for name in self.fields if name not in laid_out)

    def read(self, raw: Any) -> Content:
        """Return the record as typed in canonical form: the same content always gives the same dictionary.

        Its values are strings: Gregorian days, moments in Riyadh to the second, ASCII digits. Absent fields
        are left out, so that a field added to the kind later changes no earlier record. Raises
        `RecordRefused` with every error found.
        """
        try:
            return self.validated(raw)
        except ValidationError as refusal:
            raise RecordRefused(from_pydantic(refusal)) from None

    def validated(self, raw: Any) -> Content:
        """Do as `read` does, for those who need no sentences. Raises pydantic's `ValidationError`."""
        record = self.model.model_validate(raw)
        return {name: _stored(value) for name, value in record if value is not None}

    def occurred_at(self, content: Content) -> datetime:
        return datetime.fromisoformat(content[self.time])

    def columns(self, content: Content) -> dict[str, Any]:
        """Return what a record's row holds besides its content, for search: names and times read from it."""
        end = content.get(self.leaves, "") if self.leaves else ""
        return self.row(content[self.person], content[self.identity], content[self.time], end)

    def row(self, person: str, identity: str, time: str, end: str) -> dict[str, Any]:
        """Do as `columns` does, of the texts of its fields; `end` is "" where there is none."""
        return {
            "full_name": person,
            "id_number": identity,
            "occurred_at": datetime.fromisoformat(time),
            "departed_at": datetime.fromisoformat(end) if end else None,
            "is_open": bool(self.leaves) and not end,
        }


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(RIYADH).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value


def canonical_json(content: Content) -> bytes:
    """Return a record's canonical form in bytes: sorted keys, no spaces, UTF-8."""
    return _CANONICAL.encode(content).encode()


def sha256(contents: Iterable[Content]) -> str:
    """Return the SHA-256, in hexadecimal, over records in their order, each on a line of its own."""
    return sha256_of_written(canonical_json(content).decode() for content in contents)


def sha256_of_written(contents: Iterable[str]) -> str:
    """Return what `sha256` does, of records in their canonical form."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(f"{content}\n".encode())
    return digest.hexdigest()
