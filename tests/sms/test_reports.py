from datetime import timedelta

import pytest
import requests
from django.urls import reverse
from twilio.request_validator import SIGNATURE_HEADER, RequestValidator

from shumoos.sms.models import Status, TextMessage
from shumoos.sms.outbox import queue_sms
from shumoos.sms.outcomes import Sent
from shumoos.sms.tasks import send_due_texts
from tests.sms.conftest import MOBILE

STATUS = reverse("sms:status")


@pytest.fixture
def taken(text):
    """A text that Twilio has taken."""
    [message] = TextMessage.objects.claim(limit=1)
    message.record(Sent("SM1"))
    message.refresh_from_db()
    return message


@pytest.fixture
def report(client, settings):
    """Call back as Twilio does, signed unless told otherwise."""

    def post(text, status, *, attempt=1, sid="SM1", code=None, signature=None, key=None):
        form = {"MessageSid": sid, "MessageStatus": status, "To": MOBILE}
        if code:
            form["ErrorCode"] = str(code)
        address = f"{STATUS}?id={key or text.pk}&attempt={attempt}"
        validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)
        right = validator.compute_signature(settings.PUBLIC_URL + address, form)
        return client.post(
            address, form, headers={SIGNATURE_HEADER: right if signature is None else signature}
        )

    return post


def test_a_text_is_reported_delivered(report, taken):
    assert report(taken, "delivered").status_code == 204

    taken.refresh_from_db()
    assert (taken.status, taken.sid) == (Status.DELIVERED, "SM1")
    assert taken.delivered_at >= taken.sent_at


def test_a_repeat_changes_nothing(report, taken):
    report(taken, "delivered")
    before = TextMessage.objects.values().get()

    assert report(taken, "delivered").status_code == 204
    assert report(taken, "sent").status_code == 204

    assert TextMessage.objects.values().get() == before


@pytest.mark.parametrize("status", ["undelivered", "failed"])
def test_a_text_is_reported_failed_with_the_code(report, taken, status):
    report(taken, status, code=30003)

    taken.refresh_from_db()
    assert (taken.status, taken.error) == (Status.FAILED, "30003")


@pytest.mark.parametrize("code", [30003, 30004, 30005, 30006, 30007, 30008])
def test_a_text_that_a_mobile_does_not_take_is_never_tried_again(report, taken, twilio, age, code):
    report(taken, "undelivered", code=code)
    age(taken, next_try_at=timedelta(days=1))

    send_due_texts()

    assert (taken.status, taken.error) == (Status.FAILED, str(code))
    assert twilio.requests == 0


def test_a_failure_of_the_gateways_own_is_tried_again_once(report, taken):
    report(taken, "undelivered", code=30001)
    taken.refresh_from_db()
    assert (taken.status, taken.error) == (Status.QUEUED, "30001")
    before = taken.next_try_at

    report(taken, "undelivered", code=30001)

    taken.refresh_from_db()
    assert (taken.status, taken.next_try_at) == (Status.QUEUED, before)


def test_a_failure_without_a_code_is_still_told(report, taken):
    report(taken, "failed")

    taken.refresh_from_db()
    assert (taken.status, taken.error) == (Status.FAILED, "failed")


def test_what_has_failed_or_was_delivered_stays_so(report, taken):
    report(taken, "delivered")
    report(taken, "undelivered", code=30003)
    taken.refresh_from_db()
    assert taken.status == Status.DELIVERED

    TextMessage.objects.update(status=Status.FAILED, error="30003")
    report(taken, "delivered")
    taken.refresh_from_db()
    assert taken.status == Status.FAILED


@pytest.mark.parametrize("status", ["queued", "sending", "sent"])
def test_a_report_before_our_own_reply_finds_the_text_by_our_id(report, text, status):
    [sending] = TextMessage.objects.claim(limit=1)

    report(text, status, sid="SM2")
    text.refresh_from_db()
    assert (text.status, text.sid) == (Status.SENT, "SM2")
    assert text.sent_at

    assert not sending.record(Sent("SM2"))
    text.refresh_from_db()
    assert (text.status, text.sid) == (Status.SENT, "SM2")


