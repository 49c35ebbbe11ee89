from guests.models.api_keys import ApiKey, KeptAnswer
from guests.models.batches import CLAIM_LAPSES_AFTER, Batch
from guests.models.daily_receipts import DailyReceipt
from guests.models.deadlines import Deadline, DeadlineReminder, StandingNilReturn
from guests.models.file_imports import FileImport, FilePart, FileRange, RefusedRow, WaitingCompanion
from guests.models.keeping import Inspection, KeepingRule, PurgedDay
from guests.models.nil_returns import NilReturn
from guests.models.outages import Heartbeat, Outage, Part
from guests.models.records import GuestRecord, RecordChange
from guests.models.sandbox import SandboxRecord, SandboxSubmission
from guests.models.statuses import ENDED, TONES, TransferStatus
from guests.models.submissions import Action, Door, Submission, workplaces

__all__ = [
    "CLAIM_LAPSES_AFTER",
    "ENDED",
    "TONES",
    "Action",
    "ApiKey",
    "Batch",
    "DailyReceipt",
    "Deadline",
    "DeadlineReminder",
    "Door",
    "FileImport",
    "FilePart",
    "FileRange",
    "GuestRecord",
    "Heartbeat",
    "Inspection",
    "KeepingRule",
    "KeptAnswer",
    "NilReturn",
    "Outage",
    "Part",
    "PurgedDay",
    "RecordChange",
    "RefusedRow",
    "SandboxRecord",
    "SandboxSubmission",
    "StandingNilReturn",
    "Submission",
    "TransferStatus",
    "WaitingCompanion",
    "workplaces",
]
