"""The admin's own pages are called what the links call them, and lead to what each role works with."""

import re

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from activation.models import Terms
from guests.models import KeepingRule
from registration.models import City, DocumentKind, Holiday


def english(client):
    client.cookies["django_language"] = "en"
    return client


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/admin/", "Home"),
        ("/admin/registration/", "Registration"),
        ("/admin/registration/holiday/", "Holidays"),
    ],
)
def test_a_page_is_called_what_leads_to_it(administrator_client, address, heading):
    page = english(administrator_client).get(address)

    assertContains(page, f"<h1>{heading}</h1>", html=True)
    assertContains(page, f"<title>{heading} | Shumoos</title>", html=True)


def test_the_way_to_a_page_leads_over_its_list_and_over_no_part(supervisor_client):
    def way(address):
        page = english(supervisor_client).get(address).text
        trail = re.search(r'<div class="breadcrumbs">(.*?)</div>', page, re.DOTALL)
        return [word.strip() for word in re.sub(r"<[^>]+>", "", trail[1]).split("›")]

    assert way(reverse("admin:violations_case_changelist")) == ["Home", "Cases"]
    assert way(reverse("admin:violations_warn")) == ["Home", "Cases", "Issue a warning"]


def test_a_row_s_number_keeps_its_order_in_the_way_there(administrator_client):
    day = Holiday.objects.filter(name_en="Founding Day").latest("day")
    for name in ("change", "history", "delete"):
        address = reverse(f"admin:registration_holiday_{name}", args=[day.pk])
        page = english(administrator_client).get(address).text
        [trail] = re.findall(r'<div class="breadcrumbs">(.*?)</div>', page, re.DOTALL)
        assert "<bdi>Founding Day</bdi>" in trail


def test_a_supervisor_s_list_of_everything_is_called_so(supervisor_client):
    page = english(supervisor_client).get("/admin/?all")
    assertContains(page, "<h1>Everything else</h1>", html=True)


def test_the_first_page_leads_to_what_the_role_works_with(auditor_client, administrator_client):
    log, staff = reverse("accounts:log"), reverse("accounts:staff")

    assertContains(auditor_client.get("/admin/"), f'href="{log}"')
    assertNotContains(auditor_client.get("/admin/"), f'href="{staff}"')
    assertContains(administrator_client.get("/admin/"), f'href="{staff}"')
    # The page of one part has that part alone.
    assertNotContains(administrator_client.get("/admin/registration/"), f'href="{staff}"')


def test_a_history_is_called_what_leads_there_and_says_where_there_is_none(administrator_client):
    riyadh = City.objects.get(code="riyadh")
    address = reverse("admin:registration_city_history", args=[riyadh.pk])

    page = english(administrator_client).get(address)
    assertContains(page, "<h1>History: Riyadh</h1>", html=True)
    assertContains(page, "Nobody has changed this here yet.")

    LogEntry.objects.log_actions(page.wsgi_request.user.pk, [riyadh], CHANGE, "Changed by hand")
    page = administrator_client.get(address)
    assertContains(page, "Changed by hand")
    assertNotContains(page, "Nobody has changed this here yet.")


def test_an_empty_list_says_what_that_means(administrator_client):
    address = reverse("admin:guests_keepingrule_changelist")
    assertContains(
        english(administrator_client).get(address), "Nothing has been set: records are kept for 5 years."
    )
    assert not KeepingRule.objects.exists()


def test_a_filter_is_called_what_its_column_is(administrator_client):
    page = english(administrator_client).get(reverse("admin:activation_reasontemplate_changelist"))

    assertContains(page, "<summary>Used for</summary>", html=True)
    assertContains(page, "<summary>Offered</summary>", html=True)


def test_in_arabic_a_button_to_add_says_what_its_page_does(administrator_client):
    listed, added = (reverse(f"admin:registration_city_{page}") for page in ("changelist", "add"))

    assertContains(administrator_client.get(listed), "إضافة مدينة")
    assertContains(administrator_client.get(added), "<h1>إضافة مدينة</h1>", html=True)


@pytest.mark.parametrize(("language", "yes", "no"), [("ar", "نعم", "لا"), ("en", "Yes", "No")])
def test_yes_and_no_are_words_in_the_page_s_language(auditor_client, language, yes, no):
    auditor_client.cookies["django_language"] = language
    letter = DocumentKind.objects.get(is_required=True, expires=False)
    for address in (
        reverse("admin:registration_documentkind_changelist"),
        reverse("admin:registration_documentkind_change", args=[letter.pk]),
    ):
        page = auditor_client.get(address)
        assertContains(page, f">{yes}<")
        assertContains(page, f">{no}<")
        assertNotContains(page, 'alt="True"')
        assertNotContains(page, 'alt="False"')


def test_what_one_did_is_a_box_once_there_is_something(administrator_client):
    home = reverse("admin:index")
    assertNotContains(administrator_client.get(home), "recent-actions-module")

    administrator_client.post(
        reverse("admin:registration_region_add"),
        {"code": "invented", "name_ar": "منطقة مخترعة", "name_en": "Invented"},
    )
    assertContains(administrator_client.get(home), "recent-actions-module")


def test_what_has_a_code_is_listed_by_its_name(administrator_client):
    names = {
        "registration_region": "الرياض",
        "registration_sector": "الفنادق",
        "support_macro": "نسيان كلمة المرور",
    }
    for model, name in names.items():
        address = reverse(f"admin:{model}_changelist")
        assertContains(administrator_client.get(address), f">{name}</a></th>")


def test_the_days_of_reminders_are_read_from_their_own_end(administrator_client):
    for page in (
        reverse("admin:activation_terms_changelist"),
        reverse("admin:activation_terms_change", args=[Terms.objects.get().pk]),
    ):
        assertContains(administrator_client.get(page), "60 يومًا، 30 يومًا، 7 أيام")


def test_what_is_for_all_sectors_says_so(auditor_client):
    kind = DocumentKind.objects.filter(sectors=None).first()
    page = english(auditor_client).get(reverse("admin:registration_documentkind_change", args=[kind.pk]))
    assertContains(page, '<div class="readonly">All sectors</div>', html=True)


def test_who_works_round_the_clock_is_listed_so(administrator_client):
    page = english(administrator_client).get(reverse("admin:accounts_readinglimit_changelist"))
    assertContains(page, ">Round the clock</td>")
    assertNotContains(page, ">-</td>")
