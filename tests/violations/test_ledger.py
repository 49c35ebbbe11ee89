"""The ledger: what may be entered, what is owed, and that nothing entered can be bent."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.violations.factories import make_establishment, make_licence, make_supervisor, warn
from tests.violations.ledgers import append
from violations import chain
from violations.escalation import escalate
from violations.ledger import AmountRefused, balance, reduce, waive
from violations.ledger_check import first_break
from violations.models import ChainEnd, LedgerEntry, Notice
from violations.payments import pay_at_desk, refund

pytestmark = pytest.mark.django_db

D = date.fromisoformat
ON = D("2026-02-02")


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


def test_every_entry_rests_on_a_document_that_says_its_amount(case, head):
    reduce(case, Decimal(1000), on=ON, by=head, reason="First offence.")
    escalate(D("2026-03-04"))
    case.refresh_from_db()
    pay_at_desk(case, Decimal(20_000), on=ON, by=head)
    waive(case, on=ON, by=head, reason="Closed by a flood.")
    refund(case, Decimal(500), on=ON, by=head, reason="Paid too much.", reference="T-1")

    entries = LedgerEntry.objects.order_by("number")
    assert [(entry.kind, entry.letter.kind) for entry in entries] == [
        ("assessment", "fine"),
        ("reduction", "relief"),
        ("raise", "fine"),
        ("payment", "payment"),
        ("waiver", "relief"),
        ("refund", "refund"),
    ]
    for entry in entries:
        said = [row[3] for row in entry.letter.says["rows"]]
        assert f"SAR {abs(entry.amount):,.2f}" in said, entry.kind
        assert not entry.reason or entry.reason in [row[1] for row in entry.letter.says["rows"]]
        assert entry.letter.licence_number == case.licence.number


def test_a_decision_on_a_fine_says_what_is_left_of_it(case, head):
    entry = reduce(case, Decimal("1000.50"), on=ON, by=head, reason="First offence.")
    rows = {row[2]: row[3] for row in entry.letter.content["rows"]}
    assert (rows["Reduced by"], rows["Fine of the case in all"]) == ("SAR 1,000.50", "SAR 8,999.50")
    entry = waive(case, on=ON, by=head, reason="Closed by a flood.")
    rows = {row[2]: row[3] for row in entry.letter.content["rows"]}
    assert (rows["Waived"], rows["Fine of the case in all"]) == ("SAR 8,999.50", "SAR 0.00")


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


def commit(write):
    """Do something and have it checked as at the end of its transaction."""
    with transaction.atomic():
        write()
        sql("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE violations_case SET fined = fined - 1",
        "UPDATE violations_case SET fined = fined + 1",
        "UPDATE violations_case SET fined = 0, position = 1",
    ],
)
def test_the_fine_of_a_case_changes_with_its_entries_only(case, head, statement):
    reduce(case, Decimal(100), on=ON, by=head, reason="First offence.")
    with pytest.raises(IntegrityError, match="not the sum of its entries"):
        commit(lambda: sql(statement))


def test_no_case_begins_with_a_fine_that_nothing_has_entered(case):
    case.pk, case.closed_on, case.due_on = None, ON, None
    with pytest.raises(IntegrityError, match="not the sum of its entries"):
        commit(lambda: case.save(force_insert=True))


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


# The chain -------------------------------------------------------------------------------------------------


def test_the_entries_of_an_account_are_numbered_and_linked(three):
    assert [entry.number for entry in three] == [1, 2, 3]
    assert bytes(three[0].previous_hash) == chain.START
    assert [bytes(entry.previous_hash) for entry in three[1:]] == [bytes(entry.hash) for entry in three[:2]]
    assert [bytes(entry.hash) for entry in three] == [chain.hash_of(entry) for entry in three]
    end = three[0].case.account.end
    assert (end.number, bytes(end.hash)) == (3, bytes(three[2].hash))


def test_a_filled_database_keeps_where_its_chains_end_and_goes_back(case, three):
    account_id = case.account_id

    def migrate(name):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        MigrationExecutor(connection).migrate([("violations", name)])

    migrate("0005_fines_with_entries")
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_number, last_hash FROM violations_account WHERE id = %s", [account_id])
        number, last_hash = cursor.fetchone()
    assert (number, bytes(last_hash)) == (3, bytes(three[2].hash))
    migrate("0006_chain_ends")

    end = ChainEnd.objects.get(account_id=account_id)
    assert (end.number, bytes(end.hash)) == (3, bytes(three[2].hash))
    assert append(case, "payment", Decimal(-1), on=ON).number == 4
    assert first_break() is None


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
    ChainEnd.objects.update(number=number, hash=entry.hash)
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
