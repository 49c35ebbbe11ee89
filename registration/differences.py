"""What an application says otherwise than the licensing authority's register."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from registration.intake import LICENCE_FIELDS
from registration.models import Application, Licence
from registration.versions import label_of
from shumoos.saudi import names


@dataclass(frozen=True)
class Difference:
    """One field: what the applicant typed, and what the register has."""

    name: str
    label: str
    typed: Any
    registered: Any


def differences(application: Application) -> dict[str, Difference]:
    """Return the fields in which the application differs from its licence in the register, by name.

    Names that are spelled otherwise but read the same are the same. A field that the register leaves empty
    says nothing, and a licence that is not in the register is compared with nothing. Reads only the rows
    that `application.licence` and its places are.
    """
    licence = application.licence
    if licence is None or not licence.in_register:
        return {}
    found = {}
    for ours, theirs in LICENCE_FIELDS.items():
        typed, registered = getattr(application, ours), getattr(licence, theirs)
        if registered not in ("", None) and comparable(typed) != comparable(registered):
            found[ours] = Difference(ours, label_of(ours), typed, registered)
    return found


def comparable(value: Any) -> Any:
    return names.fold(value) if isinstance(value, str) else value


def warnings(application: Application) -> list[str]:
    """Return what makes the office look twice at the licence, as sentences."""
    licence = application.licence
    if licence is None:
        return []
    said = []
    if not licence.in_register:
        said.append(_("Not in the authority's register: compare the original with care."))
    if licence.owner_changed_at is not None:
        said.append(
            _("The register names another owner than before: %(former)s.")
            % {"former": licence.former_owner_name}
        )
    if has_other_owner(licence):
        said.append(
            _("The licence's establishment belongs to another owner here: %(owner)s.")
            % {"owner": licence.establishment.owner.full_name}  # type: ignore[union-attr]
        )
    return said


def has_other_owner(licence: Licence) -> bool:
    """Whether the register names another owner than the one the establishment belongs to here."""
    establishment = licence.establishment
    return establishment is not None and establishment.owner.national_id != licence.owner_national_id
