"""`check_ledger`: whatever does not add up is named, though it was done behind the triggers' back."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from shumoos import progress
from tests.shumoos.terminal import Impatient
from tests.violations.factories import make_licence, warn
from tests.violations.ledgers import behind_the_triggers, link_anew, rehash
from violations import ledger_check
from violations.escalation import escalate
from violations.ledger import reduce
from violations.ledger_check import first_break
from violations.models import Case, LedgerEntry, Notice

pytestmark = pytest.mark.django_db

D = date.fromisoformat
ON = D("2026-02-02")


def test_a_sound_ledger_passes(case, head, capsys):
    reduce(case, Decimal(1), on=ON, by=head, reason="First offence.")
    call_command("check_ledger")
    assert capsys.readouterr().out == "The ledger adds up.\n"


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


@pytest.mark.parametrize(
    ("kind", "changes", "why"),
    [
        ("payment", {"amount": 500}, "has the sign of another kind"),
        ("assessment", {"cap": 9_000}, "is above its cap"),
        ("assessment", {"notice_id": None}, "is a fine without a notice"),
        ("reduction", {"amount": -10_001}, "takes the fine of its case below zero"),
    ],
)
def test_what_an_entry_cannot_say_is_named_though_its_chain_is_whole(three, kind, changes, why):
    entry = next(entry for entry in three if entry.kind == kind)
    assignments = ", ".join(f"{name} = %s" for name in changes)
    behind_the_triggers(
        f"UPDATE violations_ledgerentry SET {assignments} WHERE id = %s", *changes.values(), entry.pk
    )
    for each in three[three.index(entry) :]:
        link_anew(each)
    broken(entry, why)


def test_an_entry_that_bears_the_notice_of_another_case_is_named(two):
    first = LedgerEntry.objects.get(case=two[0], kind="assessment")
    theirs = Notice.objects.get(case=two[1], amount__gt=0)
    behind_the_triggers(
        "DELETE FROM violations_ledgerentry WHERE case_id = %s AND kind = 'assessment'", two[1].pk
    )
    behind_the_triggers("UPDATE violations_ledgerentry SET notice_id = %s WHERE id = %s", theirs.pk, first.pk)
    for each in LedgerEntry.objects.filter(case=two[0]).order_by("number"):
        link_anew(each)
    broken(first, "bears the notice of another case")


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
    behind_the_triggers("UPDATE violations_case SET fined = 0")
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
