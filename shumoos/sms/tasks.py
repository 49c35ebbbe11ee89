"""Sending what is due."""

import logging
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from celery import shared_task
from django.conf import settings
from django.db import connection, transaction

from shumoos.celery import ring
from shumoos.sms import bodies, gateway, keeping, kinds
from shumoos.sms.models import Outage, TextMessage, Urgency
from shumoos.sms.outcomes import Cancelled, Outcome, Refused, Unavailable

# Few, because an urgent text that comes in waits for those that are claimed.
BATCH = 50
# Seconds after which a worker's process lets other tasks come between, however many texts wait.
TURN = 5.0
# More than two days of trying take: so many only come of workers that die over a text.
MOST_ATTEMPTS = 100
# So many in a row with no success between them are the gateway's fault and not the texts'.
FAILURES_OF_AN_OUTAGE = 10

logger = logging.getLogger(__name__)


class Feed:
    """Due texts for several threads to take from, claimed when the ones before are used up.

    It dries up at the end of its turn, and when the gateway is found to take nothing; `outage` then says why.
    """

    def __init__(self, first: list[TextMessage]) -> None:
        self.outage = ""
        self.ends_at = time.monotonic() + TURN
        self._claimed = deque(first)
        self._failures = 0
        self._lock = threading.Lock()

    def take(self) -> TextMessage | None:
        with self._lock:
            if self.outage:
                return None
            if not self._claimed and time.monotonic() < self.ends_at:
                self._claimed.extend(TextMessage.objects.claim(limit=BATCH))
            return self._claimed.popleft() if self._claimed else None

    def note(self, outcome: Outcome) -> None:
        with self._lock:
            if isinstance(outcome, Unavailable) and outcome.is_outage:
                self._failures += 1
                if self._failures >= FAILURES_OF_AN_OUTAGE:
                    self.outage = outcome.why
            elif not isinstance(outcome, Cancelled):
                self._failures = 0

    def give_back(self) -> None:
        """Let others have what was claimed and not begun with."""
        TextMessage.objects.give_back(self._claimed)


@shared_task(ignore_result=True)
def send_due_texts() -> None:
    """Send what is due, and ring for whoever goes on. Safe to run twice at once, or to kill.

    While the gateway takes nothing, one text now and again asks whether it is back. Raises RuntimeError
    inside a transaction: its rows would be locked against the threads that send them, and a password must
    not be rolled back after it has been sent.
    """
    if connection.in_atomic_block:
        raise RuntimeError("Texts are sent outside any transaction.")
    outage = Outage.present()
    if outage and not is_over(outage):
        return
    if first := TextMessage.objects.claim(limit=BATCH):
        if len(first) == BATCH:
            # Another process takes a part; where there is none, this one hears it when its turn is over.
            ring(send_due_texts)
        send_all(Feed(first), threads=min(len(first), settings.SMS_THREADS))


@shared_task(ignore_result=True)
def forget_old_texts() -> None:
    """Delete the texts whose time is over; once a day."""
    keeping.forget_old()


def is_over(outage: Outage) -> bool:
    """Ask the gateway with the most urgent text, if it is time to; True where it took or refused it."""
    TextMessage.objects.give_up(outage.error)
    if not (TextMessage.objects.due().exists() and outage.take_try()):
        return False
    while taken := TextMessage.objects.claim(limit=1):
        outcome = send(taken[0])
        if outcome is None or isinstance(outcome, Cancelled):
            # It says nothing of the gateway.
            continue
        if isinstance(outcome, Unavailable) and outcome.is_outage:
            return False
        outage.end()
        logger.info("The gateway takes texts again.")
        return True
    return False


def send_all(feed: Feed, *, threads: int) -> None:
    """Send from the feed in so many threads until it is dry; raises what one of them raised."""
    try:
        with ThreadPoolExecutor(threads, thread_name_prefix="sms") as pool:
            senders = [pool.submit(send_from, feed) for _ in range(threads)]
        for sender in senders:
            sender.result()
    finally:
        feed.give_back()
        if feed.outage:
            Outage.begin(feed.outage)
            logger.warning("The gateway takes no texts: %s", feed.outage)


def send_from(feed: Feed) -> None:
    """Send from the feed until it is dry; runs in a thread of its own, as do others beside it."""
    try:
        while message := feed.take():
            if outcome := send(message):
                feed.note(outcome)
    finally:
        connection.close()


def send(message: TextMessage) -> Outcome | None:
    """Send one claimed message, record at once what came of it, and return it; None if another has it."""
    # It may have waited behind slow ones until its claim lapsed and another worker took it.
    if time.monotonic() > message.safe_until and not message.hold():
        return None
    outcome = attempt(message)
    was_recorded = message.record(outcome)
    logger.info(
        "Text %s, attempt %d: %s%s",
        message.pk,
        message.attempts,
        outcome,
        "" if was_recorded else ", too late",
    )
    return outcome


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
        body = write(message, kind)
    except kinds.Pointless:
        return Cancelled()
    return gateway.send(
        to=message.to, body=body, receipts_to=gateway.receipt_address(message.pk, message.attempts)
    )


def write(message: TextMessage, kind: kinds.Kind) -> str:
    """Return the body of this attempt. Raises kinds.Pointless also for credentials cancelled meanwhile."""
    if message.urgency != Urgency.CREDENTIALS:
        return bodies.write(message, kind)
    # The row is held until the password is there: see `shumoos.sms.outbox.cancel_sms`.
    with transaction.atomic():
        if not message.hold():
            raise kinds.Pointless
        return bodies.write(message, kind)
