import socket
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from shumoos.sms import gateway, tasks
from shumoos.sms.models import Status, TextMessage
from shumoos.sms.outbox import Recipient, queue_many, queue_sms
from shumoos.sms.outcomes import Sent
from shumoos.sms.simulator import TwilioSimulator
from shumoos.sms.tasks import BATCH, send_due_texts
from tests.sms.conftest import MOBILE, now

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_a_text_goes_out_in_the_language_of_its_addressee(twilio):
    arabic = queue_sms(kind="test_note", to=MOBILE)
    english = queue_sms(kind="test_note", to="+966501234568", language="en")

    send_due_texts()

    received = {message.to: message for message in twilio.messages}
    assert received[arabic.to].body == 'شموس: "it\'s on" & <مرحبا>'
    assert received[english.to].body == 'Shumoos: "it\'s on" & <hello>'
    for text in (arabic, english):
        text.refresh_from_db()
        assert (text.status, text.sid, text.attempts) == (Status.SENT, received[text.to].sid, 1)
        assert text.sent_at
        assert received[text.to].callback == f"http://localhost/sms/status/?id={text.pk}&attempt=1"


def test_a_grouped_number_is_not_turned_round_in_arabic(twilio):
    queue_sms(kind="test_number", to=MOBILE)
    queue_sms(kind="test_number", to="+966501234568", language="en")

    send_due_texts()

    assert {message.body for message in twilio.messages} == {
        "الطلب \u200e26-4821-9037-45, o-1000000008, 2a-b",
        "application 26-4821-9037-45, o-1000000008, 2a-b",
    }


def test_nothing_due_sends_nothing(twilio, text):
    send_due_texts()
    send_due_texts()

    assert len(twilio.messages) == 1


@pytest.mark.parametrize("code", [21211, 21610, 21612, 21614, 21635, 29999])
def test_what_twilio_refuses_is_never_tried_again(twilio, text, code, age):
    twilio.fail_next(code)

    send_due_texts()
    age(text, next_try_at=timedelta(days=1))
    send_due_texts()

    assert (text.status, text.error, text.attempts) == (Status.FAILED, str(code), 1)
    assert twilio.messages == []


@pytest.mark.parametrize("code", [20003, 20429, 20500, 21408, 21606, 21611, 404, 500, 502, 503])
def test_what_is_unavailable_is_tried_again_later(twilio, text, code, age):
    twilio.fail_next(code)

    send_due_texts()
    text.refresh_from_db()
    assert (text.status, text.error, text.attempts) == (Status.QUEUED, str(code), 1)
    send_due_texts()
    assert twilio.messages == []

    age(text, next_try_at=timedelta(seconds=1))
    send_due_texts()
    text.refresh_from_db()
    assert (text.status, text.error, text.attempts) == (Status.SENT, "", 2)
    assert len(twilio.messages) == 1


def test_the_wrong_account_keeps_the_texts_until_it_is_mended(twilio, text, settings):
    settings.TWILIO_AUTH_TOKEN = "mistyped"

    send_due_texts()

    text.refresh_from_db()
    assert (text.status, text.error) == (Status.QUEUED, "20003")


def test_a_gateway_that_is_not_there_is_unavailable(settings, text):
    with TwilioSimulator() as gone:
        settings.TWILIO_API_BASE = gone.url

    send_due_texts()

    text.refresh_from_db()
    assert (text.status, text.error) == (Status.QUEUED, "unreachable")


def test_a_gateway_that_does_not_answer_is_unavailable(twilio, text, monkeypatch):
    monkeypatch.setattr(gateway, "READ_SECONDS", 0.2)
    twilio.delay = 1

    send_due_texts()

    text.refresh_from_db()
    assert (text.status, text.error) == (Status.QUEUED, "timeout")
    # It may have gone out: there is time for a report before it is sent again.
    assert timedelta(seconds=80) < text.next_try_at - now() < timedelta(seconds=151)


def test_a_report_after_a_time_out_spares_the_second_text(twilio, text, monkeypatch, age):
    monkeypatch.setattr(gateway, "READ_SECONDS", 0.2)
    twilio.delay = 1
    send_due_texts()
    [taken] = twilio.wait_for(1)

    text.refresh_from_db()
    text.report(Status.SENT, sid=taken.sid)
    age(text, next_try_at=timedelta(0))
    send_due_texts()

    assert (text.status, text.sid) == (Status.SENT, taken.sid)
    assert len(twilio.messages) == 1


def test_a_messaging_service_sends_in_the_place_of_a_number(twilio, text, settings):
    settings.TWILIO_FROM = f"MG{'0' * 32}"

    send_due_texts()

    text.refresh_from_db()
    assert text.status == Status.SENT
    assert [message.sender for message in twilio.messages] == [settings.TWILIO_FROM]


