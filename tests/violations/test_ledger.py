"""The ledger: what may be entered, what is owed, and that nothing entered can be bent."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import Error, IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from shumoos import progress
from shumoos.accounts.models import Role
from tests.races import at_once
from tests.shumoos.terminal import Impatient
from tests.violations.factories import make_establishment, make_licence, make_supervisor, warn
from tests.violations.ledgers import append, behind_the_triggers, rehash
from violations import chain, ledger_check
from violations.escalation import escalate
from violations.ledger import AmountRefused, balance, reduce, waive
from violations.ledger_check import first_break
from violations.models import Account, Case, LedgerEntry, Notice
from violations.payments import pay_at_desk

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


def test_the_balance_is_the_sum_of_the_entries(case, head):
    reduce(case, Decimal("1500.50"), on=ON, by=head, reason="First offence.")
    pay_at_desk(case, Decimal(3000), on=ON, by=head)

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
        pay_at_desk(case, Decimal(amount), on=ON, by=make_supervisor())
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
    append(case, "raise", amount, notice=notice, on=ON, cap=cap)


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
        append(case, "reduction", -10_001, on=ON, by=head, reason="x")
    with pytest.raises(IntegrityError, match="case_fine_within_cap"), transaction.atomic():
        sql("UPDATE violations_case SET fined = -1")


def test_one_notice_fines_once(case):
    fined = case.notices.get(stage="fined_first")
    with pytest.raises(IntegrityError, match="notice_id"), transaction.atomic():
        append(case, "assessment", 10_000, notice=fined, on=ON, cap=10_000)


@pytest.mark.parametrize(("kind", "amount"), [("payment", 5), ("refund", -5), ("waiver", 5)])
def test_the_sign_follows_the_kind(case, head, kind, amount):
    with pytest.raises(IntegrityError, match="entry_sign_follows_kind"), transaction.atomic():
        append(case, kind, amount, on=ON, by=head, reason="x")


# check_ledger ---------------------------------------------------------------------------------------------


def test_a_sound_ledger_passes(case, head, capsys):
    reduce(case, Decimal(1), on=ON, by=head, reason="First offence.")
    call_command("check_ledger")
    assert capsys.readouterr().out == "The ledger adds up.\n"


@pytest.fixture
def three(case, head):
    """The entries of a case: a fine, a reduction, a payment."""
    reduce(case, Decimal(1000), on=ON, by=head, reason="First offence.")
    pay_at_desk(case, Decimal(500), on=ON, by=head)
    return list(LedgerEntry.objects.order_by("number"))


def broken(entry, why):
    with pytest.raises(CommandError, match=f"^Entry {entry.pk} of case {entry.case_id} {why}\\.$"):
        call_command("check_ledger")


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("SET amount = -900", "is not what its hash was made of"),
        ("SET reason = 'x'", "is not what its hash was made of"),
        ("SET \"on\" = '2026-02-03'", "is not what its hash was made of"),
        ("SET entered_at = entered_at + interval '1 second'", "is not what its hash was made of"),
        ("SET by_id = NULL", "is not what its hash was made of"),
        ("SET hash = sha256('x')", "is not what its hash was made of"),
        ("SET previous_hash = sha256('x')", "does not go on from the entry before it"),
        ("SET number = 7", "comes after a gap in its account"),
    ],
)
def test_an_entry_edited_behind_the_triggers_back_is_named(three, statement, why):
    middle = three[1]
    behind_the_triggers(f"UPDATE violations_ledgerentry {statement} WHERE id = %s", middle.pk)
    if "number" in statement:
        # The next one then has the gap before it.
        assert first_break().why == why
    else:
        broken(middle, why)


def test_whoever_also_makes_the_hash_anew_breaks_the_next_entry(three):
    behind_the_triggers("UPDATE violations_ledgerentry SET reason = 'x' WHERE id = %s", three[1].pk)
    rehash(three[1])
    broken(three[2], "does not go on from the entry before it")


def test_the_last_entry_made_anew_is_not_the_one_the_account_ends_with(three):
    behind_the_triggers("UPDATE violations_ledgerentry SET reference = 'x' WHERE id = %s", three[2].pk)
    rehash(three[2])
    broken(three[2], "is not the one with which its account ends")


def test_a_last_entry_that_was_taken_away_is_missed(three):
    behind_the_triggers("DELETE FROM violations_ledgerentry WHERE id = %s", three[2].pk)
    broken(three[1], "is not the one with which its account ends")


def test_an_entry_in_the_middle_that_was_taken_away_is_missed(three):
    behind_the_triggers("DELETE FROM violations_ledgerentry WHERE id = %s", three[1].pk)
    broken(three[2], "comes after a gap in its account")


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE violations_case SET fined = 9000", "is the last of a case that says another fine"),
        ("UPDATE violations_case SET cap = 9000, fined = 9000", "takes the fine of its case above its cap"),
        ("UPDATE violations_notice SET amount = 9000 WHERE amount > 0", "is not the amount of its notice"),
    ],
)
def test_what_does_not_agree_with_the_entries_is_named(case, statement, why):
    behind_the_triggers(statement)
    broken(LedgerEntry.objects.get(), why)


def test_an_entry_moved_to_another_licence_is_found(case):
    behind_the_triggers("UPDATE violations_ledgerentry SET licence_id = %s", make_licence().pk)
    assert first_break().why == "is on another licence than its case"


def test_an_entry_of_a_case_that_there_is_not_is_found(case):
    entry = case.entries.get()
    behind_the_triggers("DELETE FROM violations_case WHERE id = %s", case.pk)
    broken(entry, "is of a case that there is not")


def test_a_removed_entry_is_found(case):
    behind_the_triggers("DELETE FROM violations_ledgerentry")
    assert first_break() == (case.pk, None, "says a fine without an entry")
    Case.objects.update(fined=0)
    assert first_break() == (case.pk, None, "has a notice of a fine that was not entered")
    behind_the_triggers("UPDATE violations_notice SET amount = 0")
    with pytest.raises(CommandError, match=rf"^Account {case.account_id} says that it ends with number 1\.$"):
        call_command("check_ledger")


@pytest.fixture
def two(head):
    """Two cases on accounts of their own, each with a fine and a reduction."""
    licences = [make_licence() for _number in range(2)]
    for licence in licences:
        warn(licence, D("2026-01-01"))
    escalate(D("2026-02-01"))
    cases = [Case.objects.get(licence=licence) for licence in licences]
    for case in cases:
        reduce(case, Decimal(1000), on=ON, by=head, reason="First offence.")
    return cases


def test_it_says_how_many_accounts_and_cases_are_done(two, monkeypatch, capsys):
    monkeypatch.setattr(ledger_check, "AT_ONCE", 1)
    monkeypatch.setattr(progress, "SECONDS_ELSEWHERE", 0)
    call_command("check_ledger")
    shown = capsys.readouterr()
    assert shown.out == "The ledger adds up.\n"
    assert shown.err.splitlines() == [f"{done} of 4 accounts and cases" for done in range(4)]


def test_the_first_entry_is_named_whichever_range_its_account_or_case_is_in(two, monkeypatch):
    monkeypatch.setattr(ledger_check, "AT_ONCE", 1)
    first_fine, second_fine, reduction = LedgerEntry.objects.order_by("pk")[:3]
    assert [first_fine.case, second_fine.case, reduction.case] == [*two, two[0]]
    behind_the_triggers("UPDATE violations_ledgerentry SET reason = 'x' WHERE id = %s", reduction.pk)
    broken(reduction, "is not what its hash was made of")
    # An earlier entry, on an account whose turn comes later.
    behind_the_triggers("UPDATE violations_ledgerentry SET reason = 'x' WHERE id = %s", second_fine.pk)
    broken(second_fine, "is not what its hash was made of")
    # And one before it that only the sums of its case show, after all chains.
    behind_the_triggers("UPDATE violations_case SET cap = 9500 WHERE id = %s", two[0].pk)
    broken(first_fine, "takes the fine of its case above its cap")


def test_an_entry_on_another_account_than_its_case_is_named(two, monkeypatch):
    monkeypatch.setattr(ledger_check, "AT_ONCE", 1)
    entry = LedgerEntry.objects.get(case=two[1], kind="assessment")
    behind_the_triggers(
        "UPDATE violations_case SET account_id = %s WHERE id = %s", two[0].account_id, two[1].pk
    )
    broken(entry, "is on another account than its case")


def test_ctrl_c_stops_the_check_with_a_sentence(two):
    with pytest.raises(CommandError) as stopped:
        call_command("check_ledger", stderr=Impatient())
    assert str(stopped.value) == (
        "Stopped at 0 of 4 accounts and cases. Whether the ledger adds up is not known: run this again."
    )


# The chain -------------------------------------------------------------------------------------------------


def test_the_entries_of_an_account_are_numbered_and_linked(three):
    assert [entry.number for entry in three] == [1, 2, 3]
    assert bytes(three[0].previous_hash) == chain.START
    assert [bytes(entry.previous_hash) for entry in three[1:]] == [bytes(entry.hash) for entry in three[:2]]
    assert [bytes(entry.hash) for entry in three] == [chain.hash_of(entry) for entry in three]
    account = three[0].case.account
    assert (account.last_number, bytes(account.last_hash)) == (3, bytes(three[2].hash))


def test_several_fines_of_an_account_on_one_day_follow_one_another(head):
    first = make_licence()
    establishment = make_establishment(first)
    licences = [first, *[make_licence(establishment=establishment) for _number in range(3)]]
    for licence in licences:
        warn(licence, D("2026-01-01"))

    assert escalate(D("2026-02-01")).fined == 4

    entries = LedgerEntry.objects.filter(account=establishment.account).order_by("number")
    assert [entry.number for entry in entries] == [1, 2, 3, 4]
    assert first_break() is None


def test_a_case_stays_with_the_account_of_its_licence_when_there_is_an_establishment(case):
    make_establishment(case.licence)
    escalate(D("2026-03-04"))
    assert [entry.account_id for entry in case.entries.all()] == [case.account_id, case.account_id]
    assert first_break() is None


def test_a_hash_that_is_not_the_entrys_own_is_refused(case):
    entry = LedgerEntry(
        account=case.account,
        number=2,
        previous_hash=b"x" * 32,
        hash=b"y" * 32,
        licence=case.licence,
        case=case,
        kind="payment",
        on=ON,
        amount=-1,
        reference="X",
    )
    with pytest.raises(IntegrityError, match="entry_is_hashed"), transaction.atomic():
        entry.save()


@pytest.mark.parametrize(("number", "previous"), [(3, None), (2, b"x" * 32), (1, None)])
def test_an_entry_that_does_not_go_on_from_the_one_before_is_refused(case, number, previous):
    last = LedgerEntry.objects.get()
    entry = LedgerEntry(
        account=case.account,
        number=number,
        previous_hash=previous or bytes(last.hash),
        licence=case.licence,
        case=case,
        kind="payment",
        on=ON,
        amount=Decimal(-1),
        reference="X",
    )
    entry.hash = chain.hash_of(entry)
    Account.objects.update(last_number=number, last_hash=entry.hash)
    with pytest.raises(IntegrityError, match=r"go on from|entry_number_once"), transaction.atomic():
        entry.save(force_insert=True)


def test_an_entry_names_only_what_is_its_cases(case, head):
    other = warn(make_licence(), D("2026-01-01"))
    escalate(D("2026-02-01"))
    theirs = Notice.objects.get(case=other, stage="warned")
    strays = [
        {"licence_id": other.licence_id},
        {"notice": theirs, "cap": 10_000, "kind": "raise", "amount": 1},
        {"letter_id": 987_654_321},
        {"case_id": 987_654_321},
    ]
    for stray in strays:
        with pytest.raises(IntegrityError, match="names what is not of its case"), transaction.atomic():
            append(case, **{"kind": "payment", "amount": -1, "on": ON, **stray})
    for account in (other.account_id, 987_654_321):
        with pytest.raises(IntegrityError), transaction.atomic():
            append(case, "payment", -1, on=ON, account_id=account)
    assert case.entries.count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM violations_case",
        "DELETE FROM violations_notice",
        "DELETE FROM violations_account",
        "UPDATE violations_case SET account_id = account_id + 1",
        "UPDATE violations_case SET licence_id = licence_id + 1",
    ],
)
def test_what_entries_name_stays(case, statement):
    with pytest.raises(Error, match="pgtrigger: Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_ledger_is_not_emptied_either(case):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'violations_ledgerentry'::regclass"
            " AND tgname LIKE 'pgtrigger_never_emptied_%'"
        )
        (name,) = cursor.fetchone()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE violations_ledgerentry ENABLE TRIGGER {name}")
    with pytest.raises(Error, match="Cannot truncate"), transaction.atomic():
        sql("TRUNCATE violations_ledgerentry CASCADE")
    assert LedgerEntry.objects.exists()


words = st.text(
    st.one_of(st.characters(codec="utf-8", exclude_characters="\0"), st.sampled_from("\\\\'%؟ر")), max_size=30
)


@settings(max_examples=100, deadline=None)
@given(
    reason=words,
    reference=words,
    halalas=st.integers(-(10**11), 10**11),
    cap=st.none() | st.integers(0, 10**9),
)
def test_python_and_sql_make_the_same_hash(reason, reference, halalas, cap):
    values = {
        "previous_hash": b"p" * 32,
        "account_id": 1,
        "number": 2,
        "case_id": 3,
        "notice_id": None,
        "letter_id": 5,
        "by_id": None,
        "amount": Decimal(halalas) / 100,
        "cap": None if cap is None else Decimal(cap) / 100,
        "on": D("2026-02-01"),
        "entered_at": datetime(2026, 2, 1, 12, 30, 15, 123456, tzinfo=UTC),
        "kind": "payment",
        "reference": reference,
        "reason": reason,
    }
    types = dict.fromkeys(["account_id", "case_id", "notice_id", "letter_id", "by_id"], "bigint") | {
        "previous_hash": "bytea",
        "number": "integer",
        "amount": "numeric",
        "cap": "numeric",
        "on": "date",
        "entered_at": "timestamptz",
        "kind": "text",
        "reference": "text",
        "reason": "text",
    }
    columns = ", ".join(f'%({name})s::{types[name]} AS "{name}"' for name in values)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {chain.HASH.format(row='entry')} FROM (SELECT {columns}) AS entry", values)
        (found,) = cursor.fetchone()

    entry = LedgerEntry(**values)
    assert bytes(found) == chain.hash_of(entry)


# At once ---------------------------------------------------------------------------------------------------


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
        reduce(later, Decimal(10), on=ON, by=head, reason="At once.")
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
