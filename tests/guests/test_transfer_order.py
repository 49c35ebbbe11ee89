"""Later versions on their way, what the centre refuses, how it may fail, and a worker that is killed."""

import time
from datetime import timedelta

import httpx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guests import batching, changes, transfer
from guests.models import Batch, Door, GuestRecord, Heartbeat, Outage, RecordChange
from guests.simulator import REASON, CentreSimulator
from guests.tasks import transfer_due_records
from shumoos.celery import app
from shumoos.sms.models import TextMessage
from tests.factories import EstablishmentFactory, sector
from tests.guests.factories import GuestFactory, send, subscribe
from tests.races import at_once
from tests.workers import kill, worker

pytestmark = pytest.mark.django_db(transaction=True)


def let_time_pass():
    Batch.objects.update(next_try_at=timezone.now(), created_at=timezone.now() - timedelta(hours=1))


def correct(record, **fields):
    record = GuestRecord.objects.get(pk=record.pk)
    by = record.establishment.owner.user
    return changes.correct(record, {**record.content, **fields}, reason="x", by=by, door=Door.FORM)


def enter(hotel, **fields):
    send(hotel, guest := GuestFactory(**fields))
    return GuestRecord.objects.get(client_reference=guest["client_reference"])


def came(centre):
    return [(record["id"], record["version"], record["action"]) for record in centre.records]


def rooms(centre):
    return [record["content"]["room"] for record in centre.records]


def test_versions_reach_the_centre_in_order_each_with_its_own_content(hotel, centre, owner):
    record = enter(hotel, room="1")
    correct(record, room="2")
    changes.depart(GuestRecord.objects.get(), timezone.now(), by=owner, door=Door.FORM)
    changes.cancel(GuestRecord.objects.get(), reason="x", by=owner, door=Door.FORM)

    transfer_due_records()

    assert came(centre) == [
        (record.pk, 1, "new"),
        (record.pk, 2, "correction"),
        (record.pk, 3, "departure"),
        (record.pk, 4, "cancellation"),
    ]
    assert rooms(centre) == ["1", "2", "2", "2"]
    assert "departed_at" not in centre.records[1]["content"]
    assert "departed_at" in centre.records[2]["content"]
    assert set(RecordChange.objects.values_list("state", flat=True)) == {"transferred"}


def test_a_later_version_waits_until_the_earlier_one_is_answered_for(hotel, centre):
    record = enter(hotel, room="1")
    centre.fail_next(status=503)
    transfer_due_records()
    change = correct(record, room="2")

    transfer_due_records()
    change.refresh_from_db()
    assert (change.state, change.is_next, centre.records) == ("accepted", False, [])

    let_time_pass()
    transfer_due_records()
    assert rooms(centre) == ["1", "2"]


def test_a_correction_made_while_the_answer_is_written_goes_all_the_same(hotel, centre):
    record = enter(hotel, room="1")
    for number in range(5):
        made, _ = at_once(lambda n=number: correct(record, room=f"r{n}"), transfer_due_records)
        assert made.version == number + 2
    transfer_due_records()

    assert [version for _id, version, _action in came(centre)] == [1, 2, 3, 4, 5, 6]


def test_a_corrected_refusal_is_sent_again_as_new(hotel, centre, owner):
    centre.behave(refuse=True)
    record = enter(hotel, room="1")
    transfer_due_records()
    record.refresh_from_db()
    assert (record.state, record.refusal, record.to_correct) == ("refused", REASON, True)

    centre.behave(refuse=False)
    correct(record, room="2")
    transfer_due_records()

    record = GuestRecord.objects.with_state().get()
    assert (record.latest_state, record.to_correct, record.state) == ("transferred", False, "refused")
    assert came(centre) == [(record.pk, 2, "new")]


