"""What the system proposes waits for a supervisor, and fines nobody by itself."""

from datetime import date

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from tests.violations.office import at, confirmed
from tests.violations.proposing import refused_record
from violations.models import Case, Occurrence, Proposal
from violations.proposals import ProposalRefused, collect, dismiss

pytestmark = pytest.mark.django_db

D = date.fromisoformat


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-02-10T09:00:00+03:00", tick=False)


@pytest.fixture
def proposal(establishment):
    return Proposal.objects.create(
        establishment=establishment,
        source="missing_days",
        key="lodging:2026-02-03",
        record_kind="lodging",
        first_on=D("2026-02-03"),
        last_on=D("2026-02-04"),
    )


def test_a_proposal_fines_nothing_until_a_supervisor_takes_it_up(desk, proposal):
    assert not Case.objects.exists()
    assertContains(desk.get(at("proposals")), proposal.establishment.number)
    assertContains(desk.get(at("take_up", proposal.pk)), "2026-02-03")

    response = confirmed(desk, at("take_up", proposal.pk), {"occurred_on": "2026-02-03", "what": "Two days"})

    occurrence = Occurrence.objects.get()
    assertRedirects(response, at("case_change", occurrence.case_id))
    proposal.refresh_from_db()
    assert (proposal.occurrence, occurrence.fault) == (occurrence, "not_sent")
    assertNotContains(desk.get(at("proposals")), proposal.establishment.number)


def test_an_auditor_reads_the_proposals_and_decides_on_none(auditor, proposal):
    page = auditor.get(at("proposals"))
    assertContains(page, proposal.establishment.number)
    assertNotContains(page, at("take_up", proposal.pk))
    assertNotContains(page, at("dismiss", proposal.pk))
    assert auditor.post(at("dismiss", proposal.pk), {"reason": "x"}).status_code == 403


def test_the_ways_out_of_a_proposal_lead_to_the_others(desk, proposal):
    # In the trail, and beside the button.
    for page in ("take_up", "dismiss"):
        assertContains(desk.get(at(page, proposal.pk)), f'href="{at("proposals")}"', 2)


def test_a_proposal_is_dismissed_with_a_reason_and_once(desk, supervisor, proposal):
    assert desk.post(at("dismiss", proposal.pk), {"reason": ""}).status_code == 422
    assertRedirects(desk.post(at("dismiss", proposal.pk), {"reason": "Closed for repairs"}), at("proposals"))
    proposal.refresh_from_db()
    assert (proposal.dismissal, proposal.decided_by) == ("Closed for repairs", supervisor)
    with pytest.raises(ProposalRefused):
        dismiss(proposal, by=supervisor, reason="Again")
    confirmed(desk, at("take_up", proposal.pk), {"occurred_on": "2026-02-03", "what": "Two days"})
    assert not Occurrence.objects.exists()


def test_proposals_are_made_of_refused_records_once(establishment):
    record = refused_record(establishment)
    assert collect(D("2026-02-01"), D("2026-02-10")) == 1
    assert collect(D("2026-02-01"), D("2026-02-10")) == 0
    proposal = Proposal.objects.get()
    assert (proposal.record, proposal.source, proposal.reason) == (record, "refused_record", "unknown person")
    assert not Case.objects.exists()


def test_proposals_are_made_of_days_without_a_record_once():
    from tests.guests.factories import SubscribedFactory

    establishment = SubscribedFactory()
    found = collect(D("2026-02-03"), D("2026-02-04"))
    assert found == Proposal.objects.filter(establishment=establishment, source="missing_days").count() == 2
    assert collect(D("2026-02-03"), D("2026-02-05")) <= 1
    assert not Case.objects.exists()
