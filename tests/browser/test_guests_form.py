"""The form door as a reception works with it: by keyboard, by scanner, with and without scripts."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from guests import nil_returns
from guests.models import Door, GuestRecord, NilReturn, Submission
from shumoos.saudi.calendar import today
from tests.browser.conftest import NARROW, WIDE
from tests.browser.walks import sign_in
from tests.factories import PASSWORD
from tests.guests.factories import GuestFactory, SubscribedFactory, send
from tests.saudi.mrz import OMANI_CARD, SAUDI_CARD, passport

pytestmark = pytest.mark.browser

BOTH = pytest.mark.parametrize(("language", "viewport"), [("ar", NARROW), ("en", WIDE)])

WORDS = {
    "ar": {
        "born": "15 مارس 1990",
        "returning": "سبق أن كان هنا",
        "nil": "إفادة عدم تعامل",
    },
    "en": {
        "born": "15 March 1990",
        "returning": "been here before",
        "nil": "Nil return",
    },
}


def picture(page, name, language, viewport):
    """Keep a picture where `PICTURES` names a directory to look at them."""
    if directory := os.environ.get("PICTURES"):
        page.screenshot(path=Path(directory) / f"{name}-{language}-{viewport['width']}.png", full_page=True)


def reception(portal, language, viewport, **options):
    """The hotel, and its owner's browser on the form."""
    hotel = SubscribedFactory()
    page = portal.open("/login/", viewport=viewport, **options)
    if language == "en":
        page.get_by_role("button", name="English").click()
    sign_in(page, hotel.owner.user.username, PASSWORD)
    page.wait_for_url("**/home/")
    page.goto("/guests/new/")
    return hotel, page


def checked(page, name):
    return page.locator(f"#id_{name}_check")


@BOTH
def test_a_guest_is_entered_by_keyboard_alone(portal, accessible, language, viewport):
    _hotel, page = reception(portal, language, viewport)
    accessible(page)
    picture(page, "form", language, viewport)
    keyboard = page.keyboard

    expect(page.locator("#id_scan")).to_be_focused()
    keyboard.press("Enter")
    expect(page.locator("#id_id_type")).to_be_focused()
    keyboard.press("Enter")
    # The sort of document follows from the number.
    keyboard.type("١٠٠٠٠٠٠٠٠٠")
    expect(checked(page, "id_number").locator(".check-wrong")).to_be_visible()
    expect(page.locator("#id_id_number")).to_have_attribute("aria-invalid", "true")
    accessible(page)
    picture(page, "form-mistyped", language, viewport)
    keyboard.press("Backspace")
    keyboard.type("٨")
    expect(page.locator("#id_id_type")).to_have_value("national_id")
    expect(checked(page, "id_number").locator(".check-good")).to_be_visible()
    expect(page.locator("#id_id_number")).not_to_have_attribute("aria-invalid", "true")
    keyboard.press("Enter")
    expect(page.locator("#id_nationality")).to_be_focused()
    # A national ID is a citizen's.
    expect(page.locator("#id_nationality")).to_have_value("SAU")
    keyboard.press("Enter")
    keyboard.type("نزيل بلا فأرة")
    keyboard.press("Enter")
    keyboard.type("1410-08-18")
    expect(checked(page, "birth_date")).to_contain_text(
        "15 مارس 1990" if language == "ar" else "15 March 1990"
    )
    keyboard.press("Enter")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    keyboard.type("٠٥١٢٣٤٥٦٧٨")
    keyboard.press("Enter")
    keyboard.type("204")
    keyboard.press("Enter")
    keyboard.press("Enter")
    expect(page.locator("#id_departs_on")).to_be_focused()
    keyboard.press("Enter")

    page.wait_for_url("**sent=*")
    record = GuestRecord.objects.get()
    assert (record.full_name, record.content["mobile"]) == ("نزيل بلا فأرة", "+966512345678")
    expect(page.locator("[role=status]")).to_contain_text(Submission.objects.get().shown_receipt)
    expect(page.locator("#id_nationality")).to_have_value("SAU")
    expect(page.locator("#id_room")).to_have_value("204")
    accessible(page)
    picture(page, "form-next", language, viewport)


