"""The letters of a sweep: numbered by office, verified by anyone, and each whole though much is kept once."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from pytest_django.asserts import assertContains

from shumoos.letters.issue import issue
from shumoos.letters.models import CODE_ALPHABET, Letter, Wording
from shumoos.letters.render import BIDI_CONTROLS, printed
from shumoos.saudi import calendar
from tests.violations.factories import make_licence, make_supervisor, warn
from violations import bills
from violations.escalation import escalate
from violations.ledger import set_less
from violations.models import Case, Notice

pytestmark = pytest.mark.django_db

D = date.fromisoformat


@pytest.fixture
def letters():
    """Those of a sweep that fines three licences of Riyadh and two of Makkah, which had two letters."""
    for _number in range(2):
        issue(
            kind="warning",
            series="MKK",
            establishment="x",
            licence_number="x",
            content={"title": "x", "paragraphs": []},
        )
    for city in ("riyadh", "makkah", "riyadh", "makkah", "riyadh"):
        warn(make_licence(city=city), D("2026-01-01"))
    assert escalate(D("2026-02-01")).fined == 5
    return Letter.objects.filter(notice__isnull=False).order_by("series", "sequence")


def test_they_go_on_from_their_offices_numbers_without_gaps(letters):
    year = calendar.today().year
    assert [(letter.series, letter.year, letter.sequence) for letter in letters] == [
        *(("MKK", year, number) for number in (3, 4)),
        *(("RUH", year, number) for number in (1, 2, 3)),
    ]
    following = issue(
        kind="warning",
        series="RUH",
        establishment="x",
        licence_number="x",
        content={"title": "", "paragraphs": []},
    )
    assert following.sequence == 4


def test_each_has_a_code_of_its_own_by_which_anyone_verifies_it(letters, client):
    codes = {letter.code for letter in letters}
    assert len(codes) == 5
    assert all(len(code) == 16 and set(code) <= set(CODE_ALPHABET) for code in codes)
    for letter in letters:
        assertContains(client.get(reverse("letters:verify", args=[letter.code])), letter.number)


def test_each_says_all_of_it_though_what_they_share_is_kept_once(letters):
    assert Wording.objects.count() == 2
    for letter in letters:
        case = Case.objects.get(notices__letter=letter)
        said = printed(letter)
        rows = {label_en: value for _label, value, label_en, _value_en in said["rows"]}
        assert case.licence.name_ar in BIDI_CONTROLS.sub("", rows["Establishment"])
        assert case.licence.number in rows["Licence number"]
        assert bills.show(bills.number(case.pk)) in rows["Bill number (SADAD)"]
        assert "10,000.00" in rows["Fine"]
        assert {"Date of the notice", "Last day of the term", "Last day to object"} < rows.keys()
        assert said["content"]["paragraphs"]
        assert case.licence.city.region.office.name_en == letter.says["office_en"]


def test_each_keeps_nothing_that_another_row_has(letters):
    assert [letter.content for letter in letters] == [
        {
            "establishment_en": letter.notice.case.licence.name_en,
            "bill": bills.show(bills.number(letter.notice.case_id)),
        }
        for letter in letters
    ]


def test_a_letter_that_keeps_rows_of_its_own_says_them_first(letters):
    letter = letters[0]
    letter.content = {"rows": [["رقم", "1", "Number", ""]]}
    letter.wording.content = {"rows": [["مبلغ", "2", "Amount", ""]]}
    assert [row[1] for row in letter.says["rows"]] == ["1", "2"]


def test_a_notice_has_a_letter_that_there_is(letters):
    notice, stranger = letters[0].notice, 987_654_321
    refused = pytest.raises(IntegrityError, match=f"There is no letter {stranger}")
    with refused, transaction.atomic():
        Notice.objects.create(
            case=notice.case, stage="suspended", issued_on=D("2026-02-01"), letter_id=stranger
        )
    with refused, transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(letter_id=stranger)
    notice.refresh_from_db()
    assert notice.letter == letters[0]


def test_those_that_are_told_another_amount_share_nothing(letters):
    case = Case.objects.filter(licence__city__code="riyadh").earliest("id")
    set_less(case, Decimal(12_000), by=make_supervisor(), reason="A small house.")
    escalate(D("2026-03-04"))

    raised = Letter.objects.filter(notice__stage="fined_raised")
    amounts = {
        letter.notice.case_id: dict(row[2:0:-1] for row in letter.says["rows"])["Fine"] for letter in raised
    }
    assert amounts.pop(case.pk) == "2,000.00 ريال"
    assert set(amounts.values()) == {"15,000.00 ريال"}
    assert len({letter.wording_id for letter in raised}) == 3
