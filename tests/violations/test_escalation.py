"""The sweep: who is warned, who moves, what is written, and that repeating it changes nothing."""

import json
import threading
from datetime import date, time
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from registration.models import Licence
from shumoos import progress
from shumoos.celery import app
from shumoos.sms.models import TextMessage
from tests.shumoos.terminal import Impatient
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
from violations import statements
from violations.escalation import CaseRefused, comply, escalate, open_case
from violations.ledger import reduce
from violations.models import Case, LedgerEntry, Notice, Schedule
from violations.tasks import escalate_today

D = date.fromisoformat

pytestmark = pytest.mark.django_db


def everything():
    """Every row that a sweep can write or change."""
    return [
        list(Case.objects.order_by("id").values()),
        list(Notice.objects.order_by("id").values()),
        list(LedgerEntry.objects.order_by("id").values()),
        list(TextMessage.objects.order_by("id").values()),
    ]


@pytest.fixture
def only_supervisors_warn():
    Schedule.objects.update(warns_by_sweep=False)


# Warnings -------------------------------------------------------------------------------------------------


def test_the_sweep_warns_a_licence_without_subscription():
    licence = make_licence(issued_on=D("2026-01-01"))

    report = escalate(D("2026-01-01"))

    assert report.as_json() == {
        "on": "2026-01-01",
        "warned": 1,
        "fined": 0,
        "suspended": 0,
        "complied": 0,
        "paused": 0,
        "cases": [
            {
                "licence_number": licence.number,
                "from": None,
                "to": "warned",
                "amount": "0.00",
                "due_on": "2026-01-31",
            }
        ],
    }
    notice = Notice.objects.get()
    assert (notice.stage, notice.issued_on, notice.due_on) == ("warned", D("2026-01-01"), D("2026-01-31"))


def test_nobody_is_warned_by_the_sweep_where_the_schedule_leaves_it_to_supervisors(only_supervisors_warn):
    make_licence()
    assert escalate(D("2026-01-01")).warned == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"issued_on": D("2026-01-02")},
        {"expires_on": D("2025-12-31")},
        {"in_register": False},
    ],
    ids=["issued later", "expired the day before", "described by an applicant only"],
)
def test_the_sweep_does_not_warn_a_licence(fields):
    make_licence(**fields)
    assert escalate(D("2026-01-01")).warned == 0


@pytest.mark.parametrize("fields", [{"issued_on": D("2026-01-01")}, {"expires_on": D("2026-01-01")}])
def test_the_first_and_the_last_day_of_a_licence_count(fields):
    make_licence(**fields)
    assert escalate(D("2026-01-01")).warned == 1


def test_a_subscribed_licence_is_not_warned_until_the_subscription_is_over():
    licence = make_licence()
    subscription = subscribe(licence, on=D("2026-01-10"))

    assert escalate(D("2026-01-10")).warned == 0
    subscription.status = "closed"
    subscription.end_by(D("2026-01-11"))
    subscription.save()
    assert escalate(D("2026-01-11")).warned == 1


def test_the_subscription_of_its_establishment_covers_a_licence():
    licence = make_licence()
    subscribe(licence, on=D("2026-01-10"))
    make_licence(establishment=licence.establishment)

    assert escalate(D("2026-01-10")).warned == 0


def test_an_application_with_the_office_keeps_the_warning_away_and_a_rejection_lets_it_come():
    licence = make_licence()
    application = submit(licence, D("2026-01-05"))

    assert escalate(D("2026-01-04"), dry_run=True).warned == 1
    assert escalate(D("2026-01-05")).warned == 0
    reject(application, D("2026-01-09"))
    assert escalate(D("2026-01-08")).warned == 0
    assert escalate(D("2026-01-09")).warned == 1


def test_a_day_that_had_its_case_is_not_warned_again_after_the_case_is_closed():
    licence = make_licence()
    warn(licence, D("2026-01-01"))
    comply(licence, on=D("2026-01-20"))

    assert escalate(D("2026-01-20")).warned == 0
    assert escalate(D("2026-01-21")).warned == 1


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


