from datetime import timedelta

import pytest

from guests import changes, intake, nil_returns
from guests.models import Door, GuestRecord, NilReturn, Submission
from guests.nil_returns import NilReturnRefused
from shumoos.saudi import calendar, receipt_number
from tests.factories import EstablishmentFactory
from tests.guests.factories import GuestFactory, send
from tests.races import at_once

pytestmark = pytest.mark.django_db


def yesterday():
    return calendar.today() - timedelta(days=1)


def file(establishment, day=None, kind="lodging"):
    return nil_returns.file(
        establishment, kind, day or yesterday(), by=establishment.owner.user, door=Door.FORM
    )


def guest_of(day):
    return GuestFactory(arrived_at=f"{day} 00:00", birth_date="1990-03-15")


def test_a_nil_return_has_a_receipt_and_is_filed_once(hotel, owner):
    filed = file(hotel)

    assert file(hotel) == filed
    assert (filed.by, filed.door, filed.voided_at) == (owner, Door.FORM, None)
    submission = Submission.objects.get()
    assert filed.submission == submission
    assert (submission.accepted, submission.kind, len(submission.sha256)) == (0, "lodging", 64)
    assert len(submission.receipt) == 16
    assert receipt_number.is_valid(submission.receipt)


def test_a_record_of_the_day_voids_it_visibly(hotel):
    earlier, filed = file(hotel, yesterday() - timedelta(days=1)), file(hotel)

    send(hotel, guest_of(yesterday()))

    filed.refresh_from_db()
    earlier.refresh_from_db()
    assert filed.voided_at is not None
    assert earlier.voided_at is None
    assert list(NilReturn.objects.standing()) == [earlier]


def test_a_rejected_record_voids_nothing(hotel):
    filed = file(hotel)

    send(hotel, guest_of(yesterday()) | {"id_number": "1000000000"})

    filed.refresh_from_db()
    assert filed.voided_at is None


def test_a_record_moved_to_the_day_voids_it(hotel, owner):
    today = calendar.today()
    send(hotel, guest_of(today - timedelta(days=2)))
    filed = file(hotel, today - timedelta(days=1))
    record = GuestRecord.objects.get()

    moved = {**record.content, "arrived_at": f"{today - timedelta(days=1)} 10:00"}
    changes.correct(record, moved, reason="Wrong day", by=owner, door=Door.FORM)

    filed.refresh_from_db()
    assert filed.voided_at is not None


def test_a_day_with_records_has_no_nil_return_until_they_are_cancelled(hotel, owner):
    send(hotel, guest_of(yesterday()))

    with pytest.raises(NilReturnRefused) as refusal:
        file(hotel)
    assert refusal.value.code == "has_records"

    changes.cancel(GuestRecord.objects.get(), reason="Never came", by=owner, door=Door.FORM)
    assert file(hotel).voided_at is None


@pytest.mark.parametrize(("days", "code"), [(1, "in_future"), (0, "in_future"), (-32, "out_of_range")])
def test_only_days_that_are_over_and_not_long_ago_are_filed(hotel, days, code):
    with pytest.raises(NilReturnRefused) as refusal:
        file(hotel, calendar.today() + timedelta(days=days))

    assert refusal.value.code == code
    assert NilReturn.objects.count() == 0


def test_only_what_the_sector_sends_is_filed_and_only_while_subscribed(hotel):
    with pytest.raises(intake.SubmissionRefused):
        file(hotel, kind="gold_purchase")
    with pytest.raises(intake.SubmissionRefused):
        file(EstablishmentFactory())


def test_nil_returns_are_seen_by_their_establishment(hotel, owner):
    filed = file(hotel)

    assert list(NilReturn.objects.visible_to(owner)) == [filed]
    assert not NilReturn.objects.visible_to(EstablishmentFactory().owner.user).exists()


@pytest.mark.django_db(transaction=True)
def test_filed_at_once_it_is_one(hotel):
    assert len({filed.pk for filed in at_once(*[lambda: file(hotel)] * 4)}) == 1
    assert Submission.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_record_and_a_nil_return_at_once_never_both_stand(hotel):
    def try_to_file():
        try:
            return file(hotel)
        except NilReturnRefused:
            return None

    for _ in range(5):
        at_once(lambda: send(hotel, guest_of(yesterday())), try_to_file)
        assert not NilReturn.objects.standing().exists()
        NilReturn.objects.all().delete()
        GuestRecord.objects.all().delete()
