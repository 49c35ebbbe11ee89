from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import translation

from shumoos.accounts.codes import CodeRefused, check_code, send_code
from shumoos.accounts.models import OneTimeCode
from shumoos.saudi import sms_length
from shumoos.sms import bodies, kinds
from shumoos.sms.models import Status, TextMessage, Urgency
from shumoos.sms.simulator import TwilioSimulator
from shumoos.sms.tasks import send_due_texts
from tests.codes import another, receive_code
from tests.races import at_once

pytestmark = pytest.mark.django_db

MOBILE = "+966501234567"
PURPOSE = "register:abc"
START = "2026-11-20 09:00:00+03:00"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(START, tick=False)
    return time_machine


def ask(*, purpose=PURPOSE, mobile=MOBILE, address="203.0.113.7", language="ar"):
    send_code(purpose=purpose, mobile=mobile, address=address, language=language)


def check(typed, *, purpose=PURPOSE, mobile=MOBILE):
    check_code(purpose=purpose, mobile=mobile, typed=typed)


def ask_and_receive(**changes):
    ask(**changes)
    return receive_code(changes.get("mobile", MOBILE))


def test_the_code_that_was_sent_is_accepted_once():
    code = ask_and_receive()

    check(code)

    assert OneTimeCode.objects.get().used_at is not None
    with pytest.raises(CodeRefused, match="Ask for a new one"):
        check(code)


def test_it_is_queued_as_the_most_urgent_text_in_the_language_asked_for():
    ask(language="en")

    text = TextMessage.objects.get()
    assert (text.kind, text.to, text.language, text.urgency) == ("code", MOBILE, "en", Urgency.CODE)
    assert text.about == OneTimeCode.objects.get()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_text_takes_one_part(language):
    ask(language=language)

    assert sms_length.parts(bodies.write(TextMessage.objects.get(), kinds.get("code"))) == 1


@pytest.mark.parametrize("spelling", ["{}", " {} ", "\u200f{}\u200e"])
def test_it_may_be_typed_in_arabic_digits_and_with_marks(spelling):
    code = ask_and_receive()

    check(spelling.format(code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))))


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12a456", "²²²²²²", "1" * 5000, "\x00" * 6])
def test_what_is_no_code_is_told_and_counts_as_no_try(typed):
    ask_and_receive()

    with pytest.raises(CodeRefused, match="six digits"):
        check(typed)

    assert OneTimeCode.objects.get().tries == 0


def test_it_is_valid_for_five_minutes_from_the_moment_it_was_made(clock):
    ask()
    clock.shift(60)
    code = receive_code(MOBILE)

    clock.shift(300)
    with pytest.raises(CodeRefused, match="run out"):
        check(code)

    clock.shift(-1)
    check(code)


def test_five_wrong_tries_end_it():
    code = ask_and_receive()

    for left in (4, 3, 2, 1):
        with pytest.raises(CodeRefused, match=f"{left} more tr"):
            check(another(code))
    with pytest.raises(CodeRefused, match="too often"):
        check(another(code))
    with pytest.raises(CodeRefused, match="too often"):
        check(code)

    assert OneTimeCode.objects.get().used_at is None


def test_a_code_is_good_for_its_purpose_and_its_mobile_alone():
    code = ask_and_receive()

    for changes in ({"purpose": "status:260000000001"}, {"mobile": "+966501234568"}):
        with pytest.raises(CodeRefused):
            check(code, **changes)
    check(code)


def test_before_it_was_sent_there_is_nothing_to_compare():
    with pytest.raises(CodeRefused, match="Ask for a new one"):
        check("123456")
    ask()
    with pytest.raises(CodeRefused, match="on its way"):
        check("123456")


def test_another_one_is_sent_after_sixty_seconds_and_ends_the_first(clock):
    first = ask_and_receive()
    clock.shift(59)
    with pytest.raises(CodeRefused, match="in 1 second"):
        ask()
    assert TextMessage.objects.count() == 1

    clock.shift(1)
    second = ask_and_receive()

    if first != second:
        with pytest.raises(CodeRefused):
            check(first)
    check(second)


