"""The forms of the premium service's pages."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registration.fields import (
    DayField,
    DocumentField,
    LastFourField,
    MobileField,
    NameField,
    NationalIdField,
    NumberField,
)
from registration.mandates import LONGEST, NewOwner
from registration.models import Provider, Scope
from shumoos.saudi import calendar, digits, reference_number
from shumoos.saudi.errors import InvalidNumber

ESTABLISHMENT_LENGTH = 9


def clean_number(text: str) -> str:
    """Return a reference number or an establishment number, checked.

    Raises `InvalidNumber` with `invalid` for another length, `check_digit` for a mistyped one.
    """
    number = digits.clean_number(text)
    if len(number) != ESTABLISHMENT_LENGTH:
        return reference_number.clean(number)
    if not (number.isascii() and number.isdigit()):
        raise InvalidNumber("invalid")
    return number


class SubjectNumberField(NumberField):
    read = staticmethod(clean_number)
    default_error_messages = {
        "invalid": gettext_lazy("A reference number has twelve digits, an establishment number nine."),
        "check_digit": gettext_lazy(
            "This reference number looks mistyped: its last two digits do not fit the others. "
            "Compare it with the one you were given."
        ),
    }


class AskForm(forms.Form):
    """What a mandate is to allow, and until when; `provider` has the usual fee."""

    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What your company is to do"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )
    ends_on = DayField(
        label=gettext_lazy("Last day of the mandate"),
        help_text=gettext_lazy("Hijri or Gregorian, year first; within a year."),
    )
    fee = forms.DecimalField(
        label=gettext_lazy("Fee in SAR"),
        min_value=0,
        max_digits=8,
        decimal_places=2,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "decimal", "autocomplete": "off"}),
        help_text=gettext_lazy("For a new agreement. One that your company has already keeps its fee."),
    )

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("fee", provider.fee)
        self.initial.setdefault("ends_on", calendar.today() + timedelta(days=90))

    def clean_ends_on(self) -> Any:
        day = self.cleaned_data["ends_on"]
        if not calendar.today() <= day <= calendar.today() + LONGEST:
            raise ValidationError(_("A mandate ends within a year. Choose its last day from today on."))
        return day

    @property
    def wish(self) -> dict[str, Any]:
        """What is asked for, as `mandates.ask` takes it."""
        return {name: self.cleaned_data[name] for name in ("scopes", "ends_on", "fee")}


class AskAboutForm(AskForm):
    """A mandate about an application that was sent, or about an establishment."""

    number = SubjectNumberField(label=gettext_lazy("Reference number or establishment number"))
    last_four = LastFourField(label=gettext_lazy("Last four digits of the owner's mobile"))

    field_order = ["number", "last_four"]


class AskNewOwnerForm(AskForm):
    """A mandate from an owner who is still to be registered."""

    owner_name = NameField(label=gettext_lazy("Owner's full name"), max_length=150)
    owner_national_id = NationalIdField(label=gettext_lazy("Owner's national ID or iqama"))
    owner_mobile = MobileField(
        label=gettext_lazy("Owner's mobile"),
        help_text=gettext_lazy("The owner is told there by text message, and approves with a code."),
    )

    field_order = ["owner_name", "owner_national_id", "owner_mobile"]

    @property
    def owner(self) -> NewOwner:
        data = self.cleaned_data
        return NewOwner(data["owner_national_id"], data["owner_name"], data["owner_mobile"])


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code from the text message"),
        max_length=20,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class PaymentForm(forms.Form):
    paid_on = DayField(
        label=gettext_lazy("Paid on"), help_text=gettext_lazy("Hijri or Gregorian, year first.")
    )
    receipt_number = forms.CharField(
        label=gettext_lazy("Number of your company's receipt"),
        max_length=40,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )


class DutyForm(forms.Form):
    done_on = DayField(
        label=gettext_lazy("Done on"), help_text=gettext_lazy("Hijri or Gregorian, year first.")
    )
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Who was there, what was done, or what the document shows."),
    )
    document = DocumentField(label=gettext_lazy("Document, if there is one"), required=False)


class AgentForm(forms.Form):
    full_name = NameField(label=gettext_lazy("Full name"), max_length=150)
    username = forms.RegexField(
        r"^[a-z0-9][a-z0-9._-]{2,29}$",
        label=gettext_lazy("User name"),
        help_text=gettext_lazy("Three to thirty Latin letters and digits, such as f.alghamdi."),
        error_messages={
            "invalid": gettext_lazy("A user name has three to thirty Latin letters, digits, dots or dashes.")
        },
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "none"}),
    )
    mobile = MobileField(
        label=gettext_lazy("Mobile"),
        help_text=gettext_lazy("User name and a temporary password are sent there."),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        if data is not None:
            # The sign-in takes it in either case.
            data = data.copy()
            data["username"] = digits.to_ascii(data.get("username", "")).strip().lower()
        super().__init__(data, **kwargs)
