"""The four steps of registering, in both languages, and going on in a second browser."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from registration.models import Application
from tests.browser.conftest import NARROW
from tests.browser.walks import (
    DOCUMENTS,
    Phone,
    add_documents,
    describe_establishment,
    go_on,
    name_licence,
    name_owner,
    picture,
    register,
    send,
)
from tests.factories import LicenceFactory
from tests.registration.bad_files import pdf

pytestmark = pytest.mark.browser


def test_an_owner_goes_on_in_a_second_browser_and_finds_everything(portal, accessible):
    phone = Phone(portal.twilio)
    first = portal.open("/register/", viewport=NARROW)
    accessible(first)
    name_licence(first)
    accessible(first)
    describe_establishment(first)
    accessible(first)
    name_owner(first, phone)
    accessible(first)
    add_documents(first, "licence", "letter")
    accessible(first)
    first.get_by_role("button", name="أرسل لي رابطًا للإكمال لاحقًا").click()
    expect(first.locator("main")).to_contain_text("الرابط في طريقه")
    link = phone.wait_for(r"https?://\S+")[0]

    second = portal.open(link)
    accessible(second)
    second.get_by_role("button", name="إرسال الرمز").click()
    second.fill("[name=code]", phone.code())
    second.locator("form:has([name=code]) button").click()
    second.wait_for_url("**/register/documents/")
    expect(second.locator(".upload .status")).to_have_count(2)
    add_documents(second, "owner_id")
    go_on(second)
    second.wait_for_url("**/register/check/")
    expect(second.locator("main")).to_contain_text("فندق نسيم المخترع")
    accessible(second)
    reference = send(second)
    accessible(second)

    # The first browser is told instead of sending it again.
    first.goto("/register/check/")
    first.wait_for_url("**/register/done/")
    expect(first.locator("main")).to_contain_text(reference)


def test_the_four_steps_in_english_with_the_register_filling_in(portal, accessible):
    licence = LicenceFactory(number="73109901", owner_national_id="1000000008")
    phone = Phone(portal.twilio)
    page = portal.open("/register/")
    page.get_by_role("button", name="English").click()
    page.select_option("[name=sector]", label="Hotels")
    page.fill("[name=licence_number]", "73109901")
    page.fill("[name=owner_national_id]", "1000000008")
    go_on(page)
    page.wait_for_url("**/register/establishment/")
    assert page.locator("html").get_attribute("dir") == "ltr"
    expect(page.locator("[name=name_en]")).to_have_value(licence.name_en)
    expect(page.locator("main")).to_contain_text("Investigation office, Riyadh region")
    accessible(page)
    go_on(page)
    page.wait_for_url("**/register/owner/")
    expect(page.locator("[name=owner_name]")).to_have_value(licence.owner_name)
    name_owner(page, phone)
    add_documents(page, *DOCUMENTS, kept="Kept")
    go_on(page)
    accessible(page)
    send(page)

    application = Application.objects.get()
    assert (application.language, application.licence) == ("en", licence)


def test_a_document_that_cannot_be_read_is_told_in_its_card(portal, accessible):
    page = portal.open("/register/")
    name_licence(page)
    page.goto("/register/documents/")

    page.set_input_files(
        "#letter_file", {"name": "letter.jpg", "mimeType": "image/jpeg", "buffer": b"no picture at all"}
    )

    expect(page.locator("#document-letter [role=alert]").first).to_contain_text("هذا الملف ليس صورة")
    accessible(page)
    add_documents(page, "letter")


def test_without_scripts_the_four_steps_pass_too(portal, chromium):
    phone = Phone(portal.twilio)
    context = chromium.new_context(java_script_enabled=False, base_url=portal.url, locale="ar-SA")
    page = context.new_page()
    name_licence(page)
    page.fill("[name=name_ar]", "فندق نسيم المخترع")
    page.fill("[name=commercial_registration]", "1010999907")
    page.fill("[name=licence_issued_on]", "2025-07-05")
    page.fill("[name=licence_expires_on]", "2035-01-01")
    page.select_option("[name=city]", label="جدة")
    go_on(page)
    name_owner(page, phone)
    for kind in DOCUMENTS:
        page.set_input_files(
            f"#{kind}_file", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": pdf()}
        )
        page.locator(f"#document-{kind} .upload-send").click()
        expect(page.locator(f"#document-{kind}")).to_contain_text("محفوظة")
    go_on(page)
    send(page)

    assert Application.objects.get().office.code == "MKK"


def test_whoever_registers_comes_out_with_a_slip(portal):
    page = portal.open("/")
    register(page, Phone(portal.twilio))

    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()

    assert download.value.path().read_bytes().startswith(b"%PDF-")


def photograph():
    """A picture of some megabytes, as a phone takes it."""
    content = io.BytesIO()
    Image.effect_noise((1800, 2400), 90).convert("RGB").save(content, "JPEG", quality=95)
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def test_a_document_on_its_way_up_shows_how_far_it_is(portal):
    page = portal.open("/register/", viewport=NARROW)
    name_licence(page)
    page.goto("/register/documents/")
    line = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 1_500_000}
    line.send("Network.emulateNetworkConditions", slow)

    page.set_input_files("#licence_file", photograph())

    progress = page.locator("#document-licence .upload-progress")
    expect(progress).to_be_visible()
    expect(progress.locator("[data-percent]")).to_have_text(re.compile(r"^[1-9]\d? %$"))
    expect(page.locator("#document-licence")).to_contain_text("محفوظة")


def test_a_document_that_does_not_get_through_says_so_and_can_be_chosen_again(portal):
    page = portal.open("/register/")
    name_licence(page)
    page.goto("/register/documents/")
    page.context.set_offline(True)
    page.set_input_files("#licence_file", picture("licence"))
    expect(page.locator("#document-licence [data-failure]")).to_contain_text("لم تصل الوثيقة")

    page.context.set_offline(False)

    add_documents(page, "licence")


def test_what_was_missing_is_no_longer_said_to_be_once_it_is_there(portal):
    page = portal.open("/register/", viewport=NARROW)
    name_licence(page)
    page.goto("/register/documents/")
    page.get_by_role("button", name="متابعة").click()
    expect(page.get_by_text("ما زال ينقص")).to_be_visible()

    add_documents(page, "licence")

    expect(page.get_by_text("ما زال ينقص")).to_have_count(0)


def test_a_phone_offers_its_camera_and_a_computer_does_not(portal, chromium):
    page = portal.open("/register/")
    name_licence(page)
    page.goto("/register/documents/")
    expect(page.get_by_text("التقط صورة").first).to_be_hidden()

    touched = {"viewport": NARROW, "base_url": portal.url, "has_touch": True, "is_mobile": True}
    phone = chromium.new_context(**touched).new_page()
    name_licence(phone)
    phone.goto("/register/documents/")

    with phone.expect_file_chooser() as chooser:
        phone.get_by_text("التقط صورة").first.tap()
    assert chooser.value.element.get_attribute("capture") == "environment"
    chooser.value.set_files(picture("licence"))
    expect(phone.locator("#document-licence")).to_contain_text("محفوظة")
