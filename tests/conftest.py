import time

import pytest
from django.db import connection
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from hypothesis import settings as hypothesis_settings

from shumoos.accounts import fresh
from shumoos.accounts.models import STAFF_ROLES, Authenticator, Role
from tests import changing
from tests.factories import EstablishmentFactory, OfficerFactory, UserFactory

# How long an example takes is measured elsewhere: a busy machine is no fault of it.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The tests' database, emptied between tests."""
    with django_db_blocker.unblock():
        let_tables_be_emptied()


def let_tables_be_emptied():
    """Switch off what no ledger and no log allows. These triggers are on in their own tests alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_never_emptied_%'"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")


def sign_in(user, client=None):
    """A browser in which this person has signed in, with an authenticator's code where staff need one."""
    client = client or Client()
    client.force_login(user, backend="shumoos.accounts.roles.RoleBackend")
    if user.role in STAFF_ROLES:
        verify(client, user)
    return client


def verify(client, user):
    """Let a session be one in which a code was typed a moment ago."""
    device, _is_new = Authenticator.objects.get_or_create(user=user, confirmed=True)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session[fresh.KEY] = time.time()
    session.save()


@pytest.fixture(autouse=True)
def changes_leave_a_line(monkeypatch):
    """Every change that a request of this test makes is in the access log; see `tests.changing`."""
    faults = changing.hold_to_it(monkeypatch)
    yield faults
    assert faults == []


@pytest.fixture
def establishment(db):
    return EstablishmentFactory()


@pytest.fixture
def owner(establishment):
    """The user who owns `establishment`."""
    return establishment.owner.user


@pytest.fixture
def owner_client(owner):
    return sign_in(owner)


@pytest.fixture
def supervisor(db):
    """A supervisor of Riyadh's office."""
    return OfficerFactory()


@pytest.fixture
def supervisor_client(supervisor):
    return sign_in(supervisor)


@pytest.fixture
def makkah_supervisor(db):
    return OfficerFactory(office="MKK")


@pytest.fixture
def makkah_client(makkah_supervisor):
    return sign_in(makkah_supervisor)


@pytest.fixture
def head_client(db):
    return sign_in(OfficerFactory(role=Role.HEAD))


@pytest.fixture
def auditor_client(db):
    return sign_in(UserFactory(role=Role.AUDITOR))


@pytest.fixture
def administrator_client(db):
    return sign_in(UserFactory(role=Role.ADMINISTRATOR))


@pytest.fixture
def english(client):
    """The test's browser, switched to English."""
    client.cookies["django_language"] = "en"
    return client
