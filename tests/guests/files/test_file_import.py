"""Taking files in: the same rows and codes as any door, once each, however the reading goes."""

import pytest
from django.db import connection

from guests import bulk, file_import, intake
from guests.files.wording import FileRefused
from guests.kinds import KINDS
from guests.kinds.base import sha256
from guests.models import Door, GuestRecord, Submission
from guests.models.file_imports import FileImport, FilePart, FileStatus, Mode, RefusedRow
from shumoos.sms.models import TextMessage
from tests.guests.factories import GuestFactory, send
from tests.guests.files.records import csv_file, guests, lapse, refusals, stored, taken
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

SMALL = 700  # bytes a piece: a few rows a range


def contents(records, kind="lodging"):
    return [KINDS[kind].read(record) for record in records]


def spoilt():
    """A file in which everything that can be wrong is."""
    rows = guests(40)
    rows[3] |= {"id_number": "1000000000"}
    rows[5] |= {"full_name": "7", "gender": "x", "nationality": ""}
    rows[7] |= {"client_reference": "F-000002"}  # a double of other content
    rows[9] = dict(rows[8])  # the very same again
    rows[11] |= {"companion_of": "F-000010"}
    rows[12] |= {"companion_of": "F-000030"}  # the main guest comes later
    rows[13] |= {"companion_of": "F-000012"}  # and a companion of the companion
    rows[14] |= {"companion_of": "F-000003"}  # whose main guest is refused
    rows[15] |= {"companion_of": "F-000014"}  # and whose companion is lost with them
    rows[16] |= {"companion_of": "nobody"}
    rows[17] |= {"companion_of": "F-000018"}
    rows[18] |= {"companion_of": "F-000017"}  # two that name each other
    rows[19] |= {"companion_of": "F-000019"}  # and one that names itself
    rows[20] |= {"full_name": 'Sara \\ "Nour"'}
    return rows


def submitted(establishment, rows):
    """What another door makes of the same rows, undone again."""
    from django.db import transaction

    with transaction.atomic():
        submission = intake.submit(
            establishment=establishment,
            kind="lodging",
            records=rows,
            door=Door.API,
            by=establishment.owner.user,
        )
        stored = records_of(establishment)
        transaction.set_rollback(True)
    return submission, stored


def records_of(establishment):
    columns = [
        "client_reference", "kind", "content", "full_name", "id_number", "occurred_at", "departed_at",
        "is_open", "version", "state", "batch", "refusal", "acknowledged_at", "to_correct",
        "cancelled_at",
    ]  # fmt: skip
    return list(establishment.guest_records.order_by("client_reference").values(*columns))


@pytest.mark.parametrize("piece", [SMALL, 2_000, file_import.PIECE])
def test_a_file_comes_to_what_any_door_makes_of_its_rows(hotel, piece):
    send(hotel, known := GuestFactory(client_reference="F-000025"), GuestFactory(client_reference="F-000026"))
    rows = spoilt()
    rows[25] = known
    submission, expected = submitted(hotel, rows)

    done = taken(hotel, csv_file(*rows), piece=piece)

    assert (done.status, done.rows_done) == (FileStatus.DONE, 40)
    assert (done.accepted, done.duplicate, done.rejected) == (
        submission.accepted, submission.duplicate, submission.rejected,
    )  # fmt: skip
    assert records_of(hotel) == expected
    # A file's rows are counted with its header.
    found = {
        (result.index + 2, error.field, error.code)
        for result in submission.results
        for error in result.errors
    }
    assert set(refusals(done)) == found
    assert {code for _row, _field, code in found} == {
        "check_digit", "invalid", "unknown", "required", "duplicate_in_file", "conflict", "unknown_companion",
    }  # fmt: skip
    receipt = done.submission
    assert (receipt.accepted, receipt.duplicate, receipt.rejected) == (
        done.accepted,
        done.duplicate,
        done.rejected,
    )
    assert receipt.sha256 == submission.sha256
    assert (receipt.door, receipt.by, receipt.kind) == (Door.FILE, hotel.owner.user, "lodging")
    assert [done.parts.count(), done.ranges.count(), done.waiting.count()] == [0, 0, 0]


def test_the_first_of_two_is_named_by_its_row(hotel):
    rows = guests(3)
    rows[2] |= {"client_reference": "F-000000"}
    done = taken(hotel, csv_file(*rows), piece=100)
    assert done.refused_rows.get().faults == [["client_reference", "duplicate_in_file", "", {"row": 2}]]


def test_the_same_file_again_makes_no_doubles(hotel):
    content = csv_file(*guests(30))
    first = taken(hotel, content, piece=SMALL)
    again = taken(hotel, content, piece=SMALL)
    assert (again.accepted, again.duplicate, again.rejected) == (0, 30, 0)
    assert GuestRecord.objects.count() == 30
    assert FileImport.objects.same_file_before(again) == first
    assert again.submission.sha256 == sha256([])


def test_a_second_click_finds_the_first_ones_row(hotel):
    content = csv_file(*guests(3))
    first, second = at_once(lambda: stored(hotel, content), lambda: stored(hotel, content))
    assert first == second
    assert FileImport.objects.count() == 1
    assert set(FilePart.objects.values_list("file_import", flat=True)) == {first.pk}


