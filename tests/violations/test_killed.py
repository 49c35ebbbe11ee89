"""A sweep whose process is killed leaves whole cases only, wherever that happens, and the next one
finishes."""

import signal
import subprocess
import sys
from datetime import date

import pytest

from shumoos.sms.models import TextMessage
from tests.violations.factories import make_licence, subscribe, warn
from tests.violations.written import everything
from tests.workers import child_environment
from violations.escalation import escalate
from violations.ledger_check import first_break
from violations.models import LedgerEntry, Notice

D = date.fromisoformat
STATEMENTS = [
    "TAKE_STEPS",
    "ISSUE_LETTERS",
    "ISSUE_NOTICES",
    "ENTER",
    "QUEUE_TEXTS",
    "OPEN_CASES",
    "SHOW_CLOCKS",
    "LIFT",
    "commit",
]


@pytest.mark.django_db(transaction=True)
def test_a_killed_sweep_leaves_whole_cases_and_the_next_one_finishes():
    suspended = warn(make_licence(), D("2025-10-01"))
    for on in ["2025-11-01", "2025-12-02", "2026-01-02"]:
        escalate(D(on))
    subscribe(suspended.licence, on=D("2026-01-20"))
    for _number in range(5):
        warn(make_licence(), D("2026-01-01"))
        make_licence()
    before = everything()

    for statement in STATEMENTS:
        done = subprocess.run(
            [sys.executable, "-m", "tests.violations.sweep_and_die", "2026-02-01", statement],
            env=child_environment(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == -signal.SIGKILL, (statement, done.stdout, done.stderr)
        assert everything() == before, statement

    report = escalate(D("2026-02-01"))
    assert (report.fined, report.warned, report.complied) == (5, 5, 1)
    told = Notice.objects.exclude(case=suspended)
    assert (told.count(), LedgerEntry.objects.exclude(case=suspended).count()) == (15, 5)
    assert TextMessage.objects.filter(about_id__in=told.values("pk")).count() == 10
    assert Notice.objects.get(stage="suspended").lifting_letter
    assert first_break() is None
