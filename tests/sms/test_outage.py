"""While the gateway takes nothing the texts wait; when it is back the most urgent and newest go first."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from shumoos.sms.models import Outage, Status, TextMessage
from shumoos.sms.outbox import Recipient, queue_many, queue_sms
from shumoos.sms.tasks import FAILURES_OF_AN_OUTAGE, send_due_texts
from tests.races import at_once
from tests.sms.conftest import MOBILE, now

pytestmark = pytest.mark.usefixtures("transactional_db")


def queue_reminders(count):
    queue_many(kind="test_note", recipients=[Recipient(f"+9665000{number:05}") for number in range(count)])


@pytest.fixture
def down(twilio, settings):
    """A gateway that has just been found to take nothing, with 100 notices waiting."""
    settings.SMS_THREADS = 4
    queue_reminders(100)
    twilio.fail_always(503)
    send_due_texts()
    return Outage.present()


def is_due(outage):
    Outage.objects.filter(pk=outage.pk).update(next_try_at=now())


def test_failures_in_a_row_pause_the_rest_untried(down, twilio):
    assert down.error == "503"
    assert FAILURES_OF_AN_OUTAGE <= twilio.requests < FAILURES_OF_AN_OUTAGE + 4
    untried = TextMessage.objects.filter(attempts=0, status=Status.QUEUED, next_try_at__lte=now())
    assert untried.count() == 100 - twilio.requests


def test_nothing_is_asked_before_it_is_time(down, twilio):
    before = twilio.requests

    for _bell in range(20):
        send_due_texts()

    assert twilio.requests == before


def test_one_text_asks_whether_it_is_back_and_the_pause_grows(down, twilio):
    before, pauses = twilio.requests, []
    for _try in range(5):
        is_due(down)
        send_due_texts()
        down.refresh_from_db()
        pauses.append(round((down.next_try_at - now()).total_seconds()))

    assert twilio.requests == before + 5
    assert pauses == [30, 60, 120, 120, 120]


def test_two_workers_ask_once(down, twilio):
    before = twilio.requests
    is_due(down)

    at_once(send_due_texts, send_due_texts)

    assert twilio.requests == before + 1


def test_the_newest_credentials_go_first_when_it_is_back(down, twilio, owner, settings):
    settings.SMS_THREADS, tried = 1, twilio.requests
    queue_sms(kind="test_secret", to="+966501111111", about=owner)
    queue_sms(kind="test_secret", to="+966502222222", about=owner)
    twilio.fail_always(None)
    is_due(down)

    send_due_texts()

    sent = [message.to for message in twilio.messages]
    assert sent[:2] == ["+966502222222", "+966501111111"]
    assert len(sent) == 2 + 100 - tried
    assert Outage.present() is None
    down.refresh_from_db()
    assert down.ended_at


def test_a_refusal_shows_too_that_it_is_back(down, twilio):
    twilio.fail_always(None)
    twilio.fail_next(21610)
    is_due(down)

    send_due_texts()

    assert Outage.present() is None


def test_what_has_lost_its_purpose_does_not_show_it(down, twilio, owner):
    owner.set_password("chosen by the owner")
    owner.save()
    text = queue_sms(kind="test_secret", to=MOBILE, about=owner)
    before = twilio.requests
    is_due(down)

    send_due_texts()

    text.refresh_from_db()
    assert text.status == Status.CANCELLED
    assert twilio.requests == before + 1
    assert Outage.present() == down


def test_texts_are_given_up_after_two_days_of_it(down, twilio, age):
    TextMessage.objects.update(queued_at=now() - timedelta(hours=49))

    send_due_texts()

    assert set(TextMessage.objects.values_list("status", "error")) == {(Status.FAILED, "503")}
    with translation.override("en"):
        assert TextMessage.objects.first().reason == (
            "Given up after 48 hours of trying. The gateway cannot be reached at present."
        )
    with translation.override("ar"):
        assert TextMessage.objects.first().reason.startswith("توقفت المحاولات بعد 48 ساعة.")


@pytest.mark.parametrize("code", [21610, 21408])
def test_faults_of_single_texts_are_no_outage(twilio, code):
    queue_reminders(30)
    twilio.fail_always(code)

    send_due_texts()

    assert twilio.requests == 30
    assert Outage.present() is None


def test_failures_with_successes_between_them_are_no_outage(twilio, settings):
    settings.SMS_THREADS = 1
    queue_reminders(30)
    for _success in range(3):
        twilio.fail_next(503, times=FAILURES_OF_AN_OUTAGE - 1)
        twilio.fail_next(21610)

    send_due_texts()

    assert twilio.requests == 30
    assert Outage.present() is None


def test_there_is_one_outage_at_a_time(down):
    Outage.begin("timeout")
    assert Outage.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Outage.objects.create(error="503", next_try_at=now())


def test_texts_that_fail_together_come_again_apart(twilio, settings):
    settings.SMS_THREADS = 1
    queue_reminders(9)
    twilio.fail_next(503, times=9)

    send_due_texts()

    waits = TextMessage.objects.values_list("next_try_at", flat=True)
    assert max(waits) - min(waits) > timedelta(seconds=1)
    assert all(timedelta(seconds=20) < wait - now() < timedelta(seconds=40) for wait in waits)
