import json
import os
import signal
import subprocess
import sys

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from shumoos.processes import free_port
from shumoos.sms.simulator import TwilioSimulator
from tests.sms.conftest import MOBILE


class Redirected(TwilioHttpClient):
    """Twilio's own HTTP client, sent to the simulator."""

    def __init__(self, base):
        super().__init__()
        self.base = base
        self.session.trust_env = False

    def request(self, method, url, **kwargs):
        return super().request(method, url.replace("https://api.twilio.com", self.base), **kwargs)


def client_of(twilio, token=None):
    return Client(twilio.account, token or twilio.token, http_client=Redirected(twilio.url))


@pytest.fixture
def phone(twilio):
    return client_of(twilio)


def test_the_librarys_own_client_sends_through_it(twilio, phone):
    taken = phone.messages.create(to=MOBILE, from_="Shumoos", body="ش" * 71)

    assert (taken.status, taken.to, taken.from_, taken.num_segments) == ("queued", MOBILE, "Shumoos", "2")
    assert taken.date_created
    [message] = twilio.messages
    assert (message.sid, message.body, message.parts) == (taken.sid, "ش" * 71, 2)


def test_a_wrong_token_is_refused(twilio):
    with pytest.raises(TwilioRestException) as refused:
        client_of(twilio, "wrong").messages.create(to=MOBILE, from_="Shumoos", body="x")

    assert (refused.value.status, refused.value.code) == (401, 20003)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"to": "", "from_": "Shumoos", "body": "x"}, 21604),
        ({"to": MOBILE, "body": "x"}, 21603),
        ({"to": MOBILE, "from_": "Shumoos"}, 21602),
        ({"to": MOBILE, "from_": "Shumoos", "body": "x" * 1601}, 21617),
        ({"to": "0501234567", "from_": "Shumoos", "body": "x"}, 21211),
        ({"to": "+15005550004", "from_": "Shumoos", "body": "x"}, 21610),
        ({"to": "+966500555009", "from_": "Shumoos", "body": "x"}, 21614),
    ],
)
def test_what_twilio_would_refuse_it_refuses_with_its_code(twilio, phone, request_, code):
    with pytest.raises(TwilioRestException) as refused:
        phone.messages.create(**request_)

    assert (refused.value.status, refused.value.code) == (400, code)
    assert twilio.messages == []


def test_a_chosen_number_has_the_code_it_was_given(twilio, phone, public):
    twilio.numbers = {MOBILE: 21610, "+966501234568": 30007}

    with pytest.raises(TwilioRestException) as refused:
        phone.messages.create(to=MOBILE, from_="Shumoos", body="x")
    assert refused.value.code == 21610
    phone.messages.create(
        to="+966501234568", from_="Shumoos", body="x", status_callback=f"{public.url}/sms/status/"
    )
    twilio.finish_callbacks()
    assert [message.status for message in twilio.messages] == ["undelivered"]


def test_a_messaging_service_may_send(twilio, phone):
    service = f"MG{'0' * 32}"
    taken = phone.messages.create(to=MOBILE, messaging_service_sid=service, body="x")

    assert (taken.messaging_service_sid, taken.from_) == (service, None)


def test_the_silent_number_is_never_reported_on(twilio, phone, public):
    phone.messages.create(
        to="+966500555100", from_="Shumoos", body="x", status_callback=f"{public.url}/sms/status/"
    )
    twilio.finish_callbacks()

    assert [message.status for message in twilio.messages] == ["queued"]


def test_the_phone_says_in_arabic_how_a_text_went_on(twilio, phone):
    phone.messages.create(to=MOBILE, from_="Shumoos", body="x")
    for status, word in [("delivered", "تم التسليم"), ("undelivered", "لم تُسلّم")]:
        twilio.messages[0].status = status
        page = requests.get(twilio.url, timeout=5).text
        assert word in page
        assert status not in page


def test_the_help_names_every_number_that_brings_on_a_fault():
    done = subprocess.run(
        [sys.executable, "manage.py", "twilio_simulator", "--help"],
        capture_output=True,
        text=True,
        timeout=120,
    )

    for number, code in [("+966500555004", "21610"), ("+966500555103", "30003"), ("+966500555100", "never")]:
        assert any(number in line and code in line for line in done.stdout.splitlines())


