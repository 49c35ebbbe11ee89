"""The way to the information centre: signed batches, sent again until each record is answered for."""

import hashlib
import hmac
import ssl
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

import httpx
import structlog
from django.conf import settings
from django.db import connection, connections

from guests import batching, outages
from guests.batching import Answers
from guests.models import Batch, TransferStatus

log = structlog.get_logger(__name__)

BATCH_SIZE = 500
REASON_LENGTH = 200
# The centre works on so many while the next one is made ready and the last answer written down.
IN_FLIGHT = 4

STATUSES = {"accepted": TransferStatus.TRANSFERRED, "refused": TransferStatus.REFUSED}


class NoAnswer(Exception):
    """The centre gave no answer that can be read; why, in a word for the operators."""


def transfer_due() -> None:
    """Send batch after batch, a few at a time, until none is due or the centre does not answer.

    Raises RuntimeError inside a transaction: the rows would be locked for as long as the centre takes.
    """
    if connection.in_atomic_block:
        raise RuntimeError("Records are transferred outside any transaction.")
    first = batching.claim(BATCH_SIZE)
    if first is None:
        return
    with open_client() as client, writer() as write, senders() as pool:
        under_way: set[Future[bool]] = set()
        is_answering = True
        batch: Batch | None = first
        while batch or under_way:
            if batch:
                under_way.add(pool.submit(deliver, client, write, batch, batching.payload(batch)))
            if batch is None or len(under_way) == IN_FLIGHT:
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                is_answering &= all([future.result() for future in done])
            batch = batching.claim(BATCH_SIZE) if is_answering else None


def senders() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="centre")


@contextmanager
def writer() -> Iterator[ThreadPoolExecutor]:
    """Return a thread that writes answers down on its own connection while the next batch is claimed."""
    with ThreadPoolExecutor(1, thread_name_prefix="answers") as write:
        try:
            yield write
        finally:
            write.submit(connections.close_all).result()


def deliver(client: httpx.Client, write: ThreadPoolExecutor, batch: Batch, content: batching.Payload) -> bool:
    """Send a batch and have written down what came of it; return whether the centre has answered."""
    try:
        answers = send(client, batch, content)
    except NoAnswer as problem:
        write.submit(miss, batch, str(problem)).result()
        return False
    write.submit(settle, batch, answers).result()
    return True


def miss(batch: Batch, problem: str) -> None:
    """Write down that a batch was not answered, and why."""
    batching.put_off(batch, problem=problem)
    outages.centre_is_away()
    log.warning("batch not answered", batch=str(batch), tries=batch.attempts, why=problem)


def settle(batch: Batch, answers: Answers) -> None:
    """Write down the centre's answers to a batch."""
    batching.record(batch, answers)
    outages.centre_answered()


def open_client() -> httpx.Client:
    """Return the client; the settings say which certificate it shows, and whose it believes."""
    # No proxy of the environment may see the records.
    return httpx.Client(timeout=settings.CENTRE_TIMEOUT, trust_env=False, verify=trust())


def trust() -> ssl.SSLContext | bool:
    if not (settings.CENTRE_CA or settings.CENTRE_CERT):
        return True
    context = ssl.create_default_context(cafile=settings.CENTRE_CA or None)
    if settings.CENTRE_CERT:
        context.load_cert_chain(settings.CENTRE_CERT, settings.CENTRE_CERT_KEY or None)
    return context


def send(client: httpx.Client, batch: Batch, content: batching.Payload) -> Answers:
    """Send what is left of a batch, and return the centre's answers. Raises `NoAnswer`; asks no database."""
    if not content.records:
        return {}
    key = signing_keys()[0]
    sent_at = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Shumoos-Time": sent_at,
        "X-Shumoos-Key": key_id(key),
        "X-Shumoos-Signature": signature(key, sent_at, content.body),
    }
    try:
        answer = client.post(
            f"{settings.CENTRE_URL}/batches/{batch.number}", content=content.body, headers=headers
        )
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


def signing_keys() -> list[str]:
    """Return the keys shared with the centre. We sign with the first; it takes each of them."""
    return [key for key in settings.CENTRE_KEY.split(",") if key]


def key_id(key: str) -> str:
    """Return the name by which both sides know a key without saying it: the beginning of its SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


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
            case {"id": int(record_id), "status": "accepted" | "refused" as status} if fits(record_id):
                said[record_id].add((STATUSES[status], clean_reason(result.get("reason"))))
    return {record_id: ways.pop() for record_id, ways in said.items() if len(ways) == 1}


def fits(record_id: int) -> bool:
    """Whether the database can hold such a key; one that it cannot is nobody's."""
    return not isinstance(record_id, bool) and 0 < record_id < 2**63


def clean_reason(reason: Any) -> str:
    """Return the centre's reason as it can be stored and shown."""
    if not isinstance(reason, str):
        return ""
    return "".join(char for char in " ".join(reason.split()) if char.isprintable())[:REASON_LENGTH]
