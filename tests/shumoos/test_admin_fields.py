"""What the admin shows to read: days in both calendars, and links only to where somebody may go."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration.models import Holiday
from shumoos.saudi import calendar
from tests.factories import LicenceFactory, OfficerFactory
from tests.pages import unbroken
from violations.escalation import escalate

HOLIDAYS = reverse("admin:registration_holiday_changelist")


@pytest.fixture
def browser(administrator_client):
    administrator_client.cookies["django_language"] = "en"
    return administrator_client


@pytest.fixture
def holidays(db):
    Holiday.objects.all().delete()
    for day, name in ((date(2026, 9, 23), "National Day"), (date(2027, 2, 22), "Founding Day")):
        Holiday.objects.create(day=day, name_ar="إجازة", name_en=name)


def test_a_list_has_both_calendars(browser, holidays):
    # A line breaks between the calendars alone.
    ours, theirs = "23 September 2026", "(12 Rabi II 1448 AH)"
    day = " ".join(each.replace(" ", "\N{NO-BREAK SPACE}") for each in (ours, theirs))
    assertContains(browser.get(HOLIDAYS), day)


def test_a_list_is_sorted_by_its_days(browser, holidays):
    def names(order):
        return [holiday.name_en for holiday in browser.get(HOLIDAYS, {"o": order}).context["cl"].result_list]

    assert names("1") == ["National Day", "Founding Day"]
    assert names("-1") == ["Founding Day", "National Day"]


def test_a_day_that_may_be_changed_stays_a_field(browser, holidays):
    holiday = Holiday.objects.earliest("day")
    page = browser.get(reverse("admin:registration_holiday_change", args=[holiday.pk]))
    assertContains(page, '<input type="text" name="day" value="2026-09-23"')


def test_a_moment_that_is_only_read_has_both_calendars_and_the_form_is_saved(browser):
    officer = OfficerFactory(last_login=datetime(2026, 9, 23, 9, 30, tzinfo=UTC))
    address = reverse("admin:accounts_user_change", args=[officer.pk])
    assertContains(browser.get(address), unbroken("23 September 2026 (12 Rabi II 1448 AH) at 12:30"))

    typed = {"full_name": "Noura Saad", "mobile": officer.mobile, "language": "ar", "is_active": "on"}
    assertRedirects(browser.post(address, typed), reverse("admin:accounts_user_changelist"))

    officer.refresh_from_db()
    assert officer.full_name == "Noura Saad"


def test_a_moment_that_never_was_is_a_dash(browser):
    officer = OfficerFactory(last_login=None)
    page = browser.get(reverse("admin:accounts_user_change", args=[officer.pk]))
    assertContains(page, '<div class="readonly">-</div>', html=True)


def test_what_is_only_read_leads_nowhere_that_is_closed(supervisor_client, head_client):
    licence = LicenceFactory(issued_on=calendar.today() - timedelta(days=60))
    escalate(calendar.today())
    case = licence.cases.get()
    address = reverse("admin:violations_case_change", args=[case.pk])
    schedule = reverse("admin:violations_schedule_change", args=[case.schedule_id])

    assertContains(head_client.get(address), f'href="{schedule}"')
    assert head_client.get(schedule).status_code == 200
    assertNotContains(supervisor_client.get(address), f'href="{schedule}"')
    assertContains(supervisor_client.get(address), str(case.schedule))
