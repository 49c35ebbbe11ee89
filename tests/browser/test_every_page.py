"""Every page that a link leads to, as every role, in Arabic on a phone and in English on a desk.

From each person's start page every link is followed, to each view once. It answers, the browser complains of
nothing, and where no role before had it axe finds nothing on it and it is no wider than its window.
"""

import io
from collections import deque
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.core.management import call_command
from django.urls import Resolver404, resolve
from playwright.sync_api import Error

from shumoos.accounts.models import User
from shumoos.demo import OWNER, PEOPLE, STAFF
from tests.browser.conftest import NARROW, WIDE
from tests.conftest import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.every_page]

# Nobody first: what is open to all is looked at as strangers see it.
ROLES = ["", OWNER[0], STAFF[0], *(username for username, _name, _role in PEOPLE)]
# These end the walk, change the language under it, or are another project's page.
NOT_FOLLOWED = ("logout", "set_language", "i18n", "jsi18n", "api:")
# What Django's own admin templates write: a hint that is no label, empty heads of columns without a control,
# the icon of a script, a table that scrolls on a phone. Ours follow these rules, too.
STOCK = {"label-title-only", "empty-table-header", "aria-prohibited-attr", "scrollable-region-focusable"}
# The fewest views that such a walk has seen: fewer would mean that links are missing.
FEWEST = 60


def is_page(path):
    """Return the name of the view behind an address; nothing for what is no page to look at."""
    try:
        name = resolve(path).view_name
    except Resolver404:
        return ""
    return "" if any(word in f"{name} {path}" for word in NOT_FOLLOWED) else name


class Walk:
    """One person's way through the portal."""

    def __init__(self, portal, username, viewport, language):
        self.context = portal.browser.new_context(viewport=viewport, base_url=portal.url)
        cookies = {"django_language": language}
        if username:
            client = sign_in(User.objects.get(username=username))
            cookies["sessionid"] = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies(
            [{"name": name, "value": value, "url": portal.url} for name, value in cookies.items()]
        )
        self.page = self.context.new_page()
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.heard = []
        self.host = urlsplit(portal.url).netloc

    def hear(self, message):
        if message.type == "error":
            self.heard.append(message.text)

    def look(self, path, name, *, is_new):
        """Return what is wrong with a page; of a view seen before just whether it answers."""
        self.heard.clear()
        try:
            answer = self.page.goto(path)
        except Error as error:
            if "Download is starting" in error.message:
                return []  # a file, and no page
            raise
        wrong = [] if answer.status == 200 else [f"answers {answer.status}"]
        wrong += self.heard
        if is_new:
            width = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            wrong += [f"{width} px wider than its window"] if width > 0 else []
            for rule in Axe().run(self.page).response["violations"]:
                if name.startswith("admin:") and rule["id"] in STOCK:
                    continue
                wrong += [f"{rule['id']} at {' '.join(map(str, node['target']))}" for node in rule["nodes"]]
        return wrong

    def links(self):
        addresses = self.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        for address in addresses:
            parts = urlsplit(address)
            if parts.netloc == self.host:
                yield f"{parts.path}?{parts.query}" if parts.query else parts.path


@pytest.mark.parametrize(("language", "viewport"), [("ar", NARROW), ("en", WIDE)], ids=["narrow", "wide"])
def test_every_page_is_sound(portal, viewport, language):
    call_command("seed_demo", stdout=io.StringIO())
    looked_at, problems = {"home"}, []
    for username in ROLES:
        walk = Walk(portal, username, viewport, language)
        waiting, seen = deque(["/home/" if username else "/"]), set()
        while waiting:
            path = waiting.popleft()
            name = is_page(urlsplit(path).path)
            if not name or name in seen:
                continue
            # Each role has a start page of its own.
            wrong = walk.look(path, name, is_new=not seen or name not in looked_at)
            problems += [f"{username or 'nobody'} {path} ({name}): {one}" for one in wrong]
            seen.add(name)
            waiting.extend(walk.links())
        looked_at |= seen
        walk.context.close()

    assert not problems, "\n".join(problems)
    assert len(looked_at) >= FEWEST, sorted(looked_at)
