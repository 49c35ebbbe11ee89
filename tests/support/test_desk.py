"""The desk: finding what the caller has, and what an agent sees and does not see."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from shumoos.accounts.models import Look, Role
from support import tickets
from support.models import Ticket
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, UserFactory, make_draft

DESK = reverse("support:desk")
TOO_SHORT = "Type at least three letters of the name that follow each other."

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return UserFactory(role=Role.SUPPORT)


@pytest.fixture
def agent_client(agent):
    return sign_in(agent)


@pytest.fixture
def application():
    return ApplicationFactory()


def page(application):
    return reverse("support:application", args=[application.pk])


@pytest.mark.parametrize("what", ["reference", "shown_reference", "licence_number", "name_ar"])
def test_what_the_caller_reads_out_leads_straight_to_the_application(agent_client, application, what):
    assertRedirects(agent_client.get(DESK, {"q": getattr(application, what)}), page(application))


def test_a_mistyped_reference_is_told_without_looking_it_up(agent_client, application):
    wrong = application.reference[:-1] + str((int(application.reference[-1]) + 1) % 10)
    with CaptureQueriesContext(connection) as queries:
        response = agent_client.get(DESK, {"q": wrong})
    assertContains(response, "خطأ كتابة")
    assert not [query for query in queries if "registration_application" in query["sql"]]


def test_a_name_is_found_as_the_agent_spells_it(agent_client):
    application = ApplicationFactory(name_ar="شقق أضواء المدينة")
    ApplicationFactory()
    assertRedirects(agent_client.get(DESK, {"q": "اضواء مدينه"}), page(application))


def test_too_little_of_a_name_is_told(agent_client, application):
    response = agent_client.get(DESK, {"q": application.name_ar[:2]})
    assert response.context["form"].errors == {"q": [gettext(TOO_SHORT)]}


def test_drafts_are_nobodys_business(agent_client):
    draft = make_draft(name_ar="مسودة مخترعة", licence_number="DR1")
    assertContains(agent_client.get(DESK, {"q": "DR1"}), "لا نتائج")
    assert agent_client.get(page(draft)).status_code == 404


def test_the_page_is_for_reading_out_and_shows_neither_identity_nor_documents(agent_client, application):
    response = agent_client.get(page(application))

    assertContains(response, application.office.address)
    assertNotContains(response, application.owner_national_id)
    assertNotContains(response, application.owner_mobile)
    assertNotContains(response, application.owner_mobile.removeprefix("+"))
    assertNotContains(response, "/documents/")
    assert [look.action for look in Look.objects.all()] == ["desk"]


def test_an_agent_opens_a_ticket_for_the_caller(agent_client, agent, application):
    response = agent_client.post(
        page(application), {"category": "technical", "subject": "لا تصل الرسالة", "text": "منذ أمس."}
    )

    ticket = Ticket.objects.get()
    assertRedirects(response, reverse("support:ticket", args=[ticket.number]))
    assert (ticket.application, ticket.opened_by, ticket.status) == (application, agent, "open")
    assertRedirects(agent_client.get(DESK, {"q": ticket.number}), response["Location"])


def test_an_answer_is_seen_by_the_owner_who_can_ask_again(agent_client, owner_client, owner, establishment):
    ticket = tickets.open_ticket(
        by=owner, establishment=establishment, category="technical", subject="سؤال", text="كيف؟"
    )
    address = reverse("support:ticket", args=[ticket.number])

    agent_client.post(address, {"text": "هكذا."})
    ticket.refresh_from_db()
    assert ticket.status == "answered"
    assertContains(owner_client.get(address), "هكذا.")

    owner_client.post(address, {"text": "لم ينجح."})
    ticket.refresh_from_db()
    assert ticket.status == "open"

    agent_client.post(address, {"text": "تم.", "close": ""})
    ticket.refresh_from_db()
    assert ticket.status == "closed"
    assertContains(owner_client.post(address, {"text": "بعد الإغلاق"}, follow=True), "أُغلق هذا البلاغ")
    assert ticket.entries.count() == 4


def test_an_owner_opens_a_ticket_for_their_establishment_only(owner_client, establishment):
    stranger = ApplicationFactory()
    form = {"category": "administrative", "subject": "سؤال", "text": "نص", "establishment": establishment.pk}
    response = owner_client.post(reverse("support:new_ticket"), form)
    ticket = Ticket.objects.get()
    assertRedirects(response, reverse("support:ticket", args=[ticket.number]))
    assert ticket.establishment == establishment
    assertContains(owner_client.get(reverse("support:tickets")), ticket.number)

    other = tickets.open_ticket(
        by=UserFactory(role=Role.SUPPORT), application=stranger, category="technical", subject="س", text="ن"
    )
    assert owner_client.get(reverse("support:ticket", args=[other.number])).status_code == 404


def test_an_empty_ticket_is_refused_beside_its_fields(owner_client, establishment):
    response = owner_client.post(reverse("support:new_ticket"), {"establishment": establishment.pk})
    assert set(response.context["form"].errors) == {"category", "subject", "text"}
    assert not Ticket.objects.exists()


def test_only_agents_work_at_the_desk(owner_client, supervisor_client, auditor_client, application):
    for browser in (owner_client, supervisor_client, auditor_client):
        assert browser.get(DESK).status_code == 403
        assert browser.get(page(application)).status_code == 403


def test_ticket_numbers_tell_typing_mistakes_from_other_tickets(agent_client, owner, establishment):
    ticket = tickets.open_ticket(
        by=owner, establishment=establishment, category="technical", subject="س", text="ن"
    )
    wrong = ticket.number[:-1] + str((int(ticket.number[-1]) + 1) % 10)
    assert len(ticket.number) == 10
    assertContains(agent_client.get(DESK, {"q": wrong}), "لا نتائج")


def test_the_desk_takes_as_many_queries_for_three_tickets_as_for_one(agent_client, owner, establishment):
    def open_one():
        tickets.open_ticket(
            by=owner, establishment=establishment, category="technical", subject="س", text="ن"
        )

    open_one()
    with CaptureQueriesContext(connection) as one:
        agent_client.get(DESK)
    open_one()
    open_one()
    with CaptureQueriesContext(connection) as three:
        agent_client.get(DESK)
    assert len(one) == len(three)
