"""The forms by which a record is corrected or cancelled."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guests.changes import REASON_LENGTH
from guests.forms import RecordForm
from guests.kinds.base import Content, Field
from guests.models import GuestRecord

WORDS = {"autocomplete": "off", "dir": "auto"}


def reason_field(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        help_text=help_text,
        max_length=REASON_LENGTH,
        widget=forms.TextInput(attrs=WORDS),
    )


class CorrectionForm(RecordForm):
    """A record as it stands, to be put right, and why. `content` is what it says then.

    `version` is the one that the page showed: an older page must not undo a newer correction.
    """

    def __init__(self, record: GuestRecord, *args: Any, **kwargs: Any) -> None:
        kind = record.declaration
        super().__init__(kind, *args, initial=typed(kind.fields.values(), record.content), **kwargs)
        # A record keeps its reference.
        self.fields[kind.reference].widget = forms.HiddenInput()
        self.reference = record.client_reference
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput(), initial=record.version)
        self.fields["reason"] = reason_field(_("What was wrong: both versions are kept with it."))

    @property
    def typed(self) -> dict[str, Any]:
        return super().typed | {self.kind.reference: self.reference}

    def start_again_from(self, record: GuestRecord, shown: Content) -> None:
        """Take over what the record says by now where what was `shown` was left; keep what was typed."""
        fields = record.declaration.fields.values()
        before, now = typed(fields, shown), typed(fields, record.content)
        data: dict[str, Any] = dict(self.data.items())
        data.update({name: now[name] for name in now if data.get(name, "") == before[name]})
        data["version"] = str(record.version)
        self.data = data


class CancellationForm(forms.Form):
    reason = reason_field(_("Why the record should not have been sent. It is kept, and counts no more."))


def typed(fields: Any, content: Content) -> dict[str, str]:
    """Return a record's values as people type them."""
    return {field.name: as_typed(field, content.get(field.name)) for field in fields}


def as_typed(field: Field, value: str | None) -> str:
    if value and field.shown.input == "moment":
        return value[:16].replace("T", " ") if value[16:19] in ("", ":00") else value[:19].replace("T", " ")
    return value or ""
