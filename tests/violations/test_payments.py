"""Payments: at the desk, from the bank's files, and paid back."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from shumoos.accounts.models import Role
from shumoos.letters.models import Letter
from shumoos.saudi.errors import InvalidNumber
from shumoos.sms import kinds
from shumoos.sms.bodies import write
from shumoos.sms.models import TextMessage
from tests.races import at_once
from tests.violations.factories import make_licence, make_owner, make_supervisor, warn
from tests.violations.office import at, signed_in
from violations import bills
from violations.escalation import escalate
from violations.ledger import AmountRefused, owed_on
from violations.ledger_check import first_break
from violations.models import BankFile, LedgerEntry
from violations.payments import import_file, lines_of, pay_at_desk, refund, reverse

pytestmark = pytest.mark.django_db

D = date.fromisoformat


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-02-10T09:00:00+03:00", tick=False)


@pytest.fixture
def head():
    return make_supervisor(role=Role.HEAD)


def fined_case():
    case = warn(make_licence(), D("2026-01-01"))
    escalate(D("2026-02-01"))
    case.refresh_from_db()
    return case


@pytest.fixture
def case():
    return fined_case()


def file(*lines):
    return "\n".join(["bank_reference,bill_number,amount,paid_on", *lines]).encode()


def line(case, reference="SB-1001", amount="10000.00", paid_on="2026-02-05"):
    return f"{reference},{bills.number(case.pk)},{amount},{paid_on}"


def outcomes(found):
    return [each.outcome for each in lines_of(found)]


# The same once more ----------------------------------------------------------------------------------------


def test_a_payment_like_one_entered_already_is_asked_about(lead, case):
    paid = {"amount": "1500", "on": "2026-02-09"}
    lead.post(at("act", case.pk, "pay"), paid)

    answer = lead.post(at("act", case.pk, "pay"), paid)

    assertContains(
        answer, "A payment of this amount and day is entered on this case already.", status_code=422
    )
    assertContains(answer, '<input type="checkbox" name="is_another"', status_code=422)
    assert LedgerEntry.objects.filter(kind="payment").count() == 1
    # Another day or amount is not asked about; nor is what is said to be another.
    for other in ({"on": "2026-02-08"}, {"amount": "1500.50"}, {"is_another": "on"}):
        assert lead.post(at("act", case.pk, "pay"), paid | other).status_code == 302
    assert owed_on(case) == Decimal(10_000) - 3 * 1500 - Decimal("1500.50")


def test_what_two_tabs_send_at_once_is_entered_once(transactional_db, case, head):
    outcomes = at_once(
        lambda: pay_at_desk(case, Decimal(1500), on=D("2026-02-09"), by=head),
        lambda: pay_at_desk(case, Decimal(1500), on=D("2026-02-09"), by=head),
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LedgerEntry", "PaidBefore"]
    assert owed_on(case) == 8_500


# Entered wrongly -------------------------------------------------------------------------------------------


def test_a_head_reverses_a_payment_that_was_entered_wrongly(lead, head, case):
    make_owner(case.licence.owner_national_id, language="en")
    payment = pay_at_desk(case, Decimal(1500), on=D("2026-02-09"), by=head)
    address = at("reverse", payment.pk)
    assertContains(lead.get(at("account", case.account_id)), address)
    assertContains(lead.get(address), "SAR 1,500.00")

    response = lead.post(address, {"reason": "Typed for another case"})

    assertRedirects(response, at("account", case.account_id))
    entry = LedgerEntry.objects.latest("id")
    assert (entry.kind, entry.amount, entry.by, entry.reason, entry.reference) == (
        "reversal",
        1500,
        head,
        "Typed for another case",
        payment.reference,
    )
    case.refresh_from_db()
    assert (owed_on(case), case.fined) == (10_000, 10_000)
    payment.letter.refresh_from_db()
    assert payment.letter.status == "revoked"
    assert first_break() is None
    text = TextMessage.objects.get(kind="payment_reversed")
    assert write(text, kinds.get(text.kind)) == (
        f"Shumoos: the payment {payment.reference} of SAR 1,500, licence {case.licence.number}, was entered "
        "by mistake. It does not count, nor does its receipt."
    )
    # Once only, and no question is asked about what does not count.
    assertNotContains(lead.get(at("account", case.account_id)), address)
    answer = lead.post(address, {"reason": "Again"}, follow=True)
    assertContains(answer, "Only a payment that stands can be reversed.")
    assert reverse(payment, by=head, reason="Again") is None
    assert LedgerEntry.objects.count() == 3
    pay_at_desk(case, Decimal(1500), on=D("2026-02-09"), by=head)


def test_a_payment_is_reversed_with_a_reason_and_by_its_own_head_alone(lead, desk, head, case):
    payment = pay_at_desk(case, Decimal(1500), on=D("2026-02-09"), by=head)
    address = at("reverse", payment.pk)
    assert lead.post(address, {"reason": " "}).status_code == 422
    with pytest.raises(ValidationError):
        reverse(payment, by=head, reason=" ")
    assertNotContains(desk.get(at("account", case.account_id)), address)
    assert desk.post(address, {"reason": "x"}).status_code == 403
    other = signed_in(make_supervisor("makkah", role=Role.HEAD))
    assert other.post(address, {"reason": "x"}).status_code == 404
    fine = case.entries.get(kind="assessment")
    lead.post(at("reverse", fine.pk), {"reason": "x"})
    assert LedgerEntry.objects.count() == 2


def test_two_heads_at_once_reverse_once(transactional_db, case, head):
    payment = pay_at_desk(case, Decimal(1500), on=D("2026-02-09"), by=head)

    outcomes = at_once(
        lambda: reverse(payment, by=head, reason="Mine"), lambda: reverse(payment, by=head, reason="His")
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LedgerEntry", "NoneType"]
    assert owed_on(case) == 10_000


# Bill numbers ----------------------------------------------------------------------------------------------


def test_a_bill_number_is_read_as_it_is_shown_and_typed():
    number = bills.number(42)
    assert (len(number), bills.show(number)) == (14, f"7000-0000-0042-{number[12:]}")
    assert bills.clean(bills.show(number)) == number
    assert bills.clean("".join("٠١٢٣٤٥٦٧٨٩"[int(digit)] for digit in number)) == number


@pytest.mark.parametrize("place", range(14))
def test_a_mistyped_digit_of_a_bill_number_is_told(place):
    number = bills.number(123_456)
    wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
    with pytest.raises(InvalidNumber):
        bills.clean(wrong)


def test_the_letter_of_a_fine_bears_the_bill_number_of_its_case(case):
    rows = case.notices.get(stage="fined_first").letter.says["rows"]
    number = bills.show(bills.number(case.pk))
    assert [row[1] for row in rows if row[2] == "Bill number (SADAD)"] == [number]


# At the desk -----------------------------------------------------------------------------------------------


def test_a_payment_at_the_desk_is_entered_with_a_receipt(case, head):
    entry = pay_at_desk(case, Decimal("2500.50"), on=D("2026-02-09"), by=head)

    assert (entry.kind, entry.amount, entry.by, entry.on) == (
        "payment",
        Decimal("-2500.50"),
        head,
        D("2026-02-09"),
    )
    assert owed_on(case) == Decimal("7499.50")
    letter = entry.letter
    assert (letter.kind, letter.series, letter.licence_number) == ("payment", "RUH", case.licence.number)
    assert ["رقم عملية السداد", entry.reference, "Payment number", ""] in letter.content["rows"]
    assert first_break() is None


def test_a_payment_on_a_day_to_come_is_refused(case, head):
    with pytest.raises(AmountRefused):
        pay_at_desk(case, Decimal(1), on=D("2026-02-11"), by=head)
    assert LedgerEntry.objects.count() == 1


# The bank's file -------------------------------------------------------------------------------------------


def test_a_line_is_entered_once_whatever_the_file(case, head):
    assert outcomes(import_file(file(line(case)), name="a.csv", by=head)) == ["entered"]
    assert outcomes(import_file(file(line(case)), name="b.csv", by=head)) == ["repeated"]
    assert outcomes(import_file(file(line(case), line(case)), name="c.csv", by=head)) == ["repeated"] * 2

    entry = LedgerEntry.objects.get(kind="payment")
    assert (entry.reference, entry.on, entry.letter.kind) == ("SB-1001", D("2026-02-05"), "payment")
    assert owed_on(case) == 0
    assert BankFile.objects.count() == 3


@pytest.mark.parametrize(
    ("amount", "outcome", "left"),
    [("4000", "partial", "6000.00"), ("10000", "entered", "0.00"), ("10000.01", "overpaid", "-0.01")],
)
def test_less_and_more_than_is_owed_are_entered_and_named(case, head, amount, outcome, left):
    [found] = lines_of(import_file(file(line(case, amount=amount)), name="a.csv", by=head))
    assert (found.outcome, found.left, found.is_entered) == (outcome, left, True)
    assert owed_on(case) == Decimal(left)


def test_a_report_shows_numbers_and_amounts_as_other_pages_do_and_what_is_none_as_it_was_written(case, head):
    good, bad = lines_of(import_file(file(line(case), "SB1,12x,1e3,2026-02-05"), name="a.csv", by=head))
    assert (good.shown_bill, good.paid) == (bills.show(good.bill), Decimal(10_000))
    assert (bad.shown_bill, bad.amount, bad.paid) == ("12x", "1e3", None)


@pytest.mark.parametrize("amount", ["", "0", "0.00", "-5", "1.005", "abc", "1e3", "NaN", "9" * 12])
def test_what_is_no_amount_is_named_and_not_entered(case, head, amount):
    assert outcomes(import_file(file(line(case, amount=amount)), name="a.csv", by=head)) == ["wrong_amount"]
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize("written", ["", "123", "70000000000017", "x"])
def test_a_wrong_bill_is_named_and_not_entered(case, head, written):
    found = import_file(file(f"SB1,{written},10.00,2026-02-05"), name="a.csv", by=head)
    assert outcomes(found) == ["wrong_bill"]
    assert LedgerEntry.objects.count() == 1


def test_the_bill_of_a_case_that_was_never_fined_is_none(head):
    warned = warn(make_licence(), D("2026-01-20"))
    assert outcomes(import_file(file(line(warned)), name="a.csv", by=head)) == ["wrong_bill"]


@pytest.mark.parametrize(("day", "outcome"), [("2026-02-11", "wrong_day"), ("soon", "wrong_day")])
def test_a_wrong_day_is_named(case, head, day, outcome):
    assert outcomes(import_file(file(line(case, paid_on=day)), name="a.csv", by=head)) == [outcome]


@pytest.mark.parametrize("reference", ["", "=1+1", "x y z", "-12", "ا", "x" * 41])
def test_a_wrong_reference_is_named(case, head, reference):
    found = import_file(file(line(case, reference=reference)), name="a.csv", by=head)
    assert outcomes(found) == ["wrong_reference"]
    assert LedgerEntry.objects.count() == 1


def test_the_reference_of_another_payment_is_a_conflict(case, head):
    other = warn(make_licence(), D("2025-12-01"))
    escalate(D("2026-02-02"))
    found = import_file(file(line(case), line(other), line(case, amount="1.00")), name="a.csv", by=head)
    assert outcomes(found) == ["entered", "conflict", "conflict"]
    assert LedgerEntry.objects.filter(kind="payment").count() == 1


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2", "ملف".encode("cp1256"), b"\x00\x01", b"bank_reference,amount\n1,2"]
)
def test_what_is_no_such_file_is_refused(head, content):
    with pytest.raises(ValidationError):
        import_file(content, name="a.csv", by=head)
    assert BankFile.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_same_reference_in_two_files_at_once_is_one_payment():
    case, other, head = fined_case(), None, make_supervisor(role=Role.HEAD)
    other = warn(make_licence(), D("2025-12-01"))
    escalate(D("2026-02-02"))
    same = file(line(case))

    found = at_once(
        *[lambda: import_file(same, name="a.csv", by=head) for _number in range(3)],
        lambda: import_file(file(line(other)), name="b.csv", by=head),
    )

    assert not [each for each in found if isinstance(each, Exception)], found
    assert LedgerEntry.objects.filter(kind="payment").count() == 1
    assert sorted(outcome for each in found for outcome in outcomes(each)).count("entered") == 1
    assert Letter.objects.filter(kind="payment").count() == 1
    assert first_break() is None


# Paid back -------------------------------------------------------------------------------------------------


def test_what_was_paid_too_much_is_paid_back(case, head):
    import_file(file(line(case, amount="12000")), name="a.csv", by=head)
    with pytest.raises(AmountRefused):
        refund(case, Decimal(2001), on=D("2026-02-10"), by=head, reason="Too much.", reference="T-1")

    entry = refund(case, Decimal(2000), on=D("2026-02-10"), by=head, reason="Too much.", reference="T-1")

    assert (entry.kind, entry.amount, entry.reference) == ("refund", 2000, "T-1")
    assert owed_on(case) == 0
    with pytest.raises(AmountRefused):
        refund(case, Decimal(1), on=D("2026-02-10"), by=head, reason="Again.", reference="T-2")


def test_a_refund_needs_a_reason(case, head):
    import_file(file(line(case, amount="12000")), name="a.csv", by=head)
    with pytest.raises(AmountRefused):
        refund(case, Decimal(1), on=D("2026-02-10"), by=head, reason=" ", reference="T-1")
