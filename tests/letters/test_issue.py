import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from shumoos.letters.issue import MoveRefused, issue, move_letter
from shumoos.letters.models import CODE_ALPHABET, Kind, Letter, Series, Status
from tests.letters.conftest import NOTICE, STATEMENT


@pytest.mark.django_db
def test_letters_are_numbered_within_their_series(issue_statement):
    letters = [issue_statement(), issue_statement(series="JED"), issue_statement()]

    year = letters[0].year
    assert [letter.number for letter in letters] == [
        f"RUH/{year}/00001",
        f"JED/{year}/00001",
        f"RUH/{year}/00002",
    ]
    assert {letter.status for letter in letters} == {Status.VALID}
    assert len({letter.code for letter in letters}) == 3
    assert all(len(letter.code) == 16 and set(letter.code) <= set(CODE_ALPHABET) for letter in letters)


@pytest.mark.django_db
def test_the_year_is_the_one_in_riyadh(issue_statement):
    with time_machine.travel(datetime(2026, 12, 31, 20, 59, tzinfo=UTC), tick=False):
        assert issue_statement().number == "RUH/2026/00001"
    with time_machine.travel(datetime(2026, 12, 31, 21, 0, tzinfo=UTC), tick=False):
        assert issue_statement().number == "RUH/2027/00001"


@pytest.mark.django_db
def test_a_rolled_back_letter_leaves_no_gap(issue_statement):
    issue_statement()
    with transaction.atomic():
        assert issue_statement().sequence == 2
        transaction.set_rollback(True)

    assert issue_statement().sequence == 2
    assert Series.objects.get().last == 2


@pytest.mark.django_db
def test_what_is_stored_is_what_was_issued():
    content = NOTICE | {"rows": [["المبلغ", Decimal("10000.00")], ["الموعد", date(2026, 3, 3)]]}

    letter = issue(
        kind=Kind.FINE, series="V", establishment="فندق النور", licence_number="1", content=content
    )

    letter.refresh_from_db()
    assert letter.content["rows"] == [["المبلغ", "10000.00"], ["الموعد", "2026-03-03"]]


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["authority", "office", "supervisor", "reference", "period_until"])
def test_a_statement_that_could_not_be_printed_is_not_issued(issue_statement, missing):
    content = {name: value for name, value in STATEMENT.items() if name != missing}

    with pytest.raises(ValueError, match=missing):
        issue_statement(content=content)

    assert not Series.objects.exists()


@pytest.mark.django_db
def test_a_letter_to_nobody_is_not_issued(issue_statement):
    with pytest.raises(ValidationError):
        issue_statement(establishment="")


@pytest.mark.django_db(transaction=True)
def test_letters_issued_at_once_share_no_number_and_leave_no_gap(issue_statement):
    each, threads = 10, 4

    def issue_some():
        try:
            for turn in range(each):
                with transaction.atomic():
                    issue_statement()
                    # Some of those who took a number change their mind.
                    transaction.set_rollback(turn % 3 == 2)
        finally:
            connection.close()

    running = [threading.Thread(target=issue_some) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()

    sequences = sorted(Letter.objects.values_list("sequence", flat=True))
    assert sequences == list(range(1, 28 + 1))


@pytest.mark.django_db
def test_a_letter_is_superseded_then_revoked(issue_statement):
    letter = issue_statement()

    move_letter(letter, Status.SUPERSEDED)
    move_letter(letter, Status.SUPERSEDED)
    move_letter(letter, Status.REVOKED)

    letter.refresh_from_db()
    assert letter.status == Status.REVOKED


@pytest.mark.django_db
def test_a_revoked_letter_stays_revoked(issue_statement):
    letter = issue_statement()
    move_letter(letter, Status.REVOKED)

    with pytest.raises(MoveRefused):
        move_letter(letter, Status.SUPERSEDED)

    letter.refresh_from_db()
    assert letter.status == Status.REVOKED
