"""A caller of whom there is no application: the desk opens a ticket with their mobile, and finds it again."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration.models import Authority
from registration.moves import MoveRefused
from shumoos.accounts.models import Look
from shumoos.sms import bodies, kinds
from shumoos.sms.models import TextMessage
from support import handling, lookup, tickets
from support.models import Ticket
from tests.factories import LicenceFactory

pytestmark = pytest.mark.django_db

NEW = reverse("support:new_ticket")
MOBILE = "+966551234567"


def typed(**changes):
    said = {"caller_mobile": "٠٥٥١٢٣٤٥٦٧", "category": "texts", "subject": "إنذار", "text": "وصلني إنذار."}
    return said | changes


def open_for_caller(agent, **changes):
    said = {"category": "texts", "subject": "إنذار", "text": "وصلني إنذار.", "caller_mobile": MOBILE}
    return tickets.open_ticket(by=agent, **said | changes)


def page(ticket):
    return reverse("support:ticket", args=[ticket.number])


def test_an_agent_opens_a_ticket_with_a_mobile_alone(agent_client, agent):
    assertContains(agent_client.get(reverse("support:desk")), NEW)

    response = agent_client.post(NEW, typed())

    ticket = Ticket.objects.get()
    assertRedirects(response, page(ticket))
    assert (ticket.caller_mobile, ticket.licence, ticket.door, ticket.opened_by) == (
        MOBILE,
        None,
        "agent",
        agent,
    )
    assertContains(agent_client.get(page(ticket)), MOBILE)
    assert TextMessage.objects.get().to == MOBILE


def test_a_licence_is_named_by_its_number_or_by_the_page_one_comes_from(agent_client):
    licence = LicenceFactory(name_ar="نزل البحر")
    agent_client.post(NEW, typed(licence=licence.number))
    own = reverse("support:licence", args=[licence.pk])
    begin = f"{NEW}?licence={licence.pk}"
    assertContains(agent_client.get(own), begin)
    assertContains(agent_client.get(begin), "نزل البحر")
    agent_client.post(begin, typed())

    one, other = Ticket.objects.order_by("pk")
    assert one.licence == other.licence == licence
    assertContains(agent_client.get(page(one)), f'href="{own}"')
    shown = agent_client.get(own)
    assertContains(shown, page(one))
    assertContains(shown, page(other))
    assert Look.objects.filter(subject=f"registration.licence:{licence.pk}", action="desk").exists()


def test_what_is_missing_or_unknown_is_told_beside_its_field(agent_client):
    for changes, field in (
        ({"caller_mobile": ""}, "caller_mobile"),
        ({"caller_mobile": "0112345678"}, "caller_mobile"),
        ({"licence": "NONE-1"}, "licence"),
    ):
        response = agent_client.post(NEW, typed(**changes))
        assert response.status_code == 422
        assert set(response.context["form"].errors) == {field}
    assert not Ticket.objects.exists()


def test_a_number_that_two_authorities_have_given_is_told(agent_client):
    one = LicenceFactory()
    LicenceFactory(number=one.number, authority=Authority.objects.exclude(pk=one.authority_id)[0])
    response = agent_client.post(NEW, typed(licence=one.number))
    assert set(response.context["form"].errors) == {"licence"}


def test_a_licence_that_is_none_is_not_found(agent_client):
    for key in ("999999", "x", "٣", "9" * 30):
        assert agent_client.get(NEW, {"licence": key}).status_code == 404


def test_it_is_found_by_mobile_and_by_number(agent_client, agent):
    ticket = open_for_caller(agent)
    other = open_for_caller(agent, caller_mobile="+966559999999")
    for said in ("0551234567", MOBILE, str(ticket)):
        assert lookup.find(said).tickets == [ticket], said
    assertRedirects(agent_client.post(reverse("support:desk"), {"q": "0559999999"}), page(other))


def test_an_auditor_finds_it_by_mobile_in_the_admin(auditor_client, agent):
    ticket = open_for_caller(agent)
    open_for_caller(agent, caller_mobile="+966559999999")
    listed = auditor_client.post(reverse("admin:support_ticket_changelist"), {"q": "0551234567"}, follow=True)
    assert [row.pk for row in listed.context["cl"].result_list] == [ticket.pk]


def test_a_caller_has_no_page_and_is_told_by_text_alone(agent, settings):
    ticket = open_for_caller(agent)
    handling.answer(ticket, by=agent, text="سُوّي الأمر.")
    handling.answer(ticket, by=agent, text="س" * 200)
    opened, short, long = (bodies.write(text, kinds.get(text.kind)) for text in texts_of())
    for said in (opened, short, long):
        assert str(ticket) in said
        assert "http" not in said
    assert "سُوّي الأمر." in short
    assert settings.SUPPORT_LINE in opened
    assert settings.SUPPORT_LINE in long


def texts_of():
    return TextMessage.objects.order_by("queued_at")


def test_an_owner_does_not_see_what_others_say_of_a_licence(owner_client, agent, establishment):
    ticket = open_for_caller(agent, licence=LicenceFactory(establishment=establishment))
    assert owner_client.get(page(ticket)).status_code == 404
    assertNotContains(owner_client.get(reverse("support:tickets")), str(ticket))


def test_an_owners_form_is_as_it_was(owner_client, supervisor_client, establishment):
    assert "caller_mobile" not in owner_client.get(NEW).context["form"].fields
    assert supervisor_client.get(NEW).status_code == 403
    assert supervisor_client.post(NEW, typed()).status_code == 403


def test_tickets_of_one_caller_or_licence_are_merged_and_others_not(agent, ticket):
    licence = LicenceFactory()
    one, same_caller = open_for_caller(agent), open_for_caller(agent, licence=licence)
    same_licence = open_for_caller(agent, caller_mobile="+966559999999", licence=licence)
    with pytest.raises(MoveRefused):
        handling.merge(one, into=ticket, by=agent)
    handling.merge(one, into=same_caller, by=agent)
    handling.merge(same_caller, into=same_licence, by=agent)
    assert same_caller.merged_into == same_licence


def test_the_database_holds_what_a_callers_ticket_is(agent, owner, establishment, ticket):
    for wrong in ({"caller_mobile": ""}, {"caller_mobile": "0551234567"}, {"by": owner}):
        with pytest.raises(ValidationError):
            open_for_caller(wrong.pop("by", agent), **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(caller_mobile=MOBILE)
