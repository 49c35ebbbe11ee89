"""The form door: a page's form made from the declaration of a kind."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from guests.kinds import Kind
from guests.kinds.base import Content, Field
from guests.kinds.errors import FieldError, RecordRefused
from guests.models import GuestRecord
from shumoos.letters.models import CODE_ALPHABET
from shumoos.saudi import calendar

# Shared computers at a reception must not offer one guest's data for the next.
PLAIN = {"autocomplete": "off", "enterkeyhint": "next"}
PHONE = {"type": "tel", "inputmode": "tel", **PLAIN}


class AsTyped(forms.CharField):
    """A text whose value goes on as it was typed: the kind says what is wrong with it."""

    def clean(self, value: Any) -> Any:
        return value


class ChosenAsTyped(forms.ChoiceField):
    def clean(self, value: Any) -> Any:
        return value


@dataclass(frozen=True)
class Note:
    """What stands under a field: that it is `wrong` and why, or how it was understood."""

    tone: Literal["wrong", "good", ""]
    text: str


class Cell(NamedTuple):
    field: BoundField
    note: Note


class RecordForm(forms.Form):
    """One record of a kind. After validation `content` is its canonical form, and `typed` what was sent.

    A companion's form has the fields that are theirs alone; `shared` gives the others. With a `check_url`
    each field is checked there while it is typed.
    """

    use_required_attribute = False
    content: Content

    def __init__(
        self,
        kind: Kind,
        *args: Any,
        shared: Mapping[str, Any] | None = None,
        check_url: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.shared = shared
        self.notes: dict[str, Note] = {}
        for name, field in kind.fields.items():
            if shared is None or name not in not_a_companions(kind):
                self.fields[name] = make_field(field)
                self.fields[name].widget.attrs |= self._checked_attributes(field, check_url)
        if shared is not None:
            # Sent along, so that the same companion sent twice is known again.
            self.fields[kind.reference].widget = forms.HiddenInput()

    def _checked_attributes(self, field: Field, check_url: str) -> dict[str, str]:
        described = f"id_{self.add_prefix(field.name)}"
        attributes = {"aria-describedby": f"{described}_check {described}_help"}
        if check_url:
            trigger = "change" if field.shown.choices else "input changed delay:500ms, change"
            attributes |= {
                "hx-post": check_url,
                "hx-trigger": trigger,
                "hx-target": f"#{described}_check",
                "hx-sync": "this:replace",
            }
        return attributes

    @property
    def is_companions(self) -> bool:
        return self.shared is not None

    @property
    def typed(self) -> dict[str, Any]:
        own = {name: self.cleaned_data.get(name) for name in self.fields}
        return {name: own.get(name, (self.shared or {}).get(name)) for name in self.kind.fields}

    def clean(self) -> None:
        try:
            self.content = self.kind.read(self.typed)
        except RecordRefused as refusal:
            self.refuse(refusal.errors)

    def refuse(self, errors: Iterable[FieldError]) -> None:
        """Show the errors beside their fields; what a companion shares is told at the main guest."""
        for error in errors:
            if error.field not in self.fields and self.is_companions and error.field != self.kind.companion:
                continue
            field = error.field if error.field in self.fields else None
            self.add_error(field, forms.ValidationError(error.message, code=error.code))

    def focus_on(self, element_id: str) -> None:
        """Let the field with this id be the one that is typed into, if it is one of these."""
        for bound in self:
            if bound.auto_id == element_id:
                bound.field.widget.attrs["autofocus"] = True

    def note_of(self, name: str) -> Note:
        """Return what stands under a field: its first error, else what was noted."""
        if self.is_bound and (errors := self.errors.get(name)):
            return Note("wrong", " ".join(map(str, errors)))
        return self.notes.get(name, Note("", ""))

    def cell(self, name: str) -> Cell:
        """Return a field with what stands under it."""
        note = self.note_of(name)
        if note.tone == "wrong":
            attributes = self.fields[name].widget.attrs
            attributes |= {"aria-invalid": "true", "class": f"{attributes['class']} is-invalid"}
        return Cell(self[name], note)

    def cells(self) -> list[list[Cell]]:
        """Return the fields to fill in, row by row, with what stands under each."""
        rows = [[self.cell(name) for name in row if name in self.fields] for row in self.kind.rows]
        return [row for row in rows if row]

    def folded_cells(self) -> list[Cell]:
        return [self.cell(field.name) for field in self.folded() if not field.is_hidden]

    def laid_out(self) -> list[list[BoundField]]:
        """Return the fields to fill in, row by row."""
        rows = [[self[name] for name in row if name in self.fields] for row in self.kind.rows]
        return [row for row in rows if row]

    def folded(self) -> list[BoundField]:
        """Return the fields that are seldom touched."""
        return [self[name] for name in self.kind.folded if name in self.fields]

    def is_unfolded(self) -> bool:
        """Whether one of the folded fields has something that must be seen."""
        return bool(set(self.kind.folded) & set(self.errors)) or bool(
            self.kind.companion in self.fields and self[self.kind.companion].value()
        )


def not_a_companions(kind: Kind) -> set[str]:
    """Return the fields that a companion's form leaves out: those of the stay, which the main guest gives."""
    return {*kind.folded, kind.time, kind.companion, *kind.shared_with_companions} - {kind.reference}


def make_field(field: Field) -> forms.Field:
    shown = field.shown
    details: dict[str, Any] = {"label": shown.label, "help_text": shown.help, "required": field.required}
    if shown.choices:
        return ChosenAsTyped(
            choices=[("", _("Choose")), *shown.choices()],
            widget=forms.Select(attrs=PLAIN | {"class": "form-select"}),
            **details,
        )
    attributes = PHONE if shown.input == "phone" else PLAIN
    direction = {"dir": "ltr"} if shown.is_code else {"dir": "auto"}
    return AsTyped(
        widget=forms.TextInput(attrs=attributes | direction | {"class": "form-control"}), **details
    )


def first_values(kind: Kind, main: GuestRecord | None = None) -> dict[str, str]:
    """Return what a new form starts with: a reference, the time; for a companion, the main guest's stay."""
    values = {kind.reference: make_reference(), kind.time: f"{datetime.now(calendar.RIYADH):%Y-%m-%d %H:%M}"}
    if main and kind.companion:
        values[kind.companion] = main.client_reference
        for name in kind.shared_with_companions:
            values[name] = main.content.get(name, "")
        values[kind.time] = f"{kind.occurred_at(main.content):%Y-%m-%d %H:%M}"
    return values


def make_reference() -> str:
    """Return a reference for a record whose establishment has none of its own: day and chance."""
    return f"{calendar.today():%Y%m%d}-" + "".join(secrets.choice(CODE_ALPHABET) for _position in range(6))
