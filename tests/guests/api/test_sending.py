import pytest

from guests.kinds import KINDS
from guests.kinds.base import sha256
from guests.models import Door, GuestRecord, KeptAnswer, Submission
from tests.guests.api.calling import Caller, codes, problem
from tests.guests.api.conftest import make_key
from tests.guests.factories import GuestFactory, SubscribedFactory, send
from tests.races import at_once

pytestmark = pytest.mark.django_db


def test_a_record_is_taken_and_answered_with_its_receipt(api, hotel):
    response = api.send(GuestFactory(client_reference="A-1"))

    record = GuestRecord.objects.get()
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.json() == {
        "receipt": record.submission.receipt,
        "accepted": 1,
        "duplicate": 0,
        "rejected": 0,
        "results": [
            {"index": 0, "client_reference": "A-1", "status": "accepted", "id": str(record.pk), "errors": []}
        ],
    }
    assert (record.establishment, record.kind) == (hotel, "lodging")
    assert (record.submission.door, record.submission.by) == (Door.API, None)
    assert record.submission.sha256 == sha256([record.content])


def test_each_record_is_judged_for_itself_in_the_language_asked_for(api_key):
    guests = [GuestFactory(), GuestFactory(id_number="1000000000"), "no record"]

    english = Caller(api_key[1], "en").send(*guests).json()
    arabic = Caller(api_key[1], "ar").send(*guests).json()

    assert [result["status"] for result in english["results"]] == ["accepted", "rejected", "rejected"]
    [error] = english["results"][1]["errors"]
    assert (error["field"], error["code"]) == ("id_number", "check_digit")
    assert error["message"].startswith("This national ID looks mistyped")
    assert arabic["results"][0]["status"] == "duplicate"
    assert arabic["results"][1]["errors"][0]["message"].startswith("يبدو أن رقم الهوية الوطنية")


def test_the_same_again_is_a_duplicate_and_other_content_a_conflict(api):
    guest = GuestFactory(room="101")
    first = api.send(guest).json()

    again = api.send(guest).json()
    other = api.send(guest | {"room": "102"}).json()

    assert again["results"][0]["status"] == "duplicate"
    assert again["results"][0]["id"] == first["results"][0]["id"]
    assert other["results"][0]["errors"][0]["code"] == "conflict"
    assert GuestRecord.objects.count() == 1


def test_a_check_keeps_nothing_and_says_the_same(api, hotel):
    known = GuestFactory(room="1")
    send(hotel, known)
    before = (Submission.objects.count(), GuestRecord.objects.count())

    response = api.send(
        known,
        known | {"client_reference": "new"},
        GuestFactory(gender="x"),
        query="?check_only=true",
        **{"Idempotency-Key": "k"},
    )

    answer = response.json()
    assert (answer["receipt"], answer["accepted"], answer["duplicate"], answer["rejected"]) == (None, 1, 1, 1)
    assert (Submission.objects.count(), GuestRecord.objects.count()) == before
    assert KeptAnswer.objects.count() == 0


def test_a_check_tells_conflicts_and_lost_companions(api, hotel):
    known = GuestFactory(room="1")
    send(hotel, known)

    answer = api.send(
        known | {"room": "2"}, GuestFactory(companion_of="nobody"), query="?check_only=1"
    ).json()

    assert [result["errors"][0]["code"] for result in answer["results"]] == ["conflict", "unknown_companion"]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, [("kind", "required"), ("records", "required")]),
        ([], [("", "invalid")]),
        ({"kind": "lodging", "records": []}, [("records", "out_of_range")]),
        ({"kind": "lodging", "records": [{}] * 1001}, [("records", "out_of_range")]),
        ({"kind": "lodging", "records": {}}, [("records", "invalid")]),
        ({"kind": "camping", "records": [{}]}, [("kind", "unknown")]),
        ({"kind": ["lodging"], "records": [{}]}, [("kind", "invalid")]),
        ({"kind": "lodging", "records": [{}], "more": 1}, [("more", "unknown")]),
    ],
)
def test_a_request_of_another_shape_is_refused_with_its_fields(api, body, errors):
    response = api.post("/records", body)

    assert problem(response) == (422, "invalid")
    assert codes(response) == errors
    assert Submission.objects.count() == 0


def test_a_switch_that_is_neither_true_nor_false_is_refused(api):
    response = api.send(GuestFactory(), query="?check_only=perhaps")

    assert problem(response) == (422, "invalid")
    assert codes(response) == [("check_only", "invalid")]


