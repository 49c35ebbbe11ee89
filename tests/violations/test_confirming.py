"""Before a warning or a fine goes out, the page names whose it is, which step and how much."""

from datetime import date
from decimal import Decimal

import pytest
from pytest_django.asserts import assertContains, assertRedirects

from shumoos.accounts.models import Look
from shumoos.letters.models import Letter, Series
from shumoos.sms.models import TextMessage
from tests.violations.factories import make_licence
from tests.violations.office import at
from tests.violations.proposing import refused_record
from violations import occurrences
from violations.models import Case, LedgerEntry, Occurrence, Proposal
from violations.proposals import collect

pytestmark = pytest.mark.django_db

D = date.fromisoformat


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-02-10T09:00:00+03:00", tick=False)


@pytest.fixture
def typed(establishment, application):
    return {
        "establishment": establishment.number,
        "occurred_on": "2026-02-03",
        "fault": "inaccurate",
        "what": "The owner's mobile is another's",
        "application": application.shown_reference,
        "amount": "",
    }


def record(establishment, supervisor, day):
    return occurrences.record_occurrence(
        establishment=establishment,
        licence=establishment.licences.get(),
        occurred_on=D(day),
        what=f"Wrong on {day}",
        by=supervisor,
    )


def test_a_fine_is_named_before_it_is_issued_and_nothing_is_kept(desk, establishment, supervisor, typed):
    for day in ("2026-02-01", "2026-02-02"):
        record(establishment, supervisor, day)
    kept = [model.objects.count() for model in (Occurrence, LedgerEntry, Letter, TextMessage, Look)]
    numbers = list(Series.objects.values_list("name", "last"))

    answer = desk.post(at("record"), typed)

    for named in (establishment.name_ar, "Higher fine", "SAR 25,000.00", "SAR 30,000.00"):
        assertContains(answer, named)
    assertContains(answer, 'value="Issue the fine: SAR 25,000.00"')
    models = (Occurrence, LedgerEntry, Letter, TextMessage, Look)
    assert [model.objects.count() for model in models] == kept
    assert list(Series.objects.values_list("name", "last")) == numbers

    key = answer.context["form"].foreseen.key
    answer = desk.post(at("record"), typed | {"confirmed": key})
    assertRedirects(answer, at("case_change", Case.objects.get().pk))
    assert LedgerEntry.objects.latest("id").amount == 25_000


def test_what_would_be_another_step_by_then_is_not_issued(desk, establishment, supervisor, typed):
    key = desk.post(at("record"), typed).context["form"].foreseen.key
    record(establishment, supervisor, "2026-02-02")

    answer = desk.post(at("record"), typed | {"confirmed": key})

    assertContains(answer, "Something else follows now than what you have seen.", status_code=422)
    assertContains(answer, "SAR 5,000.00", status_code=422)
    assert Occurrence.objects.count() == 1
    key = answer.context["form"].foreseen.key
    assert desk.post(at("record"), typed | {"confirmed": key}).status_code == 302
    assert Case.objects.get().fined == 5_000


def test_an_amount_changed_after_it_was_named_is_named_anew(desk, establishment, supervisor, typed):
    record(establishment, supervisor, "2026-02-02")
    key = desk.post(at("record"), typed).context["form"].foreseen.key
    less = typed | {"amount": "2000", "reason": "First year", "confirmed": key}

    answer = desk.post(at("record"), less)

    assert (answer.status_code, answer.context["form"].foreseen.amount) == (422, Decimal(2000))
    assert Case.objects.get().fined == 0


def test_entries_are_changed_before_it_is_confirmed(desk, typed):
    key = desk.post(at("record"), typed).context["form"].foreseen.key
    answer = desk.post(at("record"), typed | {"confirmed": key, "change": "1"})

    assertContains(answer, '<textarea name="what"')
    assert key not in answer.content.decode()
    assert not Occurrence.objects.exists()


def test_a_warning_names_the_licence_it_is_for(desk):
    licence, other = make_licence(), make_licence()

    answer = desk.post(at("warn"), {"licence_number": licence.number})

    assertContains(answer, licence.name_en)
    assertContains(answer, "None: it is a warning.")
    assert not Case.objects.exists()
    key = answer.context["form"].foreseen.key
    # What was seen is another's.
    assert desk.post(at("warn"), {"licence_number": other.number, "confirmed": key}).status_code == 422
    assert not Case.objects.exists()
    desk.post(at("warn"), {"licence_number": licence.number, "confirmed": key})
    assert Case.objects.get().licence == licence


def test_a_proposal_is_taken_up_once_it_is_confirmed(desk, establishment):
    refused_record(establishment)
    collect(D("2026-02-01"), D("2026-02-10"))
    proposal = Proposal.objects.filter(establishment=establishment).first()
    typed = {"occurred_on": "2026-02-03", "what": "Refused"}

    answer = desk.post(at("take_up", proposal.pk), typed)

    assertContains(answer, establishment.name_ar)
    proposal.refresh_from_db()
    assert proposal.decided_at is None
    key = answer.context["form"].foreseen.key
    desk.post(at("take_up", proposal.pk), typed | {"confirmed": key})
    proposal.refresh_from_db()
    assert proposal.occurrence.what == "Refused"
