"""The main tasks in a browser that runs no scripts: register, follow, sign in, a guest, a file, a ticket."""

import re

import pytest
from playwright.sync_api import expect

from guests.models import GuestRecord
from registration.models import Application
from support.models import Ticket
from tests.browser.conftest import NARROW, WIDE, eventually
from tests.browser.walks import DOCUMENTS, MOBILE, Phone, go_on, name_licence, picture, send, sign_in
from tests.factories import PASSWORD
from tests.guests.factories import SubscribedFactory
from tests.guests.files.records import csv_file, guests

pytestmark = pytest.mark.browser


def without_scripts(portal, path="/", viewport=NARROW):
    page = portal.browser.new_context(
        viewport=viewport, locale="ar-SA", base_url=portal.url, java_script_enabled=False
    ).new_page()
    page.set_default_timeout(15_000)
    page.goto(path)
    return page


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_an_owner_registers_and_follows_the_application(portal):
    phone = Phone(portal.twilio)
    page = without_scripts(portal)
    page.locator("main a[href='/register/']").click()
    name_licence(page)
    page.fill("[name=name_ar]", "فندق نسيم المخترع")
    page.fill("[name=commercial_registration]", "١٠١٠٩٩٩٩٠٧")
    page.fill("[name=licence_issued_on]", "1447-01-10")
    page.fill("[name=licence_expires_on]", "2035/01/01")
    page.select_option("[name=region]", label="الرياض")
    page.select_option("[name=city]", label="الرياض")
    go_on(page)
    page.wait_for_url("**/register/owner/")
    page.fill("[name=owner_name]", "خالد بن مخترع")
    page.fill("[name=owner_mobile]", MOBILE)
    go_on(page)
    page.wait_for_url("**/register/owner/code/")
    page.fill("[name=code]", phone.code())
    page.locator("main .form-page form .btn-primary").first.click()
    page.wait_for_url("**/register/documents/")
    for kind in DOCUMENTS:
        page.set_input_files(f"#{kind}_file", picture(kind))
        page.locator(f"#document-{kind} .upload-send").click()
        expect(page.locator(f"#document-{kind}")).to_contain_text("محفوظة")
    go_on_from_documents = page.locator("main form .btn-primary:not(.upload-send)").last
    go_on_from_documents.click()
    page.wait_for_url("**/register/check/")
    reference = send(page)
    assert Application.objects.get().status == "submitted"

    page.goto("/status/")
    page.fill("[name=reference]", reference)
    page.fill("[name=mobile_ending]", MOBILE[-4:])
    page.locator("main button").last.click()
    expect(page.locator("main")).to_contain_text("بانتظار الإدارة")
    expect(page.locator("main")).to_contain_text(reference)


@pytest.fixture
def hotel_page(portal):
    """A subscribed hotel, and its owner's browser, signed in."""
    hotel = SubscribedFactory()
    page = without_scripts(portal, "/login/", WIDE)
    sign_in(page, hotel.owner.user.username, PASSWORD)
    page.wait_for_url("**/home/")
    return hotel, page


def test_an_owner_signs_in_and_enters_a_guest(hotel_page):
    hotel, page = hotel_page
    page.goto("/guests/new/")
    page.select_option("[name=id_type]", "passport")
    page.fill("[name=id_number]", "k١٢٣٤٥٦٧")
    page.fill("[name=full_name]", "Maria Svensson")
    page.select_option("[name=nationality]", "SWE")
    page.fill("[name=birth_date]", "1990-05-04")
    page.select_option("[name=gender]", "f")
    page.fill("[name=mobile]", "+46701234567")
    page.fill("[name=room]", "204")
    page.locator("main [data-save]").click()

    expect(page.get_by_role("link", name="Maria Svensson")).to_be_visible()
    assert [record.full_name for record in GuestRecord.objects.filter(establishment=hotel)] == [
        "Maria Svensson"
    ]


def test_what_is_refused_is_said_beside_its_field_and_what_was_typed_is_kept(hotel_page):
    hotel, page = hotel_page
    page.goto("/guests/new/")
    page.select_option("[name=id_type]", "national_id")
    page.fill("[name=id_number]", "1000000000")
    page.locator("main [data-save]").click()

    expect(page.get_by_role("alert").filter(has=page.locator("a[href='#id_id_number']"))).to_be_visible()
    expect(page.locator("[name=id_number]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=id_number]")).to_have_value("1000000000")
    assert not GuestRecord.objects.filter(establishment=hotel).exists()


def test_an_owner_sends_a_file_and_finds_what_came_of_it(hotel_page):
    hotel, page = hotel_page
    page.goto("/guests/files/new/")
    page.set_input_files(
        "[name=file]", {"name": "guests.csv", "mimeType": "text/csv", "buffer": csv_file(*guests(3))}
    )
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/guests/files/*/")

    eventually(page, "dd a[href*='/guests/receipts/']")
    assert GuestRecord.objects.filter(establishment=hotel).count() == 3
    page.goto("/guests/files/")
    expect(page.get_by_role("link", name=re.compile("guests.csv"))).to_be_visible()


def test_an_owner_opens_a_ticket_and_answers_on_it(hotel_page):
    _hotel, page = hotel_page
    page.goto("/tickets/new/")
    page.select_option("[name=category]", index=1)
    page.fill("[name=subject]", "طباعة الإيصال")
    page.fill("[name=text]", "لا تظهر الأرقام كاملة.")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/tickets/\d+/$"))

    ticket = Ticket.objects.get()
    assert ticket.subject == "طباعة الإيصال"
    expect(page.locator("main")).to_contain_text("لا تظهر الأرقام كاملة.")


def test_the_language_is_switched_by_a_button_that_is_always_there(portal):
    page = without_scripts(portal)
    press(page, "English")
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    page.goto("/status/")
    press(page, "العربية")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
