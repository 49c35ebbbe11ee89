"""What owners do on their pages: read letters, object, follow the account, say that data is corrected."""

import csv
import io
from datetime import date
from decimal import Decimal

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from shumoos.accounts.models import Look, Role
from shumoos.letters.render import BIDI_CONTROLS
from tests.conftest import sign_in
from tests.factories import AuthorityOfficerFactory, jpeg
from tests.pages import unbroken
from tests.violations.factories import make_establishment, make_licence, make_owner, make_supervisor, warn
from tests.violations.ledgers import append
from violations import bills
from violations.escalation import comply, escalate
from violations.exports import printed
from violations.ledger import reduce
from violations.models import EntryKind, Notice, Objection, Occurrence
from violations.occurrences import record_occurrence
from violations.payments import pay_at_desk

pytestmark = pytest.mark.django_db

D = date.fromisoformat


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-02-10T09:00:00+03:00", tick=False)


@pytest.fixture
def owner():
    return make_owner(language="en")


@pytest.fixture
def own(owner, client):
    client = sign_in(owner.user, client)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def case(owner):
    case = warn(make_licence(owner_national_id=owner.national_id), D("2026-01-01"))
    escalate(D("2026-02-01"))
    case.refresh_from_db()
    return case


@pytest.fixture
def occurrence(owner):
    licence = make_licence()
    return record_occurrence(
        establishment=make_establishment(licence, owner),
        licence=licence,
        occurred_on=D("2026-02-01"),
        what="Room without a guest",
        by=make_supervisor(),
    )


def stranger():
    return sign_in(make_owner().user)


def at(name, *args):
    return reverse(f"violations:{name}", args=args)


# Letters ---------------------------------------------------------------------------------------------------


def test_the_letter_of_a_notice_is_a_signed_pdf_and_the_look_is_on_record(own, case, transactional_db):
    notice = case.notices.get(stage="fined_first")
    response = own.get(at("notice_letter", notice.pk))
    assert response["Content-Type"] == "application/pdf"
    assert pikepdf.open(io.BytesIO(response.content)).pages
    assert Look.objects.get().subject == f"violations.notice:{notice.pk}"


def test_a_strangers_letter_case_objection_and_account_are_not_there(case, owner):
    objection = Objection.objects.create(
        notice=case.notices.last(), case=case, text="x", filed_on=D("2026-02-10"), filed_by=owner.user
    )
    other = stranger()
    for address in [
        at("case", case.pk),
        at("notice_letter", case.notices.last().pk),
        at("object", case.notices.last().pk),
        at("objection", objection.pk),
        at("objection_letter", objection.pk),
        at("account", case.account_id),
        at("account_csv", case.account_id),
        at("account_pdf", case.account_id),
        at("entry_letter", case.entries.get().pk),
    ]:
        assert other.get(address).status_code == 404, address
    assert not Look.objects.exists()


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.STAFF, Role.SUPPORT])
def test_the_owners_pages_are_the_owners(case, role):
    client = sign_in(make_supervisor(role=role))
    assert client.get(at("case", case.pk)).status_code == 403


# Objecting -------------------------------------------------------------------------------------------------


def test_an_owner_objects_with_a_document_and_follows_it(own, case):
    notice = case.notices.get(stage="fined_first")
    assertContains(own.get(at("object", notice.pk)), unbroken("3 March 2026"))
    picture = SimpleUploadedFile("proof.jpg", jpeg(size=(800, 1000)), "image/jpeg")

    response = own.post(at("object", notice.pk), {"text": "It was returned.", "document_1": picture})

    objection = Objection.objects.get()
    assertRedirects(response, at("objection", objection.pk))
    page = own.get(at("objection", objection.pk))
    assertContains(page, "With the office")
    assertContains(page, "It was returned.")
    document = objection.documents.get()
    shown = own.get(at("objection_document", objection.pk, document.pk))
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert stranger().get(at("objection_document", objection.pk, document.pk)).status_code == 404
    assertContains(own.get(at("mine")), "The clock stands still until your objection is decided.")
    assertRedirects(own.get(at("object", notice.pk)), at("objection", objection.pk))


