"""The form door: a page's form made from the declaration of a kind."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

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
PLAIN = {"autocomplete": "off"}
PHONE = {"type": "tel", "inputmode": "tel", **PLAIN}


class AsTyped(forms.CharField):
    """A text whose value goes on as it was typed: the kind says what is wrong with it."""

    def clean(self, value: Any) -> Any:
        return value


class ChosenAsTyped(forms.ChoiceField):
    def clean(self, value: Any) -> Any:
        return value


class RecordForm(forms.Form):
    """One record of a kind. After validation `content` is its canonical form, and `typed` what was sent."""

    use_required_attribute = False
    content: Content

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name, field in kind.fields.items():
            self.fields[name] = make_field(field)

    @property
    def typed(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in self.kind.fields}

    def clean(self) -> None:
        try:
            self.content = self.kind.read(self.typed)
        except RecordRefused as refusal:
            self.refuse(refusal.errors)

    def refuse(self, errors: Iterable[FieldError]) -> None:
        """Show the errors beside their fields."""
        for error in errors:
            self.add_error(error.field or None, forms.ValidationError(error.message, code=error.code))

    def laid_out(self) -> list[list[BoundField]]:
        """Return the fields to fill in, row by row."""
        return [[self[name] for name in row] for row in self.kind.rows]

    def folded(self) -> list[BoundField]:
        """Return the fields that are seldom touched."""
        return [self[name] for name in self.kind.folded]

    def is_unfolded(self) -> bool:
        """Whether one of the folded fields has something that must be seen."""
        return bool(set(self.kind.folded) & set(self.errors)) or bool(
            self.kind.companion and self[self.kind.companion].value()
        )


def make_field(field: Field) -> forms.Field:
    shown = field.shown
    details: dict[str, Any] = {"label": shown.label, "help_text": shown.help, "required": field.required}
    if shown.choices:
        return ChosenAsTyped(
            choices=[("", _("Choose")), *shown.choices()], widget=forms.Select(attrs=PLAIN), **details
        )
    attributes = PHONE if shown.input == "phone" else PLAIN
    direction = {"dir": "ltr"} if shown.is_code else {"dir": "auto"}
    return AsTyped(widget=forms.TextInput(attrs=attributes | direction), **details)


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
