"""The desk's one box: everything a caller may have leads to the page, and mistakes are told as such."""

import random
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration.models import Establishment
from shumoos.accounts.models import Look
from shumoos.letters.issue import issue
from shumoos.saudi import reference_number
from shumoos.saudi.identity import has_valid_check_digit, make_national_id
from support import lookup
from support.models import Ticket
from tests.activation.subscribing import subscribe
from tests.factories import (
    ApplicationFactory,
    EstablishmentFactory,
    LicenceFactory,
    make_draft,
    sector,
)
from tests.violations.factories import warn
from violations import bills

DESK = reverse("support:desk")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")

pytestmark = pytest.mark.django_db


def page(application):
    return reverse("support:application", args=[application.pk])


def ask(client, text):
    return client.post(DESK, {"q": text})


@pytest.mark.parametrize(
    "what",
    [
        "reference",
        "shown_reference",
        "licence_number",
        "commercial_registration",
        "owner_national_id",
        "owner_mobile",
        "name_ar",
        "name_en",
    ],
)
def test_what_the_caller_has_leads_straight_to_the_page(agent_client, application, what):
    ApplicationFactory(name_ar="منشأة بعيدة", name_en="Far Away")
    assertRedirects(ask(agent_client, getattr(application, what)), page(application))


@pytest.mark.parametrize("digits", [ARABIC, PERSIAN])
@pytest.mark.parametrize("what", ["shown_reference", "commercial_registration", "owner_national_id"])
def test_either_digits_are_read(agent_client, application, what, digits):
    assertRedirects(ask(agent_client, getattr(application, what).translate(digits)), page(application))


@pytest.mark.parametrize("written", ["0{}", "{}", "966{}", "+966 {}", "00966{}"])
def test_a_mobile_is_read_however_it_is_said(agent_client, application, written):
    called = written.format(application.owner_mobile.removeprefix("+966"))
    assertRedirects(ask(agent_client, called.translate(ARABIC)), page(application))


def test_a_mobile_that_the_owner_has_now_finds_what_was_applied_for_under_another():
    establishment = EstablishmentFactory()
    application = ApplicationFactory()
    type(application).objects.filter(pk=application.pk).update(establishment=establishment)
    assert lookup.find(establishment.owner.mobile).applications == [application]
    assert lookup.find(application.owner_mobile).applications == [application]


def test_a_mistyped_reference_that_nothing_has_is_told(agent_client, application):
    wrong = application.reference[:-1] + str((int(application.reference[-1]) + 1) % 10)
    assertContains(ask(agent_client, wrong.translate(ARABIC)), "خطأ كتابة", status_code=422)


@pytest.mark.parametrize("number", ["123456789012", reference_number.add_check_digits("2600000000")])
def test_a_licence_number_of_twelve_digits_leads_to_its_application(agent_client, number):
    application = ApplicationFactory(licence_number=number)
    assertRedirects(ask(agent_client, number.translate(ARABIC)), page(application))


def test_a_licence_number_of_twelve_digits_for_which_nobody_has_applied_is_found(agent_client):
    licence = LicenceFactory(number="123456789012")
    assert lookup.find("1234-5678-9012").licences == [licence]


def test_a_ticket_number_leads_to_the_ticket_and_a_mistyped_one_is_told(agent_client, ticket):
    assertRedirects(ask(agent_client, ticket.number), reverse("support:ticket", args=[ticket.number]))
    mistyped = [f"{ticket.number[:-1]}{digit}" for digit in range(10) if str(digit) != ticket.number[-1]]
    # One of them may be an identity number.
    wrong = next(number for number in mistyped if not has_valid_check_digit(number))
    assertContains(ask(agent_client, wrong), "خطأ كتابة")


def subscribed(number):
    """An application, and the subscription that came of it, of the establishment with that number."""
    subscription = subscribe()
    Establishment.objects.filter(pk=subscription.establishment_id).update(number=number)
    return subscription.application, subscription


def issue_letter(**said):
    content = {"title": "إشعار", "paragraphs": ["نص."]}
    return issue(**{"series": "RUH", "establishment": "فندق مخترع", "content": content, **said})


@pytest.mark.parametrize("typed", ["774726003", "٧٧٤٧٢٦٠٠٣", "774 726 003", "774726003-2"])
def test_an_establishment_is_found_by_its_number_and_by_a_user_name_made_of_it(agent_client, typed):
    application, _subscription = subscribed("774726003")
    ApplicationFactory()
    assertRedirects(ask(agent_client, typed), page(application))


def test_an_establishment_number_like_a_mobile_finds_both():
    application, _subscription = subscribed("555000111")
    called = ApplicationFactory(owner_mobile="+966555000111")
    assert lookup.find("555000111").applications == [called, application]


@pytest.mark.parametrize("digits", [{}, ARABIC])
def test_a_bill_number_leads_to_whoever_is_fined(agent_client, digits):
    application = ApplicationFactory()
    bill = bills.show(bills.number(warn(application.licence, date(2026, 1, 1)).pk))
    assertRedirects(ask(agent_client, bill.translate(digits)), page(application))

    unregistered = LicenceFactory()
    bill = bills.number(warn(unregistered, date(2026, 1, 1)).pk)
    assert lookup.find(bill).licences == [unregistered]


def test_a_mistyped_bill_number_is_told(agent_client, application):
    bill = bills.number(warn(application.licence, date(2026, 1, 1)).pk)
    wrong = bill[:-1] + str((int(bill[-1]) + 1) % 10)
    assertContains(ask(agent_client, wrong), "خطأ كتابة")


