"""What people send to be taken for something else: addresses, names, formulas, templates, others' fields."""

import csv
import html
import io
import re

import pytest
from django.contrib import admin
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from registration.models import Establishment
from shumoos import tables
from shumoos.accounts.models import Role, User
from shumoos.sms import bodies, kinds
from shumoos.sms.models import TextMessage
from support.models import Macro, Ticket
from support.tickets import open_ticket
from tests.conftest import sign_in
from tests.factories import PASSWORD, ApplicationFactory, EstablishmentFactory, OfficerFactory, UserFactory
from tests.registration.mandating import ProviderFactory, agent_of, asked

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    "http:///evil.example",
]
SQL = [
    "' OR '1'='1",
    "'; DROP TABLE accounts_user; --",
    '" OR 1=1 --',
    "\\'; SELECT pg_sleep(10); --",
    "%' OR '%'='",
]
TEMPLATES = [
    "{{ settings.SECRET_KEY }}",
    "{% load log %}",
    "{{ user.password }}",
    "#{7*7}",
    "${7*7}",
    "<%= 7*7 %>",
]
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>"


# Where one is led to --------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_no_way_leads_to_another_site(client, owner, wanted):
    sent = {"username": owner.username, "password": PASSWORD, "next": wanted}
    assert client.post("/login/", sent)["Location"] == "/home/"
    assert client.post("/language/", {"language": "en", "next": wanted})["Location"].startswith("/")
    assert not client.post("/language/", {"language": "en", "next": wanted})["Location"].startswith(
        ("//", "/\\")
    )
    confirmed = client.post("/account/confirm/", {"password": PASSWORD, "next": wanted})
    assert confirmed["Location"] == "/home/"


# What is looked for ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", SQL)
def test_names_that_are_sql_are_names(client, auditor_client, supervisor_client, administrator_client, typed):
    establishment = EstablishmentFactory(name_ar=f"فندق {typed}")
    ApplicationFactory(name_ar=f"فندق {typed}")
    other = ApplicationFactory(name_ar="نزل بعيد", name_en="Far Inn")
    desk = sign_in(UserFactory(role=Role.SUPPORT))
    people = User.objects.count()
    looked_up = desk.post("/desk/", {"q": typed}, follow=True)
    assert looked_up.status_code in (200, 422)
    assertNotContains(looked_up, other.shown_reference, status_code=looked_up.status_code)
    found = auditor_client.post("/directory/", {"name": typed, "reason": "للتجربة"})
    assert found.status_code in (200, 422)
    assert (
        auditor_client.post("/audit/", {"person": typed, "subject": typed, "action": typed}).status_code
        == 200
    )
    queue = reverse("admin:activation_queue")
    assert supervisor_client.post(queue, {"q": typed}, follow=True).status_code == 200
    searched = [model for model, shown in admin.site._registry.items() if shown.search_fields]
    assert Establishment in searched
    for model in searched:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for client_of in (auditor_client, supervisor_client, administrator_client):
            assert client_of.post(address, {"q": typed}, follow=True).status_code in (200, 403), model
    assert client.post("/status/", {"reference": typed, "mobile_ending": typed}).status_code in (
        200,
        302,
        422,
    )
    assert client.post("/login/", {"username": typed, "password": typed}).status_code == 200
    owner = sign_in(establishment.owner.user)
    sent = {"establishment": establishment.number, "name": typed}
    assert owner.post("/guests/search/", sent).status_code in (200, 302, 422)
    assert User.objects.count() == people


@pytest.mark.parametrize("typed", [*TEMPLATES, MARKUP])
def test_what_is_typed_is_shown_as_it_was_typed_and_not_run(auditor_client, typed):
    establishment = EstablishmentFactory(name_ar=typed, name_en=typed)
    owner = sign_in(establishment.owner.user)
    page = owner.get("/home/").content.decode()
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    for secret in ("SECRET_KEY =", "argon2"):
        assert secret not in page
    if "7*7" in typed:
        assert typed.replace("<", "&lt;").replace(">", "&gt;") in page
    detail = auditor_client.get(reverse("admin:registration_establishment_change", args=[establishment.pk]))
    assertNotContains(detail, "<script>alert(1)")


