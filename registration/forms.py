from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registration.documents import CleanFile, clean_upload
from registration.fields import (
    CommercialRegistrationField,
    DayField,
    GroupedChoiceField,
    LastFourField,
    LicenceNumberField,
    MobileField,
    NameField,
    NationalIdField,
    ReferenceNumberField,
    ShortAddressField,
)
from registration.models import Application, City, Document, DocumentKind, Sector
from shumoos.saudi import calendar

ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf"


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


class RegistrationForm(forms.Form):
    """An application as its owner fills it in. `kept` are the documents it has already, by kind."""

    sector = GroupedChoiceField(
        Sector.objects.all(), group_by="authority", label=gettext_lazy("Sector"), empty_label=""
    )
    licence_number = LicenceNumberField(label=gettext_lazy("Licence number"))
    licence_issued_on = DayField(
        label=gettext_lazy("Licence issued on"), help_text=gettext_lazy("Hijri or Gregorian, year first.")
    )
    licence_expires_on = DayField(
        label=gettext_lazy("Licence expires on"), help_text=gettext_lazy("Hijri or Gregorian, year first.")
    )
    name_ar = NameField(label=gettext_lazy("Establishment's name in Arabic"), max_length=200)
    name_en = NameField(label=gettext_lazy("Establishment's name in English"), max_length=200, required=False)
    commercial_registration = CommercialRegistrationField(label=gettext_lazy("Commercial registration"))
    city = GroupedChoiceField(
        City.objects.filter(region__office__isnull=False),
        group_by="region",
        label=gettext_lazy("City"),
        empty_label="",
        help_text=gettext_lazy("The investigation office of its region receives the application."),
    )
    short_address = ShortAddressField(
        label=gettext_lazy("Short national address"),
        required=False,
        help_text=gettext_lazy("Four letters and four digits, such as RRRD2929."),
    )
    owner_name = NameField(label=gettext_lazy("Owner's full name"), max_length=150)
    owner_national_id = NationalIdField(label=gettext_lazy("Owner's national ID or iqama"))
    owner_mobile = MobileField(
        label=gettext_lazy("Owner's mobile"),
        help_text=gettext_lazy("User name and password are sent to this number after activation."),
    )
    licence = DocumentField(label=DocumentKind.LICENCE.label)
    letter = DocumentField(label=DocumentKind.LETTER.label)
    owner_id = DocumentField(label=DocumentKind.OWNER_ID.label)
    confirmed = forms.BooleanField(
        label=gettext_lazy("What I have entered is right, and I hold the originals of these documents."),
        error_messages={"required": gettext_lazy("Check what you have entered, then tick this box.")},
    )

    TYPED = (
        "sector",
        "licence_number",
        "licence_issued_on",
        "licence_expires_on",
        "name_ar",
        "name_en",
        "commercial_registration",
        "city",
        "short_address",
        "owner_name",
        "owner_national_id",
        "owner_mobile",
    )
    use_required_attribute = False

    def __init__(self, *args: Any, kept: dict[str, Document] | None = None, **kwargs: Any) -> None:
        kept = kept or {}
        super().__init__(*args, **{**kwargs, "initial": {**kwargs.get("initial", {}), **kept}})
        self.show_kept(kept)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = layout()

    def show_kept(self, kept: dict[str, Document]) -> None:
        """Say beside each document whether it is kept already."""
        for kind in DocumentKind.values:
            self[kind].help_text = self.about_document(kept.get(kind))

    @staticmethod
    def about_document(document: Document | None) -> str:
        if document is None:
            return _("An image (JPEG, PNG, WebP) or a PDF of at most 10 MB.")
        shape = "PDF" if document.content_type == "application/pdf" else "JPEG"
        return _("We have kept this document (%(shape)s, %(size)s). Choose a file only to replace it.") % {
            "shape": shape,
            "size": filesizeformat(document.size),
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        faults = wrong_days(cleaned.get("licence_issued_on"), cleaned.get("licence_expires_on"))
        for name, sentence in faults.items():
            self.add_error(name, sentence)
        return cleaned

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed rightly, by the application's fields."""
        return {name: self.cleaned_data[name] for name in self.TYPED if name in self.cleaned_data}

    @property
    def good_files(self) -> dict[str, CleanFile]:
        """The new uploads that may be stored, by kind; also where other fields are wrong."""
        files = {kind: self.cleaned_data.get(kind) for kind in DocumentKind.values}
        return {kind: file for kind, file in files.items() if isinstance(file, CleanFile)}

    def is_about(self, application: Application) -> bool:
        """Whether the same licence is applied for, as far as it was typed."""
        sector, number = self.cleaned_data.get("sector"), self.cleaned_data.get("licence_number")
        return (number, sector and sector.authority_id) == (
            application.licence_number,
            application.authority_id,
        )


def wrong_days(issued_on: date | None, expires_on: date | None) -> dict[str, str]:
    """Return what is wrong with a licence's days, by the field that is to be put right."""
    today = calendar.today()
    faults = {}
    if issued_on and issued_on > today:
        faults["licence_issued_on"] = _("This day has not come yet. Type the day on the licence.")
    if issued_on and expires_on and expires_on <= issued_on:
        faults["licence_expires_on"] = _("A licence expires after the day it was issued.")
    elif expires_on and expires_on < today:
        faults["licence_expires_on"] = _(
            "This licence has expired. Have it renewed by its licensing authority, then register."
        )
    return faults


def layout() -> Layout:
    return Layout(
        Fieldset(
            _("1. Licence and establishment"),
            "sector",
            "licence_number",
            pair("licence_issued_on", "licence_expires_on"),
            "name_ar",
            "name_en",
            "commercial_registration",
            pair("city", "short_address"),
        ),
        Fieldset(_("2. Owner"), "owner_name", pair("owner_national_id", "owner_mobile")),
        Fieldset(_("3. Documents"), *DocumentKind.values),
        Fieldset(_("4. Check and send"), "confirmed"),
    )


def pair(first: str, second: str) -> Div:
    return Div(Div(first, css_class="col-md-6"), Div(second, css_class="col-md-6"), css_class="row")


class StatusForm(forms.Form):
    reference = ReferenceNumberField(
        label=gettext_lazy("Reference number"),
        help_text=gettext_lazy("Twelve digits, such as 26-4821-9037-41."),
    )
    mobile_ending = LastFourField(label=gettext_lazy("Last four digits of the owner's mobile"))

    use_required_attribute = False

    def say_unknown(self) -> None:
        """Say that the two do not belong together, whichever of them is wrong."""
        self.add_error(
            None,
            ValidationError(
                _("No application has this reference number together with a mobile that ends like this.")
            ),
        )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code from the text message"),
        max_length=20,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": gettext_lazy("Type the six digits from the text message.")},
    )

    use_required_attribute = False


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason, if you want to give one"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    use_required_attribute = False
