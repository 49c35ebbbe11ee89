import pytest

from guests import keys
from tests.guests.api.calling import Caller
from tests.limits import forget


def make_key(establishment, **details):
    details = {"name": "Reception", "is_test": False, "by": None} | details
    return keys.make(establishment=establishment, **details)


@pytest.fixture
def api_key(hotel):
    """A live key of the hotel: its row and the key itself."""
    return make_key(hotel)


@pytest.fixture
def api(api_key):
    """A program with the hotel's key."""
    return Caller(api_key[1])


@pytest.fixture
def test_api(hotel):
    """A program with a test key of the hotel."""
    return Caller(make_key(hotel, is_test=True)[1])


@pytest.fixture(autouse=True)
def fresh_limits():
    """Requests of earlier tests do not count."""
    forget()
