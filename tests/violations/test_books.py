"""The ledger on the office's pages: the bank's files, sums, accounts and new schedules."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration.models import Licence, Sector
from shumoos.accounts.models import Look, Role
from tests.violations.factories import make_licence, make_supervisor, warn
from tests.violations.ledgers import append
from tests.violations.office import at, bank_file, signed_in
from violations import bills, ledger
from violations.escalation import escalate
from violations.models import BankFile, LedgerEntry, Schedule
from violations.occurrences import record_occurrence

pytestmark = pytest.mark.django_db

D = date.fromisoformat


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-02-10T09:00:00+03:00", tick=False)


# The bank's file -------------------------------------------------------------------------------------------


def test_a_head_reads_a_bank_file_and_its_report(lead, case):
    response = lead.post(at("bank"), {"file": bank_file(case)})
    file = BankFile.objects.get()
    assertRedirects(response, at("bank_report", file.pk))
    report = lead.get(at("bank_report", file.pk))
    assertContains(report, "Entered, less than is owed")
    assertContains(report, "SAR 6,000.00")
    assertContains(report, bills.show(bills.number(case.pk)))
    assertContains(report, "No day, or one to come")
    assertContains(lead.get(at("bank")), at("bank_report", file.pk))
    other = signed_in(make_supervisor(role=Role.HEAD))
    assert other.get(at("bank_report", file.pk)).status_code == 404
    assertNotContains(other.get(at("bank")), at("bank_report", file.pk))


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


def test_the_sums_are_those_of_office_sector_and_month(lead, head, case):
    other = Sector.objects.exclude(pk=case.licence.sector_id).first()
    elsewhere = warn(make_licence(), D("2026-01-01"))
    Licence.objects.filter(pk=elsewhere.licence_id).update(sector=other)
    escalate(D("2026-02-02"))
    ledger.reduce(elsewhere, Decimal("500.50"), on=D("2026-03-01"), by=head, reason="First")
    lead.post(at("bank"), {"file": bank_file(case, amount=12_000)})
    lead.post(at("act", case.pk, "refund"), {"amount": "1500", "reference": "T-1", "reason": "Too much"})

    def table(name, **days):
        text = lead.get(at("sums_csv", name), days).content.decode("utf-8-sig")
        return {row[0]: row[1:] for row in csv.reader(io.StringIO(text))}

    period = {"first": "2026-01-01", "last": "2026-03-31"}
    office, months = table("offices", **period), table("months", **period)
    assert office[case.licence.city.region.office.name_en] == ["20000.00", "500.50", "10500.00", "8999.50"]
    assert months["February 2026"] == ["20000.00", "0.00", "10500.00", "9500.00"]
    assert months["March 2026"] == ["0.00", "500.50", "0.00", "-500.50"]
    sectors = table("sectors", **period)
    assert sectors[case.licence.sector.name_en] == ["10000.00", "0.00", "10500.00", "-500.00"]
    assert sectors[other.name_en] == ["10000.00", "500.50", "0.00", "9499.50"]
    # What is entered on other days is left out.
    assert list(table("months", first="2026-02-02", last="2026-02-09").values())[1][0] == "10000.00"
    page = lead.get(at("sums"), period)
    for text in ("SAR 20,000.00", "SAR 500.50", "SAR 10,500.00", "SAR 8,999.50"):
        assertContains(page, text)


def test_an_auditor_reads_the_sums_of_all_offices(auditor, case):
    warn(make_licence(city="makkah"), D("2026-01-01"))
    escalate(D("2026-02-02"))
    assertContains(auditor.get(at("sums")), "SAR 20,000.00")


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


def test_a_head_adds_a_schedule_of_inaccurate_data(lead, establishment, application):
    form = lead.get(at("add_schedule", "inaccurate_data")).context["form"]
    data = schedule_of(
        form, valid_from="2026-02-10", window_months="3", hijri_months="on", correction_days="7"
    )

    lead.post(at("add_schedule", "inaccurate_data"), data | {"step2-cap": "4000"})

    added = Schedule.objects.latest("id")
    assert (added.window_months, added.hijri_months, added.correction_days) == (3, True, 7)
    occurrence = record_occurrence(
        establishment=establishment,
        licence=establishment.licences.get(),
        occurred_on=D("2026-02-10"),
        what="Wrong",
        by=make_supervisor(),
    )
    assert occurrence.case.schedule == added
    assert occurrence.correct_by == D("2026-02-17")


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
