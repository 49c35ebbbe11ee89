"""One record a call: what a key's later calls do in one trip is what the first did in several."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guests import keys
from guests.api import at_once
from guests.kinds.base import sha256
from guests.models import ApiKey, GuestRecord, KeptAnswer, NilReturn, Submission
from guests.models.api_keys import REQUESTS_A_MINUTE
from shumoos.saudi.calendar import today
from tests.guests.api.calling import Caller, problem
from tests.guests.api.conftest import make_key
from tests.guests.factories import GuestFactory, SubscribedFactory

pytestmark = pytest.mark.django_db(transaction=True)

DIFFERENT = {"id", "receipt", "sha256", "received_at", "created_at", "submission_id"}


@pytest.fixture
def one_trip(api):
    """A program whose key has been admitted before."""
    assert api.get("/codes/kinds").status_code == 200
    return api


def took(call):
    """What a call gives, and how many statements it took."""
    with CaptureQueriesContext(connection) as queries:
        response = call()
    return response, len([query for query in queries if not query["sql"].startswith("PREPARE")])


def test_a_record_takes_one_statement_and_is_stored_as_the_long_way_stores_it(one_trip, hotel):
    guest = GuestFactory()
    one_trip.send(GuestFactory(), {**guest, "client_reference": "long"})
    response, statements = took(lambda: one_trip.send({**guest, "client_reference": "short"}))

    assert statements == 1
    assert response.json() | {"receipt": ""} == {
        "receipt": "",
        "accepted": 1,
        "duplicate": 0,
        "rejected": 0,
        "results": [
            {
                "index": 0,
                "client_reference": "short",
                "status": "accepted",
                "id": str(GuestRecord.objects.get(client_reference="short").pk),
                "errors": [],
            }
        ],
    }
    long, short = (
        GuestRecord.objects.filter(client_reference=reference).values().get()
        for reference in ("long", "short")
    )
    assert long.pop("content") | {"client_reference": "short"} == short.pop("content")
    for row in (long, short):
        for name in (*DIFFERENT, "client_reference"):
            row.pop(name, None)
    assert short == long
    by_two, by_one = Submission.objects.order_by("pk").values()
    assert by_one["receipt"] == response.json()["receipt"]
    assert by_one["received_at"] <= timezone.now()
    for row in (by_two, by_one):
        for name in (*DIFFERENT, "accepted"):
            row.pop(name, None)
    assert by_one == by_two


def test_its_receipt_is_over_the_same_digest(one_trip):
    one_trip.send(GuestFactory())
    sent = Submission.objects.get()
    assert sent.sha256 == sha256([GuestRecord.objects.get().content])
    assert sent.accepted == 1


def test_each_request_is_counted_once_whether_it_is_right_or_not(one_trip):
    left = [
        one_trip.send(guest)["RateLimit"].split(";")[1]
        for guest in (GuestFactory(), GuestFactory(id_number="1"), GuestFactory())
    ]

    assert left == [f"r={REQUESTS_A_MINUTE - number}" for number in (2, 3, 4)]


def test_a_key_that_is_revoked_opens_nothing_from_then_on(one_trip, api_key):
    keys.revoke(api_key[0], by=None)

    assert problem(one_trip.send(GuestFactory())) == (401, "wrong_key")
    assert not GuestRecord.objects.exists()


def test_a_key_with_another_limit_is_counted_by_it(one_trip, api_key):
    ApiKey.objects.filter(pk=api_key[0].pk).update(per_minute=3)

    statuses = [one_trip.send(GuestFactory()).status_code for _time in range(5)]

    assert statuses[-1] == 429
    assert GuestRecord.objects.count() == statuses.count(200) <= 4


def test_a_test_keys_record_stays_in_the_sandbox(test_api):
    for _time in range(2):
        assert test_api.send(GuestFactory()).json()["accepted"] == 1

    assert not GuestRecord.objects.exists()


def test_nothing_is_taken_after_the_subscription_was_suspended(one_trip, hotel):
    hotel.subscriptions.update(status="suspended")

    assert problem(one_trip.send(GuestFactory())) == (403, "not_subscribed")
    assert not Submission.objects.exists()


def test_a_kind_that_the_sector_sends_no_more_is_not_expected(one_trip, hotel):
    hotel.sector.record_kinds = ["vehicle_rental"]
    hotel.sector.save()

    assert problem(one_trip.send(GuestFactory())) == (403, "not_expected")
    assert not Submission.objects.exists()


def test_known_and_conflicting_references_are_told_as_ever(one_trip):
    guest = GuestFactory()
    one_trip.send(guest)

    assert one_trip.send(guest).json()["duplicate"] == 1
    assert one_trip.send({**guest, "room": "9"}).json()["results"][0]["errors"][0]["code"] == "conflict"
    assert GuestRecord.objects.count() == 1


def test_a_companion_needs_its_main_guest(one_trip):
    lost = GuestFactory(companion_of="nobody")

    assert one_trip.send(lost).json()["results"][0]["errors"][0]["code"] == "unknown_companion"
    assert not GuestRecord.objects.exists()


def test_the_answer_is_kept_with_the_records_key(one_trip, api_key):
    guest, again = GuestFactory(), {"Idempotency-Key": "booking-1"}
    first, statements = took(lambda: one_trip.send(guest, **again))

    assert statements == 1
    kept = KeptAnswer.objects.get()
    assert kept.answer.encode() == first.content
    assert kept.api_key == api_key[0]
    assert kept.expires_at > timezone.now()
    assert first.json()["results"][0]["id"] == str(GuestRecord.objects.get().pk)
    assert one_trip.send(guest, **again).content == first.content
    assert problem(one_trip.send(GuestFactory(), **again)) == (409, "other_request")
    assert Submission.objects.count() == 1


def test_an_idempotency_key_that_is_none_is_refused(one_trip):
    assert problem(one_trip.send(GuestFactory(), **{"Idempotency-Key": "with space"})) == (400, "unreadable")
    assert not Submission.objects.exists()


def test_a_record_voids_the_days_nil_return(one_trip, hotel):
    day = f"{today() - timedelta(days=1)}"
    guest = GuestFactory(arrived_at=f"{day} 00:00")
    one_trip.post("/nil-returns", {"kind": "lodging", "day": day})
    assert NilReturn.objects.get().voided_at is None

    _response, statements = took(lambda: one_trip.send(guest))

    assert statements == 1
    assert NilReturn.objects.get().voided_at is not None


def test_a_check_of_one_record_keeps_nothing(one_trip):
    assert one_trip.send(GuestFactory(), query="?check_only=true").json()["receipt"] is None
    assert not Submission.objects.exists()


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"{}", b'{"kind": "lodging", "records": []}', b'{"kind": [], "records": [1]}']
)
def test_what_is_no_record_is_refused_as_ever(one_trip, raw):
    assert one_trip.post("/records", raw=raw).status_code in (400, 415, 422)
    assert not Submission.objects.exists()


def test_several_records_and_more_fields_than_there_are_go_the_long_way(one_trip):
    more = {"kind": "lodging", "records": [GuestFactory()], "more": 1}

    assert one_trip.send(GuestFactory(), GuestFactory()).json()["accepted"] == 2
    assert problem(one_trip.post("/records", more)) == (422, "invalid")
    assert len(json.dumps([GuestFactory()])) < at_once.LONGEST


def test_a_connection_that_has_died_costs_nothing(one_trip):
    one_trip.send(GuestFactory())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [backend] = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    other.close()

    assert one_trip.send(GuestFactory()).json()["accepted"] == 1
    assert GuestRecord.objects.count() == 2


def test_another_establishments_key_takes_for_its_own(one_trip, hotel):
    theirs = Caller(make_key(SubscribedFactory())[1])
    for _time in range(2):
        assert theirs.send(GuestFactory()).json()["accepted"] == 1
    one_trip.send(GuestFactory())

    assert GuestRecord.objects.filter(establishment=hotel).count() == 1
