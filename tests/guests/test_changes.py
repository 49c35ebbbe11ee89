from datetime import datetime, timedelta

import pytest
from django.db import InternalError, transaction

from guests import changes
from guests.changes import ChangeRefused
from guests.intake import SubmissionRefused
from guests.kinds.errors import RecordRefused
from guests.models import Door, GuestRecord, RecordChange
from guests.tasks import transfer_due_records
from shumoos.accounts.models import Role
from shumoos.saudi.calendar import RIYADH
from tests.factories import EstablishmentFactory, UserFactory, sector
from tests.guests.factories import GuestFactory, send, subscribe
from tests.races import at_once

pytestmark = pytest.mark.django_db


def enter(hotel, **fields):
    send(hotel, guest := GuestFactory(**fields))
    return GuestRecord.objects.get(client_reference=guest["client_reference"])


def correct(record, raw=None, **fields):
    by = record.establishment.owner.user
    content = {**record.content, **fields} if raw is None else raw
    return changes.correct(record, content, reason="Mistyped", by=by, door=Door.FORM)


def depart(record, at=None):
    at = at or datetime.now(RIYADH).replace(microsecond=0)
    return changes.depart(record, at, by=record.establishment.owner.user, door=Door.FORM)


def cancel(record, reason="Never came"):
    return changes.cancel(record, reason=reason, by=record.establishment.owner.user, door=Door.FORM)


def codes(refusal):
    return [(error.field, error.code) for error in refusal.value.errors]


def test_a_correction_keeps_both_versions_and_rings_for_the_centre(
    hotel, owner, django_capture_on_commit_callbacks
):
    record = enter(hotel, full_name="نزيل مخترع", room="101")
    before = record.content

    with django_capture_on_commit_callbacks() as callbacks:
        made = correct(record, full_name="نزيل آخر", room="102")

    record = GuestRecord.objects.get()
    change = record.changes.get()
    assert made == change
    assert (record.version, record.full_name, record.content["room"]) == (2, "نزيل آخر", "102")
    assert (change.version, change.action, change.reason) == (2, "correction", "Mistyped")
    assert (change.before, change.content) == (before, record.content)
    assert (change.by, change.door, change.state, change.is_next) == (owner, Door.FORM, "accepted", False)
    assert callbacks == [transfer_due_records.delay]


def test_the_same_content_again_is_no_new_version(hotel):
    record = enter(hotel)

    assert correct(record) is None

    assert record.version == 1
    assert RecordChange.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"id_number": "1000000000"}, [("id_number", "check_digit")]),
        ({"client_reference": "another"}, [("client_reference", "conflict")]),
        ({"companion_of": "nobody"}, [("companion_of", "unknown_companion")]),
        ({"unheard": "of"}, [("unheard", "unknown")]),
    ],
)
def test_what_no_door_takes_is_no_correction(hotel, fields, found):
    record = enter(hotel)

    with pytest.raises(RecordRefused) as refusal:
        correct(record, **fields)

    assert codes(refusal) == found
    record.refresh_from_db()
    assert (record.version, RecordChange.objects.count()) == (1, 0)


@pytest.mark.parametrize("reason", ["", "  ", "a" * 301, "\x00"])
def test_a_correction_and_a_cancellation_need_a_reason(hotel, owner, reason):
    record = enter(hotel, room="101")
    corrected = {**record.content, "room": "102"}

    with pytest.raises(ChangeRefused) as refusal:
        changes.correct(record, corrected, reason=reason, by=owner, door=Door.FORM)
    assert refusal.value.code == "reason"
    with pytest.raises(ChangeRefused):
        cancel(record, reason=reason)

    assert RecordChange.objects.count() == 0


def test_a_departure_ends_the_stay_once(hotel):
    record = enter(hotel)
    assert list(GuestRecord.objects.open()) == [record]
    at = datetime.now(RIYADH).replace(microsecond=0) - timedelta(minutes=5)

    change = depart(record, at)
    assert depart(record, at) is None

    record = GuestRecord.objects.get()
    assert (change.action, change.version, change.reason) == ("departure", 2, "")
    assert (record.departed_at, record.is_open, record.version) == (at, False, 2)
    with pytest.raises(ChangeRefused) as refusal:
        depart(record, at + timedelta(minutes=1))
    assert refusal.value.code == "ended"
    correct(record, departed_at=(at + timedelta(minutes=1)).isoformat())
    assert GuestRecord.objects.get().departed_at == at + timedelta(minutes=1)


