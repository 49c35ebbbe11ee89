"""What the admin shows to read: days in both calendars, and links only to where somebody may go."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.admin.utils import flatten_fieldsets
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from activation.models import ReasonTemplate
from registration.models import Holiday, Office
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
    assertContains(page, '<div class="readonly">–</div>', html=True)


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


def test_fields_stand_as_the_model_has_them_also_those_that_are_only_read(browser):
    office = Office.objects.first()
    page = browser.get(reverse("admin:registration_office_change", args=[office.pk]))

    fields = flatten_fieldsets([(None, {"fields": page.context["adminform"].fieldsets[0][1]["fields"]})])
    assert fields[:4] == ["code", "name_ar", "name_en", "region"]


def test_what_a_reason_is_about_is_chosen_and_listed_by_its_name(browser):
    reason = ReasonTemplate.objects.get(code="licence_expired")
    address = reverse("admin:activation_reasontemplate_change", args=[reason.pk])
    listed = reverse("admin:activation_reasontemplate_changelist")

    assertContains(browser.get(address), '<option value="licence" selected>Licence copy</option>', html=True)
    assertContains(browser.get(address), '<option value="">Any field or document</option>', html=True)
    assertContains(browser.get(listed), ">Licence copy</td>")

    words = {"words_ar": reason.words_ar, "words_en": reason.words_en, "is_offered": "on"}
    assertRedirects(browser.post(address, words | {"about": "owner_mobile"}), listed)
    reason.refresh_from_db()
    assert reason.about == "owner_mobile"

    refused = browser.post(address, words | {"about": "nothing"})
    assert list(refused.context["adminform"].form.errors) == ["about"]


def test_names_of_codes_are_asked_for_once_for_a_list(browser):
    listed = reverse("admin:activation_reasontemplate_changelist")
    browser.get(listed)
    with CaptureQueriesContext(connection) as captured:
        browser.get(listed)

    kinds = [query for query in captured.captured_queries if "registration_documentkind" in query["sql"]]
    assert len(kinds) == 1
