import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils.translation import override

from shumoos.letters.issue import MoveRefused, issue, revoke, supersede
from shumoos.letters.models import CODE_ALPHABET, Kind, Letter, Series, Status
from tests.letters.conftest import NOTICE, STATEMENT
from tests.races import at_once


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
def test_a_letter_is_superseded_then_revoked_and_history_says_why_and_by_whom(issue_statement, supervisor):
    letter, newer = issue_statement(), issue_statement()

    supersede(letter, replacement=newer, by=supervisor, reason="تجديد الترخيص")
    supersede(letter, replacement=newer, by=supervisor)
    revoke(letter, by=supervisor, reason="وثيقة مزورة")
    revoke(letter, by=supervisor, reason="مرة أخرى")

    letter.refresh_from_db()
    assert (letter.status, letter.replaced_by) == (Status.REVOKED, newer)
    assert list(letter.events.values_list("old", "new", "reason", "by")) == [
        (Status.VALID, Status.SUPERSEDED, "تجديد الترخيص", supervisor.pk),
        (Status.SUPERSEDED, Status.REVOKED, "وثيقة مزورة", supervisor.pk),
    ]


@pytest.mark.django_db
def test_a_revoked_letter_stays_revoked(issue_statement, supervisor):
    letter, newer = issue_statement(), issue_statement()
    revoke(letter, by=supervisor, reason="وثيقة مزورة")

    with pytest.raises(MoveRefused):
        supersede(letter, replacement=newer, by=supervisor)

    letter.refresh_from_db()
    assert (letter.status, letter.replaced_by) == (Status.REVOKED, None)


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  "])
def test_a_letter_is_not_revoked_without_a_reason(issue_statement, supervisor, reason):
    letter = issue_statement()

    with pytest.raises(ValidationError, match="Say why"), override("en"):
        revoke(letter, by=supervisor, reason=reason)

    letter.refresh_from_db()
    assert (letter.status, letter.events.count()) == (Status.VALID, 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_revoke_at_once_one_is_on_record(issue_statement, supervisor):
    letter = issue_statement()

    outcomes = at_once(
        lambda: revoke(Letter.objects.get(pk=letter.pk), by=supervisor, reason="أولًا"),
        lambda: revoke(Letter.objects.get(pk=letter.pk), by=supervisor, reason="ثانيًا"),
    )

    assert outcomes == [None, None]
    assert letter.events.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", [{"establishment": "غيرها"}, {"content": {}}, {"sequence": 99}, {"code": "2" * 16}]
)
def test_the_database_refuses_to_change_what_was_issued(issue_statement, change):
    letter = issue_statement()

    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).delete()
