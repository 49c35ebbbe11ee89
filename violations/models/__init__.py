from violations.models.accounts import Account, ChainEnd
from violations.models.cases import Case
from violations.models.ledger import EntryKind, LedgerEntry
from violations.models.notices import Notice
from violations.models.objections import Objection, ObjectionDocument, Outcome
from violations.models.occurrences import Fault, Occurrence, Proposal, Source
from violations.models.payments import BankFile, LineOutcome
from violations.models.schedules import Basis, CaseKind, Schedule, Stage, Step

__all__ = [
    "Account",
    "BankFile",
    "Basis",
    "Case",
    "CaseKind",
    "ChainEnd",
    "EntryKind",
    "Fault",
    "LedgerEntry",
    "LineOutcome",
    "Notice",
    "Objection",
    "ObjectionDocument",
    "Occurrence",
    "Outcome",
    "Proposal",
    "Schedule",
    "Source",
    "Stage",
    "Step",
]
