from guests.models.records import GuestRecord
from guests.models.statuses import TONES, TransferStatus
from guests.models.submissions import Door, Submission, workplaces
from guests.models.transfers import CLAIM_LAPSES_AFTER, Batch, Transfer

__all__ = [
    "CLAIM_LAPSES_AFTER",
    "TONES",
    "Batch",
    "Door",
    "GuestRecord",
    "Submission",
    "Transfer",
    "TransferStatus",
    "workplaces",
]
