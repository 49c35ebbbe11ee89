from registration.models.applications import (
    MOVES,
    OFFICE_STATUSES,
    OPEN_STATUSES,
    Application,
    ApplicationEvent,
    Status,
)
from registration.models.documents import Document, DocumentKind
from registration.models.parties import Establishment, Licence, Owner, Provider
from registration.models.places import Authority, City, Office, Region, Sector

__all__ = [
    "MOVES",
    "OFFICE_STATUSES",
    "OPEN_STATUSES",
    "Application",
    "ApplicationEvent",
    "Authority",
    "City",
    "Document",
    "DocumentKind",
    "Establishment",
    "Licence",
    "Office",
    "Owner",
    "Provider",
    "Region",
    "Sector",
    "Status",
]