def test_a_letter_number_leads_to_whom_the_letter_is_about(agent_client):
    application, subscription = subscribed("774726003")
    statement = subscription.statement
    assertRedirects(ask(agent_client, statement.number), page(application))
    assertRedirects(ask(agent_client, statement.number.lower().translate(ARABIC)), page(application))
    assertContains(ask(agent_client, f"{statement.series}/{statement.year}/99999"), "لا نتائج")


def test_the_number_of_a_warning_leads_to_the_licence_it_was_issued_for(agent_client):
    licence, namesake = (
        LicenceFactory(number="WR777"),
        LicenceFactory(sector=sector("gold_jewellery"), number="WR777"),
    )
    case = warn(licence, date(2026, 1, 1))
    letter = issue_letter(kind="warning", licence_number="WR777")
    case.notices.update(letter=letter)
    assert lookup.find(letter.number).licences == [licence]

    decision = issue_letter(kind="decision", licence_number="WR777")
    assert lookup.find(decision.number).licences == [namesake, licence]


def test_the_number_of_a_receipt_for_records_leads_to_the_establishment(agent_client):
    application, _subscription = subscribed("774726003")
    receipt = issue_letter(kind="receipt", series="774726003", licence_number=application.licence_number)
    assertRedirects(ask(agent_client, receipt.number), page(application))


def test_an_id_with_a_wrong_digit_is_told_as_a_mistake_and_a_right_one_as_not_found(agent_client):
    identity = make_national_id(random.Random(3))
    wrong = identity[:-1] + str((int(identity[-1]) + 1) % 10)
    assertContains(ask(agent_client, wrong), "خطأ كتابة")
    assertContains(ask(agent_client, identity), "لا نتائج")


def test_a_name_is_found_as_the_agent_spells_it(agent_client):
    application = ApplicationFactory(name_ar="شقق أضواء المدينة")
    ApplicationFactory()
    assertRedirects(ask(agent_client, "اضواء مدينه"), page(application))


def test_an_establishment_is_found_by_the_name_it_has_now():
    establishment = EstablishmentFactory(name_ar="منتجع رؤى الساحل")
    application = ApplicationFactory()
    type(application).objects.filter(pk=application.pk).update(establishment=establishment)
    assert lookup.find("روي الساحل").applications == [application]


def test_several_are_listed_and_of_one_licence_the_latest_is_shown(agent_client):
    first = ApplicationFactory(owner_mobile="+966555000111")
    second = ApplicationFactory(owner_mobile="+966555000111")
    response = ask(agent_client, "0555000111")
    assert response.status_code == 200
    assert response.context["found"].applications == [second, first]

    type(first).objects.filter(pk=first.pk).update(status="rejected", licence=second.licence)
    assertRedirects(ask(agent_client, "0555000111"), page(second))


def test_a_licence_for_which_nobody_has_applied_has_a_page_to_read_out(agent_client):
    licence = LicenceFactory(number="WR777")
    response = agent_client.post(DESK, {"q": "wr 777"}, follow=True)
    assertRedirects(response, reverse("support:licence", args=[licence.pk]))
    assertContains(response, licence.city.region.office.address)
    for hidden in (licence.owner_national_id, licence.owner_mobile.removeprefix("+")):
        assertNotContains(response, hidden)
    assert f"registration.licence:{licence.pk}" in Look.objects.values_list("subject", flat=True)


def test_too_little_of_a_name_is_told(agent_client, application):
    response = ask(agent_client, "ab")
    assert response.context["form"].errors == {
        "q": [gettext("Type at least three letters of the name that follow each other.")]
    }


def test_drafts_are_nobodys_business(agent_client):
    draft = make_draft(name_ar="مسودة مخترعة", licence_number="DR1", owner_mobile="+966555000222")
    assertContains(ask(agent_client, "DR1"), "لا نتائج")
    assertContains(ask(agent_client, draft.owner_mobile), "لا نتائج")
    assert agent_client.get(page(draft)).status_code == 404


def test_what_was_typed_stands_in_no_address(agent_client, application):
    response = agent_client.get(DESK, {"q": application.owner_national_id})
    assert response.status_code == 200
    assert response.context["found"] is None


def test_a_search_is_on_record_without_what_was_typed(agent_client, application):
    ask(agent_client, application.owner_mobile)
    look = Look.objects.get(action="desk search")
    assert application.owner_mobile not in f"{look.subject} {look.reason}"


@pytest.mark.parametrize("what", ["owner_mobile", "name_ar", "reference"])
def test_looking_up_takes_as_many_queries_for_three_as_for_one(what):
    application = ApplicationFactory(name_ar="واحة الاختبار")
    text = getattr(application, what)
    with CaptureQueriesContext(connection) as one:
        lookup.find(text)
    for _more in range(2):
        ApplicationFactory(name_ar="واحة الاختبار", owner_mobile=application.owner_mobile)
    with CaptureQueriesContext(connection) as three:
        lookup.find(text)
    assert len(one) == len(three)


def test_a_ticket_number_of_ten_digits_is_no_national_id(ticket):
    assert Ticket.objects.get(number=lookup.find(ticket.number).tickets[0].number) == ticket


@pytest.mark.parametrize("client_name", ["owner_client", "supervisor_client", "auditor_client"])
def test_only_agents_work_at_the_desk(request, client_name, application):
    browser = request.getfixturevalue(client_name)
    assert browser.get(DESK).status_code == 403
    assert ask(browser, application.reference).status_code == 403
    assert browser.get(page(application)).status_code == 403
