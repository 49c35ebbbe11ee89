from datetime import timedelta

import pytest
from django.db import transaction

from guests import intake
from guests.kinds.base import sha256
from guests.models import Door, GuestRecord, Submission, TransferStatus
from guests.tasks import transfer_due_records
from shumoos.saudi import receipt_number
from shumoos.saudi.calendar import today
from tests.factories import EstablishmentFactory, sector
from tests.guests.factories import GuestFactory, SubscribedFactory, send, subscribe
from tests.races import at_once

pytestmark = pytest.mark.django_db


def outcomes(submission):
    return [
        (result.client_reference, result.status, [(error.field, error.code) for error in result.errors])
        for result in submission.results
    ]


def test_a_record_is_accepted_with_a_receipt_and_is_due_for_the_centre(hotel, owner):
    submission = send(hotel, GuestFactory(client_reference="A-1"))

    assert outcomes(submission) == [("A-1", "accepted", [])]
    assert receipt_number.is_valid(submission.receipt)
    assert submission.receipt[:2] == str(today().year)[2:]
    record = GuestRecord.objects.get()
    assert submission.results[0].record_id == record.pk
    assert (record.establishment, record.submission, record.kind) == (hotel, submission, "lodging")
    assert (record.full_name, record.id_number) == (
        record.content["full_name"],
        record.content["id_number"],
    )
    assert record.occurred_at.isoformat() is not None
    submission.refresh_from_db()
    assert (submission.accepted, submission.duplicate, submission.rejected) == (1, 0, 0)
    assert (submission.door, submission.by, submission.kind) == (Door.FORM, owner, "lodging")
    assert submission.sha256 == sha256([record.content])
    assert (record.state, record.version, record.batch) == (TransferStatus.ACCEPTED, 1, None)