def test_nobody_departs_before_the_arrival_or_tomorrow(hotel):
    record = enter(hotel)

    with pytest.raises(RecordRefused) as refusal:
        depart(record, record.occurred_at - timedelta(hours=1))
    assert codes(refusal) == [("departed_at", "before_arrival")]
    with pytest.raises(RecordRefused) as refusal:
        depart(record, datetime.now(RIYADH) + timedelta(days=1))
    assert codes(refusal) == [("departed_at", "in_future")]


def test_a_departure_taken_back_by_a_correction_opens_the_stay_again(hotel):
    record = enter(hotel)
    depart(record)

    content = {name: value for name, value in record.content.items() if name != "departed_at"}
    correct(record, content)

    assert (record.is_open, record.departed_at) == (True, None)


def test_what_is_bought_does_not_depart(db):
    shop = EstablishmentFactory(sector=sector("gold_jewellery"))
    subscribe(shop)
    guest = GuestFactory(item="Ring", weight="3.5", price="900")
    guest["bought_at"] = guest.pop("arrived_at")
    send(shop, guest, kind="gold_purchase")
    record = GuestRecord.objects.get()

    with pytest.raises(ChangeRefused) as refusal:
        depart(record)

    assert (refusal.value.code, record.is_open) == ("no_end", False)


def test_a_cancelled_record_is_kept_and_changes_no_more(hotel):
    record = enter(hotel)

    change = cancel(record)
    assert cancel(record, reason="again") is None

    record = GuestRecord.objects.get()
    assert (change.action, change.reason) == ("cancellation", "Never came")
    assert (record.cancelled_at, record.is_open, record.version) == (change.made_at, False, 2)
    for attempt in (lambda: correct(record, room="9"), lambda: depart(record)):
        with pytest.raises(ChangeRefused) as refusal:
            attempt()
        assert refusal.value.code == "cancelled"


def test_a_guest_with_companions_is_not_cancelled_before_them(hotel):
    main = enter(hotel, client_reference="main")
    companion = enter(hotel, companion_of="main")

    with pytest.raises(ChangeRefused) as refusal:
        cancel(main)
    assert refusal.value.code == "companions"

    cancel(companion)
    cancel(main)
    assert GuestRecord.objects.filter(cancelled_at=None).count() == 0


def test_an_agent_without_a_mandate_changes_nothing(hotel):
    record = enter(hotel)
    agent = UserFactory(role=Role.PROVIDER)

    with pytest.raises(SubmissionRefused):
        changes.cancel(record, reason="x", by=agent, door=Door.FORM)

    assert RecordChange.objects.count() == 0


def test_what_was_said_first_is_nothing_new_after_a_correction(hotel):
    guest = GuestFactory(room="101")
    send(hotel, guest)
    record = GuestRecord.objects.get()
    correct(record, room="102")
    correct(record, room="103")

    for room in ("101", "102", "103"):
        again = send(hotel, guest | {"room": room})
        assert [result.status for result in again.results] == ["duplicate"]
    other = send(hotel, guest | {"room": "104"})
    assert [result.status for result in other.results] == ["rejected"]


def test_a_version_is_written_once(hotel):
    change = correct(enter(hotel, room="1"), room="2")

    for column, value in {"content": {}, "before": {}, "reason": "another", "version": 3}.items():
        with pytest.raises(InternalError), transaction.atomic():
            RecordChange.objects.filter(pk=change.pk).update(**{column: value})


@pytest.mark.django_db(transaction=True)
def test_two_corrections_at_once_become_two_versions_one_after_the_other(hotel):
    record = enter(hotel, room="0")

    def to(room):
        return lambda: (
            correct(GuestRecord.objects.get(pk=record.pk), {**record.content, "room": room}).version
        )

    assert sorted(at_once(to("1"), to("2"))) == [2, 3]
    second, third = RecordChange.objects.order_by("version")
    assert second.content == third.before
    assert GuestRecord.objects.get().content == third.content


@pytest.mark.django_db(transaction=True)
def test_one_departure_pressed_twice_at_once_is_one(hotel):
    record = enter(hotel)
    at = datetime.now(RIYADH).replace(microsecond=0)

    made = at_once(*[lambda: depart(GuestRecord.objects.get(pk=record.pk), at)] * 4)

    assert len([change for change in made if change]) == 1
    assert RecordChange.objects.count() == 1
