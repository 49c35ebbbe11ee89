"""The one matrix: each role on each page, on rows of their own and on another office's or establishment's."""

import re
from types import SimpleNamespace

import pytest
from django.urls import reverse

from shumoos.accounts.models import Role
from shumoos.saudi import calendar
from tests.conftest import sign_in
from tests.security import walking
from tests.security.matrix import matrix
from tests.security.world import make_world

pytestmark = pytest.mark.django_db


def test_every_page_is_in_the_matrix_and_nothing_else():
    assert set(matrix()) == set(walking.pages())


def test_every_page_with_a_row_in_its_address_is_walked_with_anothers():
    rows, pages = matrix(), walking.pages()
    wrong = [
        name
        for name, model in pages.items()
        if walking.has_rows(name, model) == (rows[name][("get", "other")] == "=")
    ]
    assert wrong == []


# What the world has no row of, each with where it is tried with another's: an order, its lifting and a
# decision come after everything else that happens to a case.
TRIED_ELSEWHERE = {
    "violations:objection_letter",  # tests/violations/test_owner_acts.py
    "violations:order_letter",  # the same
    "violations:lifting_letter",  # the same
    "admin:violations_decision_letter",  # tests/violations/test_office_acts.py
}
# Closed to everybody, whatever the row.
CLOSED = {"admin:view_on_site", "admin:auth_user_password_change"}


def test_every_page_with_a_row_in_its_address_lets_somebody_in_to_their_own():
    """A line in which nobody gets in to their own would show nothing about another's."""
    rows, pages = matrix(), walking.pages()
    closed = {
        name
        for name, model in pages.items()
        if walking.has_rows(name, model)
        and rows[name][("get", "own")] in "-."
        and rows[name][("post", "own")] in "-."
        and not (model is not None and name.endswith("_delete"))
    }
    assert closed == TRIED_ELSEWHERE | CLOSED


@pytest.mark.every_page
def test_everybody_gets_in_where_the_matrix_says_and_nowhere_else():
    own, other, people = make_world()
    rows, wrong = matrix(), []
    for role, person in people.items():
        client, letter = sign_in(person), walking.LETTERS[role]
        for name, method, side, path in walk(own, other):
            expected = rows[name][(method, side)]
            got = walking.gets_in(client, method, path, walking.SENT.get(name))
            if got != (letter in expected):
                wrong.append(f"{role} {name} {method} {side}: {got}, where the matrix says {expected}")
    assert wrong == [], "\n".join(wrong)


def walk(own, other):
    """Yield every page with each of its methods, for rows of one's own and for another's."""
    for name, model in walking.pages().items():
        for method in walking.methods(name, model):
            yield name, method, "own", walking.address(name, model, own)
            if walking.has_rows(name, model):
                yield name, method, "other", walking.address(name, model, other)


# Where two rows stand in an address: one's own, and beside it something of another's.
PAIRS = {
    "violations:objection_document": ("objection", "objection_document"),
    "support:ticket_file": ("ticket", "ticket_file"),
    "admin:guests_inspection_record": ("inspection", "record"),
    "admin:violations_objection_document": ("objection", "objection_document"),
    "admin:activation_document": ("application", "document"),
    "admin:activation_read": ("application", "document"),
    "admin:activation_page": ("application", "document"),
}
ROW = re.compile(r"<int:(?:pk|\w+_pk)>|<str:number>")


def test_anothers_row_beside_ones_own_in_an_address_is_not_there():
    named = {name for name, route, _view in walking.patterns() if len(ROW.findall(route)) > 1}
    assert {name for name in named if name in walking.pages()} == PAIRS.keys()
    own, other, people = make_world()
    for person in people.values():
        client = sign_in(person)
        for name, (first, second) in PAIRS.items():
            # The same keys as for one's own, but for the second.
            mixed = SimpleNamespace(**{first: getattr(own, first), second: getattr(other, second)})
            path = walking.address(name, None, mixed)
            assert not walking.gets_in(client, "get", path), (person.role, name)


def test_strangers_get_in_nowhere(client):
    """Whoever has not signed in is led to the sign-in from every page of the matrix, whatever its row."""
    own, _other, _people = make_world()
    for name, model in walking.pages().items():
        for method in walking.methods(name, model):
            response = getattr(client, method)(walking.address(name, model, own))
            assert response.status_code == 302, name
            assert response["Location"].startswith(("/login/", "/admin/login/")), name


# Where a row is named in what is sent, and not in the address.
NAMED = [
    ("get", "guests:new"),
    ("get", "guests:in_house"),
    ("get", "guests:calendar"),
    ("get", "guests:search"),
    ("get", "guests:send_file"),
    ("post", "guests:nil_return"),
    ("post", "guests:standing_nil_return"),
]


@pytest.mark.parametrize(("method", "name"), NAMED, ids=[" ".join(row) for row in NAMED])
def test_anothers_row_named_in_what_is_sent_is_not_there(method, name):
    own, other, people = make_world()
    client = sign_in(people[Role.OWNER])

    def sent(tenant):
        named = {"establishment": tenant.establishment.number, "kind": "lodging"}
        return getattr(client, method)(reverse(name), named | {"day": calendar.today().isoformat()})

    assert sent(own).status_code in (200, 302)
    assert sent(other).status_code == 404
    assert not other.establishment.nil_returns.exists()


# How a row stands in an address of the API, and with what each method is sent there.
API_ROWS = {
    "<record_id>": lambda tenant: str(tenant.record.pk),
    "<number>": lambda tenant: tenant.submission.receipt,
    # No row of anybody's: the codes that everybody may use.
    "<table>": lambda _tenant: "nationality",
}
API_SENT = {
    ("api:correct_record", "patch"): {"record": {"room": "1"}, "reason": "test"},
    ("api:end_stay", "post"): {"departed_at": None},
    ("api:cancel_record", "post"): {"reason": "test"},
}
API_METHODS = {
    "api:read_record": ["get", "patch"],
    "api:end_stay": ["post"],
    "api:cancel_record": ["post"],
    "api:read_receipt": ["get"],
    "api:read_receipt_letter": ["get"],
}


def api_routes():
    """The addresses of the API that name somebody's row: by name, without those that share another's."""
    routes = {}
    for name, route, _view in walking.patterns():
        if name.startswith(walking.BY_KEY) and re.search("<(?!table)", route):
            routes.setdefault(route, name)
    return {name: route for route, name in routes.items()}


def test_every_address_of_the_api_with_a_row_is_walked():
    assert api_routes().keys() == API_METHODS.keys()


def test_keys_open_their_own_establishment_alone(client):
    own, other, _people = make_world()
    headers = {"Authorization": f"Bearer {own.secret}"}
    for name, route in api_routes().items():
        for method in API_METHODS[name]:
            for tenant, is_own in ((other, False), (own, True)):
                address = f"/{route}"
                for part, row in API_ROWS.items():
                    address = address.replace(part, row(tenant))
                send = {"get": client.get, "post": client.post, "patch": client.patch}[method]
                body = {} if method == "get" else {"content_type": "application/json"}
                sent = API_SENT.get(("api:correct_record" if method == "patch" else name, method), {})
                with walking.undone(client):
                    answer = send(address, sent, headers=headers, **body)
                assert (answer.status_code == 404) != is_own, (method, address, answer.status_code)
                assert answer.status_code != 401
                assert send(address, sent, **body).status_code == 401, address
