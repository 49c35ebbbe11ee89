"""A sweep whose process is killed leaves whole cases only, wherever that happens, and the next one
finishes."""

import signal
import subprocess
import sys
from datetime import date

import pytest

from shumoos.sms.models import TextMessage
from tests.violations.factories import make_licence, warn
from tests.workers import child_environment
from violations.escalation import escalate
from violations.ledger_check import first_break
from violations.models import Case, LedgerEntry, Notice

D = date.fromisoformat
STATEMENTS = [
    "TAKE_STEPS",
    "ISSUE_LETTERS",
    "ISSUE_NOTICES",
    "ENTER",
    "QUEUE_TEXTS",
    "OPEN_CASES",
    "SHOW_CLOCKS",
    "commit",
]


def rows():
    return [list(model.objects.order_by("pk").values()) for model in (Case, Notice, LedgerEntry, TextMessage)]


@pytest.mark.django_db(transaction=True)
def test_a_killed_sweep_leaves_whole_cases_and_the_next_one_finishes():
    for _number in range(5):
        warn(make_licence(), D("2026-01-01"))
        make_licence()
    before = rows()

    for statement in STATEMENTS:
        done = subprocess.run(
            [sys.executable, "-m", "tests.violations.sweep_and_die", "2026-02-01", statement],
            env=child_environment(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == -signal.SIGKILL, (statement, done.stdout, done.stderr)
        assert rows() == before, statement

    report = escalate(D("2026-02-01"))
    assert (report.fined, report.warned) == (5, 5)
    assert (Notice.objects.count(), TextMessage.objects.count(), LedgerEntry.objects.count()) == (15, 10, 5)
    assert first_break() is None