def test_a_check_takes_nothing(hotel):
    rows = spoilt()
    submission, _expected = submitted(hotel, rows)
    done = taken(hotel, csv_file(*rows), mode=Mode.CHECK_ONLY, piece=SMALL)
    assert (done.accepted, done.duplicate, done.rejected) == (
        submission.accepted, submission.duplicate, submission.rejected,
    )  # fmt: skip
    assert done.submission is None
    assert not GuestRecord.objects.exists()
    assert not Submission.objects.exists()


def test_all_or_nothing_takes_nothing_where_one_row_is_wrong(hotel):
    rows = guests(30)
    rows[29] |= {"gender": "x"}
    done = taken(hotel, csv_file(*rows), mode=Mode.ALL_OR_NOTHING, piece=SMALL)
    assert (done.status, done.accepted, done.rejected, done.submission) == (FileStatus.DONE, 29, 1, None)
    assert refusals(done) == [(31, "gender", "unknown")]
    assert not GuestRecord.objects.exists()
    assert not Submission.objects.exists()


def test_all_or_nothing_takes_all_where_all_are_right(hotel):
    rows = guests(30)
    rows[2] |= {"companion_of": "F-000029"}
    done = taken(hotel, csv_file(*rows), mode=Mode.ALL_OR_NOTHING, piece=SMALL)
    assert (done.status, done.accepted, done.rows_done) == (FileStatus.DONE, 30, 30)
    assert GuestRecord.objects.filter(submission=done.submission).count() == 30
    assert done.submission.sha256 == sha256(contents(rows))


def test_all_or_nothing_holds_when_another_door_comes_in_between(hotel, monkeypatch):
    rows = guests(30)
    check = file_import.start_anew

    def meanwhile(one, *, is_checked):
        if is_checked:
            send(hotel, GuestFactory(client_reference="F-000020"))
        check(one, is_checked=is_checked)

    monkeypatch.setattr(file_import, "start_anew", meanwhile)
    done = taken(hotel, csv_file(*rows), mode=Mode.ALL_OR_NOTHING, piece=SMALL)
    assert refusals(done) == [(22, "client_reference", "conflict")]
    assert (done.accepted, done.submission) == (29, None)
    assert GuestRecord.objects.count() == 1
    assert Submission.objects.filter(door=Door.FILE).count() == 0


@pytest.mark.parametrize("mode", Mode.values)
@pytest.mark.parametrize("at", range(0, 14, 3))
def test_whatever_stops_the_work_every_row_is_taken_once(hotel, monkeypatch, mode, at):
    """As a worker that dies between any two of its ranges does: without a word."""
    rows = spoilt() if mode != Mode.ALL_OR_NOTHING else guests(40)
    submission, expected = submitted(hotel, rows)
    new = stored(hotel, csv_file(*rows), mode=mode, piece=SMALL)
    write = bulk.Writer._write
    ranges = []

    class Died(BaseException):
        pass

    def dies(self, load):
        ranges.append(load)
        if len(ranges) == at + 1:
            raise Died
        write(self, load)

    monkeypatch.setattr(bulk.Writer, "_write", dies)
    try:
        file_import.read_due()
    except Died:
        new.refresh_from_db()
        assert new.status == FileStatus.RUNNING
    monkeypatch.undo()
    lapse(new)
    file_import.read_due()

    new.refresh_from_db()
    assert (new.status, new.rows_done) == (FileStatus.DONE, 40)
    assert (new.accepted, new.duplicate, new.rejected) == (
        submission.accepted, submission.duplicate, submission.rejected,
    )  # fmt: skip
    if mode == Mode.CHECK_ONLY:
        assert not GuestRecord.objects.exists()
    else:
        assert records_of(hotel) == expected
        assert new.submission.sha256 == submission.sha256
    assert RefusedRow.objects.filter(file_import=new).count() == new.rejected


def test_a_worker_taken_for_dead_writes_nothing_more(hotel):
    new = stored(hotel, csv_file(*guests(40)), piece=SMALL)
    slow = FileImport.objects.claim()
    lapse(new)
    file_import.read_due()
    file_import.read(slow)
    new.refresh_from_db()
    assert (new.accepted, new.rows_done, new.attempts) == (40, 40, 2)
    assert GuestRecord.objects.count() == 40
    assert Submission.objects.count() == 1


def test_two_files_with_the_same_references_at_the_same_moment(hotel):
    rows = guests(400)
    files = [stored(hotel, csv_file(*order), piece=5_000) for order in (rows, rows[::-1])]
    # As if they were of two places, which nobody keeps apart by time.
    claimed = [FileImport.objects.get(pk=one.pk) for one in files]
    for one in claimed:
        one.status, one.attempts = FileStatus.RUNNING, 1
        one.claimed_at = one.started_at = one.uploaded_at
        one.save()
    outcomes = at_once(*(lambda one=one: file_import.read(one) for one in claimed))
    assert outcomes == [None, None]
    for one in claimed:
        one.refresh_from_db()
    assert [one.status for one in claimed] == [FileStatus.DONE] * 2
    assert sum(one.accepted for one in claimed) == GuestRecord.objects.count() == 400
    assert sum(one.duplicate for one in claimed) == 400
    assert sum(one.rejected for one in claimed) == 0


