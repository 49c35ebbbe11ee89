"""An officer loads a register, watches it being read, mends what was refused and loads it again."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.authenticators import give_authenticator
from tests.browser.conftest import NARROW, WIDE
from tests.browser.walks import sign_in
from tests.factories import PASSWORD, AuthorityOfficerFactory
from tests.registration.registers import ANOTHER, many, register, row

pytestmark = pytest.mark.browser

ADDRESSES = ("/registers/", "/registers/new/", "/registers/columns/", "/registers/licences/")
# Where pictures of the pages are put, for whoever wants to look at them.
PICTURES = os.environ.get("PICTURES")


def keep_picture(page, name):
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(
    ("locale", "viewport"), [("ar-SA", WIDE), ("ar-SA", NARROW), ("en-GB", WIDE), ("en-GB", NARROW)]
)
def test_a_register_is_loaded_mended_and_loaded_again(portal, accessible, locale, viewport):
    officer = AuthorityOfficerFactory()
    name = f"{locale[:2]}-{viewport['width']}"
    page = portal.open("/login/", viewport=viewport, locale=locale)
    broken = []
    page.on("console", lambda message: broken.append(message.text) if message.type == "error" else None)
    if locale.startswith("en"):
        page.locator(".site-language button").click()
        page.wait_for_load_state()
        page.goto("/login/")
    sign_in(page, officer.username, PASSWORD, give_authenticator(officer))
    page.wait_for_url("**/registers/licences/")

    def load(text):
        page.goto("/registers/new/")
        file = {"name": "سجل التراخيص.csv", "mimeType": "text/csv", "buffer": text.encode()}
        page.set_input_files("[name=file]", files=[file])
        page.locator("main button").last.click()

    load("no,register\n1,2\n")
    expect(page.locator("#id_file_error")).to_be_visible()
    accessible(page)
    keep_picture(page, f"{name}-refused-file")

    load(register(*many(3), row()))
    # Without a click: the page asks on by itself and is loaded anew at the end.
    expect(page.locator("main dl")).to_contain_text("4", timeout=60_000)
    load(register(*[row(owner_mobile="12", licence_number="")] * 3, row(owner_national_id=ANOTHER)))
    expect(page.locator("#refused")).to_be_visible(timeout=60_000)
    assert page.locator("tbody tr").count() == 6
    accessible(page)
    keep_picture(page, f"{name}-detail")
    with page.expect_download() as download:
        page.locator("a[href$='refused.csv']").click()
    assert download.value.path().read_text("utf-8-sig").count("\n") == 4

    for position, address in enumerate(ADDRESSES):
        page.goto(address)
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
        keep_picture(page, f"{name}-{position}")
    page.goto("/registers/licences/?owner=changed")
    assert page.locator("tbody tr").count() == 1
    accessible(page)
    # The browser notes the refused form; a breach of the content security policy would be told here as well.
    assert [text for text in broken if "422" not in text] == []
