"""The second page of registering: what the licence says of the establishment."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration.models import Application, Region
from shumoos.saudi import calendar
from tests.factories import city
from tests.registration.registering import (
    ESTABLISHMENT,
    OWNER,
    REGISTER,
    errors,
    go_through,
    the_establishment,
)

pytestmark = pytest.mark.django_db

PLACES = reverse("registration:places")


@pytest.fixture
def began(english):
    """The browser of an owner who has named the licence."""
    go_through(english, until=ESTABLISHMENT)
    return english


def test_what_is_right_is_saved_and_leads_to_the_owner(began):
    response = began.post(ESTABLISHMENT, the_establishment(short_address="RRRD2929"))

    draft = Application.objects.get()
    assertRedirects(response, OWNER)
    assert (draft.name_ar, draft.commercial_registration) == ("فندق النخلة المخترعة", "1010123456")
    assert (draft.city, draft.short_address) == (city(), "RRRD2929")


def test_numbers_may_be_typed_in_any_digits_and_dates_in_either_calendar(began):
    began.post(
        ESTABLISHMENT,
        the_establishment(
            licence_issued_on="١٤٤٧/٠٧/٢٦",
            licence_expires_on="۱۴/۰۱/۲۰۳۴",
            commercial_registration="١٠١٠١٢٣٤٥٦",
            short_address="rrrd ٢٩٢٩",
        ),
    )

    draft = Application.objects.get()
    assert draft.licence_issued_on == calendar.from_hijri(1447, 7, 26)
    assert draft.licence_expires_on.isoformat() == "2034-01-14"
    assert draft.commercial_registration == "1010123456"
    assert draft.short_address == "RRRD2929"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("commercial_registration", "12345", "ten digits"),
        ("short_address", "RR29", "four Latin letters and four digits"),
        ("licence_issued_on", "2026-02-30", "There is no such day"),
        ("licence_issued_on", "1201/01/01", "1343 to 1500"),
        ("licence_issued_on", "2033-01-01", "has not come yet"),
        ("licence_expires_on", "2026-01-15", "after the day it was issued"),
        ("licence_expires_on", "2026-02-01", "has expired"),
        ("name_ar", "123", "in letters"),
        ("name_ar", "", "required"),
        ("city", "", "required"),
        ("city", "999999", "not one of the available choices"),
        ("region", "999999", "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_the_rest_is_kept(
    began, time_machine, field, value, sentence
):
    time_machine.move_to("2026-11-25 12:00+03:00")
    response = began.post(ESTABLISHMENT, the_establishment(**{field: value}))

    assert response.status_code == 422
    assert list(errors(response)) == [field]
    assert sentence in errors(response)[field][0]
    if value and field not in ("city", "region"):
        assertContains(response, f'value="{value}"', status_code=422)
    draft = Application.objects.get()
    kept = draft.commercial_registration if field != "commercial_registration" else draft.name_ar
    assert kept in ("1010123456", "فندق النخلة المخترعة")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_no_field_is_wrong_without_a_sentence(began, language):
    began.cookies["django_language"] = language

    response = began.post(ESTABLISHMENT, {})

    assert list(errors(response)) == [
        field.name for field in response.context["form"] if field.field.required
    ]


def test_cities_stand_under_their_regions_and_the_chosen_ones_office_is_named(began):
    page = began.get(ESTABLISHMENT)
    assertContains(page, '<optgroup label="Makkah">')
    assertContains(page, f'<option value="{city("jeddah").pk}">Jeddah</option>', html=True)

    began.post(ESTABLISHMENT, the_establishment(city=city("jeddah").pk))

    assertContains(began.get(ESTABLISHMENT), "Investigation office, Makkah region")
    assert began.get(ESTABLISHMENT).context["form"].initial["region"] == city("jeddah").region


def test_a_city_of_another_region_is_told(began):
    makkah = Region.objects.get(code=city("jeddah").region.code)

    response = began.post(ESTABLISHMENT, the_establishment(region=makkah.pk, city=city("riyadh").pk))

    assert errors(response) == {"city": ["This city lies in another region: Riyadh."]}


def test_cities_and_office_follow_the_region_while_it_is_chosen(began):
    jeddah, riyadh = city("jeddah"), city("riyadh")

    response = began.get(PLACES, {"region": jeddah.region_id, "city": riyadh.pk})

    assertContains(response, f'<option value="{jeddah.pk}">')
    assertNotContains(response, f'<option value="{riyadh.pk}"')
    assertContains(response, "Investigation office, Makkah region")


def test_the_office_follows_the_city_and_the_choice_stays(began):
    jeddah = city("jeddah")

    response = began.get(PLACES, {"region": "", "city": jeddah.pk})

    assertContains(response, f'<option value="{jeddah.pk}" selected>Jeddah</option>', html=True)
    assertContains(response, "Investigation office, Makkah region")


@pytest.mark.parametrize("wrong", ["", "x", "-1", "٣", "9" * 30, "999999"])
def test_places_that_do_not_exist_are_answered_with_all_cities(client, wrong):
    response = client.get(PLACES, {"region": wrong, "city": wrong})

    assert response.status_code == 200
    assertContains(response, "<optgroup", count=13)


def test_whoever_has_not_begun_is_led_to_the_beginning(client):
    assertRedirects(client.get(ESTABLISHMENT), REGISTER)
    assertRedirects(client.post(ESTABLISHMENT, the_establishment()), REGISTER)
    assert not Application.objects.exists()


def test_other_methods_are_refused(began):
    assert began.put(ESTABLISHMENT).status_code == 405
    assert began.post(PLACES).status_code == 405