def test_the_bell_rings_once_after_the_commit(hotel, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        send(hotel, GuestFactory(), GuestFactory())

    assert callbacks == [transfer_due_records.delay]


def test_a_submission_that_is_rolled_back_leaves_nothing_and_rings_no_bell(
    hotel, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        send(hotel, GuestFactory())
        transaction.set_rollback(True)

    assert callbacks == []
    assert (Submission.objects.count(), GuestRecord.objects.count()) == (0, 0)


def test_the_same_content_again_is_a_duplicate(hotel, django_capture_on_commit_callbacks):
    guest = GuestFactory(id_number="1000000008")
    first = send(hotel, guest)

    with django_capture_on_commit_callbacks() as callbacks:
        again = send(hotel, guest | {"id_number": "١٠٠٠٠٠٠٠٠٨"})

    assert outcomes(again) == [(guest["client_reference"], "duplicate", [])]
    assert again.results[0].record_id == first.results[0].record_id
    assert (again.accepted, again.duplicate, again.rejected) == (0, 1, 0)
    assert again.receipt != first.receipt
    assert callbacks == []
    assert GuestRecord.objects.count() == 1


def test_other_content_under_the_same_reference_is_a_conflict(hotel):
    guest = GuestFactory(room="101")
    send(hotel, guest)

    again = send(hotel, guest | {"room": "102"})

    assert outcomes(again) == [
        (guest["client_reference"], "rejected", [("client_reference", "conflict")]),
    ]
    assert again.results[0].record_id is None
    assert GuestRecord.objects.get().content["room"] == "101"


def test_another_establishment_may_use_the_same_reference(hotel):
    other = SubscribedFactory()
    guest = GuestFactory()

    send(hotel, guest)

    assert outcomes(send(other, guest)) == [(guest["client_reference"], "accepted", [])]


def test_good_records_are_accepted_beside_bad_ones(hotel):
    bad = GuestFactory(client_reference="bad", id_number="1000000000")

    submission = send(hotel, GuestFactory(client_reference="one"), bad, GuestFactory(client_reference="two"))

    assert outcomes(submission) == [
        ("one", "accepted", []),
        ("bad", "rejected", [("id_number", "check_digit")]),
        ("two", "accepted", []),
    ]
    assert (submission.accepted, submission.rejected) == (2, 1)
    in_order = [GuestRecord.objects.get(client_reference=name).content for name in ("one", "two")]
    assert submission.sha256 == sha256(in_order)


def test_a_reference_used_twice_in_one_submission_is_told_with_the_earlier_row(hotel, settings):
    settings.LANGUAGE_CODE = "en"
    guest = GuestFactory(client_reference="A-1")

    submission = send(hotel, GuestFactory(), guest, guest)

    assert [result.status for result in submission.results] == ["accepted", "accepted", "rejected"]
    [error] = submission.results[2].errors
    assert (error.field, error.code) == ("client_reference", "duplicate_in_file")
    assert "2" in error.message


def test_companions_come_after_before_or_together_with_their_main_guest(hotel):
    send(hotel, GuestFactory(client_reference="known"))

    submission = send(
        hotel,
        GuestFactory(client_reference="c1", companion_of="main"),
        GuestFactory(client_reference="main"),
        GuestFactory(client_reference="c2", companion_of="known"),
        GuestFactory(client_reference="c3", companion_of="nobody"),
    )

    assert outcomes(submission) == [
        ("c1", "accepted", []),
        ("main", "accepted", []),
        ("c2", "accepted", []),
        ("c3", "rejected", [("companion_of", "unknown_companion")]),
    ]


def test_companions_of_a_rejected_guest_are_rejected_down_the_line(hotel):
    submission = send(
        hotel,
        GuestFactory(client_reference="c2", companion_of="c1"),
        GuestFactory(client_reference="c1", companion_of="main"),
        GuestFactory(client_reference="main", id_number="1000000000"),
    )

    assert [result.status for result in submission.results] == ["rejected"] * 3
    assert GuestRecord.objects.count() == 0


def test_the_main_guest_of_another_establishment_is_unknown(hotel):
    send(SubscribedFactory(), GuestFactory(client_reference="theirs"))

    submission = send(hotel, GuestFactory(client_reference="c", companion_of="theirs"))

    assert outcomes(submission) == [("c", "rejected", [("companion_of", "unknown_companion")])]


def test_what_is_no_record_is_rejected_and_leaves_a_receipt(hotel):
    submission = send(hotel, "not a record", {"client_reference": ["A"]})

    assert [result.status for result in submission.results] == ["rejected", "rejected"]
    assert Submission.objects.get().rejected == 2


@pytest.mark.parametrize(
    "details",
    [
        None,
        {"status": "suspended"},
        {"status": "closed"},
        {"period": (today() - timedelta(days=9), today())},
    ],
)
def test_only_an_active_subscription_may_send(establishment, details):
    if details:
        subscribe(establishment, **details)

    with pytest.raises(intake.SubmissionRefused, match=establishment.name_ar):
        send(establishment, GuestFactory())

    assert Submission.objects.count() == 0


def test_a_sector_sends_its_own_kinds_only():
    garage = EstablishmentFactory(sector=sector("car_rental"))
    subscribe(garage)

    with pytest.raises(intake.SubmissionRefused):
        send(garage, GuestFactory())


def test_a_receipt_number_that_is_taken_is_drawn_again(hotel, monkeypatch):
    taken = send(hotel, GuestFactory()).receipt
    free = receipt_number.make(today().year)
    drawn = iter([taken, taken, free])
    monkeypatch.setattr(receipt_number, "make", lambda year: next(drawn))

    assert send(hotel, GuestFactory()).receipt == free


def test_the_number_of_queries_does_not_grow_with_the_records(hotel, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        send(hotel, *GuestFactory.create_batch(50))


@pytest.mark.django_db(transaction=True)
def test_one_reference_sent_at_once_becomes_one_record(hotel):
    guest = GuestFactory()

    submissions = at_once(*[lambda: send(hotel, guest)] * 4)

    statuses = sorted(submission.results[0].status for submission in submissions)
    assert statuses == ["accepted", "duplicate", "duplicate", "duplicate"]
    assert (GuestRecord.objects.count(), Submission.objects.count()) == (1, 4)


@pytest.mark.django_db(transaction=True)
def test_many_references_sent_at_once_in_other_orders_do_not_wait_for_each_other(hotel):
    guests = GuestFactory.create_batch(40)

    submissions = at_once(*[lambda: send(hotel, *guests), lambda: send(hotel, *reversed(guests))] * 2)

    assert sum(submission.accepted for submission in submissions) == 40
    assert sum(submission.duplicate for submission in submissions) == 120
    assert GuestRecord.objects.count() == 40
