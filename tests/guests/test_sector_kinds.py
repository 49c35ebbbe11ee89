"""What a sector's establishments record is ticked by name in the admin, and kept by code."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from guests.intake import kinds_of
from registration.models import Sector
from shumoos.accounts.models import Look
from tests.factories import EstablishmentFactory

pytestmark = pytest.mark.django_db

LIST = reverse("admin:registration_sector_changelist")


@pytest.fixture
def hotels():
    return Sector.objects.get(code="hotels")


@pytest.fixture
def address(hotels):
    return reverse("admin:registration_sector_change", args=[hotels.pk])


def typed(sector, *kinds):
    values = {"name_ar": sector.name_ar, "name_en": sector.name_en, "authority": sector.authority_id}
    return values | {"record_kinds": kinds}


@pytest.mark.parametrize(("language", "name"), [("ar", "تأجير مركبة"), ("en", "Vehicle rental")])
def test_kinds_are_boxes_with_their_names(administrator_client, address, language, name):
    administrator_client.cookies["django_language"] = language

    page = administrator_client.get(address)

    assertContains(page, name)
    assertContains(page, 'type="checkbox" name="record_kinds" value="lodging"', count=1)
    boxes = page.context["adminform"].form["record_kinds"]
    assert [box.data["value"] for box in boxes if box.data["selected"]] == ["lodging"]


def test_ticked_kinds_are_what_the_establishments_record(administrator_client, hotels, address):
    hotel = EstablishmentFactory(sector=hotels)

    answer = administrator_client.post(address, typed(hotels, "lodging", "vehicle_rental"))

    assertRedirects(answer, LIST)
    hotels.refresh_from_db()
    assert hotels.record_kinds == ["lodging", "vehicle_rental"]
    assert [kind.code for kind in kinds_of(hotel)] == ["lodging", "vehicle_rental"]
    look = Look.objects.get(action="change", subject=f"registration.sector:{hotels.pk}")
    assert look.reason == "record_kinds"


def test_saving_what_was_ticked_changes_nothing(administrator_client, hotels, address):
    administrator_client.post(address, typed(hotels, "lodging"))

    hotels.refresh_from_db()
    assert hotels.record_kinds == ["lodging"]
    assert Look.objects.get(subject=f"registration.sector:{hotels.pk}", action="change").reason == ""


@pytest.mark.parametrize("kinds", [(), ("lodging", "nothing"), ("Lodging",)])
def test_no_kind_and_an_unknown_one_are_refused(administrator_client, hotels, address, kinds):
    page = administrator_client.post(address, typed(hotels, *kinds))

    assert list(page.context["adminform"].form.errors) == ["record_kinds"]
    hotels.refresh_from_db()
    assert hotels.record_kinds == ["lodging"]


def test_auditors_read_the_names(auditor_client, hotels, address):
    Sector.objects.filter(pk=hotels.pk).update(record_kinds=["lodging", "used_goods"])
    auditor_client.cookies["django_language"] = "en"

    page = auditor_client.get(address)

    assertContains(page, "Lodging, Used goods")
    assertNotContains(page, 'type="checkbox"')
