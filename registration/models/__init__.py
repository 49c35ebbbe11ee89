from registration.models.applications import (
    ENDED_STATUSES,
    MOVES,
    OFFICE_STATUSES,
    OPEN_STATUSES,
    Application,
    ApplicationEvent,
    Status,
)
from registration.models.corrections import ApplicationVersion, Flag, WrongLookUp
from registration.models.documents import Document, DocumentKind
from registration.models.parties import Establishment, Licence, Owner, Provider
from registration.models.places import Authority, City, Office, Region, Sector

__all__ = [
    "ENDED_STATUSES",
    "MOVES",
    "OFFICE_STATUSES",
    "OPEN_STATUSES",
    "Application",
    "ApplicationEvent",
    "ApplicationVersion",
    "Authority",
    "City",
    "Document",
    "DocumentKind",
    "Establishment",
    "Flag",
    "Licence",
    "Office",
    "Owner",
    "Provider",
    "Region",
    "Sector",
    "Status",
    "WrongLookUp",
]
