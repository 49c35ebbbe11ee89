"""Several at once on one account: they leave one chain."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction

from shumoos.accounts.models import Role
from tests.races import at_once
from tests.violations.factories import make_establishment, make_licence, make_supervisor, warn
from violations.escalation import escalate
from violations.ledger import reduce
from violations.ledger_check import first_break
from violations.models import LedgerEntry

D = date.fromisoformat
ON = D("2026-02-02")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_on_one_account_leave_one_chain():
    case = warn(make_licence(), D("2026-01-01"))
    escalate(D("2026-02-01"))
    head = make_supervisor(role=Role.HEAD)

    outcomes = at_once(
        *[lambda: reduce(case, Decimal(10), on=ON, by=head, reason="At once.") for _number in range(4)]
    )

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert sorted(LedgerEntry.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert first_break() is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("due", [1, 3], ids=["one fine", "several fines"])
def test_a_sweep_goes_on_from_what_is_entered_on_the_account_at_that_moment(due):
    """Whoever has entered it has not committed yet when the sweep comes to the account."""
    first = make_licence()
    establishment = make_establishment(first)
    for _number in range(due):
        warn(make_licence(establishment=establishment), D("2026-01-01"))
    later = warn(first, D("2026-01-20"))
    escalate(D("2026-02-01"))
    escalate(D("2026-02-20"))
    head = make_supervisor(role=Role.HEAD)
    outcomes = []
    sweep = threading.Thread(target=lambda: outcomes.extend(at_once(lambda: escalate(D("2026-03-04")))))

    with transaction.atomic(), connection.cursor() as cursor:
        # With a letter that there is: a new one would keep the sweep waiting for its number.
        letter = later.notices.latest("id").letter
        reduce(later, Decimal(10), on=ON, by=head, reason="At once.", letter=letter)
        sweep.start()
        is_waiting = False
        while sweep.is_alive() and not is_waiting:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            (is_waiting,) = cursor.fetchone()
    sweep.join()

    assert is_waiting
    assert outcomes[0].fined == due
    entries = LedgerEntry.objects.filter(account=establishment.account).order_by("number")
    kinds = ["assessment"] * (due + 1) + ["reduction"] + ["raise"] * due
    assert [entry.kind for entry in entries] == kinds
    assert first_break() is None
