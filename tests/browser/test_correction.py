"""A correction round and a withdrawal, in Arabic, as the owner and the supervisor walk them."""

import pytest
from playwright.sync_api import expect

from registration.models import Application
from tests.authenticators import give_authenticator
from tests.browser.conftest import NARROW
from tests.browser.walks import MOBILE, Phone, picture, sign_in
from tests.factories import PASSWORD, ApplicationFactory, OfficerFactory

pytestmark = pytest.mark.browser


def follow(page, application):
    """Find the application by its number, and ask for the code."""
    page.goto("/status/")
    page.fill("[name=reference]", application.shown_reference)
    page.fill("[name=mobile_ending]", MOBILE[-4:])
    page.locator("main button").last.click()
    expect(page.locator("main")).to_contain_text(application.shown_reference)


def type_code(page, phone):
    """Ask for a code, wait for it and type it."""
    page.locator("form[action='/status/code/send/'] button").click()
    page.fill("[name=code]", phone.code())
    page.locator("form:has([name=code]) button").click()
    page.wait_for_url("**/status/details/")


def return_it(portal, application, accessible):
    supervisor = OfficerFactory()
    office = portal.open("/admin/")
    sign_in(office, supervisor.username, PASSWORD, give_authenticator(supervisor))
    office.goto(f"/admin/registration/application/{application.pk}/review/")
    office.get_by_role("button", name="بدء المراجعة").click()
    office.locator("summary", has_text="إعادة للتصحيح").click()
    office.fill("[name=return-reason]", "في الطلب ما يجب تصحيحه.")
    office.check("[name=return-flag_name_ar]")
    office.fill("[name=return-words_name_ar]", "الاسم كما في الترخيص")
    office.check("[name=return-flag_letter]")
    office.fill("[name=return-words_letter]", "الخطاب غير واضح")
    accessible(office)
    office.get_by_role("button", name="إعادة إلى صاحب المنشأة").click()
    expect(office.locator(".messagelist")).to_be_visible()
    return office


def test_a_correction_round_and_a_withdrawal(portal, accessible):
    application = ApplicationFactory(owner_mobile=MOBILE, name_ar="اسم خاطئ")
    office = return_it(portal, application, accessible)

    owner, phone = portal.open("/", viewport=NARROW), Phone(portal.twilio)
    assert owner.locator("html").get_attribute("dir") == "rtl"
    follow(owner, application)
    expect(owner.locator("main")).not_to_contain_text("الخطاب غير واضح")
    accessible(owner)
    type_code(owner, phone)
    accessible(owner)
    with owner.expect_download() as download:
        owner.get_by_role("link", name="تنزيل بطاقة المراجعة").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")

    owner.locator("a[href='/status/correct/']").click()
    expect(owner.locator("main")).to_contain_text("الاسم كما في الترخيص")
    assert owner.locator("main [name=owner_name]").count() == 0
    accessible(owner)
    owner.fill("[name=name_ar]", "فندق نسيم المخترع")
    owner.set_input_files("[name=letter]", picture("letter"))
    owner.locator("main button").last.click()
    owner.wait_for_url("**/status/details/")
    expect(owner.locator("main")).to_contain_text("وصلت تصحيحاتك إلى الإدارة.")

    office.reload()
    expect(office.locator("#content-main")).to_contain_text("اسم خاطئ")
    expect(office.locator("#content-main")).to_contain_text("فندق نسيم المخترع")
    accessible(office)

    owner.get_by_role("link", name="سحب الطلب").click()
    accessible(owner)
    owner.fill("[name=reason]", "أغلقت المنشأة")
    owner.get_by_role("button", name="سحب الطلب").click()
    owner.wait_for_url("**/status/details/")
    expect(owner.locator("main")).to_contain_text("سُحب الطلب.")
    assert Application.objects.get().status == "withdrawn"
    portal.twilio.wait_until(
        lambda: any("سُحب طلبك" in text.body for text in portal.twilio.messages), timeout=60
    )

    owner.get_by_role("button", name="التقديم مجددًا").click()
    owner.wait_for_url("**/register/check/")
    assert Application.objects.filter(again_of=application).count() == 1