def test_texts_share_the_connections_that_are_open(twilio, settings):
    settings.SMS_THREADS = 3
    queue_numbered(60)
    connections = []
    accept = twilio.server.process_request

    def count(request, address):
        connections.append(address)
        accept(request, address)

    twilio.server.process_request = count
    send_due_texts()

    assert len(twilio.messages) == 60
    assert len(connections) <= 3


@pytest.mark.parametrize("body", [b"<html>Welcome to the hotel</html>", b"", b"{}", b"[]"])
def test_an_answer_that_makes_no_sense_is_unavailable(settings, text, body):
    with socket.create_server(("127.0.0.1", 0)) as strange:
        settings.TWILIO_API_BASE = f"http://127.0.0.1:{strange.getsockname()[1]}"
        answering = threading.Thread(target=answer_once, args=(strange, body))
        answering.start()
        send_due_texts()
        answering.join()

    text.refresh_from_db()
    assert (text.status, text.error) == (Status.QUEUED, "unreadable")


def answer_once(server, body):
    caller, _address = server.accept()
    with caller:
        caller.recv(65536)
        caller.sendall(
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )


def test_the_delay_doubles_up_to_an_hour(twilio, text):
    twilio.fail_always(503)
    delays = []
    for _attempt in range(9):
        send_due_texts()
        text.refresh_from_db()
        delays.append(round((text.next_try_at - now()).total_seconds()))
        TextMessage.objects.update(next_try_at=now())

    wanted = [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert all(0.74 * mean <= delay <= 1.26 * mean for mean, delay in zip(wanted, delays, strict=True)), (
        delays
    )


def test_after_two_days_it_gives_up(twilio, text, age):
    twilio.fail_always(503)
    age(text, queued_at=timedelta(hours=47, minutes=59))
    send_due_texts()
    text.refresh_from_db()
    assert text.status == Status.QUEUED

    age(text, queued_at=timedelta(hours=48, minutes=1), next_try_at=timedelta(0))
    send_due_texts()
    text.refresh_from_db()
    assert (text.status, text.error) == (Status.FAILED, "503")


def test_a_text_that_keeps_killing_its_worker_is_given_up(twilio, text, age):
    TextMessage.objects.update(attempts=100)

    send_due_texts()

    text.refresh_from_db()
    assert (text.status, text.error) == (Status.FAILED, "gave_up")
    assert twilio.messages == []


def test_a_claim_that_lapsed_is_taken_by_the_next_worker(twilio, text, age):
    [mine] = TextMessage.objects.claim(limit=10)

    send_due_texts()
    assert twilio.messages == []

    age(mine, claimed_at=timedelta(seconds=121))
    send_due_texts()
    text.refresh_from_db()
    assert (text.status, text.attempts) == (Status.SENT, 2)
    assert len(twilio.messages) == 1


def test_the_worker_that_lost_its_claim_neither_sends_nor_writes(twilio, text, age):
    [slow] = TextMessage.objects.claim(limit=10)
    age(text, claimed_at=timedelta(seconds=121))
    [quick] = TextMessage.objects.claim(limit=10)

    assert not slow.hold()
    assert not slow.record(Sent("SMslow"))
    assert quick.hold()
    assert quick.record(Sent("SMquick"))
    text.refresh_from_db()
    assert (text.status, text.sid) == (Status.SENT, "SMquick")


def test_the_time_that_sending_takes_renews_the_claim(text, age):
    [message] = TextMessage.objects.claim(limit=10)
    age(text, claimed_at=timedelta(seconds=119))

    assert message.hold()

    text.refresh_from_db()
    assert now() - text.claimed_at < timedelta(seconds=10)


def test_the_most_urgent_are_claimed_first(twilio, owner):
    for kind in ("test_reminder", "test_note", "test_secret", "test_code"):
        queue_sms(kind=kind, to=MOBILE, about=owner)

    claimed = [TextMessage.objects.claim(limit=1)[0].kind for _ in range(4)]

    assert claimed == ["test_code", "test_secret", "test_note", "test_reminder"]


def test_credentials_that_come_while_reminders_go_out_wait_for_those_that_are_claimed_and_no_more(
    twilio, owner, settings, monkeypatch
):
    settings.SMS_THREADS = 1
    queue_many(kind="test_reminder", recipients=[Recipient(f"+9665000{n:05}") for n in range(3 * BATCH)])
    take = twilio.take

    def queue_and_take(form):
        if not twilio.messages:
            in_threads(lambda: queue_sms(kind="test_secret", to=MOBILE, about=owner), count=1)
        return take(form)

    monkeypatch.setattr(twilio, "take", queue_and_take)
    send_due_texts()

    assert [message.to for message in twilio.messages].index(MOBILE) == BATCH


def in_threads(function, count=2):
    """Run a function in threads at once, and return what each returned."""
    start, results = threading.Barrier(count), []

    def run():
        start.wait()
        try:
            results.append(function())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def queue_numbered(count):
    return queue_many(
        kind="test_note", recipients=[Recipient(f"+9665000{number:05}") for number in range(count)]
    )


def test_two_workers_never_claim_the_same_text():
    queue_numbered(60)

    def claim_all():
        taken = []
        while batch := TextMessage.objects.claim(limit=7):
            taken += [message.pk for message in batch]
        return taken

    first, second = in_threads(claim_all)

    assert sorted(first + second) == sorted(TextMessage.objects.values_list("pk", flat=True))
    assert len(set(first + second)) == 60


def test_two_runs_at_once_send_every_text_once(twilio):
    queue_numbered(250)

    in_threads(send_due_texts)

    assert sorted(message.to for message in twilio.messages) == [f"+9665000{n:05}" for n in range(250)]
    assert set(TextMessage.objects.values_list("status", "attempts")) == {(Status.SENT, 1)}
    sids = {message.sid: message.to for message in twilio.messages}
    assert dict(TextMessage.objects.values_list("sid", "to")) == sids


def test_more_than_a_batch_calls_for_another_process(twilio, bells):
    queue_numbered(BATCH - 1)
    before = bells()
    send_due_texts()
    assert bells() == before

    queue_numbered(BATCH + 1)
    before = bells()
    send_due_texts()
    assert bells() == before + 1
    assert not TextMessage.objects.due().exists()


def test_other_tasks_come_between_when_a_turn_is_over(twilio, bells, monkeypatch):
    monkeypatch.setattr(tasks, "TURN", 0)
    queue_numbered(2 * BATCH + 1)
    before = bells()

    send_due_texts()
    assert len(twilio.messages) == BATCH
    assert bells() == before + 1
    send_due_texts()
    send_due_texts()
    assert len(twilio.messages) == 2 * BATCH + 1
    assert set(TextMessage.objects.values_list("status", "attempts")) == {(Status.SENT, 1)}


def test_what_breaks_one_text_does_not_keep_the_others(twilio, age):
    broken = queue_sms(kind="test_broken", to=MOBILE)
    queue_numbered(20)

    with pytest.raises(ZeroDivisionError):
        send_due_texts()

    assert len(twilio.messages) == 20
    broken.refresh_from_db()
    assert broken.status == Status.SENDING


def test_a_text_of_a_kind_unknown_here_waits_for_a_worker_that_knows_it(twilio, text):
    TextMessage.objects.update(kind="of_next_year")

    send_due_texts()

    text.refresh_from_db()
    assert (text.status, text.error) == (Status.QUEUED, "unknown_kind")


def test_a_text_that_lost_its_purpose_is_cancelled(twilio, owner):
    text = queue_sms(kind="test_secret", to=MOBILE, about=owner)
    owner.set_password("chosen by the owner")
    owner.save()

    send_due_texts()

    text.refresh_from_db()
    assert text.status == Status.CANCELLED
    assert twilio.messages == []
    owner.refresh_from_db()
    assert owner.check_password("chosen by the owner")


def test_a_text_about_what_is_gone_is_cancelled(twilio, owner):
    text = queue_sms(kind="test_secret", to=MOBILE, about=owner)
    owner.delete()

    send_due_texts()

    text.refresh_from_db()
    assert text.status == Status.CANCELLED


def test_texts_are_not_sent_inside_a_transaction(twilio, text):
    with transaction.atomic(), pytest.raises(RuntimeError, match="outside any transaction"):
        send_due_texts()

    assert twilio.messages == []


def test_a_retry_makes_another_password_and_the_last_one_received_works(twilio, owner, monkeypatch, age):
    monkeypatch.setattr(gateway, "READ_SECONDS", 0.2)
    text = queue_sms(kind="test_secret", to=MOBILE, about=owner)

    # Twilio takes the first one, but its answer comes too late.
    twilio.delay = 0.5
    send_due_texts()
    twilio.wait_for(1)
    twilio.delay = 0
    age(text, next_try_at=timedelta(0))
    send_due_texts()

    first, last = [message.body.removeprefix("password ") for message in twilio.wait_for(2)]
    owner.refresh_from_db()
    assert owner.check_password(last)
    assert not owner.check_password(first)
    assert owner.must_change_password


def test_the_body_is_neither_stored_nor_logged(twilio, owner, caplog, capfd, age):
    caplog.set_level(0)
    text = queue_sms(kind="test_secret", to=MOBILE, about=owner)
    twilio.fail_next(21610)
    refused = queue_sms(kind="test_secret", to="+966501234568", about=owner)
    send_due_texts()

    [password] = [message.body.removeprefix("password ") for message in twilio.messages]
    stored = "\n".join(str(row) for row in TextMessage.objects.filter(pk__in=[text.pk, refused.pk]).values())
    written = caplog.text + "".join(capfd.readouterr())
    assert f"{text.pk}, attempt 1" in written
    for place in (stored, written):
        assert password not in place
    assert MOBILE not in written
