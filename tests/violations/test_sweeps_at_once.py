"""Sweeps at the same time as one another, and as others who change cases."""

import threading
from datetime import date

import pytest
from django.db import connection, connections, transaction

from shumoos.letters.issue import lock_series
from shumoos.sms.models import TextMessage
from tests.races import at_once
from tests.violations.factories import (
    make_licence,
    subscribe,
    warn,
)
from violations.accounts import hold
from violations.escalation import SWEEP_LOCK, escalate
from violations.models import LedgerEntry, Notice

D = date.fromisoformat


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_the_work_once():
    for _number in range(20):
        warn(make_licence(), D("2026-01-01"))
        make_licence()
    start, reports = threading.Barrier(2), []

    def sweep():
        start.wait()
        try:
            reports.append(escalate(D("2026-02-01")))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sweep) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted((report.fined, report.warned) for report in reports) == [(0, 0), (20, 20)]
    assert LedgerEntry.objects.count() == 20
    assert Notice.objects.count() == TextMessage.objects.count() + 20 == 60


def wait_for_a_lock(thread):
    """Return once the thread waits for a lock that somebody else holds."""
    with connection.cursor() as cursor:
        while thread.is_alive():
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return
    pytest.fail("It has not waited for anything.")


@pytest.mark.django_db(transaction=True)
def test_a_sweep_begins_when_the_one_before_it_has_ended():
    warn(make_licence(), D("2026-01-01"))
    reports = []
    sweep = threading.Thread(target=lambda: reports.extend(at_once(lambda: escalate(D("2026-02-01")))))

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SWEEP_LOCK])
        sweep.start()
        wait_for_a_lock(sweep)
    sweep.join()

    assert reports[0].fined == 1


@pytest.mark.django_db(transaction=True)
def test_a_sweep_and_whoever_issues_a_letter_about_a_case_it_closes_do_not_wait_for_each_other():
    case = warn(make_licence(), D("2026-01-01"))
    escalate(D("2026-02-01"))
    subscribe(case.licence, on=D("2026-02-10"))
    make_licence()
    reports = []
    sweep = threading.Thread(target=lambda: reports.extend(at_once(lambda: escalate(D("2026-02-10")))))

    with transaction.atomic():
        lock_series(case.licence.city.region.office.code)
        sweep.start()
        wait_for_a_lock(sweep)
        hold(case, with_letter=True)
    sweep.join()

    assert (reports[0].complied, reports[0].warned) == (1, 1)
