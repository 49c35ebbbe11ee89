"""Administrators make officers and agents; auditors read the access log; nobody changes it."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from shumoos.accounts.access_log import log_look
from shumoos.accounts.models import Look, User
from tests.factories import EstablishmentFactory, OfficerFactory

pytestmark = pytest.mark.django_db

ADD = reverse("admin:accounts_user_add")
LIST = reverse("admin:accounts_user_changelist")


def test_an_administrator_makes_a_supervisor_who_must_choose_a_password(administrator_client, client):
    password = "for-the-first-day-1"
    form = {
        "username": "new-supervisor",
        "full_name": "مشرف مخترع",
        "role": "supervisor",
        "language": "ar",
        "usable_password": "true",
        "password1": password,
        "password2": password,
    }
    assert administrator_client.post(ADD, form).status_code == 302

    person = User.objects.get(username="new-supervisor")
    assert (person.is_staff, person.must_change_password) == (True, True)
    response = client.post(reverse("accounts:login"), {"username": "new-supervisor", "password": password})
    assertRedirects(response, reverse("home"), fetch_redirect_response=False)
    assertRedirects(client.get(reverse("admin:index")), reverse("accounts:choose_password"))


def test_an_administrator_sees_no_customers_and_makes_none(administrator_client):
    owner = EstablishmentFactory().owner.user
    officer = OfficerFactory()
    response = administrator_client.get(LIST)
    assertContains(response, officer.username)
    assertNotContains(response, owner.full_name)
    assert administrator_client.get(reverse("admin:accounts_user_change", args=[owner.pk])).status_code == 302
    assert "owner" not in dict(administrator_client.get(ADD).context["adminform"].form.fields["role"].choices)


def test_nobody_deletes_people(administrator_client):
    officer = OfficerFactory()
    address = reverse("admin:accounts_user_delete", args=[officer.pk])
    assert administrator_client.post(address, {"post": "yes"}).status_code == 403


def test_supervisors_do_not_see_people_or_the_access_log(supervisor_client):
    assert supervisor_client.get(LIST).status_code == 403
    assert supervisor_client.get(reverse("admin:accounts_look_changelist")).status_code == 403


def test_an_auditor_reads_the_access_log(auditor_client, supervisor, rf):
    request = rf.get("/")
    request.user = supervisor
    log_look(request, "review", supervisor, reason="بلاغ")
    response = auditor_client.get(reverse("admin:accounts_look_changelist"))
    assertContains(response, f"accounts.user:{supervisor.pk}")
    assert auditor_client.get(reverse("admin:accounts_look_add")).status_code == 403


@pytest.mark.parametrize("statement", ["UPDATE accounts_look SET action = 'x'", "DELETE FROM accounts_look"])
def test_the_access_log_cannot_be_changed_even_by_hand(supervisor, rf, statement):
    request = rf.get("/")
    request.user = supervisor
    log_look(request, "review", supervisor)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Look.objects.get().action == "review"


def test_the_first_administrator_is_made_on_the_command_line(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "three-green-lanterns")
    call_command("createsuperuser", interactive=False, username="first", full_name="مدير مخترع", verbosity=0)
    person = User.objects.get(username="first")
    assert (person.role, person.is_superuser, person.check_password("three-green-lanterns")) == (
        "administrator",
        True,
        True,
    )
