"""Looking for an establishment's own records, by what a receptionist knows of them.

Number, reference and time are found by indexes. A name is sought among the establishment's records of the
time asked for, newest first, and so is a room: as many of them at a time as can be read while somebody waits;
then the search says how far it came and can be gone on with. An index of names would slow down every record
that comes in.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q

from guests.kinds import KINDS
from guests.models import GuestRecord
from guests.models.records import GuestRecordQuerySet
from registration.models import Establishment
from shumoos.accounts.models import User
from shumoos.saudi import calendar, names
from shumoos.saudi.digits import clean_number, to_ascii

PAGE = 50
# Read at most for one answer: names alone, in the order of the index.
MOST_READ = 20_000
BATCH = 2_000


@dataclass(frozen=True)
class Sought:
    """What is looked for; empty parts say nothing."""

    name: str = ""
    id_number: str = ""
    place: str = ""
    reference: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def is_read_through(self) -> bool:
        """Whether records have to be read one by one, because no index has what is sought."""
        return bool(self.name or self.place) and not (self.id_number or self.reference)


class After(NamedTuple):
    """Where a page ended: the time and the key of the last record looked at."""

    at: datetime
    pk: int


@dataclass(frozen=True)
class Found:
    """A page of records, newest first. `after` is where to go on, None at the end of all.

    `reached` is how far back the search came where it stopped before the page was full.
    """

    records: list[GuestRecord]
    after: After | None = None
    reached: datetime | None = None


def search(user: User, establishment: Establishment, sought: Sought, after: After | None = None) -> Found:
    """Return the next page of what this person may see of the establishment's records."""
    records = narrowed(GuestRecord.objects.visible_to(user).filter(establishment=establishment), sought)
    if sought.is_read_through:
        return read_through(records, sought, after)
    found = list(beyond(records, after).with_state()[: PAGE + 1])
    shown = [record for record in found[:PAGE] if is_meant(record.full_name, place_of(record), sought)]
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Found(shown, After(last.occurred_at, last.pk) if last else None)


def narrowed(records: GuestRecordQuerySet, sought: Sought) -> GuestRecordQuerySet:
    if sought.id_number:
        records = records.filter(id_number=clean_number(sought.id_number).upper())
    if sought.reference:
        records = records.filter(client_reference=to_ascii(sought.reference).strip())
    if sought.first:
        records = records.filter(occurred_at__gte=calendar.span(sought.first)[0])
    if sought.last:
        records = records.filter(occurred_at__lt=calendar.span(sought.last)[1])
    return records


def beyond(records: GuestRecordQuerySet, after: After | None) -> GuestRecordQuerySet:
    """Return those older than where the last page ended, newest first."""
    if after:
        records = records.filter(occurred_at__lte=after.at).filter(
            Q(occurred_at__lt=after.at) | Q(pk__lt=after.pk)
        )
    return records.order_by("-occurred_at", "-pk")


def read_through(records: GuestRecordQuerySet, sought: Sought, after: After | None) -> Found:
    places = sorted({kind.place for kind in KINDS.values() if kind.place})
    columns = ("pk", "occurred_at", "full_name", "kind", *(f"content__{place}" for place in places))
    keys: list[int] = []
    read = 0
    while read < MOST_READ and len(keys) < PAGE:
        batch = list(beyond(records, after).values_list(*columns)[:BATCH])
        read += len(batch)
        for pk, occurred_at, full_name, kind, *found in batch:
            after = After(occurred_at, pk)
            named = KINDS[kind].place if kind in KINDS else ""
            place = found[places.index(named)] if named else ""
            if is_meant(full_name, place or "", sought):
                keys.append(pk)
                if len(keys) == PAGE:
                    break
        if len(batch) < BATCH:
            break
    is_end = len(batch) < BATCH and len(keys) < PAGE
    shown = {record.pk: record for record in records.filter(pk__in=keys).with_state()}
    return Found(
        [shown[pk] for pk in keys if pk in shown],
        None if is_end else after,
        after.at if after and not is_end and len(keys) < PAGE else None,
    )


def is_meant(full_name: str, place: str, sought: Sought) -> bool:
    """Whether name and room are the ones sought: every word of the name, in part and in any spelling."""
    if sought.place and names.fold(place) != names.fold(sought.place):
        return False
    folded = names.fold(full_name) if sought.name else ""
    return all(word in folded for word in names.fold(sought.name).split())


def place_of(record: GuestRecord) -> str:
    kind = record.declaration
    return record.content.get(kind.place, "") if kind.place else ""
