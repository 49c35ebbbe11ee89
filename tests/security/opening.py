"""What each person sees who opens every page they may: what its forms send, a file, the line in the log."""

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

from django.db import transaction
from django.test import Client

from shumoos.accounts.models import Look
from tests.conftest import sign_in
from tests.security import walking
from tests.security.matrix import matrix
from tests.security.test_public_posts import path_of
from tests.security.world import make_world

TYPED = {"", "text", "search", "tel", "email", "url", "number", "date", "password", "hidden"}


@dataclass
class Opened:
    """One page as one person saw it; `role` is nothing for whoever has not signed in."""

    name: str
    role: str
    # How many lines of the access log were written before it was answered.
    looks: int
    # Which fields it sends in an address: by a form without `post`, or by htmx.
    sent_by_get: set[str]
    is_page: bool
    is_file: bool


@dataclass
class Forms(HTMLParser):
    """Reads a page's forms: the names of what is typed, or carried along, in those that go by GET."""

    sent_by_get: set[str] = field(default_factory=set)

    def __post_init__(self):
        super().__init__()
        self.methods = []
        self.by_id = {}
        self.elsewhere = []

    def handle_starttag(self, tag, attrs):
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = "get" if "hx-get" in told else told.get("method", "get").lower()
            self.methods.append(method)
            self.by_id[told.get("id", "")] = method
        if tag not in ("input", "textarea") or told.get("type", "").lower() not in TYPED:
            return
        if "name" not in told:
            return
        if "hx-get" in told:
            self.sent_by_get.add(told["name"])
        elif "form" in told:
            self.elsewhere.append((told["form"], told["name"]))
        elif self.methods and self.methods[-1] != "post":
            self.sent_by_get.add(told["name"])

    def handle_endtag(self, tag):
        if tag == "form":
            self.methods.pop()

    def close(self):
        super().close()
        self.sent_by_get |= {name for form, name in self.elsewhere if self.by_id.get(form, "get") != "post"}


def forms_of(page):
    forms = Forms()
    forms.feed(page)
    forms.close()
    return forms.sent_by_get


@cache
def opened():
    """Open every page once as everybody who may, and as nobody; what is kept is no row of the database."""
    with transaction.atomic():
        seen = [*behind_the_sign_in(), *in_public()]
        transaction.set_rollback(True)
    return seen


def behind_the_sign_in():
    own, _other, people = make_world()
    rows, pages = matrix(), walking.pages()
    for role, person in people.items():
        client = sign_in(person)
        for name, model in pages.items():
            if walking.LETTERS[role] in rows[name][("get", "own")]:
                yield look(client, name, role.value, walking.address(name, model, own))


def in_public():
    for name, route, view in walking.patterns():
        if walking.is_public(view):
            yield look(Client(), name, "", path_of(route))


def look(client, name, role, address):
    before = Look.objects.count()
    with walking.undone(client):
        response = client.get(address)
        looks = Look.objects.count() - before
        is_page = response.status_code == 200 and response["Content-Type"].startswith("text/html")
        is_file = response.get("Content-Disposition", "").startswith("attachment")
        sent = forms_of(response.content.decode()) if is_page else set()
    return Opened(name, role, looks, sent, is_page, is_file)
