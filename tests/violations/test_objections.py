"""Objections: filed in time, decided by another, and what follows from each decision."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from registration.documents import CleanFile
from registration.models import Licence, Owner, ScanState
from shumoos.accounts.models import Role
from shumoos.letters.models import Letter
from shumoos.sms import kinds
from shumoos.sms.bodies import write
from shumoos.sms.models import TextMessage
from tests.factories import clean_jpeg
from tests.races import at_once
from tests.violations.factories import make_establishment, make_licence, make_owner, make_supervisor, warn
from violations import objections, occurrences
from violations.clock import clocks
from violations.escalation import escalate
from violations.ledger import AmountRefused
from violations.ledger_check import first_break
from violations.models import Case, LedgerEntry, Notice, Objection, Schedule
from violations.objections import ObjectionRefused
from violations.occurrences import record_occurrence
from violations.standing import NoticeStanding

pytestmark = pytest.mark.django_db

D = date.fromisoformat


@pytest.fixture
def on(time_machine):
    def on(day):
        time_machine.move_to(f"{day}T10:00:00+03:00", tick=False)

    return on


@pytest.fixture
def owner():
    return make_owner(language="en")


@pytest.fixture
def head():
    return make_supervisor(role=Role.HEAD)


@pytest.fixture
def case(owner, on):
    on("2026-02-01")
    licence = make_licence(owner_national_id=owner.national_id)
    case = warn(licence, D("2026-01-01"))
    escalate(D("2026-02-01"))
    case.refresh_from_db()
    return case


def file(notice, owner, text="The licence was returned.", documents=()):
    return objections.file(notice, text=text, documents=documents, by=owner.user)


def latest(case):
    return case.notices.latest("id")


def test_an_objection_is_filed_with_its_documents(case, owner):
    objection = file(latest(case), owner, documents=[clean_jpeg(), clean_jpeg("red"), clean_jpeg()])

    assert (objection.filed_on, objection.filed_by, objection.outcome) == (D("2026-02-01"), owner.user, "")
    assert objection.documents.count() == 2
    with objection.documents.first().file.open() as kept:
        assert kept.read() == clean_jpeg().content


def test_the_last_day_to_object_counts_and_the_day_after_is_too_late(case, owner, on):
    on("2026-03-04")
    with pytest.raises(ObjectionRefused):
        file(latest(case), owner)
    assert not Objection.objects.exists()
    on("2026-03-03")
    file(latest(case), owner)


def test_the_days_to_object_are_data(owner, on):
    Schedule.objects.filter(kind="not_subscribed").update(objection_days=5)
    on("2026-01-07")
    case = warn(make_licence(owner_national_id=owner.national_id), D("2026-01-01"))
    with pytest.raises(ObjectionRefused):
        file(latest(case), owner)


def test_a_notice_is_objected_to_once(case, owner):
    file(latest(case), owner)
    with pytest.raises(ObjectionRefused):
        file(latest(case), owner)
    assert Objection.objects.count() == 1


@pytest.mark.parametrize("text", ["", "  ", "x" * 5001])
def test_an_objection_says_something_of_readable_length(case, owner, text):
    with pytest.raises(ValidationError):
        file(latest(case), owner, text=text)
    assert not Objection.objects.exists()


def test_what_could_not_be_scanned_is_not_taken(case, owner):
    waiting = CleanFile(b"x", "image/jpeg", "1" * 64, 1, scan_state=ScanState.WAITING, original=b"y")
    with pytest.raises(ValidationError):
        file(latest(case), owner, documents=[waiting])
    assert not Objection.objects.exists()


# The clock -------------------------------------------------------------------------------------------------


def test_the_clock_and_the_payment_term_stand_still_while_it_is_open(case, owner, head, on):
    on("2026-02-11")
    objection = file(latest(case), owner)
    notice = Notice.objects.select_related("objection", "case__schedule").get(pk=objection.notice_id)

    assert escalate(D("2026-06-01")).fined == 0
    case.refresh_from_db()
    assert (case.due_on, case.days_left) == (None, 20)
    assert clocks([case], D("2026-06-01"))[case.pk].is_paused
    told = NoticeStanding(notice, notice.case, D("2026-06-01"))
    assert NoticeStanding(notice, notice.case, D("2026-02-11")).pay_by == D("2026-03-03")
    assert told.is_stopped
    assert told.pay_by == D("2026-03-03") + (D("2026-06-01") - D("2026-02-11"))

    on("2026-06-01")
    objections.decide(objection, "upheld", answer="It was not returned.", by=head)
    assert escalate(D("2026-06-21")).fined == 0
    assert escalate(D("2026-06-22")).fined == 1


def test_an_application_and_an_objection_at_once_stop_it_once(case, owner, head, on):
    from tests.violations.factories import reject, submit

    on("2026-02-11")
    objection = file(latest(case), owner)
    application = submit(case.licence, D("2026-02-15"))
    on("2026-02-20")
    objections.decide(objection, "upheld", answer="No.", by=head)
    reject(application, D("2026-02-25"))

    # From 11 to 25 February: 14 days.
    assert clocks([case], D("2026-03-01"))[case.pk].due_on == D("2026-03-17")


def test_the_days_to_pay_are_data(owner):
    Schedule.objects.filter(kind="not_subscribed").update(payment_days=12)
    case = warn(make_licence(owner_national_id=owner.national_id), D("2026-01-01"))
    escalate(D("2026-02-01"))
    warning, fine = case.notices.select_related("case__schedule").order_by("id")
    assert NoticeStanding(warning, warning.case, D("2026-02-01")).pay_by is None
    assert NoticeStanding(fine, fine.case, D("2026-02-01")).pay_by == D("2026-02-13")


# Decisions -------------------------------------------------------------------------------------------------


def body():
    """What the owner reads of the decision."""
    text = TextMessage.objects.get(kind="objection_decided")
    return write(text, kinds.get(text.kind))


def rests_on_the_decision(entry, objection, *, fined):
    """The entry's document is the decision's letter, and that says the fine as it then is."""
    objection.refresh_from_db()
    assert entry.letter == objection.letter
    rows = {row[2]: row[3] for row in objection.letter.content["rows"]}
    assert rows["Fine of the case in all"] == fined
    assert Letter.objects.filter(kind__in=["decision", "relief"]).count() == 1


def test_upheld_the_notice_stands_and_the_owner_is_told_by_text_and_letter(case, owner, head):
    objection = file(latest(case), owner)
    objections.decide(objection, "upheld", answer="It was not returned.", by=head)

    objection.refresh_from_db()
    assert (objection.outcome, objection.decided_by) == ("upheld", head)
    assert LedgerEntry.objects.count() == 1
    letter = objection.letter
    assert (letter.kind, letter.series) == ("decision", "RUH")
    rows = {row[2]: (row[1], row[3]) for row in letter.content["rows"]}
    assert rows["Decision"][1] == "The objection is dismissed and the notice stands."
    assert rows["Reason"][0] == "It was not returned."
    text = TextMessage.objects.get(kind="objection_decided")
    assert (text.to, text.about) == (owner.mobile, objection)
    assert body() == (
        f"Shumoos: your objection, licence {case.licence.number}, is dismissed. The notice stands."
    )


@pytest.mark.parametrize("has_account", [True, False])
def test_what_was_objected_at_the_desk_is_decided_for_the_owner(case, owner, head, has_account):
    if not has_account:
        Owner.objects.filter(pk=owner.pk).delete()
    at_the_desk = make_supervisor()
    objection = objections.file(latest(case), text="In their words.", documents=[], by=at_the_desk)

    objections.decide(objection, "upheld", answer="No.", by=head)

    text = TextMessage.objects.get(kind="objection_decided")
    expected = (owner.mobile, "en") if has_account else (case.licence.owner_mobile, "ar")
    assert (text.to, text.language) == expected


def test_where_no_mobile_is_known_it_is_decided_without_a_text(case, owner, head):
    Owner.objects.filter(pk=owner.pk).delete()
    Licence.objects.filter(pk=case.licence_id).update(owner_mobile="")
    objection = objections.file(latest(case), text="In their words.", documents=[], by=make_supervisor())

    objections.decide(objection, "upheld", answer="No.", by=head)

    objection.refresh_from_db()
    assert (objection.outcome, objection.letter.kind) == ("upheld", "decision")
    assert not TextMessage.objects.filter(kind="objection_decided").exists()


def test_reduced_that_much_is_taken_off(case, owner, head):
    objection = file(latest(case), owner)
    objections.decide(objection, "reduced", answer="First time.", by=head, reduced_by=Decimal("2500.50"))

    case.refresh_from_db()
    assert case.fined == Decimal("7499.50")
    entry = LedgerEntry.objects.latest("id")
    assert (entry.kind, entry.amount, entry.reason) == ("reduction", Decimal("-2500.50"), "First time.")
    rests_on_the_decision(entry, objection, fined="SAR 7,499.50")
    assert body() == (
        f"Shumoos: on your objection, licence {case.licence.number}, the fine is reduced by SAR 2,500.50."
    )
    assert first_break() is None


@pytest.mark.parametrize("amount", [None, Decimal(0), Decimal(10_000), Decimal(10_001)])
def test_a_reduction_is_less_than_the_notices_fine(case, owner, head, amount):
    objection = file(latest(case), owner)
    with pytest.raises((AmountRefused, ValidationError)):
        objections.decide(objection, "reduced", answer="First time.", by=head, reduced_by=amount)
    objection.refresh_from_db()
    assert (objection.outcome, LedgerEntry.objects.count()) == ("", 1)
    assert not Letter.objects.filter(kind="decision").exists()


def test_an_annulled_fine_is_waived_and_the_case_goes_on(case, owner, head):
    objection = file(latest(case), owner)
    objections.decide(objection, "annulled", answer="A mistake of ours.", by=head)

    case.refresh_from_db()
    assert (case.fined, case.closed_on, case.stage) == (0, None, "fined_first")
    assert (latest(case).annulled_on, latest(case).letter.status) == (D("2026-02-01"), "revoked")
    rests_on_the_decision(LedgerEntry.objects.get(kind="waiver"), objection, fined="SAR 0.00")
    assert body() == f"Shumoos: on your objection, licence {case.licence.number}, the notice is annulled."
    escalate(D("2026-03-04"))
    case.refresh_from_db()
    assert (case.stage, case.fined) == ("fined_raised", 25_000)


def test_an_annulled_warning_ends_the_case_and_waives_its_fines(case, owner, head, on):
    on("2026-01-20")
    objection = file(case.notices.get(stage="warned"), owner)
    on("2026-02-02")
    objections.decide(objection, "annulled", answer="It was subscribed.", by=head)

    case.refresh_from_db()
    assert (case.stage, case.closed_on, case.fined) == ("annulled", D("2026-02-02"), 0)
    rests_on_the_decision(LedgerEntry.objects.get(kind="waiver"), objection, fined="SAR 0.00")
    assert escalate(D("2026-05-01")).fined == 0


def test_an_annulled_order_ends_the_case_and_is_lifted(case, owner, head, on):
    escalate(D("2026-03-04"))
    on("2026-04-04")
    escalate(D("2026-04-04"))
    order = latest(case)
    assert order.stage == "suspended"
    objection = file(order, owner)
    objections.decide(objection, "annulled", answer="The term had not passed.", by=head)

    order.refresh_from_db()
    case.refresh_from_db()
    assert (case.stage, order.lifted_on, case.fined) == ("annulled", D("2026-04-04"), 25_000)
    assert order.lifting_letter.kind == "lifting"
    assert (order.letter.status, order.letter.replaced_by) == ("superseded", order.lifting_letter)


def test_an_annulled_occurrence_does_not_count_and_later_ones_are_flagged(owner, head, on):
    on("2026-03-20")
    licence = make_licence()
    establishment = make_establishment(licence, owner)
    supervisor = make_supervisor()
    recorded = [
        record_occurrence(
            establishment=establishment,
            licence=licence,
            occurred_on=date(2026, 3, day),
            what=f"No {day}",
            by=supervisor,
        )
        for day in (1, 2, 3)
    ]
    objection = file(recorded[1].notice, owner)
    objections.decide(objection, "annulled", answer="The record was right.", by=head)

    for occurrence in recorded:
        occurrence.refresh_from_db()
    assert [bool(occurrence.annulled_at) for occurrence in recorded] == [False, True, False]
    assert [bool(occurrence.flagged_at) for occurrence in recorded] == [False, False, True]
    case = Case.objects.get()
    assert (case.fined, case.cap) == (25_000, 30_000)
    assert [notice.amount for notice in case.notices.order_by("id")] == [0, 5_000, 25_000]
    rests_on_the_decision(LedgerEntry.objects.get(kind="waiver"), objection, fined="SAR 25,000.00")
    assert first_break() is None
    letters = [recorded_.notice.letter for recorded_ in recorded]
    for letter in letters:
        letter.refresh_from_db()
    assert [letter.status for letter in letters] == ["valid", "revoked", "valid"]
    # The decision says so already.
    assert not TextMessage.objects.filter(kind="notice_annulled").exists()


def test_the_same_decision_again_changes_nothing_and_another_is_refused(case, owner, head):
    objection = file(latest(case), owner)
    objections.decide(objection, "upheld", answer="No.", by=head)
    objections.decide(objection, "upheld", answer="No.", by=head)
    with pytest.raises(ObjectionRefused):
        objections.decide(objection, "annulled", answer="Yes.", by=head)
    assert TextMessage.objects.filter(kind="objection_decided").count() == 1
    assert Letter.objects.filter(kind="decision").count() == 1


def test_whoever_has_issued_the_notice_does_not_decide(owner, head, on):
    on("2026-03-20")
    licence = make_licence()
    occurrence = record_occurrence(
        establishment=make_establishment(licence, owner),
        licence=licence,
        occurred_on=D("2026-03-01"),
        what="Wrong",
        by=head,
    )
    objection = file(occurrence.notice, owner)
    with pytest.raises(ObjectionRefused):
        objections.decide(objection, "annulled", answer="Mine.", by=head)
    objection.refresh_from_db()
    objection.outcome, objection.answer = "upheld", "Mine."
    objection.decided_by, objection.decided_on = head, D("2026-03-20")
    with pytest.raises(IntegrityError, match="objection_decided_by_another"), transaction.atomic():
        objection.save()
    objections.decide(objection, "upheld", answer="No.", by=make_supervisor(role=Role.HEAD))


@pytest.mark.parametrize("decider", ["a supervisor", "another office's head", "the owner"])
def test_only_the_head_of_the_office_decides(case, owner, decider):
    objection = file(latest(case), owner)
    by = {
        "a supervisor": make_supervisor,
        "another office's head": lambda: make_supervisor("makkah", role=Role.HEAD),
        "the owner": lambda: owner.user,
    }[decider]()
    with pytest.raises(ObjectionRefused):
        objections.decide(objection, "annulled", answer="Yes.", by=by)
    objection.refresh_from_db()
    assert (objection.outcome, LedgerEntry.objects.count()) == ("", 1)


@pytest.mark.parametrize("outcome", ["upheld", "reduced"])
def test_a_notice_that_was_annulled_meanwhile_neither_stands_nor_is_reduced(owner, head, on, outcome):
    on("2026-03-20")
    licence = make_licence()
    establishment = make_establishment(licence, owner)
    recorded = [
        record_occurrence(
            establishment=establishment,
            licence=licence,
            occurred_on=date(2026, 3, day),
            what=f"No {day}",
            by=make_supervisor(),
        )
        for day in (1, 2, 3)
    ]
    objection = file(recorded[1].notice, owner)
    occurrences.annul(recorded[1], by=head, reason="By mistake.")
    case = Case.objects.get()

    with pytest.raises(ObjectionRefused):
        objections.decide(objection, outcome, answer="No.", by=head, reduced_by=Decimal(1))
    objections.decide(objection, "annulled", answer="It was.", by=head)

    case.refresh_from_db()
    objection.refresh_from_db()
    assert (case.fined, LedgerEntry.objects.filter(kind="waiver").count()) == (25_000, 1)
    rows = {row[2]: row[3] for row in objection.letter.content["rows"]}
    assert rows["Fine of the case in all"] == "SAR 25,000.00"


def test_a_decision_has_a_reason(case, owner, head):
    objection = file(latest(case), owner)
    with pytest.raises(ValidationError):
        objections.decide(objection, "upheld", answer="  ", by=head)


@pytest.mark.django_db(transaction=True)
def test_two_heads_at_once_decide_once(on, time_machine):
    time_machine.stop()
    owner = make_owner()
    case = warn(make_licence(owner_national_id=owner.national_id), date.today())
    objection = file(latest(case), owner)
    heads = [make_supervisor(role=Role.HEAD) for _number in range(2)]

    outcomes = at_once(
        lambda: objections.decide(objection, "upheld", answer="No.", by=heads[0]),
        lambda: objections.decide(objection, "annulled", answer="Yes.", by=heads[1]),
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "ObjectionRefused"]
    assert Letter.objects.filter(kind="decision").count() == 1
