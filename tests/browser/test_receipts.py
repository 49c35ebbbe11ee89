"""A receipt as its owner finds it by day and as anybody verifies it, with its PDF, in both languages."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from guests import changes
from guests.models import Door, GuestRecord, Submission
from shumoos.saudi import calendar
from tests.browser.conftest import NARROW, WIDE
from tests.browser.walks import sign_in
from tests.factories import PASSWORD
from tests.guests.factories import GuestFactory, SubscribedFactory, send

pytestmark = pytest.mark.browser

WORDS = {
    "ar": {"correction": "تصحيح", "issued": "أصدرت شموس هذا الإيصال", "compare": "مطابقة",
           "genuine": "هذا الملف هو الخطاب كما أصدرته شموس تمامًا."},
    "en": {"correction": "Correction", "issued": "Shumoos has issued this receipt.", "compare": "Compare",
           "genuine": "This file is the letter exactly as Shumoos issued it."},
}  # fmt: skip


@pytest.mark.parametrize(("language", "viewport"), [("ar", NARROW), ("en", WIDE)])
def test_a_receipt_is_found_by_day_opened_fetched_and_verified(portal, accessible, language, viewport):
    words = WORDS[language]
    hotel = SubscribedFactory()
    submission = send(hotel, GuestFactory(full_name="نزيل مخترع", room="1"))
    record = GuestRecord.objects.get()
    content = {**record.content, "room": "2"}
    correction = changes.correct(
        record, content, reason="غرفة أخرى", by=hotel.owner.user, door=Door.FORM
    ).submission
    yesterday = calendar.today() - timedelta(days=1)
    Submission.objects.update(received_at=timezone.now() - timedelta(days=1))
    today = send(hotel, GuestFactory())
    page = portal.open("/login/", viewport=viewport)
    if language == "en":
        page.get_by_role("button", name="English").click()
    sign_in(page, hotel.owner.user.username, PASSWORD)
    page.wait_for_url("**/home/")

    # By its day, as an owner types it who thinks in Hijri days.
    page.goto("/guests/receipts/")
    accessible(page)
    page.fill("#day", calendar.to_hijri(yesterday).isoformat())
    page.keyboard.press("Enter")
    page.wait_for_url("**day=*")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("main")).not_to_contain_text(today.shown_receipt)
    expect(page.locator("tr", has_text=correction.shown_receipt)).to_contain_text(words["correction"])
    accessible(page)

    page.get_by_role("link", name=submission.shown_receipt).click()
    expect(page.locator("h1")).to_contain_text(submission.shown_receipt)
    expect(page.locator("main")).to_contain_text(submission.sha256)
    accessible(page)
    pdf = page.context.request.get(page.locator("a[href$='/pdf/']").get_attribute("href"))
    assert pdf.headers["content-type"] == "application/pdf"
    file = pdf.body()
    assert file.startswith(b"%PDF-")

    page.go_back()
    page.get_by_role("link", name=correction.shown_receipt).click()
    expect(page.locator("main")).to_contain_text(words["correction"])
    page.get_by_role("link", name=submission.shown_receipt).click()
    expect(page.locator("h1")).to_contain_text(submission.shown_receipt)

    # The whole day has one, too.
    page.goto(f"/guests/receipts/?day={yesterday.isoformat()}")
    page.locator("main ul a[href*='/guests/receipts/days/']").click()
    expect(page.locator("main dl")).to_contain_text(hotel.number)
    accessible(page)

    verify(portal, accessible, language, viewport, submission, file)


def verify(portal, accessible, language, viewport, submission, file):
    """Somebody without an account has the number, and then the file."""
    words = WORDS[language]
    page = portal.open("/verify/", viewport=viewport)
    if language == "en":
        page.get_by_role("button", name="English").click()
    page.fill("[name=code]", submission.shown_receipt)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/verify/{submission.receipt}/$"))
    expect(page.locator("main")).to_contain_text(words["issued"])
    expect(page.locator("main")).to_contain_text(submission.sha256)
    expect(page.locator("main")).not_to_contain_text("نزيل مخترع")
    accessible(page)

    page.goto("/verify/")
    sent = {"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": file}
    page.set_input_files("[name=file]", sent)
    page.get_by_role("button", name=words["compare"], exact=True).click()
    expect(page.locator("main")).to_contain_text(words["genuine"])
    accessible(page)
