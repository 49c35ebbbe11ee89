import pytest

from tests.guests.factories import subscribe


@pytest.fixture
def hotel(establishment):
    """The owner's establishment, with an active subscription."""
    subscribe(establishment)
    return establishment
