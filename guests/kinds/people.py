"""The fields that tell who a person is, alike in every kind."""

from typing import Annotated

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationInfo, field_validator

from guests.kinds import fields
from guests.kinds.base import Record, Shown
from shumoos.saudi import countries


def id_types() -> list[tuple[str, str]]:
    return [
        ("national_id", gettext("National ID")),
        ("iqama", gettext("Iqama")),
        ("gcc_id", gettext("Gulf citizen's ID")),
        ("passport", gettext("Passport")),
        ("border_number", gettext("Border number")),
    ]


def genders() -> list[tuple[str, str]]:
    return [("m", gettext("Male")), ("f", gettext("Female"))]


def nationalities() -> list[tuple[str, str]]:
    return countries.choices(get_language() or "ar")


class Identified(Record):
    """Whoever a record is about: the establishment's reference, the document, the person."""

    client_reference: Annotated[
        fields.Reference,
        Shown(
            _("Own reference"),
            _("Your own number for this record, such as the booking's. No two records share one."),
            is_code=True,
        ),
    ]
    id_type: Annotated[fields.IdType, Shown(_("Identity document"), choices=id_types)]
    id_number: Annotated[
        fields.Reference,
        Shown(_("Identity number"), _("As it stands in the document."), is_code=True),
    ]
    full_name: Annotated[fields.Name, Shown(_("Full name"), _("As it stands in the document."))]
    nationality: Annotated[fields.CountryCode, Shown(_("Nationality"), choices=nationalities)]
    birth_date: Annotated[
        fields.BirthDay,
        Shown(
            _("Birth date"),
            _("Gregorian or Hijri: 1990-03-15, 15/03/1990 or 1410-08-18."),
            input="day",
            is_code=True,
        ),
    ]
    gender: Annotated[fields.Gender, Shown(_("Gender"), choices=genders)]
    mobile: Annotated[
        fields.Mobile | None,
        Shown(
            _("Mobile"),
            _("0512345678, or another country's number with its code: +447400123456."),
            input="phone",
            is_code=True,
        ),
    ] = None

    @field_validator("id_number")
    @classmethod
    def fits_the_document(cls, value: str, info: ValidationInfo) -> str:
        """Read the number by the rule of its document; where the document is wrong, that is told alone."""
        id_type = info.data.get("id_type")
        return fields.identity_number(value, id_type) if id_type else value
