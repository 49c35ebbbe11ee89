import pytest

from shumoos.accounts.models import Role
from shumoos.sms.models import TextMessage
from support import tickets
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, UserFactory


@pytest.fixture
def agent(db):
    return UserFactory(role=Role.SUPPORT, full_name="نورة المخترعة")


@pytest.fixture
def colleague(db):
    return UserFactory(role=Role.SUPPORT, full_name="زميلة مخترعة")


@pytest.fixture
def agent_client(agent):
    return sign_in(agent)


@pytest.fixture
def application(db):
    return ApplicationFactory()


@pytest.fixture
def open_ticket(owner, establishment):
    """Open a ticket of the owner's, with other words where they are given."""

    def open_one(**changes):
        said = {"by": owner, "establishment": establishment, "category": "receipts"}
        return tickets.open_ticket(**{**said, "subject": "سؤال", "text": "كيف يُطبع الإيصال؟", **changes})

    return open_one


@pytest.fixture
def ticket(open_ticket):
    return open_ticket()


@pytest.fixture
def texts():
    """The kinds of the texts queued so far, in order."""

    def kinds():
        return list(TextMessage.objects.order_by("queued_at").values_list("kind", flat=True))

    return kinds


def kinds_of(ticket):
    return list(ticket.entries.values_list("kind", flat=True))