def test_files_of_one_place_are_read_one_after_another(hotel):
    first, second = stored(hotel, csv_file(*guests(2))), stored(hotel, csv_file(*guests(3)))
    assert FileImport.objects.claim() == first
    assert FileImport.objects.claim() is None
    FileImport.objects.filter(pk=first.pk).update(status=FileStatus.QUEUED)
    file_import.read_due()
    second.refresh_from_db()
    assert second.status == FileStatus.DONE


def test_stopping_keeps_what_was_taken_with_its_receipt(hotel, monkeypatch):
    rows = guests(60)
    new = stored(hotel, csv_file(*rows), piece=SMALL)
    monkeypatch.setattr(file_import, "SECONDS_BETWEEN_SIGNS", -1)
    write = bulk.Writer._write

    def asked(self, load):
        write(self, load)
        if load.range.number == 3:
            file_import.ask_to_stop(new)

    monkeypatch.setattr(bulk.Writer, "_write", asked)
    file_import.read_due()
    new.refresh_from_db()
    assert new.status == FileStatus.STOPPED
    assert 0 < new.accepted < 60
    assert GuestRecord.objects.count() == new.accepted == new.submission.accepted
    assert new.submission.sha256 == sha256(contents(rows[: new.accepted]))
    monkeypatch.undo()
    again = taken(hotel, csv_file(*rows), piece=SMALL)
    assert (again.accepted, again.duplicate) == (60 - new.accepted, new.accepted)


def test_a_file_stopped_before_it_is_read_leaves_no_receipt(hotel):
    new = stored(hotel, csv_file(*guests(3)))
    file_import.ask_to_stop(new)
    file_import.read_due()
    new.refresh_from_db()
    assert (new.status, new.rows_done, new.submission) == (FileStatus.STOPPED, 0, None)
    assert not Submission.objects.exists()


def test_a_file_that_kills_its_workers_is_given_up(hotel):
    new = stored(hotel, csv_file(*guests(3)))
    FileImport.objects.filter(pk=new.pk).update(attempts=file_import.MOST_ATTEMPTS)
    file_import.read_due()
    new.refresh_from_db()
    assert (new.status, new.problem) == (FileStatus.FAILED, "gave_up")
    assert not new.parts.exists()
    assert not GuestRecord.objects.exists()


def test_nothing_is_taken_once_the_subscription_is_over(hotel):
    new = stored(hotel, csv_file(*guests(3)))
    hotel.subscriptions.update(status="suspended")
    file_import.read_due()
    new.refresh_from_db()
    assert (new.status, new.problem) == (FileStatus.FAILED, "refused")
    assert not GuestRecord.objects.exists()


def test_a_file_without_rows_and_one_of_another_shape_are_refused(hotel):
    done = taken(hotel, csv_file())
    assert (done.status, done.problem, done.submission) == (FileStatus.FAILED, "no_rows", None)
    with pytest.raises(FileRefused):
        stored(hotel, b"a,b\n1,2\n")
    assert FileImport.objects.count() == 1
    assert not FilePart.objects.exists()


def test_what_is_kept_of_a_file_cannot_be_read_without_the_key(hotel):
    stored(hotel, csv_file(*guests(2, full_name="اسم لا يظهر")))
    assert "اسم".encode() not in b"".join(bytes(part.sealed) for part in FilePart.objects.all())


def test_nil_returns_of_the_days_are_void(hotel):
    from guests.models import NilReturn
    from shumoos.saudi import calendar

    receipt = Submission.objects.create(
        receipt="1", establishment=hotel, kind="lodging", door=Door.FORM, sha256=sha256([])
    )
    rows = guests(2)
    day = KINDS["lodging"].occurred_at(contents(rows)[0]).astimezone(calendar.RIYADH).date()
    filed = NilReturn.objects.create(
        establishment=hotel, kind="lodging", day=day, submission=receipt, door=Door.FORM
    )
    taken(hotel, csv_file(*rows))
    filed.refresh_from_db()
    assert filed.voided_at


def test_who_has_waited_long_gets_a_text(hotel, settings):
    from datetime import timedelta

    user = hotel.owner.user
    user.mobile = "+966512345678"
    user.save()
    taken(hotel, csv_file(*guests(2)))
    assert not TextMessage.objects.filter(kind="file_done").exists()
    slow = stored(hotel, csv_file(*guests(3, start=10)))
    FileImport.objects.filter(pk=slow.pk).update(uploaded_at=slow.uploaded_at - timedelta(minutes=5))
    file_import.read_due()
    assert TextMessage.objects.get(kind="file_done").to == user.mobile


def test_the_reader_and_the_writer_work_at_the_same_time(hotel):
    """The thread's connection is closed at the end, and nothing is left of it."""
    taken(hotel, csv_file(*guests(200)), piece=SMALL)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        assert cursor.fetchone()[0] <= 2
