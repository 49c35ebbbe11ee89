"""The violations in the admin: one's own region's, to read, every look on record."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from registration.models import Licence
from shumoos.accounts.models import Look, Role
from shumoos.accounts.people import create_person
from tests.conftest import sign_in
from tests.violations.factories import make_licence, make_supervisor, move, submit, warn
from violations import bills
from violations.escalation import comply, escalate
from violations.models import LedgerEntry, Schedule

pytestmark = pytest.mark.django_db

D = date.fromisoformat
CASES = reverse("admin:violations_case_changelist")


@pytest.fixture
def case():
    case = warn(make_licence(city="riyadh"), D("2026-01-01"))
    escalate(D("2026-02-01"))
    return case


def page(case):
    return reverse("admin:violations_case_change", args=[case.pk])


def words(response):
    """What a page says, its elements apart by a blank."""
    return " ".join(re.sub(r"<[^>]*>|[\u2060:]", " ", response.content.decode()).split())


def test_a_supervisor_finds_a_case_by_its_licence_and_the_look_is_on_record(client, case):
    supervisor = make_supervisor("riyadh")
    sign_in(supervisor, client)

    assertContains(client.post(CASES, {"q": case.licence.number}, follow=True), page(case))
    assertNotContains(client.post(CASES, {"q": "L999999"}, follow=True), page(case))
    assertContains(client.get(page(case)), "10,000.00")
    look = Look.objects.exclude(action="list").get()
    assert (look.by, look.action, look.subject) == (supervisor, "view case", f"violations.case:{case.pk}")


def test_a_case_has_a_bill_number_from_its_first_fine_on(client, case):
    warned = warn(make_licence(city="riyadh"), D("2026-02-01"))
    sign_in(make_supervisor("riyadh"), client)

    assertContains(client.get(page(case)), bills.show(bills.number(case.pk)))
    assertNotContains(client.get(page(warned)), bills.show(bills.number(warned.pk)))


def test_the_last_day_is_the_clocks_and_not_that_of_the_last_sweep(client, time_machine):
    running, stopped = (warn(make_licence(city="riyadh"), D("2026-01-01")) for _case in range(2))
    returned = submit(running.licence, D("2026-01-05"))
    submit(stopped.licence, D("2026-01-05"))
    escalate(D("2026-01-06"))
    move(returned, "under_review", D("2026-01-07"))
    move(returned, "returned", D("2026-01-15"))
    time_machine.move_to("2026-01-20T09:00:00+03:00", tick=False)
    sign_in(make_supervisor("riyadh"), client)
    client.cookies["django_language"] = "en"

    # Ten days did not count.
    assert "Due on 10 February 2026 (22 Shaban 1447 AH) Days left 21 " in words(client.get(page(running)))
    assert "Due on the clock stands still Days left 26 " in words(client.get(page(stopped)))
    cases = words(client.get(CASES))
    assert cases.count("10 February 2026 (22 Shaban 1447 AH)") == 1
    assert cases.count("the clock stands still") == 1


def test_a_case_that_has_no_clock_has_no_last_day(client, time_machine):
    case = warn(make_licence(city="riyadh"), D("2026-01-01"))
    comply(case.licence, on=D("2026-01-05"))
    sign_in(make_supervisor("riyadh"), client)
    client.cookies["django_language"] = "en"

    assert "Due on – Days left – " in words(client.get(page(case)))


def test_the_clocks_of_a_list_are_read_at_once(client, case, time_machine):
    time_machine.move_to("2026-02-10T09:00:00+03:00", tick=False)
    sign_in(make_supervisor("riyadh"), client)
    client.get(CASES)
    with CaptureQueriesContext(connection) as one:
        client.get(CASES)
    for _case in range(3):
        warn(make_licence(city="riyadh"), D("2026-02-01"))
    with CaptureQueriesContext(connection) as four:
        client.get(CASES)
    assert len(four) == len(one)


def test_a_case_is_found_by_name_bill_and_notice(case, client):
    sign_in(make_supervisor(), client)
    warn(make_licence(), date(2026, 1, 1))
    Licence.objects.filter(pk=case.licence_id).update(name_ar="فندق أضواء المدينة")
    letter = case.notices.get(stage="fined_first").letter
    bill = bills.number(case.pk)
    for typed in (case.licence.number, "اضواء", letter.number, bill, f"رقم الفاتورة: {bills.show(bill)}"):
        found = client.post(CASES, {"q": typed}, follow=True).context["cl"].result_list
        assert [each.pk for each in found] == [case.pk], typed
    for nothing in ("اض", "RUH/2026/99999", "لا يوجد"):
        assert client.post(CASES, {"q": nothing}, follow=True).context["cl"].result_list == []
    other = sign_in(make_supervisor("jeddah"))
    for typed in ("اضواء", letter.number, bill):
        assert other.post(CASES, {"q": typed}, follow=True).context["cl"].result_list == []


def test_another_regions_case_is_not_there(client, case):
    sign_in(make_supervisor("makkah"), client)
    assertNotContains(client.get(CASES), case.licence.number)
    assert client.get(page(case)).status_code == 302
    assert client.get(reverse("admin:violations_ledgerentry_changelist")).context["cl"].result_count == 0
    assert not Look.objects.exclude(action="list").exists()


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.HEAD, Role.AUDITOR])
def test_nothing_is_added_changed_or_deleted_by_hand(client, case, role):
    person = (
        make_supervisor("riyadh", role=role)
        if role != Role.AUDITOR
        else create_person(username="auditor", full_name="Invented", role=role)
    )
    sign_in(person, client)
    for model, row in [("case", case), ("ledgerentry", LedgerEntry.objects.get())]:
        assert client.get(reverse(f"admin:violations_{model}_change", args=[row.pk])).status_code == 200
        assert client.post(reverse(f"admin:violations_{model}_change", args=[row.pk])).status_code == 403
        assert client.get(reverse(f"admin:violations_{model}_add")).status_code == 403
        assert client.post(reverse(f"admin:violations_{model}_delete", args=[row.pk])).status_code == 403


def test_an_administrator_reads_the_schedules_and_no_case(client, case):
    sign_in(create_person(username="admin1", full_name="Invented", role=Role.ADMINISTRATOR), client)
    schedule = Schedule.objects.get(kind="not_subscribed")
    response = client.get(reverse("admin:violations_schedule_change", args=[schedule.pk]))
    assertContains(response, "25,000.00")
    assert client.get(CASES).status_code == 403


def test_the_list_takes_as_many_queries_for_three_cases_as_for_one(client, case):
    sign_in(make_supervisor("riyadh"), client)
    with CaptureQueriesContext(connection) as one:
        client.get(CASES)
    for _number in range(2):
        warn(make_licence(city="riyadh"), D("2026-01-01"))
    with CaptureQueriesContext(connection) as three:
        client.get(CASES)
    assert len(one) == len(three)
