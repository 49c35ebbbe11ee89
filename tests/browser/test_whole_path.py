"""The whole path as people walk it: register, activate, sign in, enter a guest, verify the letter."""

import random
import re

import pytest
from playwright.sync_api import expect

from shumoos.accounts.models import Role
from shumoos.letters.models import Letter
from shumoos.saudi.identity import make_national_id
from tests.browser.conftest import NARROW, eventually
from tests.factories import PASSWORD, OfficerFactory, jpeg

pytestmark = pytest.mark.browser

MOBILE = "+966551234567"
OWN_PASSWORD = "three-green-lanterns"


def picture(name):
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": jpeg(size=(900, 1200))}


def sign_in(page, username, password):
    page.goto("/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.locator("main button").last.click()


def register(page):
    """Fill in the form as an owner with an Arabic keyboard does, and return the reference number."""
    page.get_by_role("link", name="ابدأ التسجيل").click()
    page.select_option("[name=sector]", label="الفنادق")
    page.fill("[name=licence_number]", "٧٣١٠٩٩٠١")
    page.fill("[name=licence_issued_on]", "1447-01-10")
    page.fill("[name=licence_expires_on]", "2035/01/01")
    page.fill("[name=name_ar]", "فندق نسيم المخترع")
    page.fill("[name=commercial_registration]", "١٠١٠٩٩٩٩٠٧")
    page.select_option("[name=city]", label="الرياض")
    page.fill("[name=owner_name]", "خالد بن مخترع")
    page.fill("[name=owner_national_id]", make_national_id(random.Random(7)))
    page.fill("[name=owner_mobile]", "٠٥٥ ١٢٣ ٤٥٦٧")
    for name in ("licence", "letter", "owner_id"):
        page.set_input_files(f"[name={name}]", picture(name))
    page.check("[name=confirmed]")
    page.locator("main button").last.click()
    page.wait_for_url("**/register/done/")
    return re.search(r"\d\d-\d{4}-\d{4}-\d\d", page.inner_text("main")).group()


def activate(page, reference):
    """Find the application in the queue, open a document, tick everything and activate."""
    page.goto("/admin/registration/application/queue/")
    page.fill("[name=q]", reference)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="بدء المراجعة").click()
    with page.context.expect_page() as opened:
        page.locator(".review-documents a").first.click()
    assert opened.value.evaluate("document.contentType") == "image/jpeg"
    opened.value.close()
    for box in page.locator("input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="تفعيل", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("فُعّل الطلب")


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
    page.wait_for_url(re.compile(r"/guests/\d+/$"))


def test_from_registering_to_a_transferred_guest_and_a_verified_letter(portal, accessible):
    supervisor = OfficerFactory(role=Role.SUPERVISOR)

    owner = portal.open("/", viewport=NARROW)
    assert owner.locator("html").get_attribute("dir") == "rtl"
    accessible(owner)
    reference = register(owner)
    accessible(owner)

    office = portal.open("/admin/")
    sign_in(office, supervisor.username, PASSWORD)
    activate(office, reference)
    accessible(office)

    username, password = credentials_of(portal.twilio)

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
    expect(stranger.locator("main")).to_contain_text("ساري")
    accessible(stranger)


def credentials_of(twilio):
    """Wait for the text and return the user name and the password in it."""

    def found():
        texts = [text.body for text in twilio.messages if text.to == MOBILE]
        return next(
            filter(None, (re.search(r"المستخدم (\S+) كلمة المرور (\S+)", body) for body in texts)), None
        )

    twilio.wait_until(found, timeout=60)
    return found().groups()


def verification_path():

    return f"/verify/{Letter.objects.get(kind='statement').code}/"
