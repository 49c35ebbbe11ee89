"""An invitation up to the first page behind an authenticator, and ending a session, as people walk them."""

import re

import pytest
from playwright.sync_api import expect

from shumoos.accounts.models import Role
from shumoos.accounts.second_factor import verify
from tests.authenticators import code_of, draft_of, give_authenticator
from tests.browser.conftest import NARROW
from tests.browser.walks import sign_in
from tests.factories import PASSWORD, OfficerFactory, OwnerFactory

pytestmark = pytest.mark.browser

MOBILE = "+966551234567"
OWN = "three-green-lanterns"


def link_to(twilio):
    def found():
        bodies = [text.body for text in twilio.messages if text.to == MOBILE]
        return next(
            (match[0] for body in bodies if (match := re.search(r"http\S+/invitation/\w+/", body))), None
        )

    twilio.wait_until(found, timeout=60)
    return found()


def in_both_languages(page, accessible):
    accessible(page)
    page.get_by_role("button", name="English").first.click()
    accessible(page)
    page.get_by_role("button", name="العربية").first.click()


def test_from_an_invitation_to_the_first_page(portal, accessible):
    head = OfficerFactory(role=Role.HEAD)
    device = give_authenticator(head)
    office = portal.open("/login/")
    in_both_languages(office, accessible)
    sign_in(office, head.username, PASSWORD, device)
    office.goto("/staff/invite/")
    in_both_languages(office, accessible)
    office.fill("[name=full_name]", "مشرف مخترع")
    office.fill("[name=mobile]", "٠٥٥ ١٢٣ ٤٥٦٧")
    office.locator("main button").last.click()
    expect(office.locator("main")).to_contain_text("مشرف مخترع")
    in_both_languages(office, accessible)

    newcomer = portal.open(link_to(portal.twilio), viewport=NARROW)
    in_both_languages(newcomer, accessible)
    newcomer.fill("[name=username]", "new-officer")
    newcomer.fill("[name=new_password1]", OWN)
    newcomer.fill("[name=new_password2]", OWN)
    newcomer.locator("main button").last.click()
    newcomer.wait_for_url("**/account/authenticator/**")
    in_both_languages(newcomer, accessible)
    person = head.offices.get().members.get(username="new-officer")
    picture = newcomer.locator(".enrol-picture")
    assert picture.evaluate("image => image.naturalWidth > 0")
    newcomer.fill("[name=code]", code_of(draft_of(person)))
    newcomer.locator("main button").first.click()
    expect(newcomer.locator(".recovery-codes li")).to_have_count(10)
    accessible(newcomer)
    recovery = newcomer.locator(".recovery-codes li").first.inner_text()
    newcomer.locator("main a.btn").click()
    newcomer.wait_for_url("**/admin/**")
    assert verify(person, recovery).user_id == person.pk


def test_ending_a_session(portal, accessible):
    owner = OwnerFactory().user
    phone = portal.open("/login/", viewport=NARROW)
    sign_in(phone, owner.username, PASSWORD)
    phone.wait_for_url("**/home/")
    desk = portal.open("/login/")
    sign_in(desk, owner.username, PASSWORD)
    desk.wait_for_url("**/home/")
    desk.goto("/account/")
    in_both_languages(desk, accessible)
    desk.goto("/account/sessions/")
    in_both_languages(desk, accessible)
    desk.get_by_role("button", name="إنهاء", exact=True).click()
    expect(desk.locator("main")).to_contain_text("أُنهيت الجلسة.")

    phone.goto("/account/")
    assert "/login/" in phone.url
    expect(phone.locator("main")).to_contain_text("انتهت جلستك")
    accessible(phone)


def test_a_forgotten_password_in_both_languages(portal, accessible):
    page = portal.open("/login/forgotten/", viewport=NARROW)
    in_both_languages(page, accessible)
    page.fill("[name=username]", "700000000")
    page.fill("[name=national_id]", "1000000008")
    page.locator("main button").last.click()
    page.wait_for_url("**/login/forgotten/code/")
    in_both_languages(page, accessible)
