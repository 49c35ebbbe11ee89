"""What supervisors and heads do on their pages: within their region, with their own rights, and on record."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from shumoos.accounts import fresh
from shumoos.accounts.models import Look, Role, User
from tests.authenticators import asks_again
from tests.factories import jpeg
from tests.violations.factories import make_licence, make_owner, make_supervisor
from tests.violations.office import at, bank_file, confirmed, signed_in
from tests.violations.proposing import refused_record
from violations import objections
from violations.clock import clocks
from violations.escalation import escalate
from violations.models import Case, LedgerEntry, Objection, Occurrence, Proposal
from violations.occurrences import record_occurrence

pytestmark = pytest.mark.django_db

D = date.fromisoformat


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-02-10T09:00:00+03:00", tick=False)


def stale(client):
    session = client.session
    session[fresh.KEY] = 0
    session.save()
    return client


# Opening ---------------------------------------------------------------------------------------------------


def test_a_supervisor_warns_a_licence_of_their_region(desk, supervisor):
    licence = make_licence()
    response = confirmed(desk, at("warn"), {"licence_number": licence.number.lower()})
    case = Case.objects.get()
    assertRedirects(response, at("case_change", case.pk))
    assert (case.licence, case.notices.get().by) == (licence, supervisor)


@pytest.mark.parametrize("city", ["makkah", None])
def test_another_regions_licence_and_none_at_all_are_not_warned(desk, city):
    number = make_licence(city=city).number if city else "L999999"
    response = confirmed(desk, at("warn"), {"licence_number": number})
    assertContains(response, "Your region has no licence with this number.", status_code=422)
    assert not Case.objects.exists()


def test_a_licence_with_a_case_is_not_warned_again(desk, case):
    response = confirmed(desk, at("warn"), {"licence_number": case.licence.number})
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
    response = confirmed(desk, at("record"), occurrence_of(establishment, application))

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


@pytest.mark.parametrize("name", ["record", "submission"])
def test_a_guest_record_or_a_receipt_is_attached(desk, establishment, application, name):
    record = refused_record(establishment)
    typed = {"record": record.client_reference, "submission": record.submission.receipt}[name]
    posted = occurrence_of(establishment, application, application="", **{name: typed})

    confirmed(desk, at("record"), posted)

    occurrence = Occurrence.objects.get()
    assert getattr(occurrence, name) == {"record": record, "submission": record.submission}[name]
    assertContains(desk.get(at("case_change", occurrence.case_id)), str(getattr(occurrence, name)))
    response = confirmed(desk, at("record"), posted | {"what": "In other words"})
    assertContains(response, "This occurrence has already been recorded.", status_code=422)


def test_two_supervisors_do_not_record_the_same_fact_twice(desk, establishment, application):
    confirmed(desk, at("record"), occurrence_of(establishment, application))
    colleague = signed_in(make_supervisor())
    response = confirmed(
        colleague,
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
    response = confirmed(desk, at("record"), occurrence_of(establishment, application, **fields))
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
    confirmed(desk, at("record"), occurrence_of(establishment, application))
    second = occurrence_of(
        establishment, application, fault="incomplete", what="Second", amount=amount, reason=reason
    )
    response = confirmed(desk, at("record"), second)
    if sentence is not None:
        assertContains(response, sentence, status_code=422)
    assert Case.objects.get().fined == fined
    if fined == 2000:
        assert LedgerEntry.objects.get().reason == "First year"


def test_another_regions_establishment_is_not_recorded(application, establishment):
    client = signed_in(make_supervisor("makkah"))
    response = confirmed(client, at("record"), occurrence_of(establishment, application))
    assertContains(response, "Your region has no establishment with this number.", status_code=422)


# Acts on a case --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "posted", "kind", "amount", "left"),
    [
        ("pay", {"amount": "٢٬٠٠٠٫٥٠", "on": "2026-02-09"}, "payment", Decimal("-2000.50"), "7,999.50"),
        ("reduce", {"amount": "1,000", "reason": "First"}, "reduction", -1000, "9,000.00"),
        ("waive", {"reason": "Upheld"}, "waiver", -10000, ""),
    ],
)
def test_a_head_acts_on_a_fine_and_reads_what_is_left(lead, head, case, name, posted, kind, amount, left):
    assert lead.get(at("act", case.pk, name)).status_code == 200
    done = lead.post(at("act", case.pk, name), posted, follow=True)
    assertRedirects(done, at("case_change", case.pk))
    assertContains(done, f"Still owed on the case: SAR {left}." if left else "Nothing is owed on the case.")
    entry = LedgerEntry.objects.latest("id")
    assert (entry.kind, entry.amount, entry.by) == (kind, amount, head)


def test_a_head_enters_what_was_paid_back(lead, head, case):
    lead.post(at("bank"), {"file": bank_file(case, amount=12_000)})
    assertContains(lead.get(at("case_change", case.pk)), "Enter a refund")
    posted = {"amount": "2000.01", "reference": "T-1", "reason": "Paid twice"}
    assertContains(lead.post(at("act", case.pk, "refund"), posted), "SAR 2,000.00", status_code=422)

    lead.post(at("act", case.pk, "refund"), posted | {"amount": "2000"})

    entry = LedgerEntry.objects.latest("id")
    assert (entry.kind, entry.amount, entry.by, entry.reference) == ("refund", 2000, head, "T-1")
    assertNotContains(lead.get(at("case_change", case.pk)), "Enter a refund")


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


@pytest.mark.parametrize("amount", ["0", "10000", "25000"])
def test_less_is_below_the_cap_and_beyond_what_is_fined_already(desk, case, amount):
    response = desk.post(at("act", case.pk, "less"), {"amount": amount, "reason": "A small shop"})
    assert response.status_code == 422
    case.refresh_from_db()
    assert case.less_amount is None


def test_no_next_fine_is_set_where_occurrences_are_fined(desk, recorded):
    case = recorded[0].case
    response = desk.post(at("act", case.pk, "less"), {"amount": "100", "reason": "A small shop"})
    assertContains(response, "No fine follows in this case.", status_code=422)


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


def test_an_owner_without_an_account_objects_at_the_desk(desk, supervisor, case):
    assert not User.objects.filter(role=Role.OWNER).exists()
    notice = case.notices.last()
    assertContains(desk.get(at("object_at_desk", notice.pk)), case.licence.number)
    assert Look.objects.filter(action="view case", by=supervisor).count() == 1
    assertContains(desk.get(at("case_change", case.pk)), at("object_at_desk", notice.pk))

    brought = SimpleUploadedFile("letter.jpg", jpeg(), "image/jpeg")
    sent = {"text": "The licence was returned.", "document_1": brought}
    response = desk.post(at("object_at_desk", notice.pk), sent)

    objection = Objection.objects.get()
    assertRedirects(response, at("objection", objection.pk))
    assert (objection.notice, objection.text, objection.filed_by) == (notice, sent["text"], supervisor)
    assert objection.documents.count() == 1
    assert clocks([case], D("2026-02-20"))[case.pk].is_paused
    # The second time leads to the first.
    assertRedirects(desk.get(at("object_at_desk", notice.pk)), at("objection", objection.pk))
    assertNotContains(desk.get(at("case_change", case.pk)), at("object_at_desk", notice.pk))


def test_what_is_wrong_with_an_objection_at_the_desk_is_said(desk, supervisor, case, time_machine):
    notice = case.notices.last()
    empty = desk.post(at("object_at_desk", notice.pk), {"text": " "})
    assertContains(empty, "This field is required.", status_code=422)

    time_machine.move_to("2026-04-10T09:00:00+03:00", tick=False)
    desk = signed_in(supervisor)
    late = desk.post(at("object_at_desk", notice.pk), {"text": "Too late."})
    assertContains(late, "The last day to object to this notice has passed.", status_code=422)
    assertNotContains(desk.get(at("case_change", case.pk)), at("object_at_desk", notice.pk))
    assert not Objection.objects.exists()


def test_another_regions_notice_takes_no_objection_and_an_auditor_files_none(auditor, case):
    notice = case.notices.last()
    other = signed_in(make_supervisor("makkah"))
    for person, status in ((other, 404), (auditor, 403)):
        assert person.post(at("object_at_desk", notice.pk), {"text": "x"}).status_code == status
    assert not Objection.objects.exists()


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


@pytest.mark.parametrize("outcome", ["upheld", "annulled"])
def test_an_amount_beside_another_decision_than_a_reduction_is_refused(lead, objection, outcome):
    sent = {"outcome": outcome, "reduced_by": "500", "answer": "No."}
    answer = lead.post(at("objection", objection.pk), sent)
    assertContains(answer, "An amount goes with a reduction only", status_code=422)
    assert (Objection.objects.get().outcome, Case.objects.get().fined) == ("", 10_000)


def test_objections_name_their_establishment_and_are_listed_once_decided(lead, head, objection):
    name = objection.case.licence.name_en
    assertContains(lead.get(at("objections")), name)
    assertContains(lead.get(at("objection", objection.pk)), name)
    assertNotContains(lead.get(at("objections"), {"decided": "1"}), name)

    objections.decide(objection, "upheld", answer="No.", by=head)

    assertNotContains(lead.get(at("objections")), name)
    decided = lead.get(at("objections"), {"decided": "1"})
    assertContains(decided, name)
    assertContains(decided, "The notice stands")


def test_a_heads_first_page_counts_what_waits(lead, desk, objection, establishment):
    queue = reverse("admin:activation_queue")
    Proposal.objects.create(
        establishment=establishment,
        source="missing_days",
        key="lodging:2026-02-03",
        record_kind="lodging",
        first_on=D("2026-02-03"),
        last_on=D("2026-02-03"),
    )

    assertContains(lead.get(queue), "1 objection waits for your decision")
    assertContains(lead.get(queue), "1 proposal of the system waits to be looked at")
    # Supervisors do not decide.
    assertNotContains(desk.get(queue), "for your decision")
    assertContains(desk.get(queue), "1 proposal of the system waits to be looked at")
    other = signed_in(make_supervisor("makkah", role=Role.HEAD))
    assertNotContains(other.get(queue), "waits")


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