@BOTH
def test_a_returning_guest_fills_in(portal, accessible, language, viewport):
    hotel, page = reception(portal, language, viewport)
    send(hotel, GuestFactory(id_number="1000000008", full_name="نزيل عائد", birth_date="1985-02-03"))

    page.fill("#id_id_number", "1000000008")

    expect(page.locator("#id_full_name")).to_have_value("نزيل عائد")
    expect(page.locator("#id_birth_date")).to_have_value("1985-02-03")
    expect(page.locator("#id_nationality")).to_have_value("SAU")
    expect(checked(page, "id_number")).to_contain_text(
        "سبق أن كان هنا" if language == "ar" else "been here before"
    )
    expect(page.locator("#id_id_number")).to_be_focused()
    accessible(page)
    picture(page, "form-returning", language, viewport)
    page.locator("[data-save]").click()
    # They have not left yet: whether they come a second time is asked.
    expect(page.locator("[data-question]")).to_be_focused()
    accessible(page)
    picture(page, "form-in-house-already", language, viewport)
    page.locator("[name=again]").click()
    page.wait_for_url("**sent=*")
    assert GuestRecord.objects.filter(full_name="نزيل عائد").count() == 2


@BOTH
def test_a_family_is_scanned_one_after_the_other(portal, accessible, language, viewport):
    _hotel, page = reception(portal, language, viewport)

    def scan(text):
        page.locator("#id_scan").click()
        # As a scanner types: every character by itself, and Enter after each line.
        page.keyboard.type(text)
        page.keyboard.press("Enter")

    scan(SAUDI_CARD)
    expect(page.locator("#id_id_number")).to_have_value("1000000008")
    expect(page.locator("#id_id_type")).to_have_value("national_id")
    expect(page.locator("#id_scan")).to_have_value("")
    scan(passport().lower())
    expect(page.locator("[name$='-id_number']")).to_have_value("L898902C3")
    expect(page.locator("[name$='-full_name']")).to_have_value("ANNA MARIA ERIKSSON")
    expect(page.locator("#id_scan_check .check-good")).to_be_visible()
    accessible(page)
    picture(page, "form-scanned", language, viewport)
    scan(OMANI_CARD)
    expect(page.locator("[name$='-id_number']").last).to_have_value("123456789")
    expect(page.locator("[name$='-id_type']").last).to_have_value("gcc_id")
    expect(page.locator("[name$='-full_name']").last).to_have_value("SALIM ALMUKHTAR")
    spoilt = passport(number="X1234567", name="SVENSSON<<EVA").replace("740812", "740813")
    scan(spoilt)
    expect(page.locator(".guest")).to_have_count(4)
    expect(page.locator(".guest").last.locator(".check-wrong")).to_have_count(1)
    picture(page, "form-scanned-wrong", language, viewport)
    page.locator(".guest").last.locator("button").click()
    expect(page.locator(".guest")).to_have_count(3)
    page.locator("[data-save]").click()

    page.wait_for_url("**sent=*")
    assert Submission.objects.get().accepted == 3
    assert set(GuestRecord.objects.values_list("full_name", flat=True)) == {
        "NOURA ALMUKHTARA",
        "ANNA MARIA ERIKSSON",
        "SALIM ALMUKHTAR",
    }


@BOTH
def test_a_companion_is_added_and_told_what_is_wrong(portal, accessible, language, viewport):
    _hotel, page = reception(portal, language, viewport)
    fill(page, GuestFactory(room="7"))
    page.locator("[name=do][value=add]").click()
    expect(page.locator("[name=c1-full_name]")).to_be_visible()
    expect(page.locator("#id_full_name")).not_to_have_value("")
    fill(page, GuestFactory(id_number="1000000000"), "c1-")
    page.locator("[data-save]").click()

    expect(page.locator(".error-summary")).to_be_focused()
    accessible(page)
    picture(page, "form-companion-wrong", language, viewport)
    page.fill("[name=c1-id_number]", "1000000008")
    page.locator("[data-save]").click()
    page.wait_for_url("**sent=*")
    assert Submission.objects.get().accepted == 2


def fill(page, guest, prefix=""):
    for name in ("id_type", "nationality", "gender"):
        page.select_option(f"[name={prefix}{name}]", guest[name])
    for name in ("id_number", "full_name", "birth_date"):
        page.fill(f"[name={prefix}{name}]", guest[name])


