"""The page that is read out on the phone: what it says, what it hides, and who proves what."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from activation import decisions, life
from activation.models import Subscription
from registration.models import WrongLookUp
from shumoos.accounts.models import Look
from shumoos.saudi import calendar
from shumoos.sms.outbox import queue_sms
from shumoos.templatetags.days import both_calendars, both_calendars_time
from support import naming, sheet, tickets
from support.models import Ticket
from tests.activation.subscribing import subscribe
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, LicenceFactory, jpeg
from tests.guests.factories import GuestFactory, send
from tests.violations.factories import warn
from violations import bills
from violations.escalation import escalate
from violations.models import Case

pytestmark = pytest.mark.django_db


def page(application):
    return reverse("support:application", args=[application.pk])


def named(application):
    return reverse("support:named", args=[application.pk])


def test_it_says_where_things_stand_and_where_to_go(agent_client, application):
    response = agent_client.get(page(application))
    assertContains(response, application.office.address)
    assertContains(response, application.office.hours)
    assertContains(response, application.get_status_display())
    assertContains(response, application.shown_reference)
    assert [look.action for look in Look.objects.all()] == ["desk"]


def test_it_says_since_when(agent_client, agent, supervisor, application, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=2))
    decisions.claim(application, by=supervisor)
    since = application.events.get(new="under_review").at
    time_machine.move_to(timezone.now() + timedelta(days=3))

    response = sign_in(agent).get(page(application))

    assert response.context["sheet"].since == since
    assertContains(response, both_calendars_time(since))


def test_it_shows_no_guest_of_the_establishment(agent_client):
    subscription = subscribe()
    guest = GuestFactory(full_name="نزيل لا يُقرأ", room="4077")
    send(subscription.establishment, guest)
    response = agent_client.get(page(subscription.application))
    for hidden in (guest["full_name"], guest["id_number"], guest["room"], guest["client_reference"]):
        assertNotContains(response, hidden)
    assert "/guests/" not in response.content.decode().partition("<main")[2].partition("</main>")[0]


def test_it_shows_neither_identity_nor_mobile_nor_documents(agent_client, application):
    response = agent_client.get(page(application))
    for hidden in (
        application.owner_national_id,
        application.owner_mobile.removeprefix("+"),
        "/documents/",
    ):
        assertNotContains(response, hidden)
    shown = [value for _number, _label, value, _is_named in response.context["numbers"]]
    assert shown == ["+9665••••••••", f"{application.owner_national_id[0]}•••••••••"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("submitted", "أصول جميع الوثائق"),
        ("under_review", "تدقق الوثائق"),
        ("returned", "يصحح ما طلبته"),
        ("rejected", "السبب في صفحة المتابعة"),
        ("withdrawn", "يسجل من جديد"),
        ("expired", "يسجل من جديد"),
    ],
)
def test_it_says_what_the_owner_does_next(agent_client, application, status, words):
    type(application).objects.filter(pk=application.pk).update(status=status)
    assertContains(agent_client.get(page(application)), words)


def test_it_shows_the_subscription_and_warns_of_its_grace(agent_client):
    subscription = subscribe()
    application = subscription.application
    response = agent_client.get(page(application))
    assertContains(response, subscription.badge[0])
    assert response.context["sheet"].banner is None

    today = calendar.today()
    Subscription.objects.filter(pk=subscription.pk).update(
        period=(today - timedelta(days=100), today - timedelta(days=2)), grace_days=30
    )
    assertContains(agent_client.get(page(application)), "يمكن إدخال العملاء حتى")


def test_it_shows_the_texts_and_whether_they_arrived(agent_client, application):
    text = queue_sms(
        kind="application_expired", to=application.owner_mobile, language="ar", about=application
    )
    type(text).objects.filter(pk=text.pk).update(status="failed", error="30003")
    response = agent_client.get(page(application))
    assertContains(response, text.label)
    assertContains(response, "كان الجوال مغلق")

    type(text).objects.filter(pk=text.pk).update(status="cancelled", error="")
    assertContains(agent_client.get(page(application)), 'status-neutral"')


def test_a_suspension_is_said_whole_once_the_caller_has_named_who_they_are(agent_client, supervisor):
    subscription = subscribe(supervisor=supervisor)
    application = subscription.application
    life.suspend(subscription, by=supervisor, order_number="44/T/123", reason="سبب للمالك")
    response = agent_client.get(page(application))
    assertContains(response, "الاشتراك موقوف")
    for hidden in ("44/T/123", "سبب للمالك"):
        assertNotContains(response, hidden)

    agent_client.post(named(application), {"number": naming.MOBILE, "ending": application.owner_mobile[-4:]})
    response = agent_client.get(page(application))
    for said in ("44/T/123", "سبب للمالك", "الاشتراك موقوف"):
        assertContains(response, said)


def warned(licence):
    """A case of a warning ten days ago."""
    return warn(licence, calendar.today() - timedelta(days=10))


def test_the_page_of_a_licence_says_the_last_day_what_comes_next_and_what_was_texted(agent_client):
    licence = LicenceFactory()
    case = warned(licence)
    queue_sms(kind="violation_notice", to=licence.owner_mobile, about=case.notices.get())
    response = agent_client.get(reverse("support:licence", args=[licence.pk]))
    assertContains(response, both_calendars(case.due_on))
    assertContains(response, "10,000.00")
    assertContains(response, "إشعار مخالفة")


def test_a_case_stands_on_the_page_as_its_clock_does(agent_client, application):
    # The application is with the office since, so that the days stand still.
    case = warned(application.licence)
    queue_sms(kind="violation_notice", to=application.owner_mobile, about=case.notices.get())
    response = agent_client.get(page(application))
    assertContains(response, "المهلة متوقفة")
    assertNotContains(response, both_calendars(case.due_on))
    assertContains(response, "إشعار مخالفة")


def test_a_fine_still_owed_is_named_with_its_bill_also_when_the_case_is_closed(agent_client):
    licence = LicenceFactory()
    case = warn(licence, calendar.today() - timedelta(days=31))
    ended = {"closed_on": calendar.today(), "due_on": None, "stage": "complied"}
    Case.objects.filter(pk=case.pk).update(**ended)
    assert sheet.cases_of(licence.pk) == []

    Case.objects.filter(pk=case.pk).update(closed_on=None, due_on=case.due_on, stage="warned")
    escalate(calendar.today())
    Case.objects.filter(pk=case.pk).update(**ended)
    response = agent_client.get(reverse("support:licence", args=[licence.pk]))
    assertContains(response, "10,000.00")
    assertContains(response, bills.show(bills.number(case.pk)))


def test_it_shows_open_tickets_and_opens_another(agent_client, agent, application):
    form = {"category": "texts", "priority": "high", "subject": "لا تصل الرسالة", "text": "منذ أمس."}
    upload = SimpleUploadedFile("screen.jpg", jpeg("red", size=(300, 200)), "image/jpeg")
    response = agent_client.post(page(application), form | {"attached": [upload]})
    ticket = Ticket.objects.get()
    assert ticket.files.count() == 1
    assertRedirects(response, reverse("support:ticket", args=[ticket.number]))
    assert (ticket.application, ticket.opened_by, ticket.status) == (application, agent, "open")
    assert (ticket.priority_id, ticket.door) == ("high", "agent")
    assertContains(agent_client.get(page(application)), "لا تصل الرسالة")


def test_an_empty_ticket_is_refused_beside_its_fields(agent_client, application):
    response = agent_client.post(page(application), {})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"category", "subject", "text"}
    assert not Ticket.objects.exists()


def test_a_number_is_shown_once_the_caller_has_named_its_ending(agent_client, application):
    for number in naming.NUMBERS:
        value = getattr(application, number)
        agent_client.post(named(application), {"number": number, "ending": value[-4:]})
        assertContains(agent_client.get(page(application)), value)
    assert Look.objects.filter(action__contains="named right").count() == 2


def test_one_number_named_does_not_show_the_other(agent_client, application):
    agent_client.post(named(application), {"number": naming.MOBILE, "ending": application.owner_mobile[-4:]})
    response = agent_client.get(page(application))
    assertContains(response, application.owner_mobile)
    assertNotContains(response, application.owner_national_id)


def test_what_was_named_is_hidden_again_after_a_while_and_from_colleagues(
    agent_client, colleague, application, time_machine
):
    agent_client.post(named(application), {"number": naming.MOBILE, "ending": application.owner_mobile[-4:]})
    assertNotContains(sign_in(colleague).get(page(application)), application.owner_mobile)
    other = ApplicationFactory(owner_mobile=application.owner_mobile)
    assertNotContains(agent_client.get(page(other)), application.owner_mobile)
    time_machine.move_to(timezone.now() + naming.SHOWN_FOR + timedelta(seconds=1))
    assert naming.shown(_request_of(agent_client), application, naming.MOBILE).endswith("•")


def _request_of(client):
    class Request:
        session = client.session

    return Request()


@pytest.mark.parametrize("ending", ["", "12", "abcd"])
def test_what_is_no_ending_is_not_compared(agent_client, application, ending):
    response = agent_client.post(named(application), {"number": naming.MOBILE, "ending": ending})
    assertRedirects(response, page(application))
    assert not WrongLookUp.objects.exists()


def test_after_a_wrong_ending_the_tries_left_are_told(agent_client, application):
    wrong = "0000" if application.owner_mobile[-4:] != "0000" else "1111"
    for left in ("بقيت 4 محاولات", "بقيت 3 محاولات", "بقيت محاولتان", "بقيت محاولة واحدة", "لم تبق محاولة"):
        response = agent_client.post(
            named(application), {"number": naming.MOBILE, "ending": wrong}, follow=True
        )
        assertContains(response, left)


def test_guessing_is_slowed_down_and_on_record(agent_client, colleague, application):
    wrong = "0000" if application.owner_mobile[-4:] != "0000" else "1111"
    for _guess in range(5):
        agent_client.post(named(application), {"number": naming.MOBILE, "ending": wrong})
    right = {"number": naming.MOBILE, "ending": application.owner_mobile[-4:]}
    assertContains(
        agent_client.post(named(application), right, follow=True),
        "يبقى الرقم مخفيًا بعد خمس محاولات خاطئة. انتظر 15 دقيقة",
    )
    # Neither the colleague about this one, nor this agent about another.
    for client, about in ((sign_in(colleague), application), (agent_client, ApplicationFactory())):
        ending = {"number": naming.MOBILE, "ending": about.owner_mobile[-4:]}
        answer = client.post(named(about), ending, follow=True)
        assertContains(answer, "ثم أعد المحاولة")
        assertNotContains(answer, about.owner_mobile)
    assert Look.objects.filter(action__contains="named wrong").count() == 5
    assertNotContains(agent_client.get(page(application)), application.owner_mobile)


def test_another_field_cannot_be_asked_for(agent_client, application):
    response = agent_client.post(named(application), {"number": "owner_name", "ending": "0000"})
    assert response.status_code == 404


def test_the_page_takes_as_many_queries_for_much_as_for_little(agent_client, agent):
    application = subscribe().application

    def fill():
        tickets.open_ticket(
            by=agent,
            application=application,
            establishment=application.establishment,
            category="texts",
            subject="س",
            text="ن",
        )
        queue_sms(kind="application_expired", to=application.owner_mobile, about=application)

    fill()
    with CaptureQueriesContext(connection) as little:
        sheet.read(application.pk)
    fill()
    fill()
    with CaptureQueriesContext(connection) as much:
        sheet.read(application.pk)
    assert len(little) == len(much)


@pytest.mark.parametrize("client_name", ["owner_client", "supervisor_client", "auditor_client"])
def test_strangers_name_nothing(request, client_name, application):
    browser = request.getfixturevalue(client_name)
    right = {"number": naming.MOBILE, "ending": application.owner_mobile[-4:]}
    assert browser.post(named(application), right).status_code == 403
    assert not Look.objects.filter(action__contains="named").exists()
