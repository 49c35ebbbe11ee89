"""A letter as a person at a counter verifies it: by its code, and by its file, in both languages."""

import re

import pytest
from playwright.sync_api import expect

from shumoos.letters.copies import issued_pdf
from shumoos.letters.issue import issue, revoke
from shumoos.letters.models import Kind, Letter
from tests.browser.conftest import NARROW
from tests.factories import OfficerFactory
from tests.letters.conftest import STATEMENT
from tests.races import at_once

pytestmark = pytest.mark.browser

WORDS = {
    "ar": {
        "dir": "rtl",
        "compare": "مطابقة",
        "issued": "هذا الملف هو الخطاب كما أصدرته شموس تمامًا.",
        "changed": "فقد عُدِّل بعد صدوره",
        "revoked": "ثم أُلغي",
        "required": "اختر ملف الخطاب بصيغة PDF.",
    },
    "en": {
        "dir": "ltr",
        "compare": "Compare",
        "issued": "This file is the letter exactly as Shumoos issued it.",
        "changed": "it was changed afterwards",
        "revoked": "has revoked it since",
        "required": "Choose the PDF file of the letter.",
    },
}


def statement():
    return issue(
        kind=Kind.STATEMENT,
        series="RUH",
        establishment="فندق النور",
        licence_number="TL-2026/0042",
        content=STATEMENT,
    )


def pdf_of(letter):
    # Not beside Playwright's own loop, in which the signature's would not start.
    (content,) = at_once(lambda: issued_pdf(Letter.objects.get(pk=letter.pk)))
    assert isinstance(content, bytes), content
    return content


def compare(page, words, content):
    page.set_input_files(
        "[name=file]", {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    page.get_by_role("button", name=words["compare"], exact=True).click()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_letter_is_verified_by_its_code_and_by_its_file(portal, accessible, language):
    words = WORDS[language]
    letter = statement()
    pdf = pdf_of(letter)
    changed = bytearray(pdf)
    changed[20_000] ^= 1

    page = portal.open("/verify/", viewport=NARROW if language == "ar" else {"width": 1280, "height": 900})
    if language == "en":
        page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("dir") == words["dir"]
    accessible(page)

    page.get_by_role("button", name=words["compare"], exact=True).click()
    expect(page.locator("main")).to_contain_text(words["required"])
    accessible(page)

    compare(page, words, pdf)
    expect(page.locator("main")).to_contain_text(words["issued"])
    expect(page.locator("main")).to_contain_text(letter.number)
    accessible(page)

    compare(page, words, bytes(changed))
    expect(page.locator("main")).to_contain_text(words["changed"])
    accessible(page)

    page.goto("/verify/")
    page.fill("[name=code]", letter.shown_code.lower())
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/verify/{letter.code}/$"))
    expect(page.locator("main")).to_contain_text("TL-2026/0042")
    accessible(page)

    revoke(letter, by=OfficerFactory(), reason="وثيقة مزورة")
    compare(page, words, pdf)
    expect(page.locator("main")).to_contain_text(words["issued"])
    expect(page.locator("main")).to_contain_text(words["revoked"])
    accessible(page)
