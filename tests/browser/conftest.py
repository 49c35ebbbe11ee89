"""A real Chromium, the portal on a real port, a real worker, and both simulators."""

import os
import shutil
import time
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from guests.simulator import CentreSimulator
from shumoos.sms.simulator import TwilioSimulator
from tests.workers import worker

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
NO_BROWSER = "There is no Chromium or Chrome on this machine: `apt-get install chromium` installs one."
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}

# A busy machine takes its time over a page, and no test is about how long.
expect.set_options(timeout=20_000)

# Playwright's own loop makes Django take every query of these tests for one from a coroutine.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="module")
def chromium():
    """The browser; where the machine has none, its tests are skipped, and fail in CI.

    It ends with its module: while it runs, Playwright's loop is this thread's, and no letter can be signed.
    """
    program = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(NO_BROWSER)
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


@dataclass
class Portal:
    """The running portal and what stands around it."""

    url: str
    browser: Browser
    twilio: TwilioSimulator
    centre: CentreSimulator

    def open(self, path: str = "/", *, viewport: dict = WIDE, locale: str = "ar-SA") -> Page:
        """A new person's browser, on that page."""
        page = self.browser.new_context(viewport=viewport, locale=locale, base_url=self.url).new_page()
        page.set_default_timeout(15_000)
        page.goto(path)
        return page


@pytest.fixture
def portal(chromium, live_server, settings, tmp_path):
    with TwilioSimulator() as twilio, CentreSimulator() as centre:
        settings.PUBLIC_URL = live_server.url
        settings.TWILIO_API_BASE = twilio.url
        settings.CENTRE_URL = centre.url
        environment = {
            "PUBLIC_URL": live_server.url,
            "TWILIO_API_BASE": twilio.url,
            "CENTRE_URL": centre.url,
        }
        with worker(tmp_path / "worker.log", **environment):
            yield Portal(live_server.url, chromium, twilio, centre)
            for context in chromium.contexts:
                context.close()


@pytest.fixture
def accessible():
    """A check that axe finds nothing on a page."""

    def check(page: Page) -> None:
        # On its way from one colour to another, a word has none of the two.
        page.evaluate(
            "Promise.allSettled(document.getAnimations()"
            ".filter(motion => isFinite(motion.effect.getComputedTiming().endTime))"
            ".map(motion => motion.finished))"
        )
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()

    return check


def eventually(page: Page, locator: str, seconds: float = 30) -> None:
    """Load the page again until it shows the locator, as a person who waits would."""
    deadline = time.monotonic() + seconds
    while not page.locator(locator).count() and time.monotonic() < deadline:
        page.wait_for_timeout(200)
        page.reload()
    expect(page.locator(locator).first).to_be_visible()
