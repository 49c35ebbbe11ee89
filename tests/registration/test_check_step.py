"""The last step of registering: all of it at one glance, and the button that sends it."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration.models import Application, Document, Status
from shumoos.sms.models import TextMessage
from tests.factories import ApplicationFactory, office
from tests.races import at_once
from tests.registration.registering import (
    CHECK,
    DOCUMENTS,
    DONE,
    ESTABLISHMENT,
    MOBILE_CODE,
    OWNER,
    REGISTER,
    errors,
    give_documents,
    go_through,
    prove_mobile,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_whole_registration_leads_to_the_reference_number(client):
    go_through(client)

    response = client.post(CHECK, {"confirmed": "on"}, follow=True)

    application = Application.objects.get()
    assertRedirects(response, DONE)
    assert application.status == Status.SUBMITTED
    assert application.office == office("RUH")
    assert application.documents.filter(is_current=True).count() == 3
    assert application.language == "ar"
    assertContains(response, f">{application.shown_reference}</bdi>")
    assertContains(response, office("RUH").name_ar)
    assertContains(response, office("RUH").address_ar)
    assertContains(response, office("RUH").hours_ar)
    text = TextMessage.objects.get(kind="application_received")
    assert text.to == "+966501234567"


def test_in_english_the_texts_are_english_too(english):
    go_through(english)

    response = english.post(CHECK, {"confirmed": "on"}, follow=True)

    assertContains(response, "Your reference number")
    assertContains(response, "Investigation office, Riyadh region")
    assert Application.objects.get().language == "en"


def test_all_that_was_given_is_shown_with_a_way_to_change_it(english):
    go_through(english)

    response = english.get(CHECK)

    for shown in (
        "73102155",
        "1000000008",
        "فندق النخلة المخترعة",
        "1010123456",
        "مالك مخترع",
        "+966501234567",
    ):
        assertContains(response, shown)
    for page in (REGISTER, ESTABLISHMENT, OWNER, DOCUMENTS):
        assertContains(response, f'<a href="{page}">')
    assertContains(response, "Investigation office, Riyadh region")


def test_the_box_has_to_be_ticked(english):
    go_through(english)

    response = english.post(CHECK, {})

    assert errors(response) == {"confirmed": ["Check what you have entered, then tick this box."]}
    assert Application.objects.get().status == Status.DRAFT


@pytest.mark.parametrize(
    ("until", "missing"), [(ESTABLISHMENT, ESTABLISHMENT), (OWNER, OWNER), (DOCUMENTS, DOCUMENTS)]
)
def test_what_is_missing_is_named_and_nothing_can_be_sent(english, until, missing):
    go_through(english, until=until)

    page = english.get(CHECK)
    sent = english.post(CHECK, {"confirmed": "on"})

    assertContains(page, f'<li><a href="{missing}">')
    assertNotContains(page, "Send to the investigation office")
    assert sent.status_code == 422
    assert Application.objects.get().status == Status.DRAFT


def test_an_unproved_mobile_is_told_and_can_be_proved_from_there(english):
    go_through(english, until=MOBILE_CODE)
    give_documents(english)

    assertContains(english.get(CHECK), f'<li><a href="{MOBILE_CODE}">')
    refused = english.post(CHECK, {"confirmed": "on"})

    assert "Verify this mobile" in errors(refused)["__all__"][0]
    assertRedirects(prove_mobile(english), CHECK)


def test_a_licence_taken_in_the_meantime_is_told_and_all_is_kept(english):
    go_through(english)
    ApplicationFactory(licence_number="73102155")

    response = english.post(CHECK, {"confirmed": "on"})

    assert "already has an application in progress" in errors(response)["__all__"][0]
    assert Document.objects.filter(application__status=Status.DRAFT).count() == 3
    assert Application.objects.sent().count() == 1


def test_sending_twice_is_one_application(client):
    draft = go_through(client)
    page = {"confirmed": "on", "draft": draft.key}

    assertRedirects(client.post(CHECK, page), DONE)
    assertRedirects(client.post(CHECK, page), DONE)

    assert Application.objects.count() == 1
    assert TextMessage.objects.filter(kind="application_received").count() == 1


def test_two_clicks_at_once_are_one_application(client):
    go_through(client)
    cookie = client.cookies["sessionid"].value

    def click():
        browser = Client()
        browser.cookies["sessionid"] = cookie
        return browser.post(CHECK, {"confirmed": "on"})

    answers = at_once(click, click)

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Application.objects.count() == 1
    assert TextMessage.objects.filter(kind="application_received").count() == 1


def test_two_owners_of_one_licence_who_send_at_once_are_one_application_and_a_sentence():
    browsers = [Client(), Client()]
    for number, browser in enumerate(browsers):
        browser.cookies["django_language"] = "en"
        go_through(browser, owner={"owner_mobile": f"050000000{number}"}, until=MOBILE_CODE)
        prove_mobile(browser, f"+96650000000{number}")
        give_documents(browser)

    answers = at_once(
        *[lambda browser=browser: browser.post(CHECK, {"confirmed": "on"}) for browser in browsers]
    )

    assert sorted(answer.status_code for answer in answers) == [302, 422]
    [refused] = [answer for answer in answers if answer.status_code == 422]
    assert "already has an application in progress" in errors(refused)["__all__"][0]
    assert Application.objects.sent().count() == 1


def test_the_page_after_sending_leads_strangers_to_the_beginning(client):
    assertRedirects(client.get(DONE), REGISTER)
    assert client.post(DONE).status_code == 405


def test_neither_page_is_kept_by_the_browser(client):
    go_through(client)

    assert "no-store" in client.get(CHECK)["Cache-Control"]
    client.post(CHECK, {"confirmed": "on"})
    assert "no-store" in client.get(DONE)["Cache-Control"]
