"""A real Celery worker is killed with -9 in the middle of a file, and the next one reads on from there."""

import time

import pytest

from guests.kinds import KINDS
from guests.kinds.base import sha256
from guests.models import GuestRecord, Submission
from guests.models.file_imports import FileImport, FileStatus
from guests.tasks import read_due_files
from shumoos.celery import app
from tests.guests.files.records import csv_file, guests, refusals, stored
from tests.workers import kill, worker

ROWS = 30_000
PIECE = 64 * 1024


def until(what, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return found


@pytest.fixture(autouse=True)
def _empty_queue():
    app.control.purge()
    yield
    app.control.purge()


@pytest.mark.django_db(transaction=True)
def test_the_next_worker_reads_on_and_every_row_is_taken_once(hotel, tmp_path):
    rows = guests(ROWS)
    rows[100] |= {"companion_of": f"F-{ROWS - 1:06}"}
    rows[ROWS // 2] |= {"gender": "x"}
    # The bell was rung when the file was stored: nothing else wakes the first worker.
    sent = stored(hotel, csv_file(*rows), piece=PIECE)
    log = tmp_path / "worker.log"
    kills = 0

    def now():
        return FileImport.objects.get(pk=sent.pk)

    # At several moments: before the first range, between two, and in what comes after them.
    for moment in (0, 1, ROWS // 3, 2 * ROWS // 3):
        before = now()
        with worker(log, FILE_CLAIM_SECONDS="1") as one:

            def is_reached(before=before, moment=moment):
                current = now()
                return current.attempts > before.attempts and current.rows_done >= moment

            while not is_reached():
                read_due_files.delay()
                if until(is_reached, seconds=1):
                    break
                assert one.poll() is None, log.read_text()
            kill(one)
        if now().status == FileStatus.DONE:
            break
        kills += 1
        assert GuestRecord.objects.count() == now().accepted
    assert kills >= 3

    with worker(log, FILE_CLAIM_SECONDS="1"):

        def has_ended():
            read_due_files.delay()
            time.sleep(0.5)
            return not now().is_unfinished

        assert until(has_ended), log.read_text()

    done = now()
    assert (done.status, done.accepted, done.duplicate, done.rejected) == (FileStatus.DONE, ROWS - 1, 0, 1)
    assert done.attempts == kills + 1
    assert GuestRecord.objects.filter(submission=done.submission).count() == ROWS - 1
    assert refusals(done) == [(ROWS // 2 + 2, "gender", "unknown")]
    assert Submission.objects.count() == 1
    kind = KINDS["lodging"]
    assert done.submission.sha256 == sha256(kind.read(row) for row in rows if row["gender"] != "x")
    assert not done.parts.exists()
    assert rows[0]["id_number"] not in log.read_text()


def test_the_beat_rings_for_files_that_are_due():
    schedule = app.conf.beat_schedule["read due files"]
    assert schedule == {"task": read_due_files.name, "schedule": 15.0}
