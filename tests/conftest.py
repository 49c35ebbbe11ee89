import pytest
from django.test import Client

from shumoos.accounts.models import Role
from tests.factories import EstablishmentFactory, OfficerFactory, UserFactory


def sign_in(user):
    """A browser in which this person has signed in."""
    client = Client()
    client.force_login(user, backend="shumoos.accounts.roles.RoleBackend")
    return client


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
