"""The directory: who may read it, what is found, and what the log keeps of it."""

import csv
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration import directory
from registration.models import Establishment, Region
from shumoos.accounts.models import Look, Role
from shumoos.saudi.calendar import today
from tests.conftest import sign_in
from tests.factories import EstablishmentFactory, UserFactory, city, sector
from tests.guests.factories import subscribe

DIRECTORY = reverse("registration:directory")
REASON = "كتاب الجهة رقم 12"

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return UserFactory(role=Role.DIRECTORY)


@pytest.fixture
def reader_client(reader):
    return sign_in(reader)


def search(client, **typed):
    return client.post(DIRECTORY, {"reason": REASON, **typed})


def numbers(response):
    return [establishment.number for establishment, _standing in response.context["rows"]]


def region(code="riyadh"):
    return Region.objects.get(cities=city(code)).pk


# Who -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DIRECTORY, Role.AUDITOR}))
def test_the_directory_is_closed_to_everybody_else(role):
    client = sign_in(UserFactory(role=role))
    assert client.get(DIRECTORY).status_code == 403
    assert search(client, name="فندق").status_code == 403
    assert not Look.objects.exists()


def test_whoever_has_not_signed_in_is_led_to_the_sign_in(client):
    assertRedirects(client.get(DIRECTORY), f"{reverse('accounts:login')}?next={DIRECTORY}")


def test_readers_start_there_and_auditors_read_it_too(reader_client, auditor_client):
    assertRedirects(reader_client.get(reverse("home")), DIRECTORY)
    assert auditor_client.get(DIRECTORY).status_code == 200
    assert not Look.objects.exists()


def test_only_the_page_and_the_search_answer(reader_client):
    assert reader_client.put(DIRECTORY).status_code == 405


# What ------------------------------------------------------------------------------------------------------


def test_an_establishment_is_found_by_each_of_its_marks_and_its_owner_is_not_shown(reader_client):
    wanted = EstablishmentFactory(name_ar="فندق أضواء المدينة", city=city("makkah"), sector=sector("hotels"))
    subscribe(wanted)
    EstablishmentFactory(name_ar="شقق الشفا", sector=sector("furnished_apartments"))

    for typed in (
        {"name": "اضواء مدينه"},
        {"number": f" {wanted.number} "},
        {"number": wanted.commercial_registration},
        {"region": region("makkah")},
        {"sector": wanted.sector_id},
        {"status": "active"},
        {"name": "فندق", "region": region("makkah"), "sector": wanted.sector_id, "status": "active"},
    ):
        response = search(reader_client, **typed)
        assert numbers(response) == [wanted.number], typed
        assertContains(response, "فندق أضواء المدينة")
        for private in (wanted.owner.full_name, wanted.owner.national_id, wanted.owner.mobile):
            assertNotContains(response, private)

    assert numbers(search(reader_client, name="أضواء", region=region("riyadh"))) == []


def test_the_subscription_is_told_as_it_holds_today(reader_client):
    active, suspended, closed, over, never = EstablishmentFactory.create_batch(5)
    subscribe(active)
    subscribe(suspended, status="suspended")
    subscribe(closed, status="closed", closed_on=today(), period=(today() - timedelta(days=365), today()))
    subscribe(over, period=(today() - timedelta(days=400), today() - timedelta(days=30)))
    subscribe(over, status="suspended", period=(today() - timedelta(days=900), today() - timedelta(days=500)))

    for status, expected in {
        "active": [active],
        "suspended": [suspended],
        "none": [closed, over, never],
    }.items():
        response = search(reader_client, status=status)
        assert response.context["rows"] == [(one, status) for one in expected]


def test_what_is_found_is_paged_by_number(reader_client, monkeypatch):
    monkeypatch.setattr(directory, "PAGE", 2)
    made = [EstablishmentFactory(name_ar=f"فندق الصفحات {n}").number for n in range(5)]

    first = search(reader_client, name="الصفحات")
    second = search(reader_client, name="الصفحات", after=first.context["next_key"])
    third = search(reader_client, name="الصفحات", after=second.context["next_key"])

    assert [numbers(page) for page in (first, second, third)] == [made[:2], made[2:4], made[4:]]
    assert third.context["next_key"] == ""
    assert numbers(search(reader_client, name="الصفحات", after="x'; --")) == made[:2]


