"""Check-only: what would come of records if they were sent, without anything being kept."""

from collections.abc import Sequence
from typing import Any

from guests.intake import Result, read_all, reject_lost_companions
from guests.kinds import KINDS, Kind
from guests.kinds.errors import error
from guests.models import GuestRecord
from registration.models import Establishment


def check(
    *, establishment: Establishment, kind: str, records: Sequence[Any], among: Any = GuestRecord
) -> list[Result]:
    """Return what `intake.submit` would say of each record now. Nothing is stored and nobody has to wait.

    `among` is the model whose rows count as known.
    """
    declaration = KINDS[kind]
    results = read_all(declaration, records)
    reject_lost_companions(establishment, declaration, results, among=among)
    compare_with_known(establishment, declaration, results, among)
    return results


def compare_with_known(establishment: Establishment, kind: Kind, results: list[Result], among: Any) -> None:
    """Tell duplicates and conflicts among the results that are accepted so far."""
    accepted = {result.client_reference: result for result in results if result.status == "accepted"}
    known = among.objects.filter(establishment=establishment, client_reference__in=accepted)
    for record in known.only("pk", "kind", "client_reference", "content"):
        result = accepted[record.client_reference]
        if (record.kind, record.content) == (kind.code, result.content):
            result.status = "duplicate"
            result.record_id = record.pk
        else:
            result.reject(error(kind.reference, "conflict"))
