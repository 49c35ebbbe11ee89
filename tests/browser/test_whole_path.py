"""The whole path as people walk it: register, activate, sign in, enter a guest, verify the letter."""

import re

import pytest
from playwright.sync_api import expect

from shumoos.accounts.models import Role
from shumoos.letters.models import Letter
from tests.authenticators import give_authenticator
from tests.browser.conftest import NARROW, eventually
from tests.browser.walks import Phone, register, sign_in
from tests.factories import PASSWORD, OfficerFactory

pytestmark = pytest.mark.browser

OWN_PASSWORD = "three-green-lanterns"


def activate(page, reference):
    """Find the application in the queue, tick everything and activate."""
    page.goto("/admin/")
    page.fill("[name=q]", reference)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="بدء المراجعة").click()
    tick_everything(page)
    page.get_by_role("button", name="تفعيل", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("فُعّل الطلب")


def tick_everything(page):
    for box in page.locator(".checklist[data-checks] input[type=checkbox], [name=person_checked]").all():
        box.check()
    page.locator("[data-checks] .day input").last.fill("2034-05-01")


def enter_guest(page):
    page.get_by_role("link", name="إدخال عميل").first.click()
    page.select_option("[name=id_type]", "passport")
    page.fill("[name=id_number]", "k١٢٣٤٥٦٧")
    page.fill("[name=full_name]", "Maria Svensson")
    page.select_option("[name=nationality]", "SWE")
    page.fill("[name=birth_date]", "1990-05-04")
    page.select_option("[name=gender]", "f")
    page.fill("[name=mobile]", "+46701234567")
    page.fill("[name=room]", "204")
    page.locator("main button").last.click()
    page.get_by_role("link", name="Maria Svensson").click()
    page.wait_for_url(re.compile(r"/guests/\d+/$"))


def test_from_registering_to_a_transferred_guest_and_a_verified_letter(portal, accessible):
    supervisor = OfficerFactory(role=Role.SUPERVISOR)
    device = give_authenticator(supervisor)

    phone = Phone(portal.twilio)
    owner = portal.open("/", viewport=NARROW)
    assert owner.locator("html").get_attribute("dir") == "rtl"
    accessible(owner)
    reference = register(owner, phone)
    accessible(owner)

    office = portal.open("/admin/")
    sign_in(office, supervisor.username, PASSWORD, device)
    activate(office, reference)
    accessible(office)

    credentials = phone.wait_for(r"المستخدم (\S+) كلمة المرور (\S+)")
    username, password = credentials.groups()

    sign_in(owner, username, password)
    owner.wait_for_url("**/account/password/")
    accessible(owner)
    owner.fill("[name=new_password1]", OWN_PASSWORD)
    owner.fill("[name=new_password2]", OWN_PASSWORD)
    owner.locator("main button").last.click()
    owner.wait_for_url("**/home/")
    accessible(owner)

    enter_guest(owner)
    expect(owner.locator("main")).to_contain_text("Maria Svensson")
    accessible(owner)
    eventually(owner, "main >> text=محال إلى المركز")
    assert [record["content"]["full_name"] for record in portal.centre.records] == ["Maria Svensson"]

    owner.get_by_role("button", name="English").click()
    assert owner.locator("html").get_attribute("dir") == "ltr"
    expect(owner.locator("main")).to_contain_text("Transferred")

    with office.expect_download() as download:
        office.get_by_role("link", name="(PDF)").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")

    stranger = portal.open(verification_path())
    expect(stranger.locator("main")).to_contain_text("73109901")
    expect(stranger.locator("main")).to_contain_text("نشط")
    accessible(stranger)


def verification_path():
    return f"/verify/{Letter.objects.get(kind='statement').code}/"
