"""A person of the demo in a real browser, signed in and in their language."""

from urllib.parse import urlsplit

from django.conf import settings as django_settings
from playwright.sync_api import Error

from tests.pages import visitor


class Visit:
    """One person's window: what it shows, and what the browser complained of."""

    def __init__(self, portal, username, language, viewport, **options):
        self.context = portal.browser.new_context(viewport=viewport, base_url=portal.url, **options)
        self.context.add_cookies(
            [
                {"name": name, "value": morsel.value, "url": portal.url}
                for name, morsel in visitor(username, language).cookies.items()
                if name in {"django_language", django_settings.SESSION_COOKIE_NAME}
            ]
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.heard = []
        self.host = urlsplit(portal.url).netloc

    def hear(self, message):
        if message.type == "error":
            self.heard.append(message.text)

    def open(self, path):
        """Go to a page; return the status it answers with, nothing where a file comes instead."""
        self.heard.clear()
        try:
            return self.page.goto(path).status
        except Error as error:
            if "Download is starting" in error.message:
                return None
            raise

    def too_wide(self):
        """Return by how many pixels the page is wider than its window."""
        return self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    def close(self):
        self.context.close()
