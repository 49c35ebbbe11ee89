"""The office at a glance, as its head reads, saves and prints it."""

import io
from datetime import datetime, timedelta

import pypdfium2
import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import expect

from activation import decisions
from registration.models import Application
from shumoos.accounts.models import Role
from shumoos.saudi import calendar
from shumoos.sms.models import TextMessage
from tests.activation.reviewing import claimed
from tests.authenticators import give_authenticator
from tests.browser.conftest import NARROW, WIDE
from tests.browser.test_review import PICTURES, look
from tests.browser.walks import sign_in
from tests.factories import PASSWORD, ApplicationFactory, OfficerFactory, sector

pytestmark = pytest.mark.browser

QUEUE = reverse("admin:activation_queue")
SECTORS = ("hotels", "gold_jewellery", "furnished_apartments")


def work(days):
    """Some days of an office's work, up to today."""
    officers = [OfficerFactory(full_name=name) for name in ("سعد بن مخترع", "نورة بنت مخترع")]
    for ago in range(days, 0, -1):
        noon = datetime.now(calendar.RIYADH).replace(hour=12) - timedelta(days=ago)
        for number in range(1 + ago % 3):
            officer = officers[(ago + number) % 2]
            with time_machine.travel(noon - timedelta(days=number * ago % 4), tick=False):
                application = ApplicationFactory(sector=sector(SECTORS[(ago + number) % 3]))
            with time_machine.travel(noon, tick=False):
                finish(application, officer, (ago + 2 * number) % 4)
    for ago in (0, 0, 1, 4, 9, 30):
        waiting = ApplicationFactory()
        day = calendar.today() - timedelta(days=ago)
        Application.objects.filter(pk=waiting.pk).update(clock_from=day)
    decisions.claim(waiting, by=officers[0])
    texts = TextMessage.objects.filter(kind="credentials")
    texts.update(status="failed", error="21614")
    TextMessage.objects.filter(kind="application_returned").update(status="failed", error="21610")


def finish(application, officer, way):
    claimed(application, officer)
    if way == 0:
        flags = {"letter": "غير واضح", "licence": "كلمات"}
        codes = {"letter": "illegible"}
        decisions.return_to_owner(application, by=officer, reason="ناقص", flags=flags, codes=codes)
    elif way == 1:
        decisions.reject(application, by=officer, reason="السبب", code="duplicate")
    else:
        decisions.activate(application, by=officer)


@pytest.mark.parametrize(
    ("language", "direction", "link", "table"),
    [
        ("ar", "rtl", "الإدارة في لمحة", "القرارات في اليوم: الجدول"),
        ("en", "ltr", "The office at a glance", "Decisions a day: the table"),
    ],
)
def test_a_head_reads_saves_and_prints_the_figures(portal, accessible, language, direction, link, table):
    head = OfficerFactory(role=Role.HEAD, full_name="رئيس مخترع")
    work(12)
    page = portal.open("/admin/")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": portal.url}])
    refused = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    sign_in(page, head.username, PASSWORD, give_authenticator(head))

    page.goto(QUEUE)
    page.get_by_role("link", name=link).click()
    expect(page.locator("html")).to_have_attribute("dir", direction)
    expect(page.get_by_role("img")).to_have_count(7)
    expect(page.locator("#decisions table")).to_be_hidden()
    for viewport in (WIDE, NARROW):
        page.set_viewport_size(viewport)
        accessible(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"]
    look(page, f"figures-{language}")

    page.get_by_text(table).click()
    expect(page.locator("#decisions tbody tr")).to_have_count(30)
    accessible(page)
    page.get_by_text(table).click()
    with page.expect_download() as download:
        page.locator("#decisions .figure-file a").click()
    assert download.value.suggested_filename.startswith("decisions-")

    page.emulate_media(media="print")
    expect(page.locator("#decisions tbody tr").first).to_be_visible()
    expect(page.locator("#decisions summary")).to_be_hidden()
    printed = page.pdf(format="A4", path=f"{PICTURES}/figures-{language}.pdf" if PICTURES else None)
    text = "".join(
        sheet.get_textpage().get_text_bounded() for sheet in pypdfium2.PdfDocument(io.BytesIO(printed))
    )
    # From a table that was closed on the screen.
    assert "illegible" in text
    assert str(calendar.today().year) in text
    assert refused == []
