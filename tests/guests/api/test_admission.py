import uuid

import pytest
from django.urls import reverse

from guests import keys
from guests.api.admission import WRONG_KEYS_A_MINUTE
from guests.models import ApiKey, GuestRecord
from guests.models.api_keys import REQUESTS_A_MINUTE
from shumoos import limits
from tests.guests.api.calling import Caller, problem
from tests.guests.api.conftest import make_key
from tests.guests.factories import GuestFactory, SubscribedFactory

pytestmark = pytest.mark.django_db


def test_a_key_is_kept_as_its_hash_alone(hotel):
    key, secret = make_key(hotel)

    assert secret.startswith("shm_live_")
    assert key.prefix == secret[:15]
    assert secret not in str(list(ApiKey.objects.values_list()))
    assert key.key_hash == keys.hash_of(secret)


def test_a_request_without_a_key_is_told_how_to_show_one():
    for shown in ({}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer "}):
        response = Caller().get("/codes/kinds", **shown)

        assert problem(response) == (401, "no_key")
        assert response["WWW-Authenticate"] == 'Bearer realm="shumoos"'


def test_a_wrong_key_opens_nothing(api):
    for wrong in ("x", "shm_live_" + "a" * 43, "é", "x" * 10_000, "\x00"):
        assert problem(Caller(wrong).get("/codes/kinds")) == (401, "wrong_key")


def test_a_revoked_key_opens_nothing_from_then_on(api, api_key, hotel, owner):
    assert api.get("/codes/kinds").status_code == 200

    keys.revoke(api_key[0], by=owner)
    keys.revoke(api_key[0], by=None)

    assert problem(api.get("/codes/kinds")) == (401, "wrong_key")
    key = ApiKey.objects.get()
    assert key.revoked_by == owner


def test_titles_and_details_are_in_the_language_asked_for():
    english = Caller(language="en-GB,en;q=0.8").get("/codes/kinds").json()
    arabic = Caller(language="ar").get("/codes/kinds").json()
    other = Caller(language="fr").get("/codes/kinds").json()

    assert english["title"] == "A key is missing"
    assert arabic["title"] == other["title"] == "المفتاح غير موجود"
    assert english["detail"].startswith("Show your key in the header")
    assert arabic["detail"] == other["detail"] != english["detail"]


def test_when_a_key_was_last_used_is_noted_once_a_minute(api, api_key, django_assert_num_queries):
    api.get("/codes/kinds")
    noted = ApiKey.objects.get().last_used_at

    with django_assert_num_queries(1):
        api.get("/codes/kinds")

    assert noted is not None
    assert ApiKey.objects.get().last_used_at == noted


def test_a_request_id_comes_back_and_another_is_made_where_it_is_none(api):
    sent = str(uuid.uuid4())

    assert api.get("/codes/kinds", **{"X-Request-Id": sent})["X-Request-Id"] == sent
    assert uuid.UUID(api.get("/codes/kinds", **{"X-Request-Id": "x"})["X-Request-Id"])


def test_every_answer_says_how_many_requests_are_left(api):
    first, second = api.get("/codes/kinds"), api.get("/codes/none")

    assert first["RateLimit-Policy"] == f'"minute";q={REQUESTS_A_MINUTE};w=60'
    assert first["RateLimit"].startswith(f'"minute";r={REQUESTS_A_MINUTE - 1};t=')
    assert second["RateLimit"].startswith(f'"minute";r={REQUESTS_A_MINUTE - 2};t=')
    assert first["Cache-Control"] == "no-store"


def test_too_many_requests_are_told_when_to_come_again(hotel):
    api = Caller(make_key(hotel, per_minute=2)[1])

    responses = [api.send(GuestFactory()) for _time in range(3)]

    assert [response.status_code for response in responses[:2]] == [200, 200]
    assert problem(responses[2]) == (429, "too_many")
    assert 1 <= int(responses[2]["Retry-After"]) <= 60
    assert responses[2]["RateLimit"].startswith('"minute";r=0;')
    assert GuestRecord.objects.count() == 2


def test_a_limit_is_each_keys_own(hotel):
    spent, other = (Caller(make_key(hotel, per_minute=1)[1]) for _key in range(2))
    assert [spent.get("/codes/kinds").status_code for _time in range(2)] == [200, 429]

    assert other.get("/codes/kinds").status_code == 200


def test_many_wrong_keys_from_an_address_are_slowed_down_and_a_right_one_is_not(api):
    wrong = Caller("shm_live_wrong")

    statuses = [wrong.get("/codes/kinds").status_code for _time in range(WRONG_KEYS_A_MINUTE + 1)]

    assert statuses == [401] * WRONG_KEYS_A_MINUTE + [429]
    assert "Retry-After" in wrong.get("/codes/kinds")
    assert api.get("/codes/kinds").status_code == 200


def test_requests_pass_while_redis_is_away(hotel, settings, monkeypatch):
    api = Caller(make_key(hotel, per_minute=1)[1])
    away = limits.redis.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2, retry=None)
    monkeypatch.setattr(limits, "server", lambda: away)
    monkeypatch.setattr(limits, "_away_until", 0.0)

    assert [api.get("/codes/kinds").status_code for _time in range(3)] == [200] * 3


def test_everything_but_the_pages_about_it_needs_a_key(client):
    paths = client.get(reverse("api:openapi-json")).json()["paths"]

    assert len(paths) >= 2
    for path, operations in paths.items():
        for method in operations:
            response = client.generic(
                method.upper(), path.format(**dict.fromkeys(("record_id", "number", "table"), "1"))
            )
            assert problem(response) == (401, "no_key"), (method, path)


def test_a_method_that_is_not_there_is_told_those_that_are(api):
    response = api("DELETE", "/records")

    assert problem(response) == (405, "not_allowed")
    assert response["Allow"] == "POST"


def test_an_address_that_is_not_there_is_a_problem_too(api):
    assert problem(api.get("/nothing")) == (404, "not_found")
    assert problem(api.get("/")) == (404, "not_found")


def test_no_session_and_no_cookie(api):
    response = api.send(GuestFactory())

    assert response.cookies == {}


def test_a_key_of_an_establishment_opens_that_one_alone(api, hotel):
    theirs = Caller(make_key(SubscribedFactory())[1])
    guest = GuestFactory()
    api.send(guest)

    assert theirs.send(guest).json()["accepted"] == 1
    assert GuestRecord.objects.filter(establishment=hotel).count() == 1


def test_the_database_away_is_a_moments_problem(api, monkeypatch):
    from django.db import OperationalError

    from guests.api import admission

    def fail(request):
        raise OperationalError

    monkeypatch.setattr(admission, "admit", fail)

    response = api.get("/codes/kinds")

    assert problem(response) == (503, "unavailable")
    assert response["Retry-After"] == "30"


def test_a_fault_of_ours_is_a_problem_document(api, monkeypatch):
    from guests.api import admission

    def fail(request):
        raise ZeroDivisionError

    monkeypatch.setattr(admission, "admit", fail)

    assert problem(api.get("/codes/kinds")) == (500, "failed")
