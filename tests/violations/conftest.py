"""Who and what most tests of violations begin with."""

from datetime import date
from decimal import Decimal

import pytest

from shumoos.accounts.models import Role
from shumoos.accounts.people import create_person
from tests.violations.factories import (
    make_draft,
    make_establishment,
    make_licence,
    make_owner,
    make_supervisor,
    warn,
)
from tests.violations.office import signed_in
from violations.escalation import escalate
from violations.ledger import reduce
from violations.models import LedgerEntry
from violations.payments import pay_at_desk

D = date.fromisoformat


@pytest.fixture
def supervisor():
    return make_supervisor()


@pytest.fixture
def desk(supervisor):
    return signed_in(supervisor)


@pytest.fixture
def head():
    return make_supervisor(role=Role.HEAD)


@pytest.fixture
def lead(head):
    return signed_in(head)


@pytest.fixture
def auditor():
    return signed_in(create_person(username="auditor", full_name="Invented", role=Role.AUDITOR))


@pytest.fixture
def case():
    """A case with a first fine of 10,000."""
    case = warn(make_licence(), D("2026-01-01"))
    escalate(D("2026-02-01"))
    case.refresh_from_db()
    return case


@pytest.fixture
def establishment():
    return make_establishment(make_licence(), make_owner())


@pytest.fixture
def application(establishment):
    application = make_draft(establishment.licences.get())
    application.establishment = establishment
    application.save()
    return application


@pytest.fixture
def three(case, head):
    """The entries of a case: a fine, a reduction, a payment."""
    reduce(case, Decimal(1000), on=D("2026-02-02"), by=head, reason="First offence.")
    pay_at_desk(case, Decimal(500), on=D("2026-02-02"), by=head)
    return list(LedgerEntry.objects.order_by("number"))
