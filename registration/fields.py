"""Form fields for what people type. Each code of `shumoos.saudi.errors` gets its sentence here."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from registration.documents import clean_upload
from shumoos.saudi import calendar, digits, identity, mobile, national_address, reference_number
from shumoos.saudi.errors import InvalidDate, InvalidNumber

ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif,application/pdf"


def clean_licence_number(text: str) -> str:
    """Return a licence number as it is stored and compared: ASCII digits, upper case, no spaces or dashes.

    Raises `InvalidNumber` with `invalid` where something else than letters, digits, `/` and `.` is left.
    """
    number = digits.clean_number(text).upper()
    if not number.replace("/", "").replace(".", "").isalnum():
        raise InvalidNumber("invalid")
    return number


def clean_last_four(text: str) -> str:
    """Return the last four digits of a number. Raises `InvalidNumber` with `invalid` for anything else."""
    number = digits.clean_number(text)
    if not (len(number) == 4 and number.isascii() and number.isdigit()):
        raise InvalidNumber("invalid")
    return number


class NameField(forms.CharField):
    """A name: one line, without invisible marks, with at least one letter."""

    default_error_messages = {"invalid": _("Type the name in letters.")}

    def to_python(self, value: Any) -> str:
        name = " ".join(digits.strip_marks(super().to_python(value) or "").split())
        if name and not any(char.isalpha() for char in name):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return name


class NumberField(forms.CharField):
    """A number that a function of `shumoos.saudi` cleans; its codes are keys of `error_messages`."""

    read: Callable[[str], str]
    # A numeric keyboard has no Latin letters.
    input_mode = "numeric"

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        try:
            return type(self).read(text)
        except InvalidNumber as refusal:
            raise ValidationError(self.error_messages[refusal.code], code=refusal.code) from refusal

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # The browser counts marks and spaces as well: the length is ours to judge.
        return {"dir": "ltr", "inputmode": self.input_mode, "autocomplete": "off"}


class NationalIdField(NumberField):
    read = staticmethod(identity.clean_person_id)
    default_error_messages = {
        "invalid": _("A national ID or iqama has ten digits and begins with 1 or 2."),
        "check_digit": _("This number looks mistyped: its last digit does not fit the others."),
    }


class MobileField(NumberField):
    read = staticmethod(mobile.clean_saudi_mobile)
    input_mode = "tel"
    default_error_messages = {"invalid": _("Type a Saudi mobile number, such as 05XXXXXXXX.")}


class CommercialRegistrationField(NumberField):
    read = staticmethod(identity.clean_commercial_registration)
    default_error_messages = {"invalid": _("A commercial registration has ten digits.")}


class ShortAddressField(NumberField):
    read = staticmethod(national_address.clean_short_address)
    input_mode = "text"
    default_error_messages = {
        "invalid": _("A short national address has four Latin letters and four digits, such as RRRD2929.")
    }


class LicenceNumberField(NumberField):
    read = staticmethod(clean_licence_number)
    input_mode = "text"
    default_error_messages = {"invalid": _("Type the licence number as it stands on the licence.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40, **kwargs})


class ReferenceNumberField(NumberField):
    read = staticmethod(reference_number.clean)
    default_error_messages = {
        "invalid": _("A reference number has twelve digits, such as 26-4821-9037-41."),
        "check_digit": _(
            "This reference number looks mistyped: its last two digits do not fit the others. "
            "Compare it with the one you were given."
        ),
    }


class LastFourField(NumberField):
    read = staticmethod(clean_last_four)
    default_error_messages = {"invalid": _("Type the last four digits of the mobile number.")}


class DayField(forms.Field):
    """A day, typed in either calendar and with either digits; its value is the Gregorian date."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _("There is no such day. Type it as 2026-05-31 or 1447/12/14."),
        "out_of_range": _("Type a Hijri year from 1343 to 1500, or the Gregorian date."),
    }

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            return calendar.parse_day(value)
        except InvalidDate as refusal:
            raise ValidationError(self.error_messages[refusal.code], code=refusal.code) from refusal

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"dir": "ltr", "inputmode": "text", "autocomplete": "off", "placeholder": "2026-05-31"}


class GroupedChoices(ModelChoiceIterator):
    """The choices of a GroupedChoiceField, with a heading for each group."""

    field: "GroupedChoiceField"

    def __iter__(self) -> Iterator[Any]:
        yield ("", self.field.empty_label or "")
        group_by = self.field.group_by
        for group, rows in groupby(self.queryset, key=lambda row: getattr(row, group_by)):
            yield (str(group), [self.choice(row) for row in rows])


class GroupedChoiceField(forms.ModelChoiceField):
    """A choice among rows under headings, so that one depends on the other without JavaScript.

    `group_by` names the foreign key whose row is the heading; the queryset must be ordered by it.
    """

    iterator = GroupedChoices

    def __init__(self, queryset: Any, *, group_by: str, **kwargs: Any) -> None:
        self.group_by = group_by
        super().__init__(queryset.select_related(group_by).order_by(group_by, "pk"), **kwargs)


class DocumentField(forms.FileField):
    """An image or a PDF; its value is the CleanFile made of it, or the Document that is kept already."""

    widget = forms.FileInput

    def __init__(self, **kwargs: Any) -> None:
        # Empty files are refused by `clean_upload`, as all others are.
        super().__init__(**{"allow_empty_file": True, **kwargs})

    def clean(self, data: Any, initial: Any = None) -> Any:
        value = super().clean(data, initial)
        return clean_upload(value) if isinstance(value, UploadedFile) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"accept": ACCEPTED}
