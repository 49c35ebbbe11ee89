from registration.models.applications import (
    ENDED_STATUSES,
    MOVES,
    OFFICE_STATUSES,
    OPEN_STATUSES,
    Application,
    ApplicationEvent,
    Status,
)
from registration.models.changes import ApplicationChange, ChangeKind
from registration.models.corrections import ApplicationVersion, Flag, WrongLookUp
from registration.models.documents import Document, DocumentKind
from registration.models.drafts import ResumeLink
from registration.models.kept_files import KeptFile, ScanState
from registration.models.mandates import Agreement, Duty, DutyKind, Mandate, MandateState, Scope
from registration.models.parties import Establishment, Licence, Owner, Provider, ProviderAgent
from registration.models.places import Authority, City, Holiday, Office, Region, Sector
from registration.models.register_imports import ImportStatus, RefusedLine, RegisterImport, RegisterPart

__all__ = [
    "ENDED_STATUSES",
    "MOVES",
    "OFFICE_STATUSES",
    "OPEN_STATUSES",
    "Agreement",
    "Application",
    "ApplicationChange",
    "ApplicationEvent",
    "ApplicationVersion",
    "Authority",
    "ChangeKind",
    "City",
    "Document",
    "DocumentKind",
    "Duty",
    "DutyKind",
    "Establishment",
    "Flag",
    "Holiday",
    "ImportStatus",
    "KeptFile",
    "Licence",
    "Mandate",
    "MandateState",
    "Office",
    "Owner",
    "Provider",
    "ProviderAgent",
    "RefusedLine",
    "Region",
    "RegisterImport",
    "RegisterPart",
    "ResumeLink",
    "ScanState",
    "Scope",
    "Sector",
    "Status",
    "WrongLookUp",
]
