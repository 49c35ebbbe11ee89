from datetime import timedelta

import httpx
import pytest
from django.db import transaction
from django.utils import timezone

from guests import batching, transfer
from guests.models import CLAIM_LAPSES_AFTER, Batch, GuestRecord, TransferStatus
from guests.simulator import REASON
from guests.tasks import transfer_due_records
from shumoos.processes import free_port
from tests.guests.factories import GuestFactory, send
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def let_time_pass():
    """What was put off is due now, and outages are long past."""
    Batch.objects.update(next_try_at=timezone.now(), created_at=timezone.now() - timedelta(hours=1))


def states():
    return list(GuestRecord.objects.order_by("pk").values_list("state", flat=True))


def keys():
    return list(GuestRecord.objects.order_by("pk").values_list("pk", flat=True))


def taken(centre):
    return [record["id"] for record in centre.records]


def test_records_reach_the_centre_and_become_transferred(hotel, centre):
    send(hotel, GuestFactory(client_reference="A-1"), GuestFactory(client_reference="A-2"))

    transfer_due_records()

    assert states() == ["transferred", "transferred"]
    record = GuestRecord.objects.get(client_reference="A-1")
    assert centre.records[0] == {
        "id": record.pk,
        "version": 1,
        "kind": "lodging",
        "action": "new",
        "establishment": hotel.number,
        "content": record.content,
    }
    batch = Batch.objects.get()
    assert centre.requests == [str(batch.number)]
    assert batch.finished_at is not None
    assert (batch.attempts, batch.claimed_at, batch.problem) == (1, None, "")
    assert GuestRecord.objects.filter(acknowledged_at=None).count() == 0


def test_nothing_due_asks_nobody(hotel, centre):
    transfer_due_records()
    send(hotel, GuestFactory())
    transfer_due_records()
    transfer_due_records()

    assert len(centre.requests) == 1


def test_many_records_go_in_several_batches(hotel, centre, monkeypatch):
    monkeypatch.setattr(transfer, "BATCH_SIZE", 2)
    send(hotel, *GuestFactory.create_batch(5))

    transfer_due_records()

    assert states() == ["transferred"] * 5
    assert len(set(centre.requests)) == 3


def test_a_batch_has_five_hundred_records_at_most(hotel, centre):
    send(hotel, *GuestFactory.create_batch(501))

    transfer_due_records()

    assert states() == ["transferred"] * 501
    assert sorted(batch.records.count() for batch in Batch.objects.all()) == [1, 500]


def test_a_refused_record_keeps_the_centres_reason(hotel, centre):
    centre.behave(refuse=True)
    send(hotel, GuestFactory())

    transfer_due_records()

    record = GuestRecord.objects.with_state().get()
    assert (record.latest_state, record.latest_refusal) == ("refused", REASON)
    assert record.latest_at is not None
    assert Batch.objects.get().finished_at is not None
    transfer_due_records()
    assert len(centre.requests) == 1


def test_what_is_not_acknowledged_is_sent_again_under_the_same_number(hotel, centre):
    centre.behave(partial=True)
    send(hotel, *GuestFactory.create_batch(4))

    transfer_due_records()
    assert states() == ["transferred", "transferred", "sending", "sending"]
    batch = Batch.objects.get()
    assert (batch.finished_at, batch.claimed_at, batch.problem) == (None, None, "")
    transfer_due_records()
    assert len(centre.requests) == 1

    for _ in range(2):
        let_time_pass()
        transfer_due_records()

    assert states() == ["transferred"] * 4
    assert taken(centre) == keys()
    assert centre.requests == [str(batch.number)] * 3


FAULTS = [
    ({"drop": True}, "unreachable"),
    ({"slow": 3}, "timeout"),
    ({"garbled": True}, "unreadable"),
    ({"status": 503}, "status 503"),
    ({"status": 500}, "status 500"),
    ({"status": 302}, "status 302"),
]


