import pytest

from guests.simulator import CentreSimulator
from tests.guests.factories import subscribe


@pytest.fixture
def hotel(establishment):
    """The owner's establishment, with an active subscription."""
    subscribe(establishment)
    return establishment


@pytest.fixture
def centre(settings):
    with CentreSimulator() as centre:
        settings.CENTRE_URL = centre.url
        settings.CENTRE_TIMEOUT = 2.0
        yield centre