@BOTH
def test_in_house_a_guest_moves_leaves_and_is_back_by_an_undo(portal, accessible, language, viewport):
    hotel, page = reception(portal, language, viewport)
    send(
        hotel,
        GuestFactory(
            client_reference="main", full_name="نزيل رئيس", room="101", departs_on=f"{today():%Y-%m-%d}"
        ),
        GuestFactory(client_reference="along", full_name="مرافق مخترع", room="101", companion_of="main"),
    )
    page.goto("/guests/in-house/")
    accessible(page)
    picture(page, "in-house", language, viewport)
    row = page.locator("tr", has_text="نزيل رئيس")
    row.locator("summary").click()
    row.locator("[name=place]").fill("٢٠٤")
    accessible(page)
    picture(page, "in-house-change", language, viewport)
    row.locator("details button").click()
    expect(page.locator("tr", has_text="نزيل رئيس")).to_contain_text("204")

    page.locator("tr", has_text="مرافق مخترع").locator("form button").first.click()
    expect(page.locator("[role=status]")).to_contain_text("مرافق مخترع")
    expect(page.locator("tbody tr")).to_have_count(1)
    accessible(page)
    picture(page, "in-house-departed", language, viewport)
    page.locator("[role=status] button").click()
    expect(page.locator("tbody tr")).to_have_count(2)

    page.goto("/guests/search/")
    page.fill("[name=name]", "مرافِق")
    page.locator("main form button").first.click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "name=" not in page.url
    accessible(page)
    picture(page, "search", language, viewport)


@BOTH
def test_the_calendar_leads_to_a_nil_return(portal, accessible, language, viewport):
    _hotel, page = reception(portal, language, viewport)
    page.goto("/guests/calendar/")
    accessible(page)
    picture(page, "calendar", language, viewport)

    page.locator("#deadlines form button").last.click()

    filed = NilReturn.objects.get()
    assert filed.day == today() - timedelta(days=1)
    expect(page.locator("main")).to_contain_text(filed.submission.shown_receipt)
    expect(page.locator("main")).to_contain_text("إفادة عدم تعامل" if language == "ar" else "Nil return")
    accessible(page)
    page.locator("section.note form button").click()
    expect(page.locator("section.note form input[name=on]")).to_have_value("no")
    picture(page, "calendar-nil", language, viewport)


def test_an_open_calendar_counts_down_by_itself(portal):
    hotel, page = reception(portal, "ar", WIDE)
    page.clock.install()
    page.goto("/guests/calendar/")
    due = page.locator("#deadlines li")
    expect(due).to_have_count(2)

    # Yesterday nobody came; today somebody has.
    nil_returns.file(hotel, "lodging", today() - timedelta(days=1), by=hotel.owner.user, door=Door.FORM)
    page.clock.fast_forward("01:01")
    expect(due).to_have_count(1)
    send(hotel, GuestFactory(arrived_at=f"{today():%Y-%m-%d} 00:00"))
    page.clock.fast_forward("01:01")
    expect(due).to_have_count(0)


def test_everything_works_without_scripts(portal):
    hotel = SubscribedFactory()
    send(hotel, GuestFactory(id_number="1000000008", full_name="نزيل عائد"))
    context = portal.browser.new_context(
        viewport=NARROW, locale="ar-SA", base_url=portal.url, java_script_enabled=False
    )
    page = context.new_page()
    sign_in(page, hotel.owner.user.username, PASSWORD)
    page.goto("/guests/new/")

    page.fill("[name=id_number]", "1000000008")
    page.locator("[name=do][value=find]").click()
    expect(page.locator("#id_full_name")).to_have_value("نزيل عائد")
    page.fill("#id_scan", passport())
    page.locator("[name=do][value=scan]").click()
    expect(page.locator("[name=c1-full_name]")).to_have_value("ANNA MARIA ERIKSSON")
    # Enter sends, as a form without scripts does.
    page.locator("#id_room").fill("12")
    page.locator("#id_room").press("Enter")
    page.locator("[name=again]").click()
    page.wait_for_url(re.compile("sent="))
    assert Submission.objects.order_by("-pk").first().accepted == 2

    page.goto("/guests/in-house/")
    page.locator("tbody form button").first.click()
    expect(page.locator("[role=status]")).to_be_visible()
    page.goto("/guests/calendar/")
    expect(page.locator(".month")).to_be_visible()