@pytest.mark.parametrize(("fault", "problem"), FAULTS)
def test_without_an_answer_nothing_counts_as_transferred_and_nothing_is_lost(
    hotel, centre, settings, fault, problem
):
    settings.CENTRE_TIMEOUT = 0.5
    send(hotel, GuestFactory(), GuestFactory())
    centre.fail_next(**fault)

    transfer_due_records()

    assert states() == ["sending", "sending"]
    batch = Batch.objects.get()
    assert (batch.problem, batch.claimed_at, batch.finished_at) == (problem, None, None)
    assert timezone.now() < batch.next_try_at < timezone.now() + timedelta(seconds=16)

    let_time_pass()
    transfer_due_records()
    assert states() == ["transferred", "transferred"]
    assert taken(centre) == keys()
    assert centre.requests == [str(batch.number)] * 2
    batch.refresh_from_db()
    assert (batch.problem, batch.attempts) == ("", 2)


def test_a_centre_that_is_away_is_asked_less_and_less_often(hotel, settings):
    settings.CENTRE_URL = f"http://127.0.0.1:{free_port()}"
    send(hotel, GuestFactory())

    waits = []
    for _ in range(8):
        let_time_pass()
        transfer_due_records()
        batch = Batch.objects.get()
        waits.append(round((batch.next_try_at - timezone.now()).total_seconds()))

    assert waits == [15, 30, 60, 120, 240, 480, 900, 900]
    assert batch.problem == "unreachable"


def test_while_the_centre_is_away_new_records_wait_together(hotel, settings, centre):
    settings.CENTRE_URL = f"http://127.0.0.1:{free_port()}"
    for _ in range(3):
        send(hotel, GuestFactory())
        transfer_due_records()
    assert states() == ["sending", "accepted", "accepted"]
    assert Batch.objects.count() == 1

    settings.CENTRE_URL = centre.url
    let_time_pass()
    transfer_due_records()

    assert states() == ["transferred"] * 3
    assert Batch.objects.count() == 2


def test_a_batch_that_the_centre_cannot_read_does_not_hold_up_the_others(hotel, centre):
    send(hotel, GuestFactory())
    centre.fail_next(status=500)
    transfer_due_records()
    send(hotel, GuestFactory())
    Batch.objects.update(created_at=timezone.now() - timedelta(hours=1))

    transfer_due_records()

    assert states() == ["sending", "transferred"]


def test_an_answer_given_twice_over_is_taken_once(hotel, centre):
    centre.behave(twice=True)
    send(hotel, *GuestFactory.create_batch(3))

    transfer_due_records()

    assert states() == ["transferred"] * 3
    assert taken(centre) == keys()


def test_an_answer_that_comes_late_changes_nothing(hotel, centre):
    send(hotel, GuestFactory())
    batch = batching.claim(500)
    transfer_due_records()
    assert states() == ["sending"]
    [key] = keys()

    batching.record(batch, {key: (TransferStatus.TRANSFERRED, "")})
    acknowledged_at = GuestRecord.objects.get().acknowledged_at
    batching.record(batch, {key: (TransferStatus.REFUSED, "late")})

    row = GuestRecord.objects.get()
    assert (row.state, row.refusal, row.acknowledged_at) == ("transferred", "", acknowledged_at)


def test_a_worker_that_was_killed_leaves_its_batch_to_the_next(hotel, centre):
    send(hotel, GuestFactory())
    batch = batching.claim(500)
    transfer_due_records()
    assert centre.requests == []

    Batch.objects.update(claimed_at=timezone.now() - CLAIM_LAPSES_AFTER - timedelta(seconds=1))
    transfer_due_records()

    assert states() == ["transferred"]
    assert centre.requests == [str(batch.number)]


def test_a_worker_killed_after_the_centre_took_the_batch_sends_nothing_twice(hotel, centre):
    send(hotel, GuestFactory())
    batch = batching.claim(500)
    with httpx.Client(trust_env=False) as client:
        transfer.send(client, batch, batching.payload(batch))

    Batch.objects.update(claimed_at=timezone.now() - CLAIM_LAPSES_AFTER - timedelta(seconds=1))
    transfer_due_records()

    assert states() == ["transferred"]
    assert taken(centre) == keys()
    assert centre.requests == [str(batch.number)] * 2