def test_a_mobile_gets_five_a_day_whatever_for(clock):
    for number in range(5):
        ask(purpose=f"status:{number}", address=f"203.0.113.{number}")
        clock.shift(60)

    with pytest.raises(CodeRefused, match="Try again tomorrow"):
        ask(purpose="status:5")
    ask(mobile="+966501234568")

    clock.shift(timedelta(days=1) - timedelta(minutes=5))
    ask(purpose="status:5")


def test_an_address_gets_twenty_an_hour(clock):
    for number in range(20):
        ask(mobile=f"+9665000000{number:02}")
        clock.shift(1)

    with pytest.raises(CodeRefused, match="in an hour"):
        ask()
    ask(address="203.0.113.8")
    ask(address=None, mobile="+966501234568")

    clock.shift(3600 - 20)
    ask(mobile="+966501234569")


def test_a_refused_request_leaves_no_row():
    ask()
    with pytest.raises(CodeRefused):
        ask()

    assert OneTimeCode.objects.count() == 1
    assert TextMessage.objects.count() == 1


def test_every_code_has_six_digits(monkeypatch):
    monkeypatch.setattr("secrets.randbelow", lambda limit: 7)

    assert ask_and_receive() == "000007"
    check("000007")


def test_another_attempt_makes_another_code(monkeypatch):
    numbers = iter([111111, 222222])
    monkeypatch.setattr("secrets.randbelow", lambda limit: next(numbers))
    first, second = ask_and_receive(), receive_code(MOBILE)

    assert (first, second) == ("111111", "222222")
    with pytest.raises(CodeRefused):
        check(first)
    check(second)


def test_a_text_that_comes_too_late_is_not_sent(clock):
    ask()
    clock.shift(601)

    with pytest.raises(kinds.Pointless):
        receive_code(MOBILE)


def test_the_text_of_an_earlier_code_is_not_sent_after_a_later_one(clock):
    ask()
    first = TextMessage.objects.get()
    clock.shift(60)
    ask()

    with pytest.raises(kinds.Pointless):
        bodies.write(first, kinds.get("code"))


def test_a_used_code_is_not_made_anew():
    check(ask_and_receive())

    with pytest.raises(kinds.Pointless):
        receive_code(MOBILE)


@pytest.mark.django_db(transaction=True)
def test_a_try_cannot_be_rolled_back():
    code = ask_and_receive()

    with pytest.raises(RuntimeError), transaction.atomic():
        check(code)


@pytest.mark.django_db(transaction=True)
def test_of_two_checks_at_once_one_uses_the_code():
    code = ask_and_receive()

    outcomes = at_once(*[lambda: check(code)] * 2)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CodeRefused", "NoneType"]


@pytest.mark.django_db(transaction=True)
def test_wrong_tries_at_once_are_all_counted():
    code = ask_and_receive()

    at_once(*[lambda: check(another(code))] * 5)

    assert OneTimeCode.objects.get().tries == 5
    with pytest.raises(CodeRefused):
        check(code)


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_one_is_sent():
    outcomes = at_once(*[ask] * 2)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CodeUnderway", "NoneType"]
    assert TextMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_code_stands_in_the_text_alone(settings, caplog, capfd):
    caplog.set_level(0)
    with TwilioSimulator() as twilio:
        settings.TWILIO_API_BASE = twilio.url
        ask()
        send_due_texts()
        [sent] = twilio.messages

    code = next(word for word in sent.body.replace(",", " ").split() if word.isdigit() and len(word) == 6)
    assert TextMessage.objects.get().status == Status.SENT
    row = OneTimeCode.objects.values().get()
    stored = "\n".join(str(value) for name, value in row.items() if not name.endswith("_at"))
    assert code not in stored
    assert code not in str(TextMessage.objects.values("kind", "to", "language", "sid", "error").get())
    check(code)
    written = caplog.text + "".join(capfd.readouterr())
    assert "attempt 1" in written
    assert MOBILE not in written
    assert f" {code} " not in written
