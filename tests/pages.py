"""Every page that a link leads to, as every role: found without a browser by following the demo's links."""

import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.urls import Resolver404, resolve

from shumoos.accounts.models import User
from shumoos.demo import OWNER, PEOPLE, STAFF
from tests.conftest import sign_in

# Nobody first: what is open to all is looked at as strangers see it.
ROLES = ["", OWNER[0], STAFF[0], *(username for username, _name, _role in PEOPLE)]
# These end the walk, change the language under it, or are another project's page.
NOT_FOLLOWED = ("logout", "set_language", "i18n", "jsi18n", "api:")
# Nobody has changed these pages of the admin, so one of each stands for all.
STOCK_PAGES = re.compile(r"admin:\w+_(add|change|changelist|delete|history)$")
LINK = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')


DAY = re.compile(r"\d+ [A-Z][a-z]+(?: I+)? \d{4}(?: AH)?|at \d\d:\d\d")


def unbroken(words: str) -> str:
    """Return words as pages set them in English: no line breaks within a day or before a time."""
    return DAY.sub(lambda day: day[0].replace(" ", "\N{NO-BREAK SPACE}"), words)


@dataclass(frozen=True)
class Page:
    """A page as one role meets it: the view's name, an address of it, and its HTML."""

    username: str
    path: str
    name: str
    html: str

    def __str__(self) -> str:
        return f"{self.username or 'nobody'} {self.path} ({self.name})"


def view_of(path: str) -> str:
    """Return the name of the view behind an address; nothing for what is no page to look at."""
    try:
        name = resolve(path).view_name
    except Resolver404:
        return ""
    return "" if any(word in f"{name} {path}" for word in NOT_FOLLOWED) else name


def links(html: str, path: str) -> Iterator[str]:
    """Yield the addresses within the portal that a page leads to."""
    for address in LINK.findall(html):
        parts = urlsplit(urljoin(path, unescape(address)))
        if not parts.netloc and parts.scheme in {"", "http", "https"}:
            yield f"{parts.path}?{parts.query}" if parts.query else parts.path


def visitor(username: str, language: str) -> Client:
    """Return a browser of that person, or of nobody, in that language."""
    client = sign_in(User.objects.get(username=username)) if username else Client()
    client.cookies["django_language"] = language
    return client


def pages_of(username: str, language: str) -> Iterator[Page]:
    """Yield each view's first page that links lead this person to, from their start page on.

    A page that does not answer is an AssertionError; files and what only leads on are left out.
    """
    client = visitor(username, language)
    waiting, seen, tried = deque(["/home/" if username else "/"]), set(), set()
    while waiting:
        path = waiting.popleft()
        name = view_of(urlsplit(path).path)
        if not name or name in seen or path in tried:
            continue
        tried.add(path)
        answer = client.get(path, follow=True)
        assert answer.status_code == 200, f"{username or 'nobody'} {path} ({name}): {answer.status_code}"
        if answer.redirect_chain:
            # Another address of the same view may be a page: the admin's `?all` is, where `/admin/` leads on.
            waiting.appendleft(answer.redirect_chain[-1][0])
            continue
        seen.add(name)
        if answer.headers["Content-Type"].startswith("text/html"):
            html = answer.text
            yield Page(username, path, name, html)
            waiting.extend(links(html, path))


def every_page(language: str) -> list[Page]:
    """Return the pages of all roles of the demo, which is loaded where it is not there yet."""
    call_command("seed_demo", stdout=io.StringIO())
    return [page for username in ROLES for page in pages_of(username, language)]


def sort_of(page: Page) -> str:
    """Return what a page is one of: its view, or its sort of the admin's own pages."""
    stock = STOCK_PAGES.fullmatch(page.name)
    return f"admin:{stock[1]}" if stock else page.name


def firsts(pages: Iterable[Page]) -> Iterator[Page]:
    """Yield the first page of each sort; each role has a start page of its own."""
    seen = set()
    for page in pages:
        key = sort_of(page), page.username if page.name == "home" else ""
        if key not in seen:
            seen.add(key)
            yield page


def in_another_thread(call, *arguments):
    """Return what a call returns, made where Playwright's loop does not run: letters can be signed there."""

    def called():
        try:
            return call(*arguments)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(called).result()
