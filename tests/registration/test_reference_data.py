import pytest
from django.core.management import call_command

from registration.models import Authority, City, DocumentKind, Office, Region, Sector
from registration.reference import load_reference_data

pytestmark = pytest.mark.django_db

KINDS = {"lodging", "vehicle_rental", "gold_purchase", "used_goods"}


def counts():
    return [model.objects.count() for model in (Region, City, Office, Authority, Sector, DocumentKind)]


def test_every_region_has_its_office_and_its_cities():
    assert Region.objects.count() == 13
    for region in Region.objects.all():
        assert region.office
        assert 5 <= region.cities.count() <= 12


def test_offices_bear_the_codes_that_letters_are_numbered_by():
    codes = ["RUH", "MKK", "MED", "QAS", "EST", "ASR", "TBK", "HAL", "NBR", "JAZ", "NAJ", "BAH", "JWF"]
    assert list(Office.objects.values_list("code", flat=True)) == codes


def test_everything_is_named_in_both_languages():
    for model in (Region, City, Office, Authority, Sector, DocumentKind):
        for row in model.objects.all():
            assert row.name_en.isascii(), row.code
            assert not row.name_ar.isascii(), row.code


def test_every_sector_has_an_authority_and_record_kinds():
    assert {kind for sector in Sector.objects.all() for kind in sector.record_kinds} == KINDS
    assert all(sector.record_kinds for sector in Sector.objects.all())


def test_loading_again_changes_nothing():
    before = counts()

    load_reference_data()
    call_command("migrate", verbosity=0)

    assert counts() == before


def test_what_an_administrator_changed_is_left_alone_and_what_is_missing_comes_back():
    Office.objects.filter(code="RUH").update(address_ar="عنوان جديد")
    City.objects.filter(code="jeddah").delete()

    load_reference_data()

    assert Office.objects.get(code="RUH").address_ar == "عنوان جديد"
    assert City.objects.get(code="jeddah").region.code == "makkah"
