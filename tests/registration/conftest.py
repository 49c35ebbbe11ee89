import pytest

from tests.conftest import sign_in
from tests.guests.factories import subscribe
from tests.registration.mandating import ProviderFactory, agent_of


@pytest.fixture
def company(db):
    """A provider company."""
    return ProviderFactory(name_ar="شركة إنجاز", name_en="Enjaz")


@pytest.fixture
def agent(company):
    """An agent of `company`, who is not its head."""
    return agent_of(company, full_name="فيصل الغامدي")


@pytest.fixture
def agent_client(agent):
    return sign_in(agent)


@pytest.fixture
def hotel(establishment):
    """The owner's establishment, with an active subscription."""
    subscribe(establishment)
    return establishment
