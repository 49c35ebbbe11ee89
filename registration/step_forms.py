"""The forms of the four steps by which an owner registers an establishment."""

from copy import deepcopy
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout
from django import forms
from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registration.fields import (
    CommercialRegistrationField,
    DayField,
    DocumentField,
    GroupedChoiceField,
    LicenceNumberField,
    MobileField,
    NameField,
    NationalIdField,
    ShortAddressField,
)
from registration.intake import wrong_days
from registration.models import Application, City, Licence, Region, Sector
from registration.models.applications import TYPED


def places() -> QuerySet[City]:
    """Return the cities whose region has an office, region by region."""
    cities = City.objects.filter(region__office__isnull=False)
    return cities.select_related("region").order_by("region", "pk")


class StepForm(forms.Form):
    """One step: its fields bear the application's names. Without `data` it shows what the draft has."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, draft: Application | None = None) -> None:
        super().__init__(data, initial=draft.typed if draft else {})
        self.draft = draft
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        if layout := self.layout():
            self.helper.layout = layout

    def layout(self) -> Layout | None:
        """Return how the fields stand on the page; None for one below the other."""
        return None

    @property
    def typed(self) -> dict[str, Any]:
        """What was typed rightly, by the application's fields."""
        return {name: value for name, value in self.cleaned_data.items() if name in TYPED}


class LicenceForm(StepForm):
    """By what a licence and its owner are known: the first page of the first step."""

    sector = GroupedChoiceField(
        Sector.objects.all(),
        group_by="authority",
        label=gettext_lazy("Sector"),
        empty_label=gettext_lazy("Choose"),
    )
    licence_number = LicenceNumberField(label=gettext_lazy("Licence number"))
    owner_national_id = NationalIdField(label=gettext_lazy("Owner's national ID or iqama"))

    def __init__(
        self, data: Any = None, *, draft: Application | None = None, licence: Licence | None = None
    ) -> None:
        """Show what the draft has, or, where nothing was begun, the licence that an owner comes with."""
        super().__init__(data, draft=draft)
        if licence and not draft:
            self.initial = {
                "sector": licence.sector_id,
                "licence_number": licence.number,
                "owner_national_id": licence.owner_national_id,
            }


class EstablishmentForm(StepForm):
    """What the licence says of the establishment: the second page of the first step."""

    name_ar = NameField(label=gettext_lazy("Establishment's name in Arabic"), max_length=200)
    name_en = NameField(label=gettext_lazy("Establishment's name in English"), max_length=200, required=False)
    commercial_registration = CommercialRegistrationField(label=gettext_lazy("Commercial registration"))
    licence_issued_on = DayField(
        label=gettext_lazy("Licence issued on"), help_text=gettext_lazy("Hijri or Gregorian, year first.")
    )
    licence_expires_on = DayField(
        label=gettext_lazy("Licence expires on"), help_text=gettext_lazy("Hijri or Gregorian, year first.")
    )
    # Narrows the cities down where the page can do so; which city it is says which region.
    region = forms.ModelChoiceField(
        Region.objects.filter(office__isnull=False),
        label=gettext_lazy("Region"),
        empty_label=gettext_lazy("Choose"),
        required=False,
    )
    city = GroupedChoiceField(
        places(),
        group_by="region",
        label=gettext_lazy("City"),
        empty_label=gettext_lazy("Choose"),
    )
    short_address = ShortAddressField(
        label=gettext_lazy("Short national address"),
        required=False,
        help_text=gettext_lazy("Four letters and four digits, such as RRRD2929."),
    )

    def __init__(self, data: Any = None, *, draft: Application | None = None) -> None:
        super().__init__(data, draft=draft)
        if draft and draft.city:
            self.show_place(draft.city.region, draft.city)
        self.fields["region"].widget.attrs |= follow("load, change")
        self.fields["city"].widget.attrs |= follow("change")

    def layout(self) -> Layout:
        return Layout(
            "name_ar",
            "name_en",
            "commercial_registration",
            pair("licence_issued_on", "licence_expires_on"),
            "region",
            Div("city", HTML("{% include 'registration/steps/includes/office.html' %}"), css_id="places"),
            "short_address",
        )

    def show_place(self, region: Region | None, city: City | None) -> None:
        """Show this region and city as chosen."""
        self.initial["region"] = region
        self.initial["city"] = city

    def narrow_down(self, region: Region) -> None:
        """Offer the cities of this region alone."""
        self.fields["city"].queryset = places().filter(region=region)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        faults = wrong_days(cleaned.get("licence_issued_on"), cleaned.get("licence_expires_on"))
        for name, sentence in faults.items():
            self.add_error(name, sentence)
        region, city = cleaned.get("region"), cleaned.get("city")
        if region and city and city.region_id != region.pk:
            sentence = _("This city lies in another region: %(region)s.")
            self.add_error("city", sentence % {"region": city.region})
        return cleaned


def follow(trigger: str) -> dict[str, Any]:
    """Return the attributes with which a choice of place has the cities and the office follow it."""
    return {
        "hx-get": reverse_lazy("registration:places"),
        "hx-trigger": trigger,
        "hx-target": "#places",
        "hx-include": "[name=region], [name=city]",
    }


class OwnerForm(StepForm):
    owner_name = NameField(label=gettext_lazy("Owner's full name"), max_length=150)
    owner_mobile = MobileField(
        label=gettext_lazy("Owner's mobile"),
        help_text=gettext_lazy("User name and password are sent to this number after activation."),
    )


class ConfirmForm(StepForm):
    confirmed = forms.BooleanField(
        label=gettext_lazy("What I have entered is right, and I hold the originals of these documents."),
        error_messages={"required": gettext_lazy("Check what you have entered, then tick this box.")},
    )

    def ask_again(self, sentence: str) -> None:
        """Say why what was confirmed no longer holds, and show the box without its tick."""
        self.data = {}
        self.add_error(None, sentence)


def pair(first: str, second: str) -> Div:
    return Div(Div(first, css_class="col-md-6"), Div(second, css_class="col-md-6"), css_class="row")


def field_for(name: str) -> forms.Field:
    """Return a new form field for what the owner types under that name of the application's."""
    forms_of_data: list[type[StepForm]] = [LicenceForm, EstablishmentForm, OwnerForm]
    found = next(form.base_fields[name] for form in forms_of_data if name in form.base_fields)
    return deepcopy(found)


class UploadForm(forms.Form):
    """One document of that kind on its way up."""

    file = DocumentField(
        label=gettext_lazy("File"),
        error_messages={"required": gettext_lazy("Choose a file first: an image or a PDF.")},
        widget=forms.FileInput(attrs={"class": "form-control"}),
    )

    use_required_attribute = False

    def __init__(self, data: Any = None, files: Any = None, *, kind: str) -> None:
        # A page has one such form for each kind.
        super().__init__(data, files, auto_id=f"{kind}_%s")
