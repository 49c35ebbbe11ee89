"""An authority's licences: whose, which, and what is said of each."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from registration import licence_list
from registration.models import Authority, Licence
from tests.conftest import sign_in
from tests.factories import AuthorityOfficerFactory, EstablishmentFactory, LicenceFactory, sector
from tests.guests.factories import subscribe

LICENCES = reverse("registration:register_licences")

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db):
    return AuthorityOfficerFactory()


@pytest.fixture
def officer_client(officer):
    client = sign_in(officer)
    client.cookies["django_language"] = "en"
    return client


def shown(response):
    return [licence.number for licence, _standing, _flag in response.context["rows"]]


def search(client, **typed):
    return client.post(LICENCES, typed)


def owner_changed(**fields):
    return LicenceFactory(owner_changed_at=timezone.now(), former_owner_national_id="1000000016", **fields)


def test_licences_of_ones_own_authority_newest_first(officer_client):
    first, second = LicenceFactory.create_batch(2)
    LicenceFactory(sector=sector("car_rental"))
    page = officer_client.get(LICENCES)
    assert shown(page) == [second.number, first.number]
    assertNotContains(page, second.owner_name)
    assertNotContains(page, second.owner_national_id)


def test_a_licence_is_found_by_its_number_or_a_part_of_its_name_in_any_spelling(officer_client):
    wanted = LicenceFactory(number="AB12/7", name_ar="فندق أضواء المدينة", name_en="Adwaa Hotel")
    LicenceFactory(name_ar="شقق الشفا", name_en="")
    for text in ("ab 12/7", "AB١٢/7", "اضواء مدينه", "adwaa", "ضواء"):
        assert shown(search(officer_client, q=text)) == [wanted.number], text
    assert shown(search(officer_client, q="AB12")) == []
    assertContains(search(officer_client, q="قصر النخيل"), "Nothing found.")


def test_another_authoritys_licence_is_not_found(officer_client):
    other = LicenceFactory(sector=sector("car_rental"), name_ar="تأجير الريف")
    assert shown(search(officer_client, q=other.number)) == []
    assert shown(search(officer_client, q="الريف")) == []
    assert search(officer_client, authority=other.authority_id).context["authority"].code == "tourism"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"q": "قص"}, "q"),
        ({"q": "٪٪"}, "q"),
        ({"q": "\x00"}, "q"),
        ({"owner": "x"}, "owner"),
        ({"source": "x"}, "source"),
    ],
)
def test_what_cannot_be_searched_is_told_beside_its_field(officer_client, typed, field):
    response = search(officer_client, **typed)
    assert (response.status_code, set(response.context["form"].errors)) == (422, {field})


def test_strange_keys_do_no_harm(officer_client):
    licence = LicenceFactory()
    for before in ("x", "'", "9" * 30, "-1", "٣"):
        assert shown(search(officer_client, before=before)) == [licence.number], before


def test_a_search_stands_in_no_address(officer_client):
    LicenceFactory()
    assert len(shown(officer_client.get(LICENCES, {"q": "قصر النخيل"}))) == 1


def test_flags_narrow_the_list(officer_client):
    plain = LicenceFactory()
    applied_for = LicenceFactory(in_register=False)
    changed = owner_changed()
    establishment = EstablishmentFactory()
    still_the_formers = owner_changed(establishment=establishment)
    settled = owner_changed(establishment=establishment, owner_national_id=establishment.owner.national_id)

    assert shown(search(officer_client, source="application")) == [applied_for.number]
    assert shown(search(officer_client, source="register", owner="")) == [
        settled.number, still_the_formers.number, changed.number, plain.number,
    ]  # fmt: skip
    assert shown(officer_client.get(LICENCES, {"owner": "changed"})) == [
        settled.number, still_the_formers.number, changed.number,
    ]  # fmt: skip
    page = search(officer_client, owner="open")
    assert shown(page) == [still_the_formers.number]
    assertContains(page, "Subscribed under another owner")
    assertContains(page, "Owner changed on")
    assertNotContains(search(officer_client, q=settled.number), "Subscribed under another owner")


def test_the_subscription_is_told_as_it_holds_today(officer_client):
    licences = LicenceFactory.create_batch(3)
    for licence, status in zip(licences, ("active", "suspended", "closed"), strict=True):
        licence.establishment = EstablishmentFactory()
        licence.save()
        subscribe(licence.establishment, status=status)
    standings = {
        licence.number: standing for licence, standing, _flag in officer_client.get(LICENCES).context["rows"]
    }
    found = [standings.get(one.number) for one in Licence.objects.filter(subscriptions__isnull=False)]
    assert sorted(found) == ["active", "none", "suspended"]


def test_an_officer_of_two_authorities_chooses(officer, officer_client):
    hotel, rental = LicenceFactory(), LicenceFactory(sector=sector("car_rental"))
    Authority.objects.get(code="transport").officers.add(officer)
    assert shown(officer_client.get(LICENCES)) == [hotel.number]
    assert shown(officer_client.get(LICENCES, {"authority": rental.authority_id})) == [rental.number]
    assert search(officer_client, authority=Authority.objects.get(code="commerce").pk).status_code == 422


def test_auditors_choose_among_all(auditor_client):
    rental = LicenceFactory(sector=sector("car_rental"))
    assert shown(search(auditor_client, authority=rental.authority_id)) == [rental.number]


def test_what_is_found_is_paged_by_key(officer_client, monkeypatch):
    monkeypatch.setattr(licence_list, "PAGE", 2)
    made = [LicenceFactory(name_ar=f"فندق الصفحات {n}").number for n in range(5)]
    seen, before = [], ""
    while True:
        page = search(officer_client, q="الصفحات", before=before)
        seen.append(shown(page))
        before = page.context["next_key"]
        if not before:
            break
    assert seen == [made[:2:-1], made[2:0:-1], made[:1]]


def test_three_licences_take_as_many_queries_as_one(officer_client):
    counts = []
    for more in (1, 2):
        for licence in LicenceFactory.create_batch(more, name_ar="فندق الأعداد"):
            licence.establishment = EstablishmentFactory()
            licence.save()
        for typed in ({}, {"q": "الأعداد"}):
            with CaptureQueriesContext(connection) as queries:
                search(officer_client, **typed)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
