"""A guest who has been here before: their last record in this establishment fills the form in.

Of one who is here now the form asks before they are entered again.
"""

from collections.abc import Iterable

from guests.kinds import Kind
from guests.kinds.base import Content
from guests.kinds.people import Identified
from guests.models import GuestRecord
from registration.models import Establishment
from shumoos.accounts.models import User

# What the person takes along from one stay to the next.
CARRIED = tuple(
    name for name in Identified.model_fields if name not in ("client_reference", "id_type", "id_number")
)

# The question names no more than a screen has people.
MOST_ASKED_ABOUT = 21


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


def in_house_already(
    user: User, establishment: Establishment, kind: Kind, contents: Iterable[Content]
) -> list[GuestRecord]:
    """Return the records of those whose stay goes on while these say that another one began; one query.

    The same reference again is the same record, and no other stay.
    """
    coming = {
        (content["id_type"], content[kind.identity]): content[kind.reference]
        for content in contents
        if kind.leaves and kind.leaves not in content
    }
    if not coming:
        return []
    numbers = [number for _sort, number in coming]
    here = GuestRecord.objects.visible_to(user).open().filter(establishment=establishment, kind=kind.code)
    found = [
        (record, coming.get((record.content["id_type"], record.id_number)))
        for record in here.filter(id_number__in=numbers).order_by("pk")[:MOST_ASKED_ABOUT]
    ]
    return [record for record, reference in found if reference and reference != record.client_reference]


def carried_from(record: GuestRecord) -> dict[str, str]:
    """Return what the record says of the person, as the form shows it."""
    return {name: record.content[name] for name in CARRIED if name in record.content}
