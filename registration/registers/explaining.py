"""What an officer needs to know to make a register: its columns, one by one, and a file to begin with."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from registration.models import Authority, City
from registration.registers.checking import EXAMPLE_NUMBER, OPTIONAL
from registration.registers.wording import COLUMNS
from shumoos import tables
from shumoos.accounts.models import User
from shumoos.saudi import calendar

EXPLANATIONS: dict[str, Promise] = {
    "licence_number": _("As it stands on the licence: letters, digits, slashes and dots, at most 40."),
    "authority": _("The authority's code or name. Officers load registers of their own authority alone."),
    "sector": _("The code or name of one of the authority's sectors."),
    "name_ar": _("The establishment's name, at most 200 letters."),
    "name_en": _("At most 200 letters."),
    "commercial_registration": _("Ten digits."),
    "owner_name": _("The owner's full name, at most 150 letters."),
    "owner_national_id": _("Ten digits: 1 first for a citizen, 2 for a resident. The last one is checked."),
    "owner_mobile": _("A Saudi mobile in any spelling: 05…, 5…, 9665… or +9665…"),
    "region": _("The region's code or name."),
    "city": _("The code or name of a city of that region."),
    "issued_on": _("2026-05-31 or 31/05/2026, or the Hijri day, such as 1447/12/14."),
    "expires_on": _("As above, and after the day of issue."),
}

# Invented throughout. Its number is one that is always refused, so that no example becomes a licence.
EXAMPLE = {
    "licence_number": EXAMPLE_NUMBER,
    "name_ar": "منشأة للتمثيل",
    "name_en": "Example Establishment",
    "commercial_registration": "1010000000",
    "owner_name": "مالك للتمثيل",
    "owner_national_id": "1000000008",
    "owner_mobile": "0500000000",
}


class Column(NamedTuple):
    name: str
    label_ar: str
    label_en: str
    is_required: bool
    explanation: str
    example: str


def columns() -> list[Column]:
    """Return every column with its names in both languages, and its explanation in the language in use."""
    labels = {}
    for language in ("ar", "en"):
        with override(language):
            labels[language] = {name: str(label) for name, label in COLUMNS.items()}
    return [
        Column(
            name,
            labels["ar"][name],
            labels["en"][name],
            name not in OPTIONAL,
            str(EXPLANATIONS[name]),
            EXAMPLE.get(name, ""),
        )
        for name in COLUMNS
    ]


def authorities_of(user: User) -> list[Authority]:
    """Return the authorities a person may load or read registers of, with their sectors."""
    own = Authority.objects.all() if user.role == "auditor" else user.authorities.all()
    return list(own.prefetch_related("sectors"))


def template_csv(user: User) -> Iterator[str]:
    """Return the lines of a register with one example, of the person's own authority if there is one."""
    authority = next(iter(authorities_of(user)), None) or Authority.objects.prefetch_related("sectors")[0]
    city = City.objects.select_related("region").order_by("pk")[0]
    example = EXAMPLE | {
        "authority": authority.code,
        "sector": next((sector.code for sector in authority.sectors.all()), ""),
        "region": city.region.code,
        "city": city.code,
        "issued_on": calendar.today().isoformat(),
        "expires_on": (calendar.today() + timedelta(days=365)).isoformat(),
    }
    return tables.csv_lines(COLUMNS, [[example[name] for name in COLUMNS]])