def test_delivered_before_our_own_reply_stays_delivered(report, text):
    [sending] = TextMessage.objects.claim(limit=1)

    report(text, "delivered", sid="SM2")
    assert not sending.record(Sent("SM2"))

    text.refresh_from_db()
    assert (text.status, text.sid) == (Status.DELIVERED, "SM2")


def test_a_text_whose_answer_was_lost_is_not_sent_again_once_it_is_reported(report, text, twilio, age):
    # The worker was killed after Twilio took the text: the row still says that it is being sent.
    TextMessage.objects.claim(limit=1)
    report(text, "sent", sid="SM2")

    send_due_texts()

    assert twilio.messages == []


def test_a_report_of_an_earlier_attempt_says_nothing_of_the_later_one(report, text):
    # Between the two, another password may have been made: only the later text counts.
    TextMessage.objects.claim(limit=1)
    TextMessage.objects.update(status=Status.QUEUED)
    TextMessage.objects.claim(limit=1)

    assert report(text, "delivered", attempt=1).status_code == 204

    text.refresh_from_db()
    assert (text.status, text.attempts) == (Status.SENDING, 2)


@pytest.mark.parametrize("signature", ["", "bm90IHRoZSBzaWduYXR1cmU=", "توقيع"])
def test_a_wrong_signature_is_refused(report, taken, signature):
    assert report(taken, "delivered", signature=signature.encode()).status_code == 403

    taken.refresh_from_db()
    assert taken.status == Status.SENT


def test_a_signature_for_another_address_is_refused(report, taken, settings):
    form = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": MOBILE}
    elsewhere = RequestValidator(settings.TWILIO_AUTH_TOKEN).compute_signature("http://elsewhere/", form)

    assert report(taken, "delivered", signature=elsewhere).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "4f6a7c1e-8e0a-4b1f-9a53-0b6f6c0b0c11"},
        {"key": "not-a-key"},
        {"attempt": "x"},
        {"attempt": 99999999999999999999},
        {"status": "partially_delivered"},
        {"status": ""},
        {"sid": ""},
    ],
)
def test_what_can_never_be_placed_is_taken_all_the_same(report, taken, wrong):
    status = wrong.pop("status", "delivered")

    assert report(taken, status, **wrong).status_code == 204

    taken.refresh_from_db()
    assert taken.status == Status.SENT


def test_only_posts_are_taken(client, transactional_db):
    assert client.get(STATUS).status_code == 405


def test_sent_and_delivered_come_from_the_gateway_itself(public, twilio):
    text = queue_sms(kind="test_note", to=MOBILE)

    send_due_texts()
    twilio.finish_callbacks()

    text.refresh_from_db()
    assert (text.status, text.sid) == (Status.DELIVERED, twilio.messages[0].sid)
    assert twilio.messages[0].status == "delivered"


def test_a_gateway_that_reports_before_it_answers_is_no_trouble(public, twilio):
    twilio.is_hasty = True
    text = queue_sms(kind="test_note", to=MOBILE)
    undelivered = queue_sms(kind="test_note", to="+966500555103")

    send_due_texts()

    text.refresh_from_db()
    undelivered.refresh_from_db()
    assert text.status == Status.DELIVERED
    assert (undelivered.status, undelivered.error) == (Status.FAILED, "30003")


def test_the_portal_believes_only_the_gateway_that_has_its_token(public, twilio):
    text = queue_sms(kind="test_note", to=MOBILE)
    twilio.calls_back = False
    send_due_texts()
    [message] = twilio.messages
    twilio.token = "somebody else's"

    assert twilio.report(message, "delivered") == 403
    assert requests.post(message.callback, timeout=5).status_code == 403

    text.refresh_from_db()
    assert text.status == Status.SENT