@pytest.mark.parametrize("typed", TEMPLATES)
def test_words_that_officers_and_administrators_type_are_no_templates(typed, owner, establishment):
    """A usual answer, a notice of a schedule, the name in a text: filled in as they stand."""
    agent = UserFactory(role=Role.SUPPORT)
    words = f"نص {typed} آخر"
    macro = Macro.objects.create(
        code="invented", title_ar="x", title_en="x", words_ar=words, words_en=words, is_offered=True
    )
    ticket = open_ticket(
        by=owner, establishment=establishment, category="technical", subject=typed, text=typed, tells=False
    )
    desk = sign_in(agent)
    answer = reverse("support:answer", args=[ticket.number])
    shown = desk.post(answer, {"macro": macro.code, "text": "", "insert": ""}).content.decode()
    assert html.escape(words) in shown
    assert html.escape(typed) in desk.get(reverse("support:ticket", args=[ticket.number])).content.decode()

    provider = ProviderFactory(name_ar=typed)
    mandate = asked(agent_of(provider), establishment)
    text = TextMessage.objects.about(mandate).get()
    assert typed in bodies.write(text, kinds.get(text.kind))


def test_no_template_is_made_of_anything_but_a_file():
    """What somebody typed can be no template where no code makes one of a text."""
    from shumoos.stack import BASE_DIR

    made = re.compile(r"\bTemplate\(|\bfrom_string\(|\bmark_safe\(|\.format_map\(|\bSafeString\(")
    found = {
        str(path.relative_to(BASE_DIR))
        for app in ("shumoos", "registration", "activation", "guests", "violations", "support")
        for path in (BASE_DIR / app).rglob("*.py")
        if made.search(path.read_text())
    }
    assert found == set()
    unescaped = {
        str(path.relative_to(BASE_DIR))
        for path in (BASE_DIR / "templates").rglob("*.html")
        if re.search(r"\|\s*safe\b|autoescape off", path.read_text())
    }
    # What the API's page is set up with, which nobody types.
    assert unescaped == {"templates/guests/api_docs.html"}


# What is written into files -------------------------------------------------------------------------------

FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    '=HYPERLINK("http://evil.example")',
]


@pytest.mark.parametrize("typed", FORMULAS)
def test_no_cell_of_a_file_is_a_formula(typed):
    assert tables.guard(typed).startswith("'")
    text = tables.Table([typed], [[typed, 1]]).csv().removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows == [[f"'{typed}"], [f"'{typed}", "1"]]


def test_every_file_for_a_spreadsheet_is_written_by_what_guards_it():
    """A new writer of CSV is looked at here: it guards its cells, or holds nothing that was typed."""
    from shumoos.stack import BASE_DIR

    writers = {
        str(path.relative_to(BASE_DIR))
        for app in ("shumoos", "registration", "activation", "guests", "violations", "support")
        for path in (BASE_DIR / app).rglob("*.py")
        if "csv.writer(" in (text := path.read_text()) or "csv.DictWriter(" in text
    }
    assert writers == WRITERS


WRITERS = {
    "shumoos/tables.py",  # guards
    "shumoos/demo.py",  # a register of invented licences, which the portal reads itself
    "registration/registers/merging.py",  # goes into the database by COPY, and to nobody
}


@pytest.mark.parametrize("typed", FORMULAS[:4])
def test_a_file_of_the_directory_has_no_formula(auditor_client, typed):
    EstablishmentFactory(name_ar=typed, name_en="Findable Hotel")
    sent = {"name": "Findable", "reason": "للتجربة", "export": ""}
    text = auditor_client.post("/directory/", sent).getvalue().decode()
    assert f"'{typed}" in text


# Fields that are not one's to send ------------------------------------------------------------------------


def test_the_account_form_takes_the_language_and_nothing_else(client, owner):
    client = sign_in(owner)
    sent = {
        "language": "en", "role": "administrator", "is_staff": "on", "is_superuser": "on",
        "username": "other", "mobile": "+966500000000", "full_name": "x", "password": "x",
    }  # fmt: skip
    before = (owner.username, owner.mobile, owner.full_name, owner.password)
    assert client.post("/account/", sent).status_code == 302
    owner.refresh_from_db()
    assert owner.language == "en"
    assert (owner.role, owner.is_staff, owner.is_superuser) == (Role.OWNER, False, False)
    assert (owner.username, owner.mobile, owner.full_name, owner.password) == before


def test_an_administrator_makes_nobody_more_than_they_are(administrator_client):
    officer = OfficerFactory()
    address = reverse("admin:accounts_user_change", args=[officer.pk])
    sent = {
        "full_name": officer.full_name, "mobile": officer.mobile, "language": "ar", "is_active": "on",
        "role": "administrator", "is_superuser": "on", "is_staff": "on", "username": "other",
        "user_permissions": "1", "groups": "1",
    }  # fmt: skip
    administrator_client.post(address, sent)
    officer.refresh_from_db()
    assert (officer.role, officer.is_superuser) == (Role.SUPERVISOR, False)
    assert officer.username != "other"
    assert not officer.user_permissions.exists()
    assert not officer.groups.exists()


