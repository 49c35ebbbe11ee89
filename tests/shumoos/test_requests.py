"""What every request gets from our middlewares: an id, one log line, the visitor's true address."""

import io
import logging
import uuid

import pytest
from django.http import HttpResponse
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from shumoos import middleware


@pytest.fixture
def log_lines():
    """What the middlewares log during the test, before it is rendered."""
    lines = []

    class Listener(logging.Handler):
        def emit(self, record):
            lines.append(record.msg)

    logger, listener = logging.getLogger("shumoos.middleware"), Listener()
    logger.addHandler(listener)
    yield lines
    logger.removeHandler(listener)


def test_an_answer_carries_the_id_of_its_request(client):
    first, second = (client.get("/healthz")["X-Request-Id"] for _ in range(2))

    assert uuid.UUID(first) != uuid.UUID(second)


def test_the_proxys_id_is_kept(client):
    sent = str(uuid.uuid4())

    assert client.get("/healthz", headers={"x-request-id": sent})["X-Request-Id"] == sent


def test_a_body_that_nobody_wanted_is_read_before_the_answer(rf):
    # Else the server closes on a proxy that is still sending, and the answer may be lost.
    request = rf.post("/login/", bytes(3_000_000), content_type="application/octet-stream")
    body = request.META["wsgi.input"]

    response = middleware.read_to_the_end(lambda _request: HttpResponse("refused"))(request)

    assert response.content == b"refused"
    assert body.read() == b""


def test_a_sender_who_is_gone_is_answered_all_the_same(rf):
    class Gone(io.BytesIO):
        def read(self, *_args):
            raise OSError("connection reset")

    request = rf.post("/login/", b"body", content_type="application/octet-stream")
    request._stream = Gone()

    assert middleware.read_to_the_end(lambda _request: HttpResponse("refused"))(request).content == b"refused"


@pytest.mark.parametrize("sent", ["0551234567", "a\nb", "x" * 36, ""])
def test_what_is_no_uuid_is_replaced(client, sent):
    assert uuid.UUID(client.get("/healthz", headers={"x-request-id": sent})["X-Request-Id"])


def test_a_request_is_logged_by_its_route_without_what_was_typed(client, log_lines):
    client.get("/verify/SOME-CODE/?mobile=0551234567")

    (line,) = log_lines
    assert (line["event"], line["method"]) == ("request", "GET")
    assert "SOME-CODE" not in str(line)
    assert "0551234567" not in str(line)


def test_health_checks_are_not_logged(client, log_lines):
    client.get("/healthz")

    assert log_lines == []


@pytest.mark.parametrize(
    ("proxies", "passed", "address"),
    [
        (0, "203.0.113.7", "127.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7", "198.51.100.1"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "nonsense", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(rf, settings, proxies, passed, address):
    settings.PROXIES = proxies
    request = rf.get("/", headers={"x-forwarded-for": passed})

    middleware.address_behind_proxies(lambda request: HttpResponse())(request)

    assert request.META["REMOTE_ADDR"] == address


@pytest.mark.parametrize(
    ("accepted", "cookie", "chosen"),
    [("", "", "ar"), ("en-GB,en", "", "en"), ("fr", "", "ar"), ("ar", "en", "en")],
)
def test_programs_say_in_which_language_they_want_their_answers(rf, accepted, cookie, chosen):
    request = rf.get("/api/v1/records", headers={"accept-language": accepted})
    if cookie:
        request.COOKIES["django_language"] = cookie

    response = middleware.language(lambda request: HttpResponse())(request)

    assert response["Content-Language"] == chosen
    assert response["Vary"] == "Accept-Language"


def test_a_visit_to_where_a_form_is_sent_leads_to_the_page_above_it(owner_client):
    # By the language switch on a refused form, or a sign-in in between; programs are told what it is.
    act = reverse("guests:check")
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

    assert owner_client.get(act).status_code == 405
    led = owner_client.get(act, headers=browser)
    assertRedirects(led, reverse("guests:new"), fetch_redirect_response=False)
    assert owner_client.put(act, headers=browser).status_code == 405


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/tickets/7/answer/", "/tickets/7/"),
        ("/logout/", "/"),
        ("/admin/nobody/knows/this/", "/admin/"),
        ("/", "/"),
    ],
)
def test_the_page_above(path, page):
    assert middleware.page_above(path) == page
