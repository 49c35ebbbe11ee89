"""A file with errors: its report, the workbook that is mended, and what is accepted in the end."""

import io
import re

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from guests.models import GuestRecord
from tests.browser.conftest import NARROW, WIDE, eventually
from tests.browser.walks import sign_in
from tests.factories import PASSWORD
from tests.guests.factories import SubscribedFactory
from tests.guests.files.bad_files import workbook
from tests.guests.files.records import csv_file, guests

pytestmark = pytest.mark.browser

CSV = {"name": "guests.csv", "mimeType": "text/csv"}
XLSX = {"name": "mended.xlsx", "mimeType": "application/octet-stream"}


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_file_with_errors_is_mended_and_accepted(portal, accessible, viewport):
    hotel = SubscribedFactory()
    rows = guests(4)
    rows[2] |= {"gender": "x"}
    page = portal.open("/", viewport=viewport)
    sign_in(page, hotel.owner.user.username, PASSWORD)
    page.goto("/guests/files/")
    accessible(page)
    page.locator("main a[href='/guests/files/new/']").click()
    accessible(page)
    page.set_input_files("[name=file]", CSV | {"buffer": csv_file(*rows)})
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/guests/files/*/")
    eventually(page, "#refused")
    expect(page.locator("main table")).to_contain_text("unknown")
    accessible(page)
    with page.expect_download() as download:
        page.locator("a[href$='mend.xlsx']").click()
    header, bad = (
        CalamineWorkbook.from_filelike(io.BytesIO(download.value.path().read_bytes()))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert bad[0] == 4
    bad[header.index("الجنس")] = "أنثى"

    page.locator("main .actions a[href*='/guests/files/new/']").click()
    page.set_input_files("[name=file]", XLSX | {"buffer": workbook(header, bad)})
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/guests/files/*/")
    eventually(page, "dd a[href*='/guests/receipts/']")
    assert page.locator("#refused").count() == 0
    accessible(page)
    assert GuestRecord.objects.filter(establishment=hotel).count() == 4


def test_a_file_is_dropped_on_the_form(portal):
    hotel = SubscribedFactory()
    page = portal.open("/")
    sign_in(page, hotel.owner.user.username, PASSWORD)
    page.goto("/guests/files/new/")
    expect(page.locator("[data-drop-hint]")).to_be_visible()
    dropped = page.evaluate_handle(
        """text => {
            const held = new DataTransfer();
            held.items.add(new File([text], "guests.csv", {type: "text/csv"}));
            return held;
        }""",
        csv_file(*guests(2)).decode(),
    )

    page.dispatch_event("[data-drop]", "dragenter", {"dataTransfer": dropped})
    expect(page.locator("[data-drop]")).to_have_class(re.compile("is-dropped-on"))
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
    expect(page.locator("[name=file]")).to_be_focused()
    page.locator("main form button[type=submit]").click()

    # Nobody loads the page again: it looks how far the file is, and shows what came of it.
    page.wait_for_url("**/guests/files/*/")
    expect(page.locator("dd a[href*='/guests/receipts/']")).to_be_visible(timeout=60_000)
    assert GuestRecord.objects.filter(establishment=hotel).count() == 2
