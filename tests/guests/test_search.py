"""The search among an establishment's own records."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from guests import searching
from shumoos.accounts.models import Look
from shumoos.saudi.calendar import RIYADH, today
from tests.conftest import sign_in
from tests.guests.factories import GuestFactory, SubscribedFactory, send
from tests.registration.mandating import ProviderFactory, agent_of, granted

pytestmark = pytest.mark.django_db

SEARCH = reverse("guests:search")


@pytest.fixture(autouse=True)
def in_english(owner_client):
    owner_client.cookies["django_language"] = "en"


def days_ago(days, hour=12):
    return f"{today() - timedelta(days=days):%Y-%m-%d} {hour:02}:00"


def found_by(client, **sought):
    page = client.post(SEARCH, sought)
    assert page.context["form"].errors == {}
    return [record.client_reference for record in page.context["found"].records]


@pytest.fixture
def guests(hotel):
    send(
        hotel,
        GuestFactory(
            client_reference="A",
            full_name="أحمد بن فاطمة الغامدي",
            id_number="1000000008",
            room="204",
            arrived_at=days_ago(9),
        ),
        GuestFactory(client_reference="B", full_name="Zoë Svensson", room="7A", arrived_at=days_ago(5)),
        GuestFactory(client_reference="C", full_name="احمد الغامدي", room="204", arrived_at=days_ago(2)),
    )


@pytest.mark.parametrize(
    ("sought", "references"),
    [
        ({"name": "احمد"}, ["C", "A"]),
        ({"name": "غامدى أَحـمد"}, ["C", "A"]),
        ({"name": "فاطمه"}, ["A"]),
        ({"name": "zoe SVEN"}, ["B"]),
        ({"name": "نزيل"}, []),
        ({"id_number": "١٠٠٠-٠٠٠-٠٠٨"}, ["A"]),
        ({"id_number": "1000000008", "name": "zoe"}, []),
        ({"place": "٢٠٤"}, ["C", "A"]),
        ({"place": "7a"}, ["B"]),
        ({"place": "204", "name": "فاطمة"}, ["A"]),
        ({"reference": "B"}, ["B"]),
        ({"reference": "b"}, []),
    ],
)
def test_guests_are_found_by_what_is_known_of_them(guests, owner_client, sought, references):
    assert found_by(owner_client, **sought) == references


def test_guests_are_found_by_their_days_in_either_calendar(guests, owner_client):
    first = f"{today() - timedelta(days=6):%Y-%m-%d}"
    last = f"{today() - timedelta(days=4):%d/%m/%Y}"

    assert found_by(owner_client, first=first) == ["C", "B"]
    assert found_by(owner_client, last=last) == ["B", "A"]
    assert found_by(owner_client, first=first, last=last, name="zoe") == ["B"]


@pytest.mark.parametrize(
    "sought", [{}, {"name": "ا"}, {"first": "x"}, {"first": "2026-02-02", "last": "2026-02-01"}]
)
def test_too_little_to_look_for_is_told(hotel, owner_client, sought):
    page = owner_client.post(SEARCH, sought)

    assertContains(page, "error-summary")
    assert "found" not in page.context


def test_what_is_sought_is_in_no_address_and_the_look_is_logged_without_it(guests, owner, owner_client):
    assert owner_client.get(SEARCH, {"name": "احمد"}).context.get("found") is None

    page = owner_client.post(SEARCH, {"name": "احمد"})

    assertNotContains(page, "name=%D8")
    look = Look.objects.exclude(action="send guests").get()
    assert (look.by, look.action, look.reason) == (owner, "search guest records", "")


def test_strangers_records_are_not_found(guests, owner_client):
    stranger = SubscribedFactory()
    send(stranger, GuestFactory(client_reference="S", full_name="أحمد الغريب"))

    assert found_by(owner_client, name="احمد") == ["C", "A"]
    assert found_by(owner_client, reference="S") == []
    assert owner_client.post(f"{SEARCH}?establishment={stranger.number}", {"name": "احمد"}).status_code == 404


def test_an_agent_finds_their_own_companys_records_only(guests, hotel):
    agent = agent_of(ProviderFactory())
    granted(agent, hotel)
    send(hotel, GuestFactory(client_reference="P", full_name="أحمد الوكيل"), by=agent)

    assert found_by(sign_in(agent), name="احمد") == ["P"]


@pytest.mark.parametrize("sought", [{"name": "نزيل"}, {"first": "2020-01-01"}])
def test_pages_go_on_by_key_through_records_of_one_moment(hotel, owner_client, sought):
    send(hotel, *[GuestFactory(client_reference=f"R{n:03}", arrived_at=days_ago(1)) for n in range(120)])

    seen, after = [], ""
    while True:
        page = owner_client.post(SEARCH, sought | {"after": after})
        found = page.context["found"]
        seen += [record.client_reference for record in found.records]
        if not found.after:
            break
        assertContains(page, f'value="{found.after.at.isoformat()} {found.after.pk}"')
        after = f"{found.after.at.isoformat()} {found.after.pk}"

    assert seen == [f"R{n:03}" for n in reversed(range(120))]


def test_a_search_that_reads_long_says_how_far_it_came(hotel, owner_client, monkeypatch):
    monkeypatch.setattr(searching, "MOST_READ", 4)
    monkeypatch.setattr(searching, "BATCH", 2)
    send(hotel, GuestFactory(client_reference="old", full_name="أحمد القديم", arrived_at=days_ago(30)))
    send(hotel, *[GuestFactory(arrived_at=days_ago(n)) for n in range(1, 7)])

    page = owner_client.post(SEARCH, {"name": "احمد"})

    found = page.context["found"]
    assert found.records == []
    assert found.reached == datetime.fromisoformat(f"{days_ago(4)}:00").replace(tzinfo=RIYADH)
    assertContains(page, "Searched back to")
    after = f"{found.after.at.isoformat()} {found.after.pk}"
    assert found_by(owner_client, name="احمد", after=after) == ["old"]


@pytest.mark.parametrize("after", ["x", "2026-01-01 5", "1 2 3", "2026-01-01T00:00:00+03:00 x", " "])
def test_a_place_that_is_none_shows_the_first_page(guests, owner_client, after):
    assert found_by(owner_client, name="احمد", after=after) == ["C", "A"]


def test_other_roles_are_refused(supervisor_client):
    assert supervisor_client.get(SEARCH).status_code == 403
