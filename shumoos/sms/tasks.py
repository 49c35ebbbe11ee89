"""Sending what is due."""

import logging
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

from celery import shared_task
from django.conf import settings
from django.db import connection

from shumoos.sms import bodies, gateway, kinds
from shumoos.sms.models import TextMessage
from shumoos.sms.outcomes import Cancelled, Outcome, Refused, Unavailable

BATCH = 100
# More than two days of trying take: so many only come of workers that die over a text.
MOST_ATTEMPTS = 100

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def send_due_texts() -> None:
    """Send every due message. Safe to run twice at once, or to kill.

    Raises RuntimeError inside a transaction: its rows would be locked against the threads that send them,
    and a password must not be rolled back after it has been sent.
    """
    if connection.in_atomic_block:
        raise RuntimeError("Texts are sent outside any transaction.")
    with ThreadPoolExecutor(settings.SMS_THREADS, thread_name_prefix="sms") as pool:
        while batch := TextMessage.objects.claim(limit=BATCH):
            waiting: SimpleQueue[TextMessage] = SimpleQueue()
            for message in batch:
                waiting.put(message)
            senders = [
                pool.submit(send_waiting, waiting) for _ in range(min(len(batch), settings.SMS_THREADS))
            ]
            for sender in senders:
                sender.result()


def send_waiting(waiting: "SimpleQueue[TextMessage]") -> None:
    """Send from the queue until it is empty; runs in a thread of its own, as do others beside it."""
    try:
        while True:
            send(waiting.get_nowait())
    except Empty:
        return
    finally:
        connection.close()


def send(message: TextMessage) -> None:
    """Send one claimed message and record at once what came of it."""
    # It may have waited behind slow ones until its claim lapsed and another worker took it.
    if not message.hold():
        return
    outcome = attempt(message)
    was_recorded = message.record(outcome)
    logger.info(
        "Text %s, attempt %d: %s%s",
        message.pk,
        message.attempts,
        outcome,
        "" if was_recorded else ", too late",
    )


def attempt(message: TextMessage) -> Outcome:
    """Make the body and hand it over. What is no fault of text or network is raised, and claimed again."""
    if message.attempts > MOST_ATTEMPTS:
        return Refused("gave_up")
    try:
        kind = kinds.get(message.kind)
    except KeyError:
        # A worker from before an update may meet a kind that only the new code knows.
        return Unavailable("unknown_kind")
    try:
        body = bodies.write(message, kind)
    except kinds.Pointless:
        return Cancelled()
    return gateway.send(
        to=message.to, body=body, receipts_to=gateway.receipt_address(message.pk, message.attempts)
    )