def test_a_thousand_records_are_taken_at_once(api):
    answer = api.send(*GuestFactory.create_batch(1000)).json()

    assert answer["accepted"] == 1000
    assert GuestRecord.objects.count() == 1000


def test_an_establishment_without_subscription_is_told_why(establishment):
    api = Caller(make_key(establishment)[1])

    response = api.send(GuestFactory())

    assert problem(response) == (403, "not_subscribed")
    assert establishment.name_en in response.json()["detail"]
    assert Submission.objects.count() == 0


def test_another_sectors_kind_is_not_expected(api):
    assert problem(api.send({}, kind="gold_purchase")) == (403, "not_expected")


def test_the_same_idempotency_key_gets_the_same_answer(api):
    guest = GuestFactory()
    first = api.send(guest, **{"Idempotency-Key": "booking-1"})

    again = api.send(guest, **{"Idempotency-Key": "booking-1"})

    assert first.json()["accepted"] == 1
    assert again.content == first.content
    assert Submission.objects.count() == 1


def test_another_request_with_the_same_idempotency_key_is_refused(api):
    api.send(GuestFactory(), **{"Idempotency-Key": "booking-1"})

    response = api.send(GuestFactory(), **{"Idempotency-Key": "booking-1"})

    assert problem(response) == (409, "other_request")
    assert Submission.objects.count() == 1


def test_each_key_has_idempotency_keys_of_its_own(api):
    theirs = Caller(make_key(SubscribedFactory())[1])
    api.send(GuestFactory(), **{"Idempotency-Key": "1"})

    assert theirs.send(GuestFactory(), **{"Idempotency-Key": "1"}).json()["accepted"] == 1


@pytest.mark.parametrize("sent", ["", "with space", "x" * 256, "é"])
def test_what_is_no_idempotency_key_is_refused(api, sent):
    assert problem(api.send(GuestFactory(), **{"Idempotency-Key": sent}))[0] == 400


def test_an_answer_is_kept_only_with_what_it_tells_of(api, monkeypatch):
    from guests.api import answers

    def fail(*args):
        raise answers.AnsweredMeanwhile

    monkeypatch.setattr(answers, "keep", fail)

    assert problem(api.send(GuestFactory(), **{"Idempotency-Key": "1"})) == (503, "unavailable")
    assert (Submission.objects.count(), GuestRecord.objects.count()) == (0, 0)


@pytest.fixture(params=[False, True], ids=["the long way", "in one trip"])
def either_way(request, api):
    """A program whose key is new to the process, and one whose records go in by one statement."""
    if request.param:
        assert api.get("/codes/kinds").status_code == 200
    return api


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_with_one_reference_make_one_record(either_way):
    api, guest = either_way, GuestFactory()

    answers = [response.json() for response in at_once(*[lambda: api.send(guest)] * 50)]

    statuses = [answer["results"][0]["status"] for answer in answers]
    assert sorted(statuses) == ["accepted"] + ["duplicate"] * 49
    assert len({answer["results"][0]["id"] for answer in answers}) == 1
    assert GuestRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_with_one_idempotency_key_make_one_record_and_one_answer(either_way):
    api, guest = either_way, GuestFactory()
    again = {"Idempotency-Key": "booking-1"}

    responses = at_once(*[lambda: api.send(guest, **again)] * 50)

    assert {response.status_code for response in responses} == {200}
    assert len({response.content for response in responses}) == 1
    assert responses[0].json()["accepted"] == 1
    assert (GuestRecord.objects.count(), Submission.objects.count(), KeptAnswer.objects.count()) == (1, 1, 1)


@pytest.mark.django_db
def test_many_records_are_judged_as_each_would_be(api, hotel):
    guests = [
        GuestFactory(),
        GuestFactory(id_number="1000000000"),
        GuestFactory(room=204),
        GuestFactory(mobile=None, room=""),
        GuestFactory(nothing="x"),
        GuestFactory(companion_of="nobody"),
        "no record",
        *GuestFactory.create_batch(40),
    ]
    alone = [api.send(guest, query="?check_only=1").json()["results"][0] for guest in guests]

    together = api.send(*guests).json()["results"]

    assert [(r["status"], [e["code"] for e in r["errors"]]) for r in together] == [
        (r["status"], [e["code"] for e in r["errors"]]) for r in alone
    ]
    for result, guest in zip(together[7:], guests[7:], strict=True):
        stored = GuestRecord.objects.get(pk=result["id"])
        assert stored.content == KINDS["lodging"].read(guest)
