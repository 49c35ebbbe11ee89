from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shumoos.letters import notices, record_receipts
from shumoos.letters.copies import issued_pdf
from shumoos.letters.models import Kind, Letter
from shumoos.letters.notices import Concerned, Sender, Words
from tests.letters.test_render import text_of

pytestmark = pytest.mark.django_db

SENDER = Sender("RUH", Words("إدارة التحريات بمنطقة الرياض", "Investigation office of Riyadh"))
CONCERNED = Concerned(Words("فندق مخترع", "Invented Hotel"), "TL-2026/0042", "712345678")


def text(letter):
    return " ".join(text_of(issued_pdf(letter)).split())


def rows(letter):
    return {row[2]: row[1] for row in Letter.objects.get(pk=letter.pk).content["rows"]}


def notice(**details):
    said = {
        "kind": Kind.WARNING,
        "title_words": notices.TITLES["warned"],
        "sender": SENDER,
        "concerned": CONCERNED,
        "wording": [Words("وعليه نُنذركم بوجوب الاشتراك.", "You are hereby warned to subscribe.")],
        "rows": [notices.row("due_on", date(2026, 12, 24))],
    }
    return notices.issue_notice(**said | details)


def test_a_notice_says_its_wording_and_below_it_whom_it_is_about_and_its_rows():
    letter = notice()

    assert (letter.kind, letter.series) == (Kind.WARNING, "RUH")
    assert rows(letter) == {
        "Establishment": "فندق مخترع",
        "Licence number": "TL-2026/0042",
        "Establishment number": "712345678",
        "Last day of the term": "2026-12-24",
    }
    shown = text(letter)
    for words in (
        "You are hereby warned to subscribe.",
        "24 December 2026",
        "Invented Hotel",
        "TL-2026/0042",
    ):
        assert words in shown


def test_an_amount_names_its_currency_in_both_languages():
    letter = notice(kind=Kind.FINE, rows=[notices.sum_row("fine", Decimal("15000"))])

    assert rows(letter)["Fine"] == "15,000.00 ريال"
    assert "SAR 15,000.00" in text(letter)


def test_an_establishment_that_has_not_subscribed_has_no_number_to_be_named():
    letter = notice(concerned=Concerned(Words("فندق مخترع", "Invented Hotel"), "TL-2026/0042"))

    assert "Establishment number" not in rows(letter)


def test_a_receipt_for_records_is_numbered_within_its_establishment():
    receipts = [
        record_receipts.issue_receipt(
            concerned=CONCERNED,
            record_kind=Words("سكن", "Lodging"),
            receipt="R-26-ABCD",
            received_at=datetime(2026, 11, 23, 22, 30, 5, tzinfo=UTC),
            accepted=1200,
            duplicate=3,
        )
        for _turn in range(2)
    ]

    assert [letter.number.split("/")[::2] for letter in receipts] == [
        ["712345678", "00001"],
        ["712345678", "00002"],
    ]
    # 22:30 in London is the next day in Riyadh.
    assert (rows(receipts[0])["Received on"], rows(receipts[0])["Received at"]) == ("2026-11-24", "01:30:05")
    shown = text(receipts[0])
    for words in ("R-26-ABCD", "1,200", "Lodging"):
        assert words in shown


def test_a_receipt_for_nobody_is_not_issued():
    with pytest.raises(ValueError, match="establishment's number"):
        record_receipts.issue_receipt(
            concerned=Concerned(Words("فندق مخترع"), "1"),
            record_kind=Words("سكن"),
            receipt="R",
            received_at=datetime(2026, 11, 23, tzinfo=UTC),
            accepted=1,
        )


def test_a_receipt_for_a_payment_says_what_is_left():
    letter = notices.issue_payment_receipt(
        sender=SENDER,
        concerned=CONCERNED,
        amount=Decimal("10000"),
        paid_on=date(2026, 11, 20),
        payment="P-99887766",
        balance=Decimal("15000"),
    )

    assert (letter.kind, letter.series) == (Kind.PAYMENT, "RUH")
    shown = text(letter)
    for words in ("SAR 10,000.00", "P-99887766", "SAR 15,000.00", "20 November 2026"):
        assert words in shown


def test_without_an_english_name_the_arabic_stands_alone():
    letter = notice(
        sender=Sender("RUH", Words("إدارة التحريات")), concerned=Concerned(Words("فندق مخترع"), "1")
    )

    assert "To:" not in text(letter)
