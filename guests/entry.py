"""One screen of the form door: a guest and companions who share the stay, and what fills them in."""

import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from pydantic_core import PydanticCustomError

from guests.forms import Note, RecordForm, make_reference, not_a_companions
from guests.kinds import Kind, fields
from guests.kinds.errors import RecordRefused, error
from guests.scanning import from_zone, scan_refusal, what_of_the_document
from shumoos.saudi import calendar, identity, mrz
from shumoos.saudi.digits import clean_number
from shumoos.saudi.errors import InvalidNumber
from shumoos.templatetags.days import ISOLATE, RELEASE, both_calendars, both_calendars_time

# A family, or a bus's share of a room list; more come by file.
MOST_COMPANIONS = 20
_PREFIX = re.compile(r"c[1-9][0-9]?")
MAIN = ""
SAUDI = "SAU"


class Entry:
    """The screen as it was typed: `people` are the main guest under the empty prefix, then the companions.

    What only fills in or adds shows the screen again without complaint; `read` makes forms that complain.
    """

    def __init__(self, kind: Kind, people: dict[str, dict[str, str]], *, check_url: str = "") -> None:
        self.kind = kind
        self.people = people
        self.check_url = check_url
        self.notes: dict[str, dict[str, Note]] = {}
        self.scan_text = ""
        self.scan_note: Note | None = None
        # The field that is typed into next, as its id.
        self.focus = ""
        self._forms: list[RecordForm] | None = None

    @classmethod
    def typed(cls, kind: Kind, posted: QueryDict, *, check_url: str = "") -> "Entry":
        """Return the screen as it was sent."""
        prefixes = dict.fromkeys(filter(_PREFIX.fullmatch, posted.getlist("companion")))
        own = [name for name in kind.fields if name not in not_a_companions(kind)]
        people = {MAIN: {name: posted.get(name, "") for name in kind.fields}}
        if kind.companion:
            for prefix in list(prefixes)[:MOST_COMPANIONS]:
                people[prefix] = {name: posted.get(f"{prefix}-{name}", "") for name in own}
        return cls(kind, people, check_url=check_url)

    @property
    def prefixes(self) -> list[str]:
        """The companions' prefixes."""
        return [prefix for prefix in self.people if prefix]

    @property
    def has_room(self) -> bool:
        """Whether another companion can be added."""
        return bool(self.kind.companion) and len(self.people) <= MOST_COMPANIONS

    @property
    def forms(self) -> list[RecordForm]:
        """The forms, the main guest's first."""
        if self._forms is None:
            self._forms = [self._form(prefix, initial=values) for prefix, values in self.people.items()]
        return self._forms

    def read(self) -> bool:
        """Read everything that was typed, without companions left blank; whether nothing is wrong."""
        self.people = {
            prefix: values for prefix, values in self.people.items() if prefix == MAIN or not is_blank(values)
        }
        self._forms = [
            self._form(
                prefix, data={f"{prefix}-{name}" if prefix else name: value for name, value in values.items()}
            )
            for prefix, values in self.people.items()
        ]
        return all([form.is_valid() for form in self._forms])

    def _form(self, prefix: str, **values: Any) -> RecordForm:
        shared = None if prefix == MAIN else self.shared()
        form = RecordForm(self.kind, prefix=prefix or None, shared=shared, check_url=self.check_url, **values)
        form.notes = self.notes.get(prefix, {})
        return form

    def shared(self) -> dict[str, str]:
        """Return what companions have of the main guest: whose they are, and the stay."""
        main = self.people[MAIN]
        names = (self.kind.time, *self.kind.shared_with_companions)
        return {self.kind.companion: main[self.kind.reference]} | {name: main[name] for name in names}

    def whole(self, prefix: str) -> dict[str, str]:
        """Return everything that is said of this person, what they share included."""
        return self.people[prefix] | ({} if prefix == MAIN else self.shared())

    def add(self, values: Mapping[str, str]) -> str:
        """Add a companion who starts with `values`, and return the new prefix."""
        taken = [int(prefix[1:]) for prefix in self.people if prefix]
        prefix = f"c{max(taken, default=0) % 99 + 1}"
        own = [name for name in self.kind.fields if name not in not_a_companions(self.kind)]
        started = {self.kind.reference: make_reference(), **values}
        self.people[prefix] = {name: started.get(name, "") for name in own}
        self.focus = self.first_empty(prefix)
        return prefix

    def remove(self, prefix: str) -> None:
        if prefix != MAIN:
            self.people.pop(prefix, None)

    def first_empty(self, prefix: str) -> str:
        """Return the id of the person's first field that has nothing in it."""
        order = [name for row in self.kind.rows for name in row if name in self.people[prefix]]
        empty = [name for name in order if not self.people[prefix][name]]
        needed = [name for name in empty if self.kind.fields[name].required]
        name = next(iter(needed or empty), order[-1])
        return f"id_{prefix}-{name}" if prefix else f"id_{name}"

    def scan(self, text: str, remembered: Mapping[str, str]) -> str | None:
        """Fill in what a document's machine-readable lines say, and return whom they fill in; None if nobody.

        It is whoever has this number already, else the main guest while theirs is missing, else a companion
        more: a family is scanned one after the other.
        """
        try:
            zone = mrz.read(text)
        except InvalidNumber as refusal:
            self.scan_text = text
            self.scan_note = Note("wrong", scan_refusal(refusal.code))
            self.focus = "id_scan"
            return None
        prefix = self._person_of(zone.number, remembered)
        values, notes = from_zone(zone)
        self.people[prefix] |= {name: value for name, value in values.items() if name in self.people[prefix]}
        self.notes[prefix] = notes
        self.scan_note = what_of_the_document(zone)
        self.focus = self.first_empty(prefix)
        return prefix

    def _person_of(self, number: str, remembered: Mapping[str, str]) -> str:
        identity_field = self.kind.identity
        for prefix, values in self.people.items():
            if not values[identity_field] or clean(values[identity_field]) == number:
                return prefix
        return self.add(remembered) if self.has_room else MAIN

    def fill(self, prefix: str, values: Mapping[str, str], remembered: Mapping[str, str]) -> list[str]:
        """Fill in what is empty or was only remembered from the guest before, and return the names of it."""
        person = self.people[prefix]
        filled = [
            name
            for name, value in values.items()
            if name in person and person[name] != value and person[name] in ("", remembered.get(name, ""))
        ]
        person |= {name: values[name] for name in filled}
        return filled

    def note_returning(self, prefix: str, day: str) -> None:
        """Say under the number that this person has been here before."""
        text = _("Has been here before, last on %(day)s: compare what is filled in with the document.")
        self.notes.setdefault(prefix, {}).setdefault(self.kind.identity, Note("good", text % {"day": day}))

    def document_of(self, prefix: str) -> tuple[str, str] | None:
        """Return the document's sort and number in canonical form; None where it is not a valid one yet."""
        person = self.people[prefix]
        try:
            number = fields.identity_number(person[self.kind.identity], person["id_type"])
        except (PydanticCustomError, KeyError):
            return None
        return person["id_type"], number

    def guess_document(self, prefix: str) -> bool:
        """Choose the sort of document by a number that can be of one sort only; whether it did."""
        person = self.people[prefix]
        number = clean(person[self.kind.identity])
        if person["id_type"] or not identity.has_valid_check_digit(number) or number[0] not in "12":
            return False
        person["id_type"] = "national_id" if number[0] == "1" else "iqama"
        return True

    def guess_nationality(self, prefix: str) -> bool:
        """Fill in a citizen's nationality where none is chosen; whether it did."""
        person = self.people[prefix]
        if person.get("id_type") != "national_id" or person.get("nationality", SAUDI).strip():
            return False
        person["nationality"] = SAUDI
        return True

    def _looks_mistyped(self, prefix: str) -> bool:
        """Whether a number whose sort is not chosen yet is a national ID or an iqama with a wrong digit."""
        person = self.people[prefix]
        number = clean(person[self.kind.identity])
        is_either = len(number) == 10 and number.isdigit() and number[0] in "12"
        return not person.get("id_type") and is_either and not identity.has_valid_check_digit(number)

    def note_on(self, prefix: str, name: str, *, is_typing: bool) -> Note:
        """Return what is to be said of one field; while somebody types, what is unfinished is not wrong."""
        whole = self.whole(prefix)
        if not whole[name].strip():
            is_missing = self.kind.fields[name].required and not is_typing
            return (
                Note("wrong", str(_("This is required: please fill it in."))) if is_missing else Note("", "")
            )
        if name == self.kind.identity and self._looks_mistyped(prefix):
            return Note("wrong", error(name, "check_digit").message)
        try:
            self.kind.read(whole)
        except RecordRefused as refusal:
            found = [one for one in refusal.errors if one.field == name]
            if found and is_typing and found[0].code == "invalid":
                return Note("", "")
            if found:
                return Note("wrong", found[0].message)
        return Note("good", self._understood(name, whole[name]))

    def _understood(self, name: str, text: str) -> str:
        """Return a valid field as it was understood, where that is not plain from what was typed."""
        shown = self.kind.fields[name].shown
        if shown.input == "day":
            return both_calendars(calendar.parse_day(text))
        if shown.input == "moment":
            return both_calendars_time(fields.moment(text))
        if shown.input == "phone":
            # In Arabic text the plus sign would stand behind the number.
            return f"{ISOLATE}{fields.mobile(text)}{RELEASE}"
        return ""


def is_blank(values: Mapping[str, str]) -> bool:
    """Whether of a companion nothing is there but what the form began with."""
    begun_with = {"client_reference", "nationality", "id_type"}
    return not any(value.strip() for name, value in values.items() if name not in begun_with)


def clean(number: str) -> str:
    return clean_number(number).upper()
