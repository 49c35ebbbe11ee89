from guests.models.api_keys import ApiKey, KeptAnswer
from guests.models.records import GuestRecord
from guests.models.sandbox import SandboxRecord, SandboxSubmission
from guests.models.statuses import TONES, TransferStatus
from guests.models.submissions import Door, Submission, workplaces
from guests.models.transfers import CLAIM_LAPSES_AFTER, Batch, Transfer

__all__ = [
    "CLAIM_LAPSES_AFTER",
    "TONES",
    "ApiKey",
    "Batch",
    "Door",
    "GuestRecord",
    "KeptAnswer",
    "SandboxRecord",
    "SandboxSubmission",
    "Submission",
    "Transfer",
    "TransferStatus",
    "workplaces",
]
