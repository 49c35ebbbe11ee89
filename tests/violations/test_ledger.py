"""The ledger: what may be entered, what is owed, and that nothing entered can be bent."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import Error, IntegrityError, connection, transaction

from shumoos.accounts.models import Role
from tests.violations.factories import make_licence, make_supervisor, warn
from violations.escalation import escalate
from violations.ledger import AmountRefused, balance, first_break, record_payment, reduce, waive
from violations.models import Case, LedgerEntry, Notice

pytestmark = pytest.mark.django_db

D = date.fromisoformat
ON = D("2026-02-02")


@pytest.fixture
def head():
    return make_supervisor(role=Role.HEAD)


@pytest.fixture
def case():
    """A case with a first fine of 10,000."""
    case = warn(make_licence(), D("2026-01-01"))
    escalate(D("2026-02-01"))
    case.refresh_from_db()
    return case


def sql(statement, *parameters):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def behind_the_triggers(statement, *parameters):
    """What only the owner of the database could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_the_balance_is_the_sum_of_the_entries(case, head):
    reduce(case, Decimal("1500.50"), on=ON, by=head, reason="First offence.")
    record_payment(case, Decimal(3000), on=ON, by=None)

    assert balance(case.licence) == Decimal("5499.50")
    case.refresh_from_db()
    assert case.fined == Decimal("8499.50")
    waive(case, on=ON, by=head, reason="Upheld objection.")
    assert balance(case.licence) == Decimal(-3000)
    case.refresh_from_db()
    assert case.fined == 0


def test_a_licence_without_entries_owes_nothing():
    assert balance(make_licence()) == 0


@pytest.mark.parametrize("amount", ["0", "-1", "10000", "10000.01"])
def test_a_reduction_is_less_than_the_fine(case, head, amount):
    with pytest.raises(AmountRefused):
        reduce(case, Decimal(amount), on=ON, by=head, reason="First offence.")
    assert balance(case.licence) == 10_000


def test_a_waiver_needs_a_fine(head):
    with pytest.raises(AmountRefused):
        waive(warn(make_licence(), D("2026-01-01")), on=ON, by=head, reason="None.")


@pytest.mark.parametrize("amount", ["0", "-1", "10000.01"])
def test_a_payment_is_at_most_what_is_owed(case, amount):
    with pytest.raises(AmountRefused):
        record_payment(case, Decimal(amount), on=ON, by=None)
    assert balance(case.licence) == 10_000


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reduction_and_a_waiver_need_a_reason(case, head, reason):
    with pytest.raises(ValidationError):
        reduce(case, Decimal(1), on=ON, by=head, reason=reason)
    with pytest.raises(ValidationError):
        waive(case, on=ON, by=head, reason=reason)
    assert LedgerEntry.objects.count() == 1


# What the database refuses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE violations_ledgerentry SET amount = 1",
        "UPDATE violations_ledgerentry SET reason = 'x'",
        "DELETE FROM violations_ledgerentry",
    ],
)
def test_entries_are_neither_changed_nor_deleted(case, statement):
    with pytest.raises(Error, match="append_only"):
        sql(statement)
    assert LedgerEntry.objects.get().amount == 10_000


def enter_fine(case, amount, cap):
    """As somebody would who writes rows past the portal's functions."""
    notice = Notice.objects.create(case=case, stage="fined_raised", issued_on=ON, amount=amount)
    LedgerEntry.objects.create(
        licence=case.licence, case=case, notice=notice, kind="raise", on=ON, amount=amount, cap=cap
    )


def test_no_fine_is_above_its_steps_cap(case):
    with pytest.raises(IntegrityError, match="entry_within_cap"), transaction.atomic():
        enter_fine(case, 25_001, 25_000)


def test_no_fine_takes_its_case_above_the_cases_cap(case):
    with pytest.raises(IntegrityError, match="not the sum of its entries"), transaction.atomic():
        enter_fine(case, 1, 25_000)
    with pytest.raises(IntegrityError, match="case_fine_within_cap"), transaction.atomic():
        sql("UPDATE violations_case SET fined = fined + 1")


def test_nothing_takes_the_fine_of_a_case_below_zero(case, head):
    with pytest.raises(IntegrityError, match="not the sum of its entries"), transaction.atomic():
        LedgerEntry.objects.create(
            licence=case.licence, case=case, kind="reduction", on=ON, amount=-10_001, by=head, reason="x"
        )
    with pytest.raises(IntegrityError, match="case_fine_within_cap"), transaction.atomic():
        sql("UPDATE violations_case SET fined = -1")


def test_one_notice_fines_once(case):
    with pytest.raises(IntegrityError, match="notice_id"), transaction.atomic():
        LedgerEntry.objects.create(
            licence=case.licence,
            case=case,
            notice=case.notices.get(stage="fined_first"),
            kind="assessment",
            on=ON,
            amount=1,
            cap=10_000,
        )


@pytest.mark.parametrize(("kind", "amount"), [("payment", 5), ("refund", -5), ("waiver", 5)])
def test_the_sign_follows_the_kind(case, head, kind, amount):
    with pytest.raises(IntegrityError, match="entry_sign_follows_kind"), transaction.atomic():
        LedgerEntry.objects.create(
            licence=case.licence, case=case, kind=kind, on=ON, amount=amount, by=head, reason="x"
        )


# check_ledger ---------------------------------------------------------------------------------------------


def test_a_sound_ledger_passes(case, head, capsys):
    reduce(case, Decimal(1), on=ON, by=head, reason="First offence.")
    call_command("check_ledger")
    assert capsys.readouterr().out == "The ledger adds up.\n"


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE violations_ledgerentry SET amount = 9000", "is not the amount of its notice"),
        ("UPDATE violations_case SET fined = 9000", "is the last of a case that says another fine"),
        ("UPDATE violations_case SET cap = 9000, fined = 9000", "takes the fine of its case above its cap"),
    ],
)
def test_the_first_broken_entry_is_named(case, statement, why):
    behind_the_triggers(statement)
    entry = LedgerEntry.objects.get()
    with pytest.raises(CommandError, match=f"^Entry {entry.pk} of case {case.pk} {why}.$"):
        call_command("check_ledger")


def test_an_entry_moved_to_another_licence_is_found(case):
    behind_the_triggers("UPDATE violations_ledgerentry SET licence_id = %s", make_licence().pk)
    assert first_break().why == "is on another licence than its case"


def test_a_removed_entry_is_found(case):
    behind_the_triggers("DELETE FROM violations_ledgerentry")
    assert first_break() == (case.pk, None, "says a fine without an entry")
    Case.objects.update(fined=0)
    assert first_break() == (case.pk, None, "has a notice of a fine that was not entered")
