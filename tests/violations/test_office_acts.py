"""What supervisors and heads do on their pages: within their region, with their own rights, and on record."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from shumoos.accounts import fresh
from shumoos.accounts.models import Look, Role
from tests.authenticators import asks_again
from tests.conftest import sign_in
from tests.violations.factories import make_establishment, make_licence, make_owner, make_supervisor, warn
from tests.violations.ledgers import append
from violations import bills, objections
from violations.escalation import escalate
from violations.models import BankFile, Case, LedgerEntry, Objection, Occurrence, Proposal, Schedule
from violations.occurrences import record_occurrence
from violations.proposals import ProposalRefused, collect, dismiss

pytestmark = pytest.mark.django_db

D = date.fromisoformat


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-02-10T09:00:00+03:00", tick=False)


def at(name, *args):
    return reverse(f"admin:violations_{name}", args=args)


def signed_in(person):
    client = sign_in(person)
    client.cookies["django_language"] = "en"
    return client


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
def case():
    case = warn(make_licence(), D("2026-01-01"))
    escalate(D("2026-02-01"))
    case.refresh_from_db()
    return case


@pytest.fixture
def establishment():
    return make_establishment(make_licence(), make_owner())


@pytest.fixture
def application(establishment):
    from tests.violations.factories import make_draft

    application = make_draft(establishment.licences.get())
    application.establishment = establishment
    application.save()
    return application


def stale(client):
    session = client.session
    session[fresh.KEY] = 0
    session.save()
    return client


# Opening ---------------------------------------------------------------------------------------------------


def test_a_supervisor_warns_a_licence_of_their_region(desk, supervisor):
    licence = make_licence()
    response = desk.post(at("warn"), {"licence_number": licence.number.lower()})
    case = Case.objects.get()
    assertRedirects(response, at("case_change", case.pk))
    assert (case.licence, case.notices.get().by) == (licence, supervisor)


@pytest.mark.parametrize("city", ["makkah", None])
def test_another_regions_licence_and_none_at_all_are_not_warned(desk, city):
    number = make_licence(city=city).number if city else "L999999"
    response = desk.post(at("warn"), {"licence_number": number})
    assertContains(response, "Your region has no licence with this number.", status_code=422)
    assert not Case.objects.exists()


def test_a_licence_with_a_case_is_not_warned_again(desk, case):
    response = desk.post(at("warn"), {"licence_number": case.licence.number})
    assertContains(response, "No warning was issued.", status_code=422)


def occurrence_of(establishment_, application_, **fields):
    return {
        "establishment": establishment_.number,
        "occurred_on": "1447-08-15",
        "fault": "inaccurate",
        "what": "The owner's mobile is another's",
        "application": application_.shown_reference,
    } | fields


def test_a_supervisor_records_an_occurrence_with_what_it_was_seen_in(
    desk, supervisor, establishment, application
):
    response = desk.post(at("record"), occurrence_of(establishment, application))

    occurrence = Occurrence.objects.get()
    assertRedirects(response, at("case_change", occurrence.case_id))
    assert (occurrence.application, occurrence.fault, occurrence.recorded_by) == (
        application,
        "inaccurate",
        supervisor,
    )
    assert occurrence.occurred_on == D("2026-02-03")
    assert occurrence.correct_by == D("2026-02-20")
    assert occurrence.notice.letter.kind == "warning"


def test_two_supervisors_do_not_record_the_same_fact_twice(desk, establishment, application):
    desk.post(at("record"), occurrence_of(establishment, application))
    colleague = signed_in(make_supervisor())
    response = colleague.post(
        at("record"),
        occurrence_of(establishment, application, what="In other words", occurred_on="2026-02-04"),
    )
    assertContains(response, "This occurrence has already been recorded.", status_code=422)
    assert Occurrence.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"establishment": "1"}, "Your region has no establishment with this number."),
        ({"application": ""}, "Say what it was seen in"),
        ({"application": "26-0000-0000-00"}, "The establishment has nothing with this number."),
        ({"record": "R-1", "application": ""}, "The establishment has nothing with this number."),
        ({"submission": "1", "application": ""}, "The establishment has nothing with this number."),
        ({"occurred_on": "2026-02-11"}, "This day has not come yet."),
        ({"occurred_on": "yesterday"}, "There is no such day."),
        ({"amount": "10"}, "This step is a warning: leave the amount empty."),
    ],
)
def test_what_is_wrong_with_an_occurrence_is_said(desk, establishment, application, fields, sentence):
    response = desk.post(at("record"), occurrence_of(establishment, application, **fields))
    assertContains(response, sentence, status_code=422)
    assertContains(response, "The owner&#x27;s mobile is another&#x27;s", status_code=422)
    assert not Occurrence.objects.exists()


@pytest.mark.parametrize(
    ("amount", "reason", "sentence", "fined"),
    [
        ("2000", "First year", None, 2000),
        ("2000", " ", "Say why the amount is less.", 0),
        ("5000.01", "More", "The fine of this step is at most SAR 5,000.00.", 0),
        ("-1", "Minus", "", 0),
        ("5000", "", None, 5000),
    ],
)
def test_a_supervisor_sets_less_than_the_cap_with_a_reason(
    desk, establishment, application, amount, reason, sentence, fined
):
    desk.post(at("record"), occurrence_of(establishment, application))
    second = occurrence_of(
        establishment, application, fault="incomplete", what="Second", amount=amount, reason=reason
    )
    response = desk.post(at("record"), second)
    if sentence is not None:
        assertContains(response, sentence, status_code=422)
    assert Case.objects.get().fined == fined
    if fined == 2000:
        assert LedgerEntry.objects.get().reason == "First year"


def test_another_regions_establishment_is_not_recorded(application, establishment):
    client = signed_in(make_supervisor("makkah"))
    response = client.post(at("record"), occurrence_of(establishment, application))
    assertContains(response, "Your region has no establishment with this number.", status_code=422)


# Acts on a case --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "posted", "kind", "amount"),
    [
        ("pay", {"amount": "٢٬٠٠٠٫٥٠", "on": "2026-02-09"}, "payment", Decimal("-2000.50")),
        ("reduce", {"amount": "1,000", "reason": "First"}, "reduction", -1000),
        ("waive", {"reason": "Upheld"}, "waiver", -10000),
    ],
)
def test_a_head_acts_on_a_fine(lead, head, case, name, posted, kind, amount):
    assert lead.get(at("act", case.pk, name)).status_code == 200
    assertRedirects(lead.post(at("act", case.pk, name), posted), at("case_change", case.pk))
    entry = LedgerEntry.objects.latest("id")
    assert (entry.kind, entry.amount, entry.by) == (kind, amount, head)


@pytest.mark.parametrize("name", ["reduce", "waive", "refund"])
def test_a_supervisor_neither_reduces_nor_waives_nor_refunds(desk, case, name):
    assert desk.get(at("act", case.pk, name)).status_code == 403
    assert (
        desk.post(at("act", case.pk, name), {"amount": "1", "reason": "x", "reference": "T"}).status_code
        == 403
    )
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize("name", ["reduce", "waive", "refund"])
def test_a_grave_act_asks_for_the_code_again(lead, case, name):
    posted = {"amount": "1", "reason": "x", "reference": "T"}
    assert asks_again(stale(lead).post(at("act", case.pk, name), posted))
    assert LedgerEntry.objects.count() == 1


def test_another_regions_case_is_not_there_for_any_act(case):
    for client in (
        signed_in(make_supervisor("makkah")),
        signed_in(make_supervisor("makkah", role=Role.HEAD)),
    ):
        assert client.post(at("act", case.pk, "pay"), {"amount": "1", "on": "2026-02-09"}).status_code == 404
        assert client.get(at("account", case.account_id)).status_code == 404
        assert client.get(at("notice_letter", case.notices.last().pk)).status_code == 404
    assert LedgerEntry.objects.count() == 1
    assert signed_in(make_supervisor()).get(at("act", case.pk, "steal")).status_code == 404


def test_less_is_set_for_the_next_fine_and_the_sweep_keeps_to_it(desk, supervisor, case):
    assertContains(
        desk.post(at("act", case.pk, "less"), {"amount": "25000", "reason": "x"}),
        "25,000.00",
        status_code=422,
    )
    desk.post(at("act", case.pk, "less"), {"amount": "18000", "reason": "A small shop"})
    assertContains(desk.get(at("case_change", case.pk)), "SAR 18,000.00")

    escalate(D("2026-03-04"))

    entry = LedgerEntry.objects.latest("id")
    assert (entry.kind, entry.amount, entry.reason, entry.by) == ("raise", 8000, "A small shop", supervisor)
    case.refresh_from_db()
    assert (case.fined, case.less_amount, case.less_reason, case.less_by) == (18000, None, "", None)


# Occurrences -----------------------------------------------------------------------------------------------


@pytest.fixture
def recorded(establishment, supervisor):
    return [
        record_occurrence(
            establishment=establishment,
            licence=establishment.licences.get(),
            occurred_on=date(2026, 2, day),
            what=f"Wrong on {day}",
            by=supervisor,
        )
        for day in (1, 2, 3)
    ]


def test_a_head_annuls_an_occurrence_and_takes_the_flags_off(lead, recorded):
    response = lead.post(at("annul", recorded[0].pk), {"reason": "Recorded by mistake"})
    assertRedirects(response, at("case_change", recorded[0].case_id))
    flagged = Occurrence.objects.flagged()
    assert set(flagged) == set(recorded[1:])
    assertContains(lead.get(at("objections")), "Occurrences to look at again")
    lead.post(at("settle", recorded[1].pk))
    assert set(Occurrence.objects.flagged()) == {recorded[2]}
    # The next one counts two before it, and takes the last step.
    assert Case.objects.get().fined == 30_000


def test_a_supervisor_marks_as_corrected_and_does_not_annul(desk, recorded):
    assert desk.post(at("annul", recorded[0].pk), {"reason": "x"}).status_code == 403
    desk.post(at("corrected", recorded[0].pk))
    assert Occurrence.objects.get(pk=recorded[0].pk).corrected_at
    other = signed_in(make_supervisor("makkah"))
    assert other.post(at("corrected", recorded[1].pk)).status_code == 404


# Objections ------------------------------------------------------------------------------------------------


@pytest.fixture
def objection(case):
    owner = make_owner(case.licence.owner_national_id)
    return objections.file(case.notices.last(), text="Not right.", documents=[], by=owner.user)


def test_a_head_decides_on_an_objection(lead, objection):
    assertContains(lead.get(at("objections")), objection.case.licence.number)
    assertContains(lead.get(at("objection", objection.pk)), "Not right.")
    response = lead.post(
        at("objection", objection.pk), {"outcome": "reduced", "reduced_by": "500", "answer": "In part."}
    )
    assertRedirects(response, at("objection", objection.pk))
    objection.refresh_from_db()
    assert (objection.outcome, Case.objects.get().fined) == ("reduced", 9_500)
    assertNotContains(lead.get(at("objections")), objection.case.licence.number)


def test_a_supervisor_reads_an_objection_and_does_not_decide(desk, objection):
    assertNotContains(desk.get(at("objection", objection.pk)), "Issue the decision")
    desk.post(at("objection", objection.pk), {"outcome": "annulled", "answer": "x"})
    assert Objection.objects.get().outcome == ""
    # Both answers showed it.
    assert Look.objects.filter(action="objection").count() == 2


def test_a_decision_asks_for_the_code_again_and_another_region_has_none(lead, objection):
    assert asks_again(stale(lead).post(at("objection", objection.pk), {"outcome": "upheld", "answer": "x"}))
    other = signed_in(make_supervisor("makkah", role=Role.HEAD))
    assert other.get(at("objection", objection.pk)).status_code == 404
    assert Objection.objects.get().outcome == ""


def test_the_letter_of_a_decision_is_for_its_own_region(lead, objection, transactional_db):
    lead.post(at("objection", objection.pk), {"outcome": "upheld", "answer": "x"})
    assert lead.get(at("decision_letter", objection.pk))["Content-Type"] == "application/pdf"
    other = signed_in(make_supervisor("makkah", role=Role.HEAD))
    assert other.get(at("decision_letter", objection.pk)).status_code == 404


# Proposals -------------------------------------------------------------------------------------------------


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

    response = desk.post(at("take_up", proposal.pk), {"occurred_on": "2026-02-03", "what": "Two days"})

    occurrence = Occurrence.objects.get()
    assertRedirects(response, at("case_change", occurrence.case_id))
    proposal.refresh_from_db()
    assert (proposal.occurrence, occurrence.fault) == (occurrence, "not_sent")
    assertNotContains(desk.get(at("proposals")), proposal.establishment.number)


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
    desk.post(at("take_up", proposal.pk), {"occurred_on": "2026-02-03", "what": "Two days"})
    assert not Occurrence.objects.exists()


def test_proposals_are_made_of_refused_records_once(establishment):
    from tests.violations.proposing import refused_record

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


# The bank's file -------------------------------------------------------------------------------------------


def bank_file(case):
    content = (
        f"bank_reference,bill_number,amount,paid_on\nSB1,{bills.number(case.pk)},4000,2026-02-05\nSB2,1,5,x\n"
    )
    return SimpleUploadedFile("bank.csv", content.encode(), "text/csv")


def test_a_head_reads_a_bank_file_and_its_report(lead, case):
    response = lead.post(at("bank"), {"file": bank_file(case)})
    file = BankFile.objects.get()
    assertRedirects(response, at("bank_report", file.pk))
    report = lead.get(at("bank_report", file.pk))
    assertContains(report, "Entered, less than is owed")
    assertContains(report, "SAR 6,000.00")
    assertContains(report, "No day, or one to come")
    other = signed_in(make_supervisor(role=Role.HEAD))
    assert other.get(at("bank_report", file.pk)).status_code == 404


def test_what_is_no_bank_file_is_refused_and_supervisors_read_none(lead, desk, case):
    response = lead.post(at("bank"), {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})
    assertContains(response, "The first line lacks these columns", status_code=422)
    assert desk.post(at("bank"), {"file": bank_file(case)}).status_code == 403
    assert LedgerEntry.objects.count() == 1


# Sums and accounts -----------------------------------------------------------------------------------------


def test_the_ledger_in_sums_is_the_offices_own(lead, case):
    warn(make_licence(city="makkah"), D("2026-01-01"))
    escalate(D("2026-02-02"))
    page = lead.get(at("sums"))
    assertContains(page, "SAR 10,000.00")
    assertNotContains(page, "20,000")
    assert page.content.decode().count('<svg class="chart"') == 3
    months = lead.get(at("sums_csv", "months")).content.decode()
    assert "February 2026,10000.00,0.00,0.00,10000.00" in months
    assert lead.get(at("sums_csv", "nothing")).status_code == 404
    assert signed_in(make_supervisor("makkah")).get(at("sums")).status_code == 200


def test_a_bar_s_pieces_are_what_became_of_the_fine(lead, case):
    append(case, "payment", Decimal(-2500), on=D("2026-02-03"))
    page = lead.get(at("sums"))
    offices = next(one.chart for one in page.context["totals"].sections if one.name == "offices")
    assert [mark.width for mark in offices.bars] == ["25.00%", "75.00%"]
    assert offices.words[-1].text == "10,000"


def test_sums_of_days_that_make_no_period_are_refused(lead):
    response = lead.get(at("sums"), {"first": "2026-02-02", "last": "2026-02-01"})
    assertContains(response, "The last day comes before the first.", status_code=422)


def test_an_account_is_read_on_the_offices_pages_too(desk, case):
    assertContains(desk.get(at("account", case.account_id)), "SAR 10,000.00")
    assert desk.get(at("account_csv", case.account_id)).status_code == 200
    assert desk.get(at("account_pdf", case.account_id)).content.startswith(b"%PDF")
    assert Look.objects.filter(action__startswith="account").count() == 3


# Schedules -------------------------------------------------------------------------------------------------


def schedule_of(form, **fields):
    data = {"valid_from": "2026-03-01", "warns_by_sweep": "on"}
    for name in ("objection_days", "payment_days"):
        data[name] = form.initial[name]
    for step in form.steps:
        for name, value in step.initial.items():
            data[f"{step.prefix}-{name}"] = "" if value is None else value
    return data | fields


def test_a_head_adds_a_schedule_that_holds_for_new_cases_only(lead, case):
    form = lead.get(at("add_schedule", "not_subscribed")).context["form"]
    data = schedule_of(form, **{"step2-cap": "8000", "objection_days": "15"})

    response = lead.post(at("add_schedule", "not_subscribed"), data)

    added = Schedule.objects.latest("id")
    assertRedirects(response, at("schedule_change", added.pk))
    assert (added.objection_days, added.steps.get(position=2).cap) == (15, 8000)
    assert added.steps.get(position=1).notice_ar == form.steps[0].initial["notice_ar"]
    case.refresh_from_db()
    assert case.schedule != added
    assert Schedule.objects.in_force("not_subscribed", D("2026-03-01")) == added


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"valid_from": "2026-02-09"}, "nothing is changed back"),
        ({"step1-days": ""}, "enter the days until the next step"),
        ({"step1-cap": "5", "step1-basis": "add"}, "this step has no fine"),
        ({"step2-basis": "none", "step2-cap": "0"}, "say whether the fine is added or raised"),
        ({"step2-cap": "0"}, "a fine has a cap"),
        ({"step3-notice_en": ""}, "This field is required"),
    ],
)
def test_a_schedule_that_no_case_could_go_by_is_refused(lead, fields, sentence):
    form = lead.get(at("add_schedule", "not_subscribed")).context["form"]
    response = lead.post(at("add_schedule", "not_subscribed"), schedule_of(form, **fields))
    assertContains(response, sentence, status_code=422)
    assert Schedule.objects.count() == 2


def test_supervisors_add_no_schedule(desk):
    assert desk.get(at("add_schedule", "not_subscribed")).status_code == 403
