"""What an application says otherwise than the register."""

from datetime import date

import pytest
from django.utils import timezone

from registration.differences import differences, warnings
from registration.intake import LICENCE_FIELDS
from tests.factories import ApplicationFactory, EstablishmentFactory, LicenceFactory, city

pytestmark = pytest.mark.django_db


def applied(licence, **typed):
    """An application for the licence that says what the register says, but for `typed`."""
    same = {ours: getattr(licence, theirs) for ours, theirs in LICENCE_FIELDS.items()}
    return ApplicationFactory(**{**same, "licence_number": licence.number, **typed})


def test_what_agrees_with_the_register_does_not_differ():
    application = applied(LicenceFactory())
    assert (differences(application), warnings(application)) == ({}, [])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("owner_national_id", "1000000008"),
        ("name_ar", "فندق آخر"),
        ("licence_expires_on", date(2034, 1, 1)),
        ("commercial_registration", "1019999999"),
    ],
)
def test_each_field_that_differs_is_told_with_both_values(name, value):
    licence = LicenceFactory()
    [difference] = differences(applied(licence, **{name: value})).values()
    registered = getattr(licence, LICENCE_FIELDS[name])
    assert (difference.name, difference.typed, difference.registered) == (name, value, registered)


def test_another_city_differs():
    assert list(differences(applied(LicenceFactory(), city=city("diriyah")))) == ["city"]


def test_names_spelled_otherwise_do_not_differ():
    assert differences(applied(LicenceFactory(name_ar="فندق الأمانة"), name_ar="فندق الامانه")) == {}


def test_what_the_register_leaves_empty_says_nothing():
    assert differences(applied(LicenceFactory(name_en=""), name_en="Any Name")) == {}


def test_a_licence_outside_the_register_is_compared_with_nothing_and_told():
    application = ApplicationFactory()
    assert differences(application) == {}
    assert warnings(application) == ["غير موجود في سجل الجهة: قارن الأصل بعناية."]


def test_a_changed_owner_is_told():
    licence = LicenceFactory(
        former_owner_name="مالك سابق", former_owner_national_id="1000000008", owner_changed_at=timezone.now()
    )
    assert warnings(applied(licence)) == ["يذكر السجل صاحبًا غير السابق: مالك سابق."]


def test_an_establishment_of_another_owner_is_told():
    establishment = EstablishmentFactory()
    licence = LicenceFactory(establishment=establishment)
    assert establishment.owner.full_name in warnings(applied(licence))[0]
