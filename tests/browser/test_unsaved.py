"""A form that is left before it is sent: the browser asks, whichever way leads away."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW
from tests.browser.walks import sign_in
from tests.factories import PASSWORD
from tests.guests.factories import SubscribedFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def page(portal):
    hotel = SubscribedFactory()
    page = portal.open("/login/", viewport=NARROW)
    sign_in(page, hotel.owner.user.username, PASSWORD)
    page.wait_for_url("**/home/")
    return page


@pytest.fixture
def asked(page):
    """What the browser asked about leaving; it is told to leave."""
    asked = []

    def leave(dialog):
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    return asked


def switch(page):
    page.get_by_role("button", name="English").click(no_wait_after=True)


def test_what_was_typed_is_not_lost_by_the_language_switch(page):
    page.goto("/guests/new/")
    name = page.locator("#id_full_name")
    name.press_sequentially("ضيف مخترع")
    page.once("dialog", lambda dialog: dialog.dismiss())

    with page.expect_event("dialog") as stays:
        switch(page)

    assert stays.value.type == "beforeunload"
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    expect(name).to_have_value("ضيف مخترع")


def test_what_was_refused_is_asked_about_and_what_is_sent_is_not(page, asked):
    page.goto("/guests/new/")
    page.locator("#id_full_name").press_sequentially("ضيف مخترع")
    page.get_by_role("button", name="حفظ وإرسال").click()
    expect(page.locator(".error-summary")).to_be_visible()
    assert asked == []

    switch(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert asked == ["beforeunload"]


def test_a_form_of_a_few_words_is_left_without_a_question(page, asked):
    page.goto("/account/password/")
    page.locator("input[type=password]").first.press_sequentially("something")

    switch(page)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert asked == []
