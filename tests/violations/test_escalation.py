"""The sweep: who moves, what is written, and that repeating it changes nothing."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from registration.models import Licence
from shumoos.sms.models import TextMessage
from tests.violations.factories import (
    make_establishment,
    make_licence,
    make_owner,
    make_supervisor,
    move,
    reject,
    submit,
    subscribe,
    warn,
)
from tests.violations.written import everything
from violations import statements
from violations.escalation import comply, escalate
from violations.ledger import reduce
from violations.models import LedgerEntry, Schedule

D = date.fromisoformat

pytestmark = pytest.mark.django_db


# Steps ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("warned_on", "last_day", "first_day_after"),
    [
        ("2026-01-01", "2026-01-31", "2026-02-01"),
        ("2026-01-31", "2026-03-02", "2026-03-03"),
        ("2028-01-31", "2028-03-01", "2028-03-02"),
        ("2028-02-29", "2028-03-30", "2028-03-31"),
        ("2026-12-15", "2027-01-14", "2027-01-15"),
    ],
)
def test_the_last_day_counts_in_full(warned_on, last_day, first_day_after):
    licence = make_licence()
    warn(licence, D(warned_on))

    assert escalate(D(last_day)).fined == 0
    assert escalate(D(first_day_after)).fined == 1


def test_a_step_writes_notice_entry_and_text():
    licence = make_licence()
    case = warn(licence, D("2026-01-01"))

    report = escalate(D("2026-02-01"))

    assert report.as_json()["cases"] == [
        {
            "licence_number": licence.number,
            "from": "warned",
            "to": "fined_first",
            "amount": "10000.00",
            "due_on": "2026-03-03",
        }
    ]
    notice = case.notices.get(stage="fined_first")
    assert (notice.issued_on, notice.due_on, notice.amount) == (D("2026-02-01"), D("2026-03-03"), 10_000)
    entry = LedgerEntry.objects.get()
    assert (entry.licence, entry.case, entry.notice) == (licence, case, notice)
    assert (entry.kind, entry.amount, entry.cap, entry.on) == ("assessment", 10_000, 10_000, D("2026-02-01"))
    text = TextMessage.objects.get()
    assert (text.kind, text.to, text.language, text.about) == (
        "violation_notice",
        licence.owner_mobile,
        "ar",
        notice,
    )
    case.refresh_from_db()
    assert (case.fined, case.cap) == (10_000, 10_000)


def test_the_text_goes_to_the_mobile_and_in_the_language_of_the_owners_account():
    licence = make_licence()
    owner = make_owner(licence.owner_national_id, language="en")
    warn(licence, D("2026-01-01"))

    escalate(D("2026-02-01"))

    text = TextMessage.objects.get()
    assert (text.to, text.language) == (owner.mobile, "en")


def test_a_late_sweep_skips_no_notice_and_the_next_term_runs_from_it():
    case = warn(make_licence(), D("2026-01-01"))

    for on in ["2026-12-01", "2026-12-31", "2027-01-01", "2027-02-01"]:
        escalate(D(on))

    assert list(case.notices.values_list("stage", "issued_on")) == [
        ("warned", D("2026-01-01")),
        ("fined_first", D("2026-12-01")),
        ("fined_raised", D("2027-01-01")),
        ("suspended", D("2027-02-01")),
    ]


def test_after_a_reduction_the_second_fine_raises_to_the_same_total():
    case = warn(make_licence(), D("2026-01-01"))
    escalate(D("2026-02-01"))
    reduce(case, Decimal(4000), on=D("2026-02-02"), by=make_supervisor(), reason="First offence.")

    escalate(D("2026-03-04"))

    assert list(case.entries.values_list("kind", "amount")) == [
        ("assessment", 10_000),
        ("reduction", -4_000),
        ("raise", 19_000),
    ]
    case.refresh_from_db()
    assert case.fined == 25_000


def test_a_case_keeps_the_schedule_it_was_opened_under():
    case = warn(make_licence(), D("2026-01-01"))
    newer = Schedule.objects.create(kind="not_subscribed", valid_from=D("2026-01-15"))
    newer.steps.create(position=1, stage="warned", days=5)
    newer.steps.create(position=2, stage="fined_first", days=5, cap=500, basis="add")

    escalate(D("2026-02-01"))

    case.refresh_from_db()
    assert (case.stage, case.fined) == ("fined_first", 10_000)


def suspended_case():
    case = warn(make_licence(), D("2025-10-01"))
    for on in ["2025-11-01", "2025-12-02", "2026-01-02"]:
        escalate(D(on))
    return case


def test_the_same_day_twice_changes_nothing():
    subscribe(suspended_case().licence, on=D("2026-01-20"))
    warn(make_licence(), D("2026-01-01"))
    make_licence()
    submit(make_licence(), D("2026-01-20"))
    escalate(D("2026-02-01"))
    before = everything()

    report = escalate(D("2026-02-01"))

    assert (report.warned, report.fined, report.moves) == (0, 0, [])
    assert everything() == before


def test_an_earlier_day_moves_nothing_back():
    case = warn(make_licence(), D("2026-01-01"))
    escalate(D("2026-02-01"))
    escalate(D("2026-01-15"))
    case.refresh_from_db()
    assert (case.stage, case.due_on) == ("fined_first", D("2026-03-03"))


def test_a_dry_run_reports_the_same_and_writes_nothing():
    suspended = suspended_case()
    subscribe(suspended.licence, on=D("2026-01-20"))
    warn(make_licence(), D("2026-01-01"))
    submit(warn(make_licence(), D("2026-01-10")).licence, D("2026-01-20"))
    make_licence()
    before = everything()

    dry = escalate(D("2026-02-01"), dry_run=True).as_json()

    assert everything() == before
    assert dry == escalate(D("2026-02-01")).as_json()
    assert [dry[name] for name in ("warned", "fined", "complied", "paused")] == [1, 1, 1, 1]


def test_a_run_that_breaks_leaves_whole_cases_only(monkeypatch):
    warn(make_licence(), D("2026-01-01"))
    make_licence()
    before = everything()
    monkeypatch.setattr(statements, "SHOW_CLOCKS", "SELECT 1 / 0")

    with pytest.raises(Exception, match="division by zero"), transaction.atomic():
        escalate(D("2026-02-01"))

    assert everything() == before
    monkeypatch.undo()
    report = escalate(D("2026-02-01"))
    assert (report.warned, report.fined) == (1, 1)


def test_the_bell_rings_once_and_only_for_texts(django_capture_on_commit_callbacks):
    for _number in range(3):
        warn(make_licence(), D("2026-01-01"))
    with django_capture_on_commit_callbacks() as bells:
        escalate(D("2026-01-31"))
    assert bells == []
    with django_capture_on_commit_callbacks() as bells:
        escalate(D("2026-02-01"), dry_run=True)
    assert bells == []
    with django_capture_on_commit_callbacks() as bells:
        escalate(D("2026-02-01"))
    assert len(bells) == 1


def test_the_number_of_statements_does_not_grow_with_the_cases():
    counts = []
    for cases in (1, 50):
        for _number in range(cases):
            warn(make_licence(), D("2026-01-01"))
            submit(warn(make_licence(), D("2026-01-01")).licence, D("2026-01-20"))
            make_licence()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            report = escalate(D("2026-02-01"))
        assert report.fined == report.warned == cases
        counts.append(len(queries))
    assert counts[0] == counts[1] < 40


def test_the_report_holds_a_thousand_cases_and_says_that_there_are_more():
    licence = make_licence()
    Licence.objects.bulk_create(
        Licence(
            **{
                field.attname: getattr(licence, field.attname)
                for field in Licence._meta.concrete_fields
                if field.attname not in ("id", "number")
            },
            number=f"M{number:05}",
        )
        for number in range(1000)
    )

    report = escalate(D("2026-01-01")).as_json()

    assert report["warned"] == 1001
    assert len(report["cases"]) == 1000
    assert report["truncated"] is True


# The way out ----------------------------------------------------------------------------------------------


def test_activation_closes_the_case_and_leaves_the_fine_due():
    licence = make_licence()
    case = warn(licence, D("2026-01-01"))
    escalate(D("2026-02-01"))
    establishment = make_establishment(licence)

    assert comply(licence, on=D("2026-02-10")) == case
    assert comply(licence, on=D("2026-02-11")) is None

    case.refresh_from_db()
    assert (case.stage, case.closed_on, case.due_on) == ("complied", D("2026-02-10"), None)
    assert (case.establishment, case.fined) == (establishment, 10_000)


def test_the_sweep_closes_the_case_of_a_subscribed_licence_instead_of_fining_it():
    case = warn(make_licence(), D("2026-01-01"))
    subscribe(case.licence, on=D("2026-02-01"))

    report = escalate(D("2026-02-01"))

    assert (report.complied, report.fined) == (1, 0)
    assert report.as_json()["cases"][0]["from"] == "warned"
    assert report.as_json()["cases"][0]["to"] == "complied"
    case.refresh_from_db()
    assert (case.stage, case.closed_on) == ("complied", D("2026-02-01"))


def test_the_sweep_lifts_the_order_of_a_subscribed_licence():
    case = suspended_case()
    subscribe(case.licence, on=D("2026-01-20"))

    assert escalate(D("2026-01-20")).complied == 1

    order = case.notices.get(stage="suspended")
    assert (order.lifted_on, order.lifting_letter.kind) == (D("2026-01-20"), "lifting")
    assert order.lifting_letter.says["addressee"] == case.licence.authority.name_ar
    assert (order.letter.status, order.letter.replaced_by) == ("superseded", order.lifting_letter)


# The clock and the office ---------------------------------------------------------------------------------


def test_the_day_is_that_of_riyadh():
    case = warn(make_licence(), D("2026-01-01"))
    application = submit(case.licence, D("2026-01-10"))
    # 00:30 in Riyadh is still the day before in UTC.
    move(application, "under_review", D("2026-01-20"), at=time(0, 30))
    move(application, "returned", D("2026-01-20"), at=time(0, 30))

    escalate(D("2026-01-21"))

    case.refresh_from_db()
    assert case.due_on == D("2026-02-10")


def test_sent_on_the_last_day_the_clock_stops_with_no_day_left():
    case = warn(make_licence(), D("2026-01-01"))
    application = submit(case.licence, D("2026-01-31"))

    assert escalate(D("2026-03-01")).paused == 1
    case.refresh_from_db()
    assert (case.stage, case.due_on, case.days_left) == ("warned", None, 0)
    reject(application, D("2026-03-05"))
    assert escalate(D("2026-03-05")).fined == 0
    assert escalate(D("2026-03-06")).fined == 1


def test_an_application_after_the_last_day_comes_too_late_for_this_step_and_stops_the_next():
    case = warn(make_licence(), D("2026-01-01"))
    application = submit(case.licence, D("2026-02-01"))

    report = escalate(D("2026-02-10"))

    assert (report.fined, report.paused) == (1, 1)
    assert report.as_json()["cases"][0]["due_on"] is None
    case.refresh_from_db()
    assert (case.stage, case.due_on, case.days_left) == ("fined_first", None, 30)
    reject(application, D("2026-02-20"))
    assert escalate(D("2026-03-22")).fined == 0
    assert escalate(D("2026-03-23")).fined == 1