def test_three_establishments_take_as_many_queries_as_one(reader_client):
    subscribe(EstablishmentFactory())
    counts = []
    for more in (0, 2):
        for establishment in EstablishmentFactory.create_batch(more):
            subscribe(establishment)
        for button in ({}, {"export": ""}):
            with CaptureQueriesContext(connection) as queries:
                search(reader_client, status="active", **button)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


# Why -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "   ", "لا"])
def test_without_a_reason_nothing_is_searched_and_what_was_typed_stays(reader_client, reason):
    EstablishmentFactory(name_ar="فندق أضواء الفردوس")
    response = search(reader_client, name="أضواء", reason=reason)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"reason"}
    assertContains(response, 'value="أضواء"', status_code=422)
    assertNotContains(response, "الفردوس", status_code=422)
    assert not Look.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "__all__"),
        ({"name": "قص"}, "name"),
        ({"name": "٪٪٪"}, "name"),
        ({"number": "12345678901"}, "number"),
        ({"number": "abc"}, "number"),
        ({"region": "x"}, "region"),
        ({"sector": "999999999999999999999"}, "sector"),
        ({"status": "closed"}, "status"),
    ],
)
def test_what_cannot_be_searched_is_told_beside_its_field(reader_client, typed, field):
    response = search(reader_client, **typed)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert not Look.objects.exists()


def test_every_search_and_every_page_is_logged_without_what_was_typed(reader_client, reader):
    search(reader_client, name="خالد الراشد", number="1000000008", status="none", region=region())
    search(reader_client, sector=sector().pk, after="70000")

    assert [(look.by, look.role, look.action, look.subject, look.reason) for look in Look.objects.all()] == [
        (reader, "directory", "directory", f"directory:sector={sector().pk} after=70000", REASON),
        (reader, "directory", "directory", f"directory:name number region={region()} status=none", REASON),
    ]


# Files -----------------------------------------------------------------------------------------------------


def lines(response):
    return list(csv.reader(response.getvalue().decode("utf-8-sig").splitlines()))


def test_what_is_found_is_saved_as_csv_and_logged(reader_client):
    wanted = EstablishmentFactory(name_ar="فندق أضواء المدينة", name_en="Adwaa")
    subscribe(wanted)
    EstablishmentFactory()
    response = search(reader_client, name="أضواء", export="")

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="directory-{today():%Y-%m-%d}.csv"'
    assert "no-store" in response["Cache-Control"]
    assert lines(response)[1:] == [
        [
            wanted.number,
            "فندق أضواء المدينة",
            "Adwaa",
            wanted.sector.name_ar,
            wanted.city.region.name_ar,
            wanted.city.name_ar,
            str(directory.Standing.ACTIVE.label),
        ]
    ]
    look = Look.objects.get()
    assert (look.action, look.subject, look.reason) == ("directory export", "directory:name", REASON)


def test_a_file_ends_where_it_must_and_says_so(reader_client, monkeypatch):
    monkeypatch.setattr(directory, "MOST_IN_A_FILE", 2)
    made = [EstablishmentFactory(name_ar="فندق الملف").number for _number in range(3)]

    assert [line[0] for line in lines(search(reader_client, name="الملف", export=""))[1:]] == [
        *made[:2],
        directory.cut_sentence(),
    ]
    Establishment.objects.filter(number=made[2]).update(name_ar="غيره", name_en="")
    assert [line[0] for line in lines(search(reader_client, name="الملف", export=""))[1:]] == made[:2]


def test_a_file_without_a_reason_is_not_made(reader_client):
    response = search(reader_client, name="فندق", export="", reason="")
    assert (response.status_code, response["Content-Type"]) == (422, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "name", ["=1+1 فندق", "+SUM(A1) فندق", "-2 فندق", "@cmd فندق", "  =1 فندق", "＝1 فندق"]
)
def test_no_cell_of_a_file_is_a_formula(reader_client, name):
    EstablishmentFactory(name_ar=name, name_en=name)
    [line] = lines(search(reader_client, name="فندق", export=""))[1:]
    assert line[1:3] == [f"'{name}"] * 2
