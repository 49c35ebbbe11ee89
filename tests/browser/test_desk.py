"""The support desk in a browser: a call from the box to the ticket by keyboard, and the other side."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from shumoos.accounts.models import Role
from support import handling, tickets
from support.models import DeskAct, PageAnswer, Ticket
from tests.authenticators import give_authenticator
from tests.browser.conftest import NARROW, WIDE
from tests.browser.walks import Phone, sign_in
from tests.factories import PASSWORD, ApplicationFactory, EstablishmentFactory, UserFactory

pytestmark = pytest.mark.browser

MOBILE = "+966551234567"


def look(page, name):
    """Keep a picture of the page, where somebody asked for them."""
    if directory := os.environ.get("PICTURES"):
        page.screenshot(path=Path(directory) / f"{name}.png", full_page=True)


def open_as(portal, user, *, viewport=NARROW, english=False):
    page = portal.open("/login/", viewport=viewport)
    if english:
        page.get_by_role("button", name="English").click()
    device = give_authenticator(user) if user.role == Role.SUPPORT else None
    sign_in(page, user.username, PASSWORD, device)
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


def tab_to(page, locator):
    """Press Tab until what the locator names has the focus, as somebody without a mouse does."""
    for _press in range(80):
        if locator.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab never came there")


@pytest.fixture
def agent(transactional_db):
    return UserFactory(role=Role.SUPPORT, language="en")


def test_a_call_from_the_box_to_the_ticket_by_keyboard_alone(portal, accessible, agent):
    application = ApplicationFactory(owner_mobile=MOBILE)
    page = open_as(portal, agent, viewport=WIDE, english=True)
    accessible(page)
    # The cursor stands in the box.
    page.keyboard.type(application.shown_reference)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/applications/**")
    expect(page.locator("main")).to_contain_text(application.office.address_en)
    expect(page.locator("main")).not_to_contain_text(application.owner_mobile)
    accessible(page)

    tab_to(page, page.locator("#named-owner_mobile"))
    page.keyboard.type(application.owner_mobile[-4:])
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(application.owner_mobile)
    look(page, "desk-application-en")

    tab_to(page, page.get_by_role("button", name="Send the link to the status page"))
    page.keyboard.press("Enter")
    expect(page.locator(".alert-success")).to_be_visible()
    Phone(portal.twilio).wait_for("/status/")
    assert DeskAct.objects.get().application == application

    tab_to(page, page.locator("#id_category"))
    page.keyboard.type("Text")
    tab_to(page, page.locator("#id_subject"))
    page.keyboard.type("A text did not arrive")
    tab_to(page, page.locator("#id_text"))
    page.keyboard.type("Since yesterday.")
    tab_to(page, page.get_by_role("button", name="Open the ticket"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/tickets/*/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ticket")
    accessible(page)

    tab_to(page, page.get_by_label("Usual answer"))
    page.keyboard.type("A text that is late")
    tab_to(page, page.get_by_role("button", name="Insert"))
    page.keyboard.press("Enter")
    expect(page.locator("#id_text")).not_to_have_value("")
    tab_to(page, page.get_by_role("button", name="Send and close"))
    page.keyboard.press("Enter")
    expect(page.locator(".alert-success")).to_contain_text("closed")
    look(page, "desk-ticket-en")
    assert Ticket.objects.get(subject="A text did not arrive").status == "closed"

    page.goto("/desk/")
    look(page, "desk-en")
    accessible(page)


def test_an_owner_opens_reopens_and_rates_a_ticket(portal, accessible, agent):
    establishment = EstablishmentFactory()
    page = open_as(portal, establishment.owner.user)
    page.goto("/tickets/new/")
    accessible(page)
    page.select_option("[name=category]", "receipts")
    page.fill("[name=subject]", "طباعة الإيصال")
    page.fill("[name=text]", "لا تظهر الأرقام.")
    page.get_by_role("button", name="فتح البلاغ").click()
    page.wait_for_url(re.compile(r"/tickets/\d{10}/"))
    accessible(page)
    look(page, "ticket-open-ar")

    ticket = Ticket.objects.get()
    handling.answer(ticket, by=agent, text="حدّثوا المتصفح.", closes=True)
    page.reload()
    expect(page.locator("main")).to_contain_text("حدّثوا المتصفح.")
    accessible(page)
    look(page, "ticket-closed-ar")
    page.fill("[name=text]", "حدّثته ولم ينجح.")
    page.get_by_role("button", name="إعادة فتح البلاغ").click()
    expect(page.locator(".alert-success")).to_be_visible()

    handling.answer(ticket, by=agent, text="أصلحنا الخلل.", closes=True)
    page.reload()
    page.check("[name=stars][value='4']")
    page.get_by_role("button", name="إرسال التقييم").click()
    expect(page.locator("main")).to_contain_text("4 من 5")
    look(page, "ticket-rated-ar")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.rating) == ("closed", 4)


def test_somebody_with_a_reference_number_and_a_code_asks_the_desk(portal, accessible):
    application = ApplicationFactory(owner_mobile=MOBILE)
    page = portal.open("/ask/", viewport=NARROW)
    accessible(page)
    page.fill("[name=reference]", application.shown_reference)
    page.fill("[name=mobile_ending]", application.owner_mobile[-4:])
    page.get_by_role("button", name="متابعة").click()
    page.get_by_role("button", name="إرسال الرمز").click()
    page.fill("[name=code]", Phone(portal.twilio).code())
    page.locator("main .form-page form .btn-primary").click()
    page.wait_for_url("**/ask/tickets/")
    accessible(page)
    look(page, "ask-ar")
    page.select_option("[name=category]", "documents")
    page.fill("[name=subject]", "الوثائق")
    page.fill("[name=text]", "هل يكفي الوكيل؟")
    page.get_by_role("button", name="فتح البلاغ").click()
    page.wait_for_url(re.compile(r"/ask/tickets/\d{10}/"))
    assert Ticket.objects.get().door == "code"


def test_a_visitor_says_why_a_page_was_not_useful_without_scripts(portal, transactional_db):
    plain = portal.browser.new_context(java_script_enabled=False, base_url=portal.url, viewport=NARROW)
    page = plain.new_page()
    page.goto("/status/")
    look(page, "useful-question-ar")
    page.get_by_role("button", name="لا", exact=True).click()
    page.check("[name=reason][value=missing]")
    page.fill("[name=words]", "أين الرقم المرجعي؟")
    look(page, "useful-ar")
    page.get_by_role("button", name="إرسال").click()
    expect(page.locator("main")).to_contain_text("شكرًا")
    answer = PageAnswer.objects.get()
    assert (answer.page, answer.is_useful, answer.reason) == ("registration:status", False, "missing")


def test_the_pages_on_a_phone_and_on_a_desk(portal, accessible, agent):
    establishment = EstablishmentFactory()
    owner = establishment.owner.user
    for subject in ("الأول", "الثاني"):
        tickets.open_ticket(
            by=owner, establishment=establishment, category="guests", subject=subject, text="نص مخترع"
        )
    page = open_as(portal, agent)
    for name, path in (("desk", "/desk/"), ("pages", "/desk/pages/"), ("rights-requests", "/desk/rights/")):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        accessible(page)
        look(page, f"{name}-ar")
    page.goto(f"/tickets/{Ticket.objects.first().number}/")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    look(page, "desk-ticket-ar")
    page.goto("/kept/")
    accessible(page)
    look(page, "kept-ar")

    page = open_as(portal, owner)
    page.goto("/account/data/")
    page.get_by_role("button", name="إرسال الطلب").click()
    expect(page.locator(".alert-success")).to_be_visible()
    accessible(page)
    look(page, "rights-ar")