def test_a_worker_that_comes_back_late_does_not_release_another_ones_claim(hotel, centre):
    send(hotel, GuestFactory())
    late = batching.claim(500)
    Batch.objects.update(claimed_at=timezone.now() - CLAIM_LAPSES_AFTER - timedelta(seconds=1))
    current = batching.claim(500)

    batching.put_off(late, problem="timeout")

    batch = Batch.objects.get()
    assert (batch.claimed_at, batch.attempts, batch.problem) == (current.claimed_at, 2, "")


def test_a_record_is_claimed_by_one_worker_only(hotel):
    send(hotel, *GuestFactory.create_batch(40))

    batches = at_once(*[lambda: batching.claim(10)] * 6)

    claimed = [record.pk for batch in batches if batch for record in batch.records.all()]
    assert len(claimed) == len(set(claimed))
    Batch.objects.update(claimed_at=timezone.now() - CLAIM_LAPSES_AFTER - timedelta(seconds=1))
    numbers = [batch.number for batch in at_once(*[lambda: batching.claim(10)] * 4) if batch]
    assert len(numbers) == len(set(numbers))


def test_workers_at_once_bring_every_record_to_the_centre_once(hotel, centre, monkeypatch):
    monkeypatch.setattr(transfer, "BATCH_SIZE", 5)
    send(hotel, *GuestFactory.create_batch(40))

    assert at_once(transfer_due_records, transfer_due_records) == [None, None]

    transfer_due_records()
    assert states() == ["transferred"] * 40
    assert sorted(taken(centre)) == keys()


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"batch": "another", "results": []},
        {"batch": "OURS", "results": {}},
    ],
)
def test_an_answer_to_something_else_is_no_answer(hotel, answer):
    send(hotel, GuestFactory())
    batch = batching.claim(500)
    if isinstance(answer, dict) and answer.get("batch") == "OURS":
        answer["batch"] = str(batch.number)

    with pytest.raises(ValueError):
        transfer.read_answer(batch, answer)


def test_only_what_is_said_clearly_counts(hotel):
    send(hotel, GuestFactory())
    batch = batching.claim(500)
    results = [
        {"id": 1, "status": "accepted"},
        {"id": 2, "status": "queued"},
        {"id": 3, "status": "accepted"},
        {"id": 3, "status": "refused", "reason": "no"},
        {"id": "4", "status": "accepted"},
        {"status": "accepted"},
        "accepted",
        {"id": 5, "status": "refused", "reason": "a\x00b" + "c" * 300},
        {"id": 6, "status": "refused", "reason": ["no"]},
    ]

    answers = transfer.read_answer(batch, {"batch": str(batch.number), "results": results})

    assert answers == {
        1: (TransferStatus.TRANSFERRED, ""),
        5: (TransferStatus.REFUSED, "ab" + "c" * 198),
        6: (TransferStatus.REFUSED, ""),
    }


def test_an_answer_about_others_records_touches_none_of_them(hotel):
    send(hotel, GuestFactory())
    first = batching.claim(500)
    send(hotel, GuestFactory())
    second = batching.claim(500)

    batching.record(first, {key: (TransferStatus.TRANSFERRED, "") for key in keys()})

    assert states() == ["transferred", "sending"]
    second.refresh_from_db()
    assert second.finished_at is None


def test_the_transfer_refuses_to_run_inside_a_transaction(hotel, centre):
    send(hotel, GuestFactory())

    with pytest.raises(RuntimeError), transaction.atomic():
        transfer_due_records()

    assert states() == ["accepted"]


def test_the_centre_refuses_a_wrong_key_and_the_records_wait(hotel, centre, settings):
    settings.CENTRE_KEY = "another key"
    send(hotel, GuestFactory())

    transfer_due_records()

    assert states() == ["sending"]
    assert Batch.objects.get().problem == "status 401"
    assert (centre.records, centre.unsigned) == ([], 1)


def test_logs_hold_ids_and_counts_only(hotel, centre, caplog):
    caplog.set_level("DEBUG")
    send(hotel, GuestFactory(full_name="اسم لا يسجل", id_number="1000000008"))
    centre.fail_next(status=500)
    transfer_due_records()
    let_time_pass()
    transfer_due_records()

    assert str(Batch.objects.get().number) in caplog.text
    assert "اسم لا يسجل" not in caplog.text
    assert "1000000008" not in caplog.text