@pytest.mark.parametrize(
    "posted",
    [{"text": ""}, {"text": "x", "document_1": SimpleUploadedFile("a.exe", b"MZ\x00\x01", "image/jpeg")}],
)
def test_what_is_wrong_with_an_objection_is_said_and_nothing_is_lost(own, case, posted):
    notice = case.notices.get(stage="fined_first")
    response = own.post(at("object", notice.pk), posted)
    assert response.status_code == 422
    assertContains(response, "error-summary", status_code=422)
    assert not Objection.objects.exists()


def test_too_late_is_said(own, owner, case, time_machine):
    time_machine.move_to("2026-03-04T09:00:00+03:00", tick=False)
    sign_in(owner.user, own)
    notice = case.notices.get(stage="fined_first")
    assertContains(own.get(at("object", notice.pk)), "The last day to object to this notice has passed.")
    assert own.post(at("object", notice.pk), {"text": "Late."}).status_code == 422


# Corrections -----------------------------------------------------------------------------------------------


def test_an_owner_says_that_the_data_is_corrected(own, owner, occurrence):
    assertContains(own.get(at("mine")), unbroken("Correct the data by 20 February 2026"))
    response = own.post(at("corrected", occurrence.pk))
    assertRedirects(response, at("case", occurrence.case_id))
    occurrence.refresh_from_db()
    first = occurrence.corrected_at
    assert (bool(first), occurrence.corrected_by) == (True, owner.user)
    own.post(at("corrected", occurrence.pk))
    occurrence.refresh_from_db()
    assert occurrence.corrected_at == first
    assertContains(own.get(at("mine")), unbroken("Corrected on 10 February 2026"))


def test_strangers_correct_nothing_and_nobody_does_by_reading(own, occurrence):
    assert stranger().post(at("corrected", occurrence.pk)).status_code == 404
    assert own.get(at("corrected", occurrence.pk)).status_code == 405
    assert Occurrence.objects.get().corrected_at is None


# The account -----------------------------------------------------------------------------------------------


@pytest.fixture
def entered(case):
    head = make_supervisor(role=Role.HEAD)
    reduce(case, Decimal("1500.50"), on=D("2026-02-05"), by=head, reason='=HYPERLINK("x")')
    pay_at_desk(case, Decimal(3000), on=D("2026-02-06"), by=head)
    return case


def test_the_account_shows_every_entry_with_what_is_owed_after_it(own, entered):
    page = own.get(at("account", entered.account_id))
    for text in ["SAR 5,499.50", "SAR 8,499.50", "SAR 10,000.00", "Payment", "Reduction"]:
        assertContains(page, text)
    assertContains(own.get(at("mine")), "SAR 5,499.50")


def test_a_long_account_comes_in_pages_that_go_on_from_one_another(own, case):
    for number in range(59):
        append(case, "payment", -(number + 1), on=D("2026-02-05"), reference=f"R-{number}")

    with CaptureQueriesContext(connection) as first_queries:
        first = own.get(at("account", case.account_id))
    with CaptureQueriesContext(connection) as second_queries:
        second = own.get(at("account", case.account_id), {"page": 2})

    lines = [*first.context["lines"], *second.context["lines"]]
    assert [entry.number for entry, _owed in lines] == list(range(60, 0, -1))
    assert len(first.context["lines"]) == 50
    owed = Decimal(0)
    for entry, after in reversed(lines):
        owed += entry.amount
        assert after == owed
    assert first.context["owed"] == second.context["owed"] == owed == 10_000 - 59 * 60 / 2
    assert len(first_queries) == len(second_queries)
    # An entry is found by its number: nothing is counted or passed over.
    assert not [query for query in first_queries if "COUNT(" in query["sql"] or "OFFSET" in query["sql"]]


def test_the_account_as_a_file_holds_no_formula(own, entered):
    response = own.get(at("account_csv", entered.account_id))
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert [row["Owed (SAR)"] for row in rows] == ["10000.00", "8499.50", "5499.50"]
    assert [row["Paid or taken off (SAR)"] for row in rows] == ["", "1500.50", "3000.00"]
    assert rows[1]["Reason"] == '\'=HYPERLINK("x")'
    assert all(len(row["Hash"]) == 64 for row in rows)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_account_to_print_is_a_pdf(own, entered, language):
    own.cookies["django_language"] = language
    response = own.get(at("account_pdf", entered.account_id))
    assert response.content.startswith(b"%PDF-")
    assert Look.objects.filter(action="account export").count() == 1