def test_an_invitation_sends_to_no_role_and_office_of_others(head_client):
    sent = {
        "role": "administrator", "place": "", "full_name": "شخص مخترع", "mobile": "0551234567",
        "language": "ar",
    }  # fmt: skip
    assert head_client.post("/staff/invite/", sent).status_code == 422


def test_the_permissions_of_a_person_come_from_their_role_alone(owner):
    from django.contrib.auth.models import Group, Permission

    owner.groups.add(Group.objects.get(name="administrator"))
    owner.user_permissions.add(Permission.objects.get(codename="view_look"))
    person = User.objects.get(pk=owner.pk)
    assert not person.has_perm("accounts.view_look")
    assert not person.has_perm("accounts.change_user")


def test_an_owner_opens_a_ticket_and_sets_nothing_that_is_the_desks_to_set(owner, establishment):
    agent = UserFactory(role=Role.SUPPORT)
    sent = {
        "establishment": establishment.pk, "category": "technical", "subject": "س", "text": "ن",
        "priority": "urgent", "door": "agent", "status": "closed", "assigned_to": agent.pk, "rating": "5",
        "number": "2600000000", "is_due_by_law": "on", "opened_by": agent.pk, "due_at": "2030-01-01",
    }  # fmt: skip
    assert sign_in(owner).post(reverse("support:new_ticket"), sent).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.priority_id, ticket.door, ticket.status) == (
        ticket.category.priority_id,
        "owner",
        "open",
    )
    assert (ticket.assigned_to, ticket.rating, ticket.is_due_by_law) == (None, None, False)
    assert (ticket.opened_by, ticket.number == "2600000000") == (owner, False)
    assert ticket.due_at == ticket.opened_at + ticket.priority.time


# Sizes ----------------------------------------------------------------------------------------------------


def test_a_form_and_a_body_that_are_too_large_are_refused(client, owner, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    assert client.post("/login/", {"username": "x" * 20_000, "password": "y"}).status_code == 413
    client = sign_in(owner)
    assert client.post("/account/", {"language": "x" * 20_000}).status_code == 413


def test_more_fields_than_any_form_has_are_refused(client):
    fields = {f"field{number}": "x" for number in range(1001)}
    assert client.post("/login/", fields).status_code == 413


# Sessions and user names ----------------------------------------------------------------------------------


def test_a_session_key_that_was_given_before_is_not_kept(client, owner):
    client.get("/login/")
    client.post("/language/", {"language": "en"})
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key
    client.post("/login/", {"username": owner.username, "password": PASSWORD})
    assert client.cookies["sessionid"].value != planted
    stranger = type(client)()
    stranger.cookies["sessionid"] = planted
    assert stranger.get("/home/").status_code == 302


def test_known_and_unknown_user_names_are_refused_alike(client, owner):
    client.cookies["django_language"] = "en"
    known = client.post("/login/", {"username": owner.username, "password": "wrong-password-1"})
    unknown = client.post("/login/", {"username": "nobody-at-all", "password": "wrong-password-1"})
    assert known.status_code == unknown.status_code == 200
    same = "The user name or the password is not right."
    assertContains(known, same)
    assertContains(unknown, same)


def test_an_unknown_user_name_costs_as_many_hashes_as_a_known_one(client, owner, monkeypatch):
    from django.contrib.auth.hashers import Argon2PasswordHasher

    hashes = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(
        Argon2PasswordHasher, "encode", lambda *given: hashes.append("made") or encode(*given)
    )
    monkeypatch.setattr(
        Argon2PasswordHasher, "verify", lambda *given: hashes.append("compared") or verify(*given)
    )
    client.post("/login/", {"username": owner.username, "password": "wrong-password-1"})
    known = len(hashes)
    client.post("/login/", {"username": "nobody-at-all", "password": "wrong-password-1"})
    assert known == 1
    assert len(hashes) == 2
    # Nor is one that was closed, or waits for its password, told by the time it takes.
    UserFactory(username="closed", is_active=False)
    UserFactory(username="waiting", password="!")
    for number, username in enumerate(("closed", "waiting"), 3):
        client.post("/login/", {"username": username, "password": "wrong-password-1"})
        assert len(hashes) == number, username
