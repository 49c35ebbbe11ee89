"""The violations in the admin: one's own region's, to read, every look on record."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from shumoos.accounts.models import Look, Role
from shumoos.accounts.people import create_person
from tests.conftest import sign_in
from tests.violations.factories import make_licence, make_supervisor, warn
from violations import bills
from violations.escalation import escalate
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
