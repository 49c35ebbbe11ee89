from datetime import timedelta

import pytest
from django.utils import timezone

from guests.models import GuestRecord, SandboxRecord, SandboxSubmission, Submission
from guests.tasks import clean_up_api
from tests.guests.factories import GuestFactory, send

pytestmark = pytest.mark.django_db


def test_what_a_test_key_sends_stays_in_the_sandbox(test_api, hotel):
    guest = GuestFactory()

    answer = test_api.send(guest, GuestFactory(gender="x")).json()

    assert (answer["accepted"], answer["rejected"]) == (1, 1)
    assert answer["receipt"].startswith("T-")
    assert (GuestRecord.objects.count(), Submission.objects.count()) == (0, 0)
    assert SandboxRecord.objects.get().client_reference == guest["client_reference"]


def test_a_test_key_gets_the_same_answers(test_api, hotel):
    guest = GuestFactory(room="1")
    test_api.send(guest)

    answer = test_api.send(
        guest,
        GuestFactory(companion_of=guest["client_reference"]),
        GuestFactory(companion_of="nobody"),
        GuestFactory(client_reference="twice"),
        GuestFactory(client_reference="twice"),
    ).json()
    other = test_api.send(guest | {"room": "2"}).json()

    told = [(r["status"], [error["code"] for error in r["errors"]]) for r in answer["results"]]
    assert told == [
        ("duplicate", []),
        ("accepted", []),
        ("rejected", ["unknown_companion"]),
        ("accepted", []),
        ("rejected", ["duplicate_in_file"]),
    ]
    assert other["results"][0]["errors"][0]["code"] == "conflict"


def test_sandbox_and_real_records_know_nothing_of_each_other(test_api, api, hotel):
    guest = GuestFactory()
    send(hotel, guest)

    assert test_api.send(guest).json()["accepted"] == 1
    assert test_api.send(guest, query="?check_only=true").json()["duplicate"] == 1
    assert api.send(guest).json()["duplicate"] == 1


def test_the_sandbox_is_emptied_of_what_came_before_today(test_api, hotel):
    test_api.send(GuestFactory())
    SandboxSubmission.objects.update(received_at=timezone.now() - timedelta(days=1))
    test_api.send(GuestFactory(client_reference="today"))

    clean_up_api()
    clean_up_api()

    assert [record.client_reference for record in SandboxRecord.objects.all()] == ["today"]


def test_the_same_idempotency_key_works_in_the_sandbox(test_api):
    guest = GuestFactory()
    first = test_api.send(guest, **{"Idempotency-Key": "1"})

    assert test_api.send(guest, **{"Idempotency-Key": "1"}).content == first.content
