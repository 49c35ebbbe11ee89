"""Check-only: what would come of records if they were sent, without anything being kept."""

from collections.abc import Sequence
from typing import Any

from guests.intake import Result, compare_with_known, read_all, reject_lost_companions
from guests.kinds import KINDS
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
    compare_with_known(establishment, declaration, results, among=among)
    return results
