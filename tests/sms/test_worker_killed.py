"""A real Celery worker is killed with -9 in the middle of sending, and the next one sends."""

import time
from collections import Counter

from django.conf import settings

from shumoos.celery import app
from shumoos.sms.models import Status, TextMessage
from shumoos.sms.outbox import queue_sms
from shumoos.sms.tasks import send_due_texts
from tests.sms.conftest import MOBILE, WITH_TEST_KINDS
from tests.workers import kill, worker


def test_the_next_worker_sends_it_and_the_password_in_the_last_text_works(twilio, owner, bells, tmp_path):
    log = tmp_path / "worker.log"
    twilio.calls_back = False
    # Twilio thinks, and would refuse in the end: nothing has gone out when the worker dies.
    twilio.delay = 30
    twilio.fail_next(503)
    text = queue_sms(kind="test_secret", to=MOBILE, about=owner)

    environment = {"TWILIO_API_BASE": twilio.url, "SMS_CLAIM_SECONDS": "2", **WITH_TEST_KINDS}

    with worker(log, **environment) as first:
        twilio.wait_until(lambda: twilio.requests == 1, timeout=60)
        kill(first)
    text.refresh_from_db()
    assert (text.status, text.attempts) == (Status.SENDING, 1)
    owner.refresh_from_db()
    password_of_the_lost_text = owner.password

    twilio.delay = 0
    with worker(log, **environment):
        # As the beat does, until the claim of the dead one has lapsed.
        deadline = time.monotonic() + 60
        while not twilio.messages and time.monotonic() < deadline:
            send_due_texts.delay()
            time.sleep(0.5)
        [message] = twilio.wait_for(1, timeout=1)
        while not text.sid and time.monotonic() < deadline:
            time.sleep(0.05)
            text.refresh_from_db()

    assert (text.status, text.attempts, text.sid) == (Status.SENT, 2, message.sid)
    owner.refresh_from_db()
    password = message.body.removeprefix("password ")
    assert owner.check_password(password)
    assert owner.password != password_of_the_lost_text
    written = log.read_text()
    assert str(text.pk) in written
    assert password not in written
    assert MOBILE not in written


def test_five_kills_and_an_emptied_queue_lose_none_and_double_only_what_was_in_flight(
    transactional_db, twilio, bells, tmp_path
):
    twilio.calls_back = False
    twilio.delay = 0.1
    mobiles = [f"+9665{number:08}" for number in range(120)]
    for mobile in mobiles:
        queue_sms(kind="test_note", to=mobile)
    environment = {"TWILIO_API_BASE": twilio.url, "SMS_CLAIM_SECONDS": "2", **WITH_TEST_KINDS}
    in_flight: set[str] = set()

    for number in range(1, KILLS + 1):
        with worker(tmp_path / "worker.log", **environment) as one:
            ring_until(lambda wanted=12 * number: len(twilio.messages) >= wanted)
            kill(one)
        in_flight |= set(TextMessage.objects.filter(status=Status.SENDING).values_list("to", flat=True))
        if number == 2:
            with app.connection_for_write() as broker:
                broker.default_channel.client.flushdb()
    with worker(tmp_path / "worker.log", **environment):
        ring_until(lambda: not TextMessage.objects.exclude(status=Status.SENT).exists())

    arrived = Counter(message.to for message in twilio.messages)
    twice = {mobile for mobile, count in arrived.items() if count > 1}
    assert set(arrived) == set(mobiles)
    assert twice <= in_flight
    assert len(twice) <= KILLS * settings.SMS_THREADS


KILLS = 5


def ring_until(is_so):
    """Ring as the beat does until something holds."""
    deadline = time.monotonic() + 90
    while not is_so():
        assert time.monotonic() < deadline
        send_due_texts.delay()
        time.sleep(0.3)
