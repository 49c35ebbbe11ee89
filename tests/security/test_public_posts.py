"""Every form that can be sent without a sign-in has a limit, and a page that says when to try again."""

import pytest

from shumoos import limits
from tests.conftest import sign_in
from tests.limits import forget
from tests.security import walking

pytestmark = pytest.mark.django_db

# Signed by the gateway, and refused without: a flood of its reports follows every outage.
SIGNED = {"sms/status/"}
# Answered before forms are counted, and the same whatever is sent: the API by its keys, health by nobody's.
BEFORE = {"api/v1/docs", "api/v1/openapi.json", "healthz", "readyz"}
FILLED = {
    "<str:key>": "0" * 32,
    "<slug:key>": "a" * 43,
    "<slug:kind>": "licence",
    "<str:code>": "ABCD-1234",
    "<str:number>": "100000000000",
    "<slug:what>": "close",
    "<slug:slug>": "register",
    "<int:pk>": "1",
}


def public_routes():
    return sorted({route for _name, route, view in walking.patterns() if walking.is_public(view)})


def path_of(route):
    for name, value in FILLED.items():
        route = route.replace(name, value)
    return f"/{route}"


@pytest.fixture
def few(settings, monkeypatch):
    """A limit of two forms a minute, counted from nothing, in a minute that does not end meanwhile."""
    settings.PUBLIC_POSTS_A_MINUTE = 2
    monkeypatch.setattr(limits.time, "time", lambda: 4_000_000_000.0)
    forget("post:")


@pytest.mark.parametrize("route", [route for route in public_routes() if route not in SIGNED | BEFORE])
def test_the_third_form_in_a_minute_waits(few, client, route):
    client.cookies["django_language"] = "en"
    answers = [client.post(path_of(route), {}) for _time in range(3)]
    assert 429 not in [answer.status_code for answer in answers[:2]]
    last = answers[2]
    assert last.status_code == 429
    assert 0 < int(last["Retry-After"]) <= 60
    assert b"Wait 1 minute, then try again." in last.content


@pytest.mark.parametrize("route", sorted(BEFORE))
def test_what_is_answered_before_takes_no_form(client, route):
    answer = client.post(path_of(route), {})
    assert answer.status_code == 405 or answer.content == client.get(path_of(route)).content


def test_the_lists_of_what_is_not_counted_name_pages_alone():
    assert set(public_routes()) >= BEFORE | SIGNED


@pytest.mark.parametrize("route", sorted(SIGNED))
def test_what_the_gateway_reports_is_signed(client, route):
    assert client.post(path_of(route), {}).status_code == 403


def test_another_address_and_whoever_has_signed_in_are_not_held_up(few, client, owner):
    for _time in range(3):
        held = client.post("/status/", {})
    assert held.status_code == 429
    assert client.post("/status/", {}, REMOTE_ADDR="203.0.113.5").status_code != 429
    signed_in = sign_in(owner)
    for _time in range(4):
        assert signed_in.post("/account/", {"language": "en"}).status_code == 302
    assert client.get("/status/").status_code == 200


def test_while_redis_is_away_forms_are_taken(few, client, monkeypatch):
    away = limits.redis.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2, retry=None)
    monkeypatch.setattr(limits, "server", lambda: away)
    monkeypatch.setattr(limits, "_away_until", 0.0)
    assert [client.post("/status/", {}).status_code for _time in range(4)].count(429) == 0