def test_the_same_day_twice_changes_nothing():
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
    warn(make_licence(), D("2026-01-01"))
    submit(warn(make_licence(), D("2026-01-10")).licence, D("2026-01-20"))
    make_licence()
    before = everything()

    dry = escalate(D("2026-02-01"), dry_run=True).as_json()

    assert everything() == before
    assert dry == escalate(D("2026-02-01")).as_json()
    assert (dry["warned"], dry["fined"], dry["paused"]) == (1, 1, 1)


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


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_the_work_once():
    for _number in range(20):
        warn(make_licence(), D("2026-01-01"))
        make_licence()
    start, reports = threading.Barrier(2), []

    def sweep():
        start.wait()
        try:
            reports.append(escalate(D("2026-02-01")))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sweep) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted((report.fined, report.warned) for report in reports) == [(0, 0), (20, 20)]
    assert LedgerEntry.objects.count() == 20
    assert Notice.objects.count() == TextMessage.objects.count() + 20 == 60


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


# By hand --------------------------------------------------------------------------------------------------


def test_a_supervisor_issues_a_warning_whatever_the_schedule_says(only_supervisors_warn):
    licence, supervisor = make_licence(), make_supervisor()

    case = open_case(licence, supervisor, D("2026-01-01"))

    assert (case.stage, case.due_on) == ("warned", D("2026-01-31"))
    assert case.notices.get().by == supervisor
    assert TextMessage.objects.get().to == licence.owner_mobile


def test_no_warning_where_there_is_a_case_an_application_or_a_subscription():
    warned, applied, subscribed, expired = make_licence(), make_licence(), make_licence(), make_licence()
    warn(warned, D("2026-01-01"))
    submit(applied, D("2026-01-01"))
    subscribe(subscribed, on=D("2026-01-01"))
    Licence.objects.filter(pk=expired.pk).update(expires_on=D("2025-12-31"))
    before = everything()

    for licence in (warned, applied, subscribed, expired):
        with pytest.raises(CaseRefused):
            open_case(licence, make_supervisor(), D("2026-01-02"))
    assert everything() == before


def test_a_licence_has_one_open_case():
    licence = make_licence()
    warn(licence, D("2026-01-01"))
    with pytest.raises(IntegrityError), transaction.atomic():
        warn(licence, D("2026-01-02"))


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


# The command and the task ---------------------------------------------------------------------------------


def test_the_command_prints_the_report(capsys):
    case = warn(make_licence(), D("2026-01-01"))
    call_command("escalate", "--on", "2026-02-01", "--dry-run")
    call_command("escalate", "--on", "2026-02-01")

    dry, real = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert dry == real
    assert real["cases"][0]["licence_number"] == case.licence.number


def test_the_command_says_how_far_it_is_beside_the_report(capsys, monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_ELSEWHERE", 0)
    warn(make_licence(), D("2026-01-01"))
    make_licence()

    call_command("escalate", "--on", "2026-02-01")

    out, err = capsys.readouterr()
    assert json.loads(out)["fined"] == 1
    # Nobody's order is lifted: the two statements of that are left out, and the others have run.
    places = [int(line.removesuffix(" of 22 statements of the sweep")) for line in err.splitlines()]
    assert places == [0, 1, *range(4, 22)]


def test_ctrl_c_ends_the_sweep_and_nothing_is_written():
    case = warn(make_licence(), D("2026-01-01"))

    with pytest.raises(CommandError, match=r"^Stopped at 0 of 22 .* Nothing was written: run this again\.$"):
        call_command("escalate", "--on", "2026-02-01", stderr=Impatient())

    case.refresh_from_db()
    assert case.stage == "warned"


def test_the_command_refuses_what_is_no_day():
    with pytest.raises(CommandError, match="YYYY-MM-DD"):
        call_command("escalate", "--on", "2026-02-30")


def test_the_beat_rings_at_a_quarter_past_midnight_in_riyadh():
    [beat] = [each for each in app.conf.beat_schedule.values() if each["task"] == escalate_today.name]
    assert (beat["schedule"].hour, beat["schedule"].minute) == ({0}, {15})
    assert app.timezone.key == "Asia/Riyadh"


def test_the_daily_task_sweeps_as_of_today_in_riyadh(time_machine):
    case = warn(make_licence(), D("2026-01-01"))
    time_machine.move_to("2026-01-31T20:59:00+00:00")
    escalate_today()
    case.refresh_from_db()
    assert case.stage == "warned"
    time_machine.move_to("2026-01-31T21:15:00+00:00")
    escalate_today()
    case.refresh_from_db()
    assert case.stage == "fined_first"