def test_a_refused_correction_is_to_be_corrected_and_the_first_version_stands(hotel, centre):
    record = enter(hotel, room="1")
    transfer_due_records()
    centre.behave(refuse=True)
    correct(record, room="2")
    transfer_due_records()

    record = GuestRecord.objects.with_state().get()
    assert (record.state, record.latest_state, record.latest_refusal) == ("transferred", "refused", REASON)
    assert record.to_correct

    centre.behave(refuse=False)
    correct(record, room="3")
    transfer_due_records()
    assert came(centre) == [(record.pk, 1, "new"), (record.pk, 3, "correction")]
    assert not GuestRecord.objects.get().to_correct


def test_what_was_corrected_before_the_refusal_came_is_no_more_to_correct(hotel, centre):
    record = enter(hotel, room="1")
    batch = batching.claim(500)
    correct(record, room="2")

    batching.record(batch, {record.pk: (transfer.STATUSES["refused"], "no")})

    record.refresh_from_db()
    assert (record.state, record.to_correct) == ("refused", False)
    transfer_due_records()
    assert came(centre) == [(record.pk, 2, "new")]


def test_the_owner_is_told_once_of_what_was_refused(hotel, centre, owner):
    centre.behave(refuse=True)
    send(hotel, GuestFactory(), GuestFactory())
    transfer_due_records()
    enter(hotel)
    transfer_due_records()

    [text] = TextMessage.objects.filter(kind="records_refused")
    assert (text.to, text.about) == (hotel.owner.mobile, hotel)
    TextMessage.objects.update(queued_at=timezone.now() - timedelta(hours=13))
    enter(hotel)
    transfer_due_records()
    assert TextMessage.objects.filter(kind="records_refused").count() == 2


def test_urgent_kinds_go_before_and_of_these_the_oldest(hotel, centre, monkeypatch):
    monkeypatch.setattr(transfer, "BATCH_SIZE", 2)
    monkeypatch.setattr(transfer, "IN_FLIGHT", 1)
    shop = EstablishmentFactory(sector=sector("gold_jewellery"))
    subscribe(shop)
    gold = GuestFactory(item="Ring", weight="3.5", price="900")
    gold["bought_at"] = gold.pop("arrived_at")
    send(shop, gold, kind="gold_purchase")
    first, second = enter(hotel), enter(hotel)

    transfer_due_records()

    assert [record["kind"] for record in centre.records] == ["lodging", "lodging", "gold_purchase"]
    assert [record["id"] for record in centre.records][:2] == [first.pk, second.pk]


OPTIONS = ["drop", "slow", "partial", "refuse", "twice"]


@pytest.mark.parametrize("option", OPTIONS)
def test_whatever_the_simulator_does_nothing_is_lost_and_nothing_counts_that_was_not_said(
    hotel, centre, settings, option
):
    settings.CENTRE_TIMEOUT = 0.5
    send(hotel, *GuestFactory.create_batch(7))
    switch(centre, **{option: "2" if option == "slow" else "on"})
    transfer_due_records()

    states = list(GuestRecord.objects.order_by("pk").values_list("state", flat=True))
    assert (
        states
        == {
            "drop": ["sending"] * 7,
            "slow": ["sending"] * 7,
            "partial": ["transferred"] * 4 + ["sending"] * 3,
            "refuse": ["refused"] * 7,
            "twice": ["transferred"] * 7,
        }[option]
    )

    switch(centre, **{option: "0" if option == "slow" else "off"})
    let_time_pass()
    transfer_due_records()
    if option != "refuse":
        assert set(GuestRecord.objects.values_list("state", flat=True)) == {"transferred"}
        assert sorted(record["id"] for record in centre.records) == sorted(
            GuestRecord.objects.values_list("pk", flat=True)
        )
    assert len(set(centre.requests)) == 1


def switch(centre, **options):
    """Switch the running simulator over, as a person does on its page."""
    answer = httpx.post(f"{centre.url}/behaviour", data=options, trust_env=False)
    assert answer.status_code == 303


