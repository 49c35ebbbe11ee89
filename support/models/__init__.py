from support.models.acts import ActKind, CredentialsOutcome, CredentialsRequest, DeskAct
from support.models.feedback import PageAnswer, Reason
from support.models.files import TicketFile
from support.models.reference import Category, Kind, Macro, Priority
from support.models.rights import CopyState, DataCopy, Right, RightsOutcome, RightsRequest
from support.models.tickets import (
    MOVES,
    Door,
    EntryKind,
    Ticket,
    TicketEntry,
    TicketLink,
    TicketStatus,
)

__all__ = [
    "MOVES",
    "ActKind",
    "Category",
    "CopyState",
    "CredentialsOutcome",
    "CredentialsRequest",
    "DataCopy",
    "DeskAct",
    "Door",
    "EntryKind",
    "Kind",
    "Macro",
    "PageAnswer",
    "Priority",
    "Reason",
    "Right",
    "RightsOutcome",
    "RightsRequest",
    "Ticket",
    "TicketEntry",
    "TicketFile",
    "TicketLink",
    "TicketStatus",
]