def test_failures_come_in_the_order_they_were_asked_for(twilio, phone):
    twilio.fail_next(21211)
    twilio.fail_next(503, times=2)
    codes = []
    for _attempt in range(3):
        with pytest.raises(TwilioRestException) as refused:
            phone.messages.create(to=MOBILE, from_="Shumoos", body="x")
        codes.append(refused.value.code)

    assert codes == [21211, 503, 503]
    assert phone.messages.create(to=MOBILE, from_="Shumoos", body="x").sid


def test_the_page_shows_the_texts_as_a_phone_does(twilio, phone):
    phone.messages.create(to=MOBILE, from_="Shumoos", body="الأولى")
    phone.messages.create(to="+966501234568", from_="Shumoos", body="<b>الثانية</b>")

    page = requests.get(twilio.url, timeout=5).text
    assert 'dir="rtl"' in page
    assert "&lt;b&gt;الثانية&lt;/b&gt;" in page
    # Drawn from the bottom upwards, so that the newest stands last.
    assert page.index("الثانية") < page.index("الأولى")
    assert MOBILE in page
    hers = requests.get(twilio.url, params={"to": MOBILE}, timeout=5).text
    assert "الأولى" in hers
    assert "الثانية" not in hers
    styles = requests.get(f"{twilio.url}/phone.css", timeout=5)
    assert styles.headers["Content-Type"] == "text/css; charset=utf-8"
    assert requests.get(f"{twilio.url}/favicon.ico", timeout=5).status_code == 404


def test_tests_and_scripts_read_the_texts_as_json(twilio, phone):
    phone.messages.create(to=MOBILE, from_="Shumoos", body="مرحبا")
    phone.messages.create(to="+966501234568", from_="Shumoos", body="hello")

    [text] = requests.get(f"{twilio.url}/messages.json", params={"to": MOBILE}, timeout=5).json()

    assert (text["to"], text["body"], text["parts"]) == (MOBILE, "مرحبا", 1)


def test_kept_texts_are_there_after_a_second_start(tmp_path):
    kept = tmp_path / "the texts.jsonl"
    with TwilioSimulator(keep=kept) as first:
        client_of(first).messages.create(to=MOBILE, from_="Shumoos", body="مرحبا\nبك")

    with TwilioSimulator(keep=kept) as second:
        client_of(second).messages.create(to=MOBILE, from_="Shumoos", body="أهلا")
        assert [message.body for message in second.messages] == ["مرحبا\nبك", "أهلا"]
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_kept_text_that_was_cut_short_does_not_cost_the_others(tmp_path):
    kept = tmp_path / "texts.jsonl"
    with TwilioSimulator(keep=kept) as first:
        client_of(first).messages.create(to=MOBILE, from_="Shumoos", body="الأولى")
    with kept.open("a") as file:
        file.write('\n{"sid": "SM1", "bo')

    with TwilioSimulator(keep=kept) as second:
        client_of(second).messages.create(to=MOBILE, from_="Shumoos", body="الثانية")
    with TwilioSimulator(keep=kept) as third:
        assert [message.body for message in third.messages] == ["الأولى", "الثانية"]


def test_the_command_serves_until_it_is_told_to_stop(tmp_path):
    port = free_port()
    kept = tmp_path / "texts.jsonl"
    command = [sys.executable, "manage.py", "twilio_simulator", "--port", str(port), "--keep", str(kept)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == f"The texts are at http://127.0.0.1:{port}/\n"
            account, token = (os.environ[f"TWILIO_{name}"] for name in ("ACCOUNT_SID", "AUTH_TOKEN"))
            client = Client(account, token, http_client=Redirected(f"http://127.0.0.1:{port}"))
            client.messages.create(to=MOBILE, from_="Shumoos", body="مرحبا")
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert json.loads(kept.read_text())["body"] == "مرحبا"


def test_a_taken_port_is_told_in_a_sentence(twilio):
    port = twilio.url.rpartition(":")[2]

    done = subprocess.run(
        [sys.executable, "manage.py", "twilio_simulator", "--port", port],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 1
    assert f"Port {port} cannot be had" in done.stderr
    assert "Traceback" not in done.stderr
