"""Going on with a draft in another browser, by the link in a text and a code."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration import resume, upkeep
from registration.models import ResumeLink
from registration.moves import MoveRefused
from shumoos.saudi import sms_length
from shumoos.sms import bodies, kinds
from shumoos.sms.models import TextMessage
from tests.codes import another, receive_code
from tests.factories import TypedFactory, make_draft
from tests.races import at_once
from tests.registration.registering import (
    CHECK,
    DOCUMENTS,
    MOBILE,
    MOBILE_CODE,
    errors,
    give,
    give_documents,
    go_through,
)

pytestmark = pytest.mark.django_db(transaction=True)

ASK = reverse("registration:ask_for_link")


@pytest.fixture
def left(english):
    """The browser of an owner who has given a document, and leaves."""
    go_through(english, until=DOCUMENTS)
    give(english, "licence")
    return english


def link_page():
    return reverse("registration:resume", args=[ResumeLink.objects.get().key])


def links():
    return TextMessage.objects.filter(kind="application_resume")


def english_browser():
    browser = Client()
    browser.cookies["django_language"] = "en"
    return browser


def test_the_link_and_a_code_open_the_draft_with_its_files_in_another_browser(left):
    assertRedirects(left.post(ASK), DOCUMENTS)
    other = english_browser()
    assertContains(other.get(link_page()), "ends with")
    other.post(link_page(), {"send": "1"})

    response = other.post(link_page(), {"code": receive_code(MOBILE)})

    assertRedirects(response, DOCUMENTS)
    assertContains(other.get(DOCUMENTS), "Kept", count=1)
    give_documents(other)
    assertRedirects(other.post(CHECK, {"confirmed": "on"}), reverse("registration:done"))


def test_the_link_alone_shows_nothing(left):
    left.post(ASK)
    other = english_browser()

    response = other.get(link_page())

    assertNotContains(response, "73102155")
    assertNotContains(response, "فندق النخلة المخترعة")
    assertRedirects(other.get(DOCUMENTS), "/register/")


def test_a_wrong_code_opens_nothing(left):
    left.post(ASK)
    other = english_browser()
    other.post(link_page(), {"send": "1"})

    response = other.post(link_page(), {"code": another(receive_code(MOBILE))})

    assert "not the code" in errors(response)["code"][0]
    assertRedirects(other.get(DOCUMENTS), "/register/")


def test_the_code_for_the_link_is_not_the_one_that_proved_the_mobile(english):
    go_through(english, until=MOBILE_CODE)
    code = receive_code(MOBILE)
    english.post(MOBILE_CODE, {"code": code})
    english.post(ASK)

    other = english_browser()
    other.post(link_page(), {"code": code})

    assertRedirects(other.get(DOCUMENTS), "/register/")


def test_in_the_same_browser_the_link_leads_straight_on(left):
    left.post(ASK)

    assertRedirects(left.get(link_page()), DOCUMENTS)


def test_the_text_names_the_address_and_takes_two_parts_at_most(left, settings):
    settings.PUBLIC_URL = "https://shumoos.example"
    left.post(ASK)
    text = links().get()

    body = bodies.write(text, kinds.get(text.kind))

    assert f"https://shumoos.example{link_page()}" in body
    assert text.to == MOBILE
    assert sms_length.parts(body) <= 2


def test_the_link_goes_to_no_mobile_that_is_not_proved(english):
    go_through(english, until=MOBILE_CODE)

    assertContains(english.post(ASK, follow=True), "Verify the owner&#x27;s mobile first")
    assert not links().exists()


def test_the_link_is_sent_once_in_ten_minutes(left, time_machine):
    time_machine.move_to("2026-11-25 12:00+03:00")
    left.post(ASK)
    assertContains(left.post(ASK, follow=True), "after ten minutes")
    time_machine.move_to("2026-11-25 12:10:01+03:00")
    left.post(ASK)

    assert links().count() == 2
    assert ResumeLink.objects.count() == 1


def test_the_link_leads_there_for_14_days(left, time_machine):
    time_machine.move_to("2026-11-01 12:00+03:00")
    left.post(ASK)

    time_machine.move_to("2026-11-15 11:59+03:00")
    assert Client().get(link_page()).status_code == 200
    time_machine.move_to("2026-11-15 12:01+03:00")
    response = english_browser().get(link_page())

    assertContains(response, "This link has ended", status_code=404)
    assert Client().post(link_page(), {"send": "1"}).status_code == 404


def test_the_link_of_an_application_that_was_sent_has_ended(left):
    left.post(ASK)
    give_documents(left)
    left.post(CHECK, {"confirmed": "on"})

    assert left.get(link_page()).status_code == 404
    text = links().get()
    with pytest.raises(kinds.Pointless):
        bodies.write(text, kinds.get(text.kind))


@pytest.mark.parametrize("key", ["x", "a" * 16, "-" * 200])
def test_a_link_that_is_none_of_ours_has_ended(client, key):
    assert client.get(reverse("registration:resume", args=[key])).status_code == 404


def test_strangers_ask_for_no_link(client):
    assertRedirects(client.post(ASK), "/register/")
    assert not ResumeLink.objects.exists()


def test_two_requests_at_once_send_one_link():
    draft = make_draft(**TypedFactory())

    outcomes = at_once(*[lambda: resume.send_link(draft, language="ar")] * 2)

    assert {type(outcome) for outcome in outcomes} == {ResumeLink, MoveRefused}
    assert links().count() == 1


# By the beat -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ago", "is_invited"),
    [
        (timedelta(minutes=59), False),
        (timedelta(minutes=61), True),
        (timedelta(hours=23), True),
        (timedelta(hours=25), False),
    ],
)
def test_whoever_left_an_hour_ago_is_sent_the_link_once(ago, is_invited):
    draft = make_draft(**TypedFactory())
    draft.saved_at = timezone.now() - ago
    draft.save()

    upkeep.keep_up()
    upkeep.keep_up()

    assert [text.to for text in links()] == ([draft.owner_mobile] if is_invited else [])


def test_whoever_has_not_proved_a_mobile_is_not_invited():
    draft = make_draft(**TypedFactory())
    draft.saved_at, draft.mobile_verified_at = timezone.now() - timedelta(hours=2), None
    draft.save()

    upkeep.keep_up()

    assert not links().exists()
