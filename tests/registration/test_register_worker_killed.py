"""A real Celery worker is killed with -9 in the middle of a register, and the next one finishes it."""

import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from registration.models import ImportStatus, Licence, RegisterImport
from registration.register_upload import take_in
from registration.tasks import read_due_registers
from shumoos.celery import app
from tests.factories import AuthorityOfficerFactory
from tests.registration.registers import many, register, row
from tests.workers import kill, worker

LINES = 20_000
WAITING = """
    SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'registration_licence'::regclass
"""


def until(what, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


@pytest.fixture(autouse=True)
def _empty_queue():
    app.control.purge()
    yield
    app.control.purge()


@pytest.mark.django_db(transaction=True)
def test_the_next_worker_reads_it_and_every_line_counts_once(tmp_path):
    officer = AuthorityOfficerFactory()
    content = register(*many(LINES), row(licence_number="LAST", owner_mobile="12")).encode()
    loaded, is_new = take_in(
        SimpleUploadedFile("register.csv", content), authority=officer.authorities.get(), by=officer
    )
    assert is_new

    def now():
        loaded.refresh_from_db()
        return loaded

    log = tmp_path / "worker.log"
    with transaction.atomic(), connection.cursor() as cursor:
        # However fast the worker is, it comes no further than to the first licence before it is killed.
        cursor.execute("LOCK TABLE registration_licence IN SHARE MODE")

        def is_held_up():
            cursor.execute(WAITING)
            return cursor.fetchone()[0]

        # The bell was rung when the file was stored: nothing else wakes this worker.
        with worker(log, REGISTER_CLAIM_SECONDS="2") as first:
            assert until(is_held_up), log.read_text()
            kill(first)
        assert (now().status, loaded.attempts) == (ImportStatus.RUNNING, 1)
        assert not Licence.objects.exists()

    with worker(log, REGISTER_CLAIM_SECONDS="2"):
        # As the beat does, until the claim of the dead one has lapsed.
        def has_ended():
            read_due_registers.delay()
            time.sleep(0.5)
            return not now().is_unfinished

        assert until(has_ended), log.read_text()

    assert (loaded.status, loaded.attempts, loaded.problem) == (ImportStatus.DONE, 2, "")
    assert (loaded.created, loaded.refused, loaded.rows_done) == (LINES, 1, LINES + 1)
    assert Licence.objects.count() == LINES
    assert [line.line for line in loaded.refused_lines.all()] == [LINES + 2]
    assert not loaded.parts.exists()
    assert RegisterImport.objects.count() == 1
    assert "1000000008" not in log.read_text()


def test_the_beat_rings_for_registers_that_are_due():
    schedule = app.conf.beat_schedule["read due registers"]
    assert schedule == {"task": read_due_registers.name, "schedule": 15.0}
