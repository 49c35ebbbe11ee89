"""Take the README's pictures from a portal that `make run` has just started with a new demo.

Usage: `make pictures`, with `PORT=` where the portal runs on another port than 8000.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent / "pictures"
ADDRESS = f"http://localhost:{os.environ.get('PORT', '8000')}"
PASSWORD = "shumoos-demo-1448"
SIZE = {"width": 1280, "height": 860}
PICTURES = {
    "front": ("", "/"),
    "review": ("supervisor-riyadh", "/admin/registration/application/2/review/"),
    "guest": ("owner", "/guests/1/"),
    "violations": ("owner", "/violations/"),
}


def open_as(browser: Browser, person: str) -> Page:
    """Return a page in Arabic in which the person has signed in; nobody, where there is no name."""
    page = browser.new_context(viewport=SIZE, base_url=ADDRESS, locale="ar-SA").new_page()
    if person:
        page.goto("/login/")
        page.fill("[name=username]", person)
        page.fill("[name=password]", PASSWORD)
        page.locator("main button").first.click()
        page.wait_for_url(lambda url: "/login/" not in url)
    return page


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("There is no Chromium or Chrome on this machine: `apt-get install chromium` installs one.")
    HERE.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, (person, path) in PICTURES.items():
            page = open_as(browser, person)
            page.goto(path)
            page.screenshot(path=HERE / f"{name}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
