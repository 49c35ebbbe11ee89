"""The three things an agent may do for a caller, and the office's answer to one of them."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration.moves import MoveRefused
from shumoos.accounts.models import Look
from shumoos.accounts.people import choose_password
from shumoos.sms.models import TextMessage
from support import acts, credentials, handling, numbers, tickets
from support.models import ActKind, CredentialsRequest, DeskAct, Ticket
from tests.activation.subscribing import subscribe
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, OfficerFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db
TEXTS = {ActKind.REFERENCE: "application_received", ActKind.STATUS_LINK: "status_link"}
QUEUE = reverse("admin:support_credentials")


def do(client, application, kind, **data):
    return client.post(reverse("support:act", args=[application.pk, kind]), data)


@pytest.fixture
def subscription():
    """A subscription whose owner has not signed in yet."""
    return unanswered()


def unanswered():
    subscription = subscribe()
    TextMessage.objects.filter(kind="credentials").delete()
    return subscription


@pytest.fixture
def asked(agent, subscription):
    acts.perform(ActKind.CREDENTIALS, subscription.application, by=agent)
    return CredentialsRequest.objects.get()


def test_the_agent_is_told_the_ticket_number_as_everywhere(agent_client, application):
    do(agent_client, application, ActKind.REFERENCE)
    response = agent_client.get(reverse("support:application", args=[application.pk]))
    number = DeskAct.objects.get().ticket.number
    assertContains(response, f"سُجل ذلك في البلاغ \u2066{numbers.show(number)}\u2069")
    assertNotContains(response, f"في البلاغ {number}")


@pytest.mark.parametrize("kind", [ActKind.REFERENCE, ActKind.STATUS_LINK])
def test_a_text_is_sent_again_and_on_record_with_a_new_ticket(agent_client, agent, application, kind):
    TextMessage.objects.all().delete()
    assertRedirects(
        do(agent_client, application, kind), reverse("support:application", args=[application.pk])
    )
    text = TextMessage.objects.get()
    assert (text.kind, text.to, text.about) == (TEXTS[kind], application.owner_mobile, application)
    act = DeskAct.objects.get()
    assert (act.kind, act.by, act.ticket.assigned_to) == (kind, agent, agent)
    assert act.ticket.entries.filter(kind="act", detail=kind).count() == 1
    line = Look.objects.get(action=f"desk: {kind}")
    assert (line.by, line.subject) == (agent, f"registration.application:{application.pk}")
    assert line.reason == act.ticket.number


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE support_deskact SET kind = 'status_link'",
        "UPDATE support_deskact SET at = at - interval '1 day'",
        "DELETE FROM support_deskact",
        "TRUNCATE support_deskact",
    ],
)
def test_what_the_desk_did_is_not_changed_or_deleted_by_hand_either(agent, application, statement):
    with connection.cursor() as cursor:
        # Off for the other tests, whose tables are emptied after them.
        cursor.execute("ALTER TABLE support_deskact ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    acts.perform(ActKind.REFERENCE, application, by=agent)
    with pytest.raises(DatabaseError, match="pgtrigger: Cannot"), transaction.atomic():
        connection.cursor().execute(statement)
    assert DeskAct.objects.get().kind == ActKind.REFERENCE


def test_it_goes_on_record_with_the_ticket_that_is_open(agent_client, agent, application):
    ticket = tickets.open_ticket(
        by=agent, application=application, category="reference", subject="س", text="ن"
    )
    do(agent_client, application, ActKind.REFERENCE, ticket=ticket.number)
    assert DeskAct.objects.get().ticket == ticket
    assert Ticket.objects.count() == 1


def test_again_within_ten_minutes_it_is_the_same_act(agent_client, colleague, application):
    do(agent_client, application, ActKind.STATUS_LINK)
    do(agent_client, application, ActKind.STATUS_LINK)
    do(sign_in(colleague), application, ActKind.STATUS_LINK)
    assert TextMessage.objects.filter(kind="status_link").count() == 1
    assert DeskAct.objects.count() == Ticket.objects.count() == 1


def test_a_fourth_time_in_a_day_is_refused(agent, application, time_machine):
    start = timezone.now()
    for hour in range(3):
        time_machine.move_to(start + timedelta(hours=hour))
        acts.perform(ActKind.STATUS_LINK, application, by=agent)
    time_machine.move_to(start + timedelta(hours=4))
    with pytest.raises(MoveRefused, match="3"):
        acts.perform(ActKind.STATUS_LINK, application, by=agent)
    assert DeskAct.objects.count() == 3
    # Another thing may be done, and this one again the day after.
    acts.perform(ActKind.REFERENCE, application, by=agent)
    time_machine.move_to(start + timedelta(hours=25))
    acts.perform(ActKind.STATUS_LINK, application, by=agent)


def test_a_ticket_about_another_is_refused(agent_client, application, ticket):
    response = do(agent_client, application, ActKind.REFERENCE, ticket=ticket.number)
    assertContains(agent_client.get(response["Location"]), "منشأة أخرى")
    assert not DeskAct.objects.exists()


def test_a_ticket_that_has_ended_is_refused(agent, application):
    ticket = tickets.open_ticket(
        by=agent, application=application, category="reference", subject="س", text="ن"
    )
    handling.answer(ticket, by=agent, text="تم.", closes=True)
    with pytest.raises(MoveRefused):
        acts.perform(ActKind.REFERENCE, application, by=agent, ticket=ticket)


def test_nothing_else_can_be_done(agent_client, application):
    assert do(agent_client, application, "activate").status_code == 404
    assert agent_client.get(reverse("support:act", args=[application.pk, "reference"])).status_code == 405


@pytest.mark.parametrize("client_name", ["owner_client", "supervisor_client", "auditor_client"])
def test_only_agents_do_it(request, client_name, application):
    assert do(request.getfixturevalue(client_name), application, "reference").status_code == 403
    assert not DeskAct.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_agents_at_once_send_one_text(agent, colleague):
    application = ApplicationFactory()
    outcomes = at_once(
        lambda: acts.perform(ActKind.STATUS_LINK, application, by=agent).pk,
        lambda: (
            acts.perform(
                ActKind.STATUS_LINK, type(application).objects.get(pk=application.pk), by=colleague
            ).pk
        ),
    )
    assert outcomes[0] == outcomes[1]
    assert TextMessage.objects.filter(kind="status_link").count() == 1


# Credentials ------------------------------------------------------------------------------------------------


def test_the_request_appears_in_the_supervisors_queue(
    agent_client, subscription, supervisor_client, makkah_client
):
    do(agent_client, subscription.application, ActKind.CREDENTIALS)
    asked = CredentialsRequest.objects.get()
    assert asked.office == subscription.application.office
    assertContains(supervisor_client.get(reverse("admin:activation_queue")), QUEUE)
    assertContains(supervisor_client.get(QUEUE), str(subscription.establishment))
    assert not makkah_client.get(QUEUE).context["waiting"]
    assert TextMessage.objects.filter(kind="credentials").count() == 0


def test_credentials_are_not_asked_for_before_activation(agent, application):
    with pytest.raises(MoveRefused, match="تفعّل"):
        acts.perform(ActKind.CREDENTIALS, application, by=agent)
    assert not Ticket.objects.exists()


def test_credentials_are_not_asked_for_once_a_password_is_chosen(agent, subscription):
    choose_password(subscription.establishment.owner.user, "a-password-of-their-own")
    with pytest.raises(MoveRefused):
        acts.perform(ActKind.CREDENTIALS, subscription.application, by=agent)
    assert not CredentialsRequest.objects.exists()


def test_the_office_sends_them_and_the_desk_is_told(supervisor_client, supervisor, asked):
    address = reverse("admin:support_credentials_send", args=[asked.pk])
    for _again in range(2):
        assertRedirects(supervisor_client.post(address), QUEUE)
    asked.refresh_from_db()
    assert (asked.outcome, asked.ended_by) == ("sent", supervisor)
    assert TextMessage.objects.filter(kind="credentials").count() == 1
    assert asked.ticket.entries.filter(detail="credentials_sent").count() == 1


def test_the_office_refuses_with_words_for_the_desk(supervisor_client, asked):
    address = reverse("admin:support_credentials_refuse", args=[asked.pk])
    supervisor_client.post(address, {"answer": ""})
    asked.refresh_from_db()
    assert asked.outcome == ""

    supervisor_client.post(address, {"answer": "الجوال غير صحيح."})
    asked.refresh_from_db()
    assert asked.outcome == "refused"
    assert asked.ticket.entries.get(kind="note").text == "الجوال غير صحيح."
    assert not TextMessage.objects.filter(kind="credentials").exists()

    response = supervisor_client.post(reverse("admin:support_credentials_send", args=[asked.pk]), follow=True)
    assertContains(response, "انتهى هذا الطلب")
    assert not TextMessage.objects.filter(kind="credentials").exists()


def test_another_office_and_other_people_answer_nothing(
    makkah_client, agent_client, owner_client, auditor_client, asked
):
    address = reverse("admin:support_credentials_send", args=[asked.pk])
    assert makkah_client.post(address).status_code == 404
    assert auditor_client.post(address).status_code == 403
    for browser in (agent_client, owner_client):
        assert browser.post(address).status_code in (302, 403)
    asked.refresh_from_db()
    assert asked.outcome == ""
    assert auditor_client.get(QUEUE).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_sent_and_refused_at_once_has_one_outcome(agent):
    subscription = unanswered()
    acts.perform(ActKind.CREDENTIALS, subscription.application, by=agent)
    one, other = CredentialsRequest.objects.get(), CredentialsRequest.objects.get()
    supervisor, colleague = OfficerFactory(), OfficerFactory()
    outcomes = at_once(
        lambda: credentials.send(one, by=supervisor),
        lambda: credentials.refuse(other, by=colleague, answer="لا"),
    )
    assert len([each for each in outcomes if isinstance(each, MoveRefused)]) == 1
    ended = CredentialsRequest.objects.get()
    assert TextMessage.objects.filter(kind="credentials").count() == (1 if ended.outcome == "sent" else 0)