def test_what_is_printed_of_an_account_is_all_of_it_in_order(entered):
    said = printed(entered.account, D("2026-02-10"))
    bill = bills.show(bills.number(entered.pk))
    assert [[BIDI_CONTROLS.sub("", cell) for cell in row if cell] for row in said["rows"]] == [
        ["1", "2026-02-01", EntryKind.ASSESSMENT.label, bill, "10,000.00", "10,000.00"],
        ["2", "2026-02-05", EntryKind.REDUCTION.label, bill, "1,500.50", "8,499.50"],
        ["3", "2026-02-06", EntryKind.PAYMENT.label, bill, "3,000.00", "5,499.50"],
    ]
    facts = [BIDI_CONTROLS.sub("", value) for _label, value in said["facts"]]
    assert facts[:2] == [entered.licence.name_ar, entered.licence.number]
    assert facts[3] == "5,499.50"


def test_many_cases_come_in_pages_and_cost_no_more_queries(own, owner):
    counts = []
    for number in (3, 12):
        for _number in range(number):
            licence = make_licence(owner_national_id=owner.national_id)
            warn(licence, D("2026-02-01"))
        with CaptureQueriesContext(connection) as queries:
            page = own.get(at("mine"))
        counts.append(len(queries))
    assertContains(page, "Page 1 of 2")
    assertNotContains(page, "Page 2 of 2")
    assert counts[0] <= counts[1] <= counts[0] + 1


# The licensing authority -----------------------------------------------------------------------------------


@pytest.fixture
def order(case):
    escalate(D("2026-03-04"))
    escalate(D("2026-04-04"))
    return Notice.objects.get(stage="suspended")


def test_the_authority_sees_its_orders_and_their_end(order, time_machine, english, transactional_db):
    time_machine.move_to("2026-04-05T09:00:00+03:00", tick=False)
    officer = sign_in(AuthorityOfficerFactory(authority=order.case.licence.authority.code), english)
    page = officer.get(at("orders"))
    assertContains(page, order.case.licence.number)
    assertContains(page, "In force")
    assert order.letter.says["addressee"] == order.case.licence.authority.name_ar

    comply(order.case.licence, on=D("2026-04-05"))

    assertNotContains(officer.get(at("orders")), order.case.licence.number)
    assertContains(officer.get(at("orders"), {"all": ""}), unbroken("Lifted on 5 April 2026"))
    order.refresh_from_db()
    assert (order.letter.status, order.lifting_letter.kind) == ("superseded", "lifting")
    assert order.letter.number in str(order.lifting_letter.says["rows"])
    for name in ("order_letter", "lifting_letter"):
        assert officer.get(at(name, order.pk)).content.startswith(b"%PDF-")


def test_another_authoritys_orders_are_not_there(order):
    from registration.models import Authority

    other = Authority.objects.exclude(pk=order.case.licence.authority_id).first()
    officer = sign_in(AuthorityOfficerFactory(authority=other.code))
    assertNotContains(officer.get(at("orders"), {"all": ""}), order.case.licence.number)
    assert officer.get(at("order_letter", order.pk)).status_code == 404
    assert officer.get(at("lifting_letter", order.pk)).status_code == 404


def test_owners_have_no_page_of_orders(own, order):
    assert own.get(at("orders")).status_code == 403


def test_a_bad_document_beside_a_good_one_is_named_and_both_are_asked_for_again(own, case):
    notice = case.notices.get(stage="fined_first")
    picture, program = SimpleUploadedFile("a.jpg", jpeg()), SimpleUploadedFile("b.exe", b"MZ\x00\x01")
    sent = {"text": "It was returned.", "document_1": picture, "document_2": program}
    response = own.post(at("object", notice.pk), sent)
    assert set(response.context["form"].errors) == {"document_2"}
    assertContains(response, "Choose your files again as well", status_code=422)
    assertContains(response, "It was returned.", status_code=422)