def test_the_simulator_is_switched_while_it_runs_and_says_how_it_behaves(centre):
    switch(centre, refuse="on", slow="1.5")
    assert (centre.behaviour.refuse, centre.behaviour.slow, centre.behaviour.drop) == (True, 1.5, False)
    assert 'name="refuse" checked' in httpx.get(centre.url, trust_env=False).text
    switch(centre, slow="0")
    assert (centre.behaviour.refuse, centre.behaviour.slow) == (False, 0)
    for wrong in ({"slow": "long"}, {"slow": "-1"}, {"slow": "nan"}):
        answer = httpx.post(f"{centre.url}/behaviour", data=wrong, trust_env=False)
        assert answer.status_code == 400


def test_a_killed_worker_s_batch_is_sent_again_under_its_number(hotel, centre, tmp_path):
    app.control.purge()
    centre.behave(slow=30)
    send(hotel, *GuestFactory.create_batch(5))
    log = tmp_path / "worker.log"
    with worker(log, CENTRE_URL=centre.url) as first:
        centre.wait_until(lambda: centre.requests, timeout=60)
        kill(first)
    app.control.purge()
    assert set(GuestRecord.objects.values_list("state", flat=True)) == {"sending"}

    centre.behave(slow=0)
    transfer_due_records()
    assert len(centre.requests) == 1
    Batch.objects.update(claimed_at=timezone.now() - timedelta(minutes=3))
    transfer_due_records()

    assert set(GuestRecord.objects.values_list("state", flat=True)) == {"transferred"}
    assert len(centre.requests) == 2
    assert len(set(centre.requests)) == 1
    assert len(centre.records) == 5


def test_the_key_changes_without_a_record_that_waits(hotel, settings):
    settings.CENTRE_KEY = "new-key,old-key"
    with CentreSimulator(key="old-key,new-key") as centre:
        settings.CENTRE_URL = centre.url
        enter(hotel)
        transfer_due_records()
        settings.CENTRE_KEY = "old-key"
        enter(hotel)
        transfer_due_records()
        settings.CENTRE_KEY = "another"
        enter(hotel)
        transfer_due_records()

    states = GuestRecord.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["transferred", "transferred", "sending"]
    assert (len(centre.records), centre.unsigned) == (2, 1)


def test_an_outage_of_the_centre_is_seen_and_ends(hotel, centre, client, settings):
    settings.METRICS_KEY = "watch"
    enter(hotel)
    centre.fail_next(status=503)
    transfer_due_records()
    enter(hotel)

    assert client.get("/readyz").json()["centre"] == "away"
    figures = metrics(client)
    assert figures["shumoos_centre_up"] == "0"
    assert figures['shumoos_centre_queue_records{kind="lodging"}'] == "1"
    assert figures["shumoos_centre_sending_records"] == "1"
    assert Outage.objects.get().ended_at is None

    let_time_pass()
    transfer_due_records()
    assert client.get("/readyz").json()["centre"] == "ok"
    figures = metrics(client)
    assert (figures["shumoos_centre_up"], figures["shumoos_centre_sending_records"]) == ("1", "0")
    assert float(figures["shumoos_centre_last_answer_timestamp_seconds"]) > time.time() - 60
    assert Outage.objects.get().ended_at is not None
    assert Heartbeat.objects.get().part == "centre"


def metrics(client):
    page = client.get(reverse("metrics"), headers={"authorization": "Bearer watch"}).content.decode()
    return dict(line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))


@pytest.mark.parametrize(("key", "given"), [("", "Bearer "), ("watch", "Bearer other"), ("watch", "")])
def test_metrics_are_for_whoever_has_the_key(client, settings, key, given):
    settings.METRICS_KEY = key

    assert client.get(reverse("metrics"), headers={"authorization": given}).status_code == 404


def test_the_statements_of_a_batch_do_not_grow_with_its_records(hotel, centre):
    def statements(count):
        send(hotel, *GuestFactory.create_batch(count))
        with CaptureQueriesContext(connection) as asked:
            transfer_due_records()
        return len(asked)

    statements(1)  # what is looked up once a process

    assert statements(60) == statements(1)
