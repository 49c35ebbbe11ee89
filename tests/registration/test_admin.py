import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from registration.models import City, Office, Region
from shumoos.accounts.models import Look, Role
from shumoos.saudi import calendar
from tests.activation.subscribing import subscribe
from tests.factories import EstablishmentFactory, LicenceFactory, UserFactory, city, office
from violations import occurrences

pytestmark = pytest.mark.django_db

REFERENCE = ["region", "city", "office", "authority", "sector", "documentkind"]


def listing(model):
    return reverse(f"admin:registration_{model}_changelist")


def page(model, row):
    return reverse(f"admin:registration_{model}_change", args=[row.pk])


@pytest.mark.parametrize("model", REFERENCE)
def test_administrators_see_and_add_reference_data_and_delete_none(administrator_client, model):
    assert administrator_client.get(listing(model)).status_code == 200
    assert administrator_client.get(reverse(f"admin:registration_{model}_add")).status_code == 200
    row = Office.objects.first() if model == "office" else City.objects.first()
    delete = reverse(f"admin:registration_{model}_delete", args=[row.pk])
    assert administrator_client.get(delete).status_code == 403


def test_an_administrator_adds_a_city(administrator_client):
    region = city().region_id
    data = {"code": "new_city", "name_ar": "مدينة مخترعة", "name_en": "Invented City", "region": region}

    administrator_client.post(reverse("admin:registration_city_add"), data)

    assert City.objects.get(code="new_city").region_id == region


def test_an_administrator_changes_an_office_but_not_its_code(administrator_client):
    row = office("JAZ")
    data = {
        "code": "XXX",
        "name_ar": row.name_ar,
        "name_en": row.name_en,
        "region": row.region_id,
        "address_ar": "عنوان جديد",
        "address_en": "A new address",
        "hours_ar": row.hours_ar,
        "hours_en": row.hours_en,
        "target_days": row.target_days,
    }

    administrator_client.post(page("office", row), data)

    row.refresh_from_db()
    assert (row.code, row.address_en) == ("JAZ", "A new address")


def test_only_supervisors_and_heads_are_offered_as_members(administrator_client, supervisor):
    owner = UserFactory(full_name="مالك لا يُعرض")

    response = administrator_client.get(page("office", office()))

    assertContains(response, supervisor.full_name)
    assertNotContains(response, owner.full_name)


def test_supervisors_read_the_establishments_and_licences_of_their_region(supervisor_client, makkah_client):
    riyadh = EstablishmentFactory()
    licence = LicenceFactory(city=city("jeddah"))

    assertContains(supervisor_client.get(listing("establishment")), riyadh.number)
    assertNotContains(supervisor_client.get(listing("licence")), licence.number)
    assertNotContains(makkah_client.get(listing("establishment")), riyadh.number)
    assertContains(makkah_client.get(listing("licence")), licence.number)
    assert makkah_client.get(page("establishment", riyadh)).status_code == 302


@pytest.mark.parametrize("model", ["establishment", "licence"])
def test_regions_are_a_choice_where_there_are_several(supervisor_client, auditor_client, supervisor, model):
    def offered(client):
        filters = client.get(listing(model)).context["cl"].filter_specs
        return next((len(one.lookup_choices) for one in filters if one.title == "المنطقة"), 0)

    assert offered(supervisor_client) == 0
    assert offered(auditor_client) == Region.objects.count()

    office("JAZ").members.add(supervisor)
    assert offered(supervisor_client) == 2


def test_an_establishment_leads_to_what_there_is_of_it(supervisor, supervisor_client):
    subscription = subscribe()
    establishment, licence = subscription.establishment, subscription.licence
    case = occurrences.record_occurrence(
        establishment=establishment,
        licence=licence,
        occurred_on=calendar.today(),
        what="رقم جوال خاطئ",
        by=supervisor,
    ).notice.case
    elsewhere = subscribe()

    shown = supervisor_client.get(page("establishment", establishment))

    for link in (
        page("licence", licence),
        reverse("admin:activation_subscription_change", args=[subscription.pk]),
        reverse("admin:activation_review", args=[subscription.application_id]),
        reverse("admin:violations_case_change", args=[case.pk]),
    ):
        assertContains(shown, f'href="{link}"')
        assert supervisor_client.get(link).status_code == 200
    assertNotContains(shown, page("licence", elsewhere.licence))
    assertContains(shown, "صحّحته جهة الترخيص في سجلها")


def test_a_licence_is_found_by_its_number(supervisor_client):
    licence, other = LicenceFactory(), LicenceFactory()

    response = supervisor_client.post(listing("licence"), {"q": licence.number}, follow=True)

    assertContains(response, licence.name_ar)
    assertNotContains(response, other.name_ar)


@pytest.mark.parametrize("model", ["establishment", "licence"])
def test_a_look_is_logged_and_changes_nothing(supervisor_client, supervisor, model):
    row = EstablishmentFactory() if model == "establishment" else LicenceFactory()

    assert supervisor_client.get(page(model, row)).status_code == 200
    assert supervisor_client.post(page(model, row), {"name_ar": "اسم آخر"}).status_code == 403

    row.refresh_from_db()
    assert row.name_ar != "اسم آخر"
    look = Look.objects.first()
    assert (look.by, look.action, look.subject) == (supervisor, "view", f"registration.{model}:{row.pk}")


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR])
def test_administrators_see_no_customers(role, administrator_client):
    assert administrator_client.get(listing("establishment")).status_code == 403
    assert administrator_client.get(listing("licence")).status_code == 403


@pytest.mark.parametrize("model", ["establishment", "licence"])
def test_the_list_takes_the_same_queries_for_one_row_and_for_three(
    auditor_client, django_assert_max_num_queries, model
):
    make = EstablishmentFactory if model == "establishment" else LicenceFactory
    make()
    with django_assert_max_num_queries(20) as first:
        auditor_client.get(listing(model))
    make.create_batch(2)
    with django_assert_max_num_queries(len(first)):
        auditor_client.get(listing(model))
