"""The way to the information centre: signed batches, sent again until each record is answered for."""

import hashlib
import hmac
import json
import time
from collections import defaultdict
from typing import Any

import httpx
import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from guests.models import Batch, Transfer, TransferStatus

log = structlog.get_logger(__name__)

BATCH_SIZE = 500
REASON_LENGTH = 200

# What the centre says of each record, by the record's key: its status, and its reason for refusing.
Answers = dict[int, tuple[TransferStatus, str]]
STATUSES = {"accepted": TransferStatus.TRANSFERRED, "refused": TransferStatus.REFUSED}


class NoAnswer(Exception):
    """The centre gave no answer that can be read; why, in a word for the operators."""


def transfer_due() -> None:
    """Send batch after batch until none is due, or until the centre does not answer.

    Raises RuntimeError inside a transaction: the rows would be locked for as long as the centre takes.
    """
    if connection.in_atomic_block:
        raise RuntimeError("Records are transferred outside any transaction.")
    # No proxy of the environment may see the records.
    with httpx.Client(timeout=settings.CENTRE_TIMEOUT, trust_env=False) as client:
        while batch := Batch.objects.claim(BATCH_SIZE):
            try:
                answers = send(client, batch)
            except NoAnswer as problem:
                put_off(batch, problem=str(problem))
                log.warning("batch not answered", batch=str(batch), tries=batch.attempts, why=str(problem))
                return
            record(batch, answers)


def send(client: httpx.Client, batch: Batch) -> Answers:
    """Send what is left of a batch, and return the centre's answers. Raises `NoAnswer`."""
    records = records_of(batch)
    if not records:
        return {}
    body = json.dumps({"batch": str(batch.number), "records": records}, ensure_ascii=False).encode()
    sent_at = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Shumoos-Time": sent_at,
        "X-Shumoos-Signature": signature(settings.CENTRE_KEY, sent_at, body),
    }
    try:
        answer = client.post(f"{settings.CENTRE_URL}/batches/{batch.number}", content=body, headers=headers)
    except httpx.TimeoutException as problem:
        raise NoAnswer("timeout") from problem
    except httpx.HTTPError as problem:
        raise NoAnswer("unreachable") from problem
    if answer.status_code != httpx.codes.OK:
        raise NoAnswer(f"status {answer.status_code}")
    try:
        return read_answer(batch, answer.json())
    except ValueError as problem:
        raise NoAnswer("unreadable") from problem


def records_of(batch: Batch) -> list[dict[str, Any]]:
    """Return the records of the batch that the centre has not answered for, as they are sent to it."""
    left = batch.transfers.filter(status=TransferStatus.SENDING).select_related("record__establishment")
    return [
        {
            "id": transfer.record_id,
            "version": transfer.version,
            "kind": transfer.record.kind,
            "action": "new",
            "establishment": transfer.record.establishment.number,
            "content": transfer.record.content,
        }
        for transfer in left
    ]


def signature(key: str, sent_at: str, body: bytes) -> str:
    """Return the HMAC-SHA256, in hexadecimal, over time and body with a dot between them."""
    return hmac.new(key.encode(), sent_at.encode() + b"." + body, hashlib.sha256).hexdigest()


def read_answer(batch: Batch, answer: Any) -> Answers:
    """Return what the answer says of each record. Raises ValueError where it is no answer to this batch.

    What is said in an unknown way, or in two ways that differ, counts as not said: that record is sent again.
    """
    if not isinstance(answer, dict) or answer.get("batch") != str(batch.number):
        raise ValueError("This is no answer to the batch.")
    if not isinstance(answer.get("results"), list):
        raise ValueError("The answer has no results.")
    said: defaultdict[int, set[tuple[TransferStatus, str]]] = defaultdict(set)
    for result in answer["results"]:
        match result:
            case {"id": int(record_id), "status": "accepted" | "refused" as status}:
                said[record_id].add((STATUSES[status], clean_reason(result.get("reason"))))
    return {record_id: ways.pop() for record_id, ways in said.items() if len(ways) == 1}


def clean_reason(reason: Any) -> str:
    """Return the centre's reason as it can be stored and shown."""
    if not isinstance(reason, str):
        return ""
    return "".join(char for char in " ".join(reason.split()) if char.isprintable())[:REASON_LENGTH]


@transaction.atomic
def record(batch: Batch, answers: Answers) -> None:
    """Write the centre's answers to the records of the batch; those it left out are sent again later.

    An answer that comes twice, or late, changes nothing that has been answered already.
    """
    # The worker that took over a lapsed claim may be writing the same answers at this moment.
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    sending = list(locked.transfers.filter(status=TransferStatus.SENDING))
    answered = [transfer for transfer in sending if transfer.record_id in answers]
    now = timezone.now()
    for transfer in answered:
        transfer.status, reason = answers[transfer.record_id]
        transfer.reason = reason if transfer.status == TransferStatus.REFUSED else ""
        transfer.acknowledged_at = now
    Transfer.objects.bulk_update(answered, ["status", "reason", "acknowledged_at"])
    left = len(sending) - len(answered)
    if not left:
        Batch.objects.filter(pk=batch.pk, finished_at=None).update(
            finished_at=now, claimed_at=None, problem=""
        )
    else:
        put_off(batch)
    refused = sum(transfer.status == TransferStatus.REFUSED for transfer in answered)
    log.info(
        "batch answered",
        batch=str(batch),
        tries=batch.attempts,
        transferred=len(answered) - refused,
        refused=refused,
        left=left,
    )


def put_off(batch: Batch, *, problem: str = "") -> None:
    """Let the batch be sent again later, unless another worker has taken it over in the meantime."""
    Batch.objects.filter(pk=batch.pk, attempts=batch.attempts, finished_at=None).update(
        claimed_at=None, next_try_at=timezone.now() + batch.delay(), problem=problem
    )
