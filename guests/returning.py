"""A guest who has been here before: their last record in this establishment fills the form in."""

from guests.kinds.people import Identified
from guests.models import GuestRecord
from registration.models import Establishment
from shumoos.accounts.models import User

# What the person takes along from one stay to the next.
CARRIED = tuple(
    name for name in Identified.model_fields if name not in ("client_reference", "id_type", "id_number")
)


def last_record(
    user: User, establishment: Establishment, *, id_type: str, id_number: str
) -> GuestRecord | None:
    """Return the newest record of this person that `user` may see in this establishment, or None.

    Of another establishment's records nothing is said, not even that there are any; of an agent's
    establishment they are those of their own company.
    """
    return (
        GuestRecord.objects.visible_to(user)
        .filter(establishment=establishment, id_number=id_number, content__id_type=id_type)
        .select_related("establishment")
        .order_by("-pk")
        .first()
    )


def carried_from(record: GuestRecord) -> dict[str, str]:
    """Return what the record says of the person, as the form shows it."""
    return {name: record.content[name] for name in CARRIED if name in record.content}
