"""What each person sees who opens every page they may, and sends every form: the page, a file, the line in
the log.
"""

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
    # Which of the owners and guests of the rows it names, none of whom is the person who looks.
    named: set[str]
    policy: str


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


@cache
def answered():
    """Send every form once as everybody who may: an empty one, and one that looks for somebody."""
    with transaction.atomic():
        seen = list(forms_sent())
        transaction.set_rollback(True)
    return seen


def forms_sent():
    own, _other, people = make_world()
    names = names_of(own)
    rows, pages = matrix(), walking.pages()
    for role, person in people.items():
        client = sign_in(person)
        for name, model in pages.items():
            if walking.LETTERS[role] in rows[name][("post", "own")]:
                address = walking.address(name, model, own)
                for sent in ({}, *([SEARCHES[name](own)] if name in SEARCHES else [])):
                    yield look(client, name, role.value, address, sent, names=names - {person.full_name})


# What finds somebody, where a page answers a form with what it has found.
SEARCHES = {
    "support:desk": lambda t: {"q": t.establishment.name_ar},
    "support:application": lambda t: {"subject": "س"},
    "support:answer": lambda _t: {"macro": "solved", "text": "", "insert": ""},
    "registration:directory": lambda t: {"name": t.establishment.name_ar, "reason": "للتجربة"},
    "registration:register_licences": lambda t: {"q": t.licence.owner_name},
    "guests:search": lambda t: {"establishment": t.establishment.number, "name": t.record.full_name},
    "accounts:log": lambda t: {"person": t.people["owner"].username},
}


def names_of(tenant):
    """The owners and guests whom a page may name."""
    rows = tenant.rows
    owners = {rows[name].owner_name for name in ("application", "licence", "activated")}
    return owners | {rows["establishment"].owner.full_name, rows["record"].full_name}


def look(client, name, role, address, sent=None, *, names=frozenset()):
    before = Look.objects.count()
    with walking.undone(client):
        response = client.get(address) if sent is None else client.post(address, sent)
        looks = Look.objects.count() - before
        is_page = response.status_code in (200, 422) and response["Content-Type"].startswith("text/html")
        is_file = response.get("Content-Disposition", "").startswith("attachment")
        page = response.content.decode() if is_page else ""
    return Opened(
        name,
        role,
        looks,
        forms_of(page),
        is_page,
        is_file,
        {named for named in names if named in page},
        response.get("Content-Security-Policy", ""),
    )
