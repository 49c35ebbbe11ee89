"""What an example shows elsewhere, in every place: where pages lead, what forms take, what files hold."""

import re

import pytest
from django.forms import ModelForm

from shumoos.stack import BASE_DIR
from tests.conftest import sign_in
from tests.security import walking
from tests.security.matrix import matrix
from tests.security.test_public_posts import path_of
from tests.security.world import make_world

pytestmark = pytest.mark.django_db

APPS = ("shumoos", "registration", "activation", "guests", "violations", "support")
EVIL = "https://evil.example/"
# Whatever a page might take for an address to lead to.
LED = dict.fromkeys(("next", "back", "return_to", "again-act", "url", "to", "redirect", "referer"), EVIL)


def code():
    """Every module of ours with its text."""
    for app in APPS:
        for path in (BASE_DIR / app).rglob("*.py"):
            yield str(path.relative_to(BASE_DIR)), path.read_text()


# Where one is led to ----------------------------------------------------------------------------------------


def leads_away(client, address):
    """Whether the page leads to another site for somebody who is told to ask it for that."""
    headers = {"referer": EVIL}
    for send in (client.get, client.post):
        with walking.undone(client):
            response = send(address, LED, headers=headers)
        if "evil.example" in response.headers.get("Location", "").partition("?")[0]:
            return True
        if "evil.example" in response.headers.get("Refresh", "") + response.headers.get("HX-Redirect", ""):
            return True
    return False


def test_no_public_page_leads_to_another_site(client):
    public = [path_of(route) for _name, route, view in walking.patterns() if walking.is_public(view)]
    assert [address for address in public if leads_away(client, address)] == []


@pytest.mark.every_page
def test_no_page_behind_the_sign_in_leads_to_another_site():
    own, _other, people = make_world()
    rows, away = matrix(), set()
    clients = {role: sign_in(person) for role, person in people.items()}
    for name, model in walking.pages().items():
        role = walking.somebody(rows[name])
        if role and leads_away(clients[role], walking.address(name, model, own)):
            away.add(name)
    assert away == set()


def test_every_redirect_to_what_was_sent_is_looked_at_first():
    """A module that leads to where a request says asks whose address that is."""
    sent = re.compile(r"redirect\(\s*(?:request\.(?:GET|POST|META|headers)|back\b|referer\b|named\b)")
    assert {
        name for name, text in code() if sent.search(text) and "url_has_allowed_host" not in text
    } == set()


# Fields that are not one's to send --------------------------------------------------------------------------


def below(form):
    for child in form.__subclasses__():
        yield child
        yield from below(child)


def test_every_form_of_a_row_names_the_fields_that_it_takes():
    ours = [form for form in below(ModelForm) if form.__module__.startswith(APPS)]
    wrong = [
        form
        for form in ours
        if form._meta.model is not None and (form._meta.fields in (None, "__all__") or form._meta.exclude)
    ]
    assert wrong == []


def test_no_row_is_made_or_changed_of_whatever_was_sent():
    whole = re.compile(
        r"\*\*(?:request|self\.request)\.(?:POST|GET|data)|\b(?:POST|GET)\.(?:dict|items|lists)\(\)"
    )
    found = {name for name, text in code() if whole.search(text)}
    # What waits while somebody types their code goes back to the page as hidden fields, and into no row.
    assert found <= TAKE_ALL


TAKE_ALL = {"registration/views/register_licences.py", "shumoos/kept_searches.py"}


# What is written into files ---------------------------------------------------------------------------------

# Each writes cells as text, whatever they begin with.
WORKBOOKS = {"guests/files/templates.py": '"strings_to_formulas": False'}


def test_every_workbook_is_written_by_what_takes_no_text_for_a_formula():
    """Of files with commas tests/security/test_inputs.py holds the same."""
    made = {name: text for name, text in code() if "xlsxwriter.Workbook(" in text}
    assert made.keys() == WORKBOOKS.keys()
    for name, text in made.items():
        assert WORKBOOKS[name] in text
        # Any other way of writing a cell guesses what it is.
        assert set(re.findall(r"\.(write\w*)\(\s*(?:row|0|1|2),", text)) <= {
            "write_string",
            "write_blank",
            "write_row",
        }
        assert "def write_row" in text
