from violations.models.cases import Case, Notice, Occurrence
from violations.models.ledger import EntryKind, LedgerEntry
from violations.models.schedules import Basis, CaseKind, Schedule, Stage, Step

__all__ = [
    "Basis",
    "Case",
    "CaseKind",
    "EntryKind",
    "LedgerEntry",
    "Notice",
    "Occurrence",
    "Schedule",
    "Stage",
    "Step",
]
