"""Administrators make officers and agents; auditors read the access log; nobody changes it."""

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django.asserts import assertContains, assertNotContains

from shumoos.accounts.models import Authenticator, User
from tests.conftest import sign_in
from tests.factories import EstablishmentFactory, OfficerFactory

pytestmark = pytest.mark.django_db

ADD = reverse("admin:accounts_user_add")
OWN = "three-green-lanterns"
LIST = reverse("admin:accounts_user_changelist")


def test_nobody_makes_an_account_in_the_admin(administrator_client):
    assert administrator_client.get(ADD).status_code == 403
    assert administrator_client.post(ADD, {"username": "new"}).status_code == 403


def test_nobody_sets_somebody_elses_password(administrator_client):
    officer = OfficerFactory()
    address = reverse("admin:auth_user_password_change", args=[officer.pk])
    assert administrator_client.get(address).status_code == 404
    assert administrator_client.post(address, {"password1": OWN, "password2": OWN}).status_code == 404


def test_an_administrator_sees_no_customers(administrator_client):
    owner = EstablishmentFactory().owner.user
    officer = OfficerFactory()
    response = administrator_client.get(LIST)
    assertContains(response, officer.username)
    assertNotContains(response, owner.full_name)
    assert administrator_client.get(reverse("admin:accounts_user_change", args=[owner.pk])).status_code == 302


def test_closing_an_account_ends_its_sessions(administrator_client):
    officer = OfficerFactory()
    browser = sign_in(officer)
    administrator_client.post(
        reverse("admin:accounts_user_change", args=[officer.pk]),
        {"full_name": officer.full_name, "mobile": officer.mobile, "language": "ar"},
    )
    assert browser.get(reverse("accounts:account")).status_code == 302
    assert officer.sign_ins.get().ended_at is not None


def test_secrets_of_authenticators_are_nobodys_to_read():
    assert not admin.site.is_registered(TOTPDevice)
    assert not admin.site.is_registered(Authenticator)


def test_nobody_deletes_people(administrator_client):
    officer = OfficerFactory()
    address = reverse("admin:accounts_user_delete", args=[officer.pk])
    assert administrator_client.post(address, {"post": "yes"}).status_code == 403


def test_supervisors_do_not_see_people(supervisor_client):
    assert supervisor_client.get(LIST).status_code == 403


def test_the_first_administrator_is_made_on_the_command_line(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "three-green-lanterns")
    call_command("createsuperuser", interactive=False, username="first", full_name="مدير مخترع", verbosity=0)
    person = User.objects.get(username="first")
    assert (person.role, person.is_superuser, person.check_password("three-green-lanterns")) == (
        "administrator",
        True,
        True,
    )
