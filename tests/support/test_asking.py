"""Tickets without an account: with a reference number, and a code to the owner's mobile."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration.views.opened import OPEN_FOR
from shumoos.sms.models import TextMessage
from support import handling, tickets
from support.models import Ticket
from tests.codes import another, receive_code
from tests.factories import ApplicationFactory, clean_jpeg, jpeg
from tests.registration.following import right

pytestmark = pytest.mark.django_db

ASK, CODE, SEND, MINE = (
    reverse(f"support:{name}") for name in ("ask", "ask_code", "ask_send_code", "ask_tickets")
)
WORDS = {"category": "reference", "subject": "ضاع الرقم", "text": "لا أجد الإيصال."}


def show(ticket):
    return reverse("support:ask_ticket", args=[ticket.number])


def act(ticket, what):
    return reverse("support:ask_act", args=[ticket.number, what])


@pytest.fixture
def opened(client, application):
    """The browser, after the owner has found the application and typed the code."""
    assertRedirects(client.post(ASK, right(application)), CODE)
    assertRedirects(client.post(SEND), CODE)
    assertRedirects(client.post(CODE, {"code": receive_code(application.owner_mobile)}), MINE)
    return client


def test_whoever_has_number_and_code_opens_and_follows_a_ticket(opened, application):
    upload = SimpleUploadedFile("screen.jpg", jpeg("red", size=(300, 200)), "image/jpeg")
    response = opened.post(MINE, WORDS | {"attached": [upload]})
    ticket = Ticket.objects.get()
    assertRedirects(response, show(ticket))
    file = reverse("support:ask_file", args=[ticket.number, ticket.files.get().pk])
    assertContains(opened.get(show(ticket)), file)
    assert (ticket.application, ticket.opened_by, ticket.door) == (application, None, "code")
    assert ticket.priority_id == "high"
    assertContains(opened.get(show(ticket)), "لا أجد الإيصال.")
    assertContains(opened.get(MINE), show(ticket))
    text = TextMessage.objects.get(kind="ticket_opened")
    assert text.to == application.owner_mobile


def test_they_write_reopen_and_rate(opened, agent):
    opened.post(MINE, WORDS)
    ticket = Ticket.objects.get()
    handling.answer(ticket, by=agent, text="هو 26.", closes=True)
    opened.post(act(ticket, "reopen"), {"text": "غير صحيح."})
    opened.post(act(ticket, "message"), {"text": "وأيضاً."})
    handling.answer(ticket, by=agent, text="عذراً.", closes=True)
    opened.post(act(ticket, "rate"), {"stars": "5"})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.rating) == ("closed", 5)
    assert not ticket.entries.exclude(by=agent).filter(by__isnull=False).exists()


@pytest.mark.parametrize("address", [MINE])
def test_without_a_code_nothing_is_opened(client, application, address):
    assertRedirects(client.get(address), ASK)
    client.post(ASK, right(application))
    assertRedirects(client.post(address, WORDS), ASK, fetch_redirect_response=False)
    assert not Ticket.objects.exists()


def test_a_wrong_code_opens_nothing(client, application):
    client.post(ASK, right(application))
    client.post(SEND)
    response = client.post(CODE, {"code": another(receive_code(application.owner_mobile))})
    assert response.status_code == 422
    assertRedirects(client.get(MINE), ASK, fetch_redirect_response=False)


def test_a_number_and_a_mobile_that_do_not_belong_together_are_refused_and_slowed_down(client, application):
    wrong = right(application, mobile_ending="0000")
    for _guess in range(5):
        assert client.post(ASK, wrong).status_code == 422
    assert client.post(ASK, right(application)).status_code == 429


def test_nobody_gets_at_another_applications_ticket(opened, agent):
    other = ApplicationFactory()
    ticket = tickets.open_ticket(
        by=agent,
        application=other,
        category="texts",
        subject="س",
        text="ن",
        attached=[clean_jpeg("red")],
    )
    file = reverse("support:ask_file", args=[ticket.number, ticket.files.get().pk])
    assert opened.get(show(ticket)).status_code == 404
    assert opened.get(file).status_code == 404
    assert opened.post(act(ticket, "message"), {"text": "x"}).status_code == 404
    assertNotContains(opened.get(MINE), ticket.number)


def test_a_code_holds_for_half_an_hour(opened, application, time_machine):
    ticket = tickets.open_ticket(by=None, application=application, category="texts", subject="س", text="ن")
    assert opened.get(show(ticket)).status_code == 200
    time_machine.move_to(timezone.now() + OPEN_FOR + timedelta(seconds=1))
    for address in (MINE, show(ticket)):
        assertRedirects(opened.get(address), ASK, fetch_redirect_response=False)
    assertRedirects(opened.post(act(ticket, "close")), ASK, fetch_redirect_response=False)
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_what_came_of_the_application_is_not_shown_by_its_old_number(opened, application, ticket):
    type(application).objects.filter(pk=application.pk).update(establishment=ticket.establishment)
    assert opened.get(show(ticket)).status_code == 404


def test_what_was_merged_from_another_application_is_not_shown(opened, application, ticket, agent):
    type(application).objects.filter(pk=application.pk).update(establishment=ticket.establishment)
    application.refresh_from_db()
    mine = tickets.open_ticket(by=None, application=application, category="texts", subject="س", text="ن")
    handling.ask_again(ticket, by=ticket.opened_by, text="للمالك وحده")
    handling.merge(ticket, into=mine, by=agent)
    assertNotContains(opened.get(show(mine)), "للمالك وحده")


def test_texts_go_to_whoever_applied(opened, application, ticket, agent):
    type(application).objects.filter(pk=application.pk).update(establishment=ticket.establishment)
    opened.post(MINE, WORDS)
    mine = Ticket.objects.get(door="code")
    handling.answer(mine, by=agent, text="تم.")
    assert TextMessage.objects.get(kind="ticket_answered").to == application.owner_mobile


def test_whoever_has_typed_the_code_goes_straight_on(opened):
    assertRedirects(opened.get(ASK), MINE)


def test_steps_out_of_order_lead_to_the_beginning(client):
    assertRedirects(client.post(SEND), ASK)
    assertRedirects(client.get(CODE), ASK)


def test_an_empty_ticket_is_refused_beside_its_fields(opened):
    response = opened.post(MINE, {})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"category", "subject", "text"}
