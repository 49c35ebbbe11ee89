"""In house now: departures and their undoing, other rooms, longer stays."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from guests.models import Action, GuestRecord, RecordChange
from shumoos.saudi.calendar import RIYADH, today
from tests.conftest import sign_in
from tests.factories import sector
from tests.guests.factories import GuestFactory, SubscribedFactory, send

pytestmark = pytest.mark.django_db

IN_HOUSE = reverse("guests:in_house")


@pytest.fixture(autouse=True)
def in_english(owner_client):
    owner_client.cookies["django_language"] = "en"


def enter(establishment, **values):
    return GuestRecord.objects.get(pk=send(establishment, GuestFactory(**values)).results[0].record_id)


def departure(record):
    return reverse("guests:depart", args=[record.pk])


def names_on(page):
    return [row["record"].full_name for row in page.context["rows"]]


def test_those_who_have_not_left_are_listed_the_latest_first(hotel, owner_client):
    enter(hotel, full_name="نزيل أول", room="101")
    enter(
        hotel, full_name="نزيل ثان", departed_at=f"{datetime.now(RIYADH) - timedelta(hours=1):%Y-%m-%d %H:%M}"
    )
    enter(hotel, full_name="نزيل ثالث")
    enter(SubscribedFactory(), full_name="غريب")

    assert names_on(owner_client.get(IN_HOUSE)) == ["نزيل ثالث", "نزيل أول"]


def test_a_departure_is_one_click_and_can_be_undone(hotel, owner_client):
    record = enter(hotel)

    page = owner_client.post(departure(record), follow=True)

    record.refresh_from_db()
    assert record.departed_at is not None
    assert names_on(page) == []
    assertContains(page, "Undo")
    owner_client.post(reverse("guests:undo_departure", args=[record.pk]))
    record.refresh_from_db()
    assert (record.departed_at, record.is_open, record.version) == (None, True, 3)
    assert [change.action for change in RecordChange.objects.order_by("version")] == [
        Action.DEPARTURE,
        Action.CORRECTION,
    ]
    assert names_on(owner_client.get(IN_HOUSE)) == [record.full_name]


def test_a_second_click_says_so_and_changes_nothing(hotel, owner_client, time_machine):
    record = enter(hotel)
    owner_client.post(departure(record))
    time_machine.move_to(datetime.now(RIYADH) + timedelta(minutes=2))

    page = owner_client.post(departure(record), follow=True)

    assertContains(page, "The departure is on record already")
    assert RecordChange.objects.count() == 1


def test_companions_leave_with_the_guest_where_asked_for(hotel, owner_client):
    main = enter(hotel, client_reference="main", full_name="نزيل رئيس")
    enter(hotel, companion_of="main", full_name="مرافق")
    enter(hotel, full_name="نزيل آخر")

    page = owner_client.post(departure(main), {"all": "yes"}, follow=True)

    assert names_on(page) == ["نزيل آخر"]
    assert [change.record.full_name for change in page.context["departed"]] == ["نزيل رئيس", "مرافق"]


def test_another_room_and_a_longer_stay_are_corrections(hotel, owner_client):
    record = enter(hotel, room="101", departs_on=f"{today():%Y-%m-%d}")
    later = f"{today() + timedelta(days=3):%Y-%m-%d}"

    page = owner_client.post(
        reverse("guests:move", args=[record.pk]), {"place": "٢٠٤", "until": later}, follow=True
    )

    record.refresh_from_db()
    assert (record.content["room"], record.content["departs_on"]) == ("204", later)
    change = RecordChange.objects.get()
    assert (change.action, change.reason) == (
        Action.CORRECTION,
        "Changed: Room, Departs on.",
    )
    assertContains(page, "the change is saved")


def test_the_same_room_again_changes_nothing(hotel, owner_client):
    record = enter(hotel, room="101")

    owner_client.post(reverse("guests:move", args=[record.pk]), {"place": "101", "until": ""})

    assert RecordChange.objects.count() == 0


def test_a_stay_that_would_end_before_it_began_is_refused(hotel, owner_client):
    record = enter(hotel)

    page = owner_client.post(reverse("guests:move", args=[record.pk]), {"until": "2020-01-01"}, follow=True)

    assertContains(page, "The departure is before the arrival")
    assert RecordChange.objects.count() == 0


def test_an_overdue_stay_is_marked(hotel, owner_client):
    send(
        hotel,
        GuestFactory(
            arrived_at=f"{datetime.now(RIYADH) - timedelta(days=3):%Y-%m-%d %H:%M}",
            departs_on=f"{today() - timedelta(days=1):%Y-%m-%d}",
        ),
    )

    assertContains(owner_client.get(IN_HOUSE), "Overdue")


def test_a_row_of_an_older_page_does_not_undo_a_newer_change(hotel, owner_client):
    record = enter(hotel, room="101")
    address = reverse("guests:move", args=[record.pk])
    assertContains(owner_client.get(IN_HOUSE), '<input type="hidden" name="version" value="1">')
    owner_client.post(address, {"version": "1", "place": "202", "until": ""})

    until = f"{today() + timedelta(days=3)}"
    page = owner_client.post(address, {"version": "1", "place": "101", "until": until}, follow=True)

    assertContains(page, "has been changed since this page was opened")
    record.refresh_from_db()
    assert (record.version, record.content["room"]) == (2, "202")


@pytest.mark.parametrize("name", ["depart", "undo_departure", "move"])
def test_a_strangers_guest_and_a_kind_without_a_stay_are_not_found(hotel, owner_client, name):
    stranger = enter(SubscribedFactory())
    assert owner_client.post(reverse(f"guests:{name}", args=[stranger.pk])).status_code == 404

    shop = SubscribedFactory(sector=sector("gold_jewellery"))
    seller = GuestFactory(item="سوار", weight="1", price="1")
    seller["bought_at"] = seller.pop("arrived_at")
    purchase = GuestRecord.objects.get(pk=send(shop, seller, kind="gold_purchase").results[0].record_id)
    client = sign_in(shop.owner.user)
    assert client.post(reverse(f"guests:{name}", args=[purchase.pk])).status_code == 404
    assertNotContains(client.get(IN_HOUSE), purchase.full_name)
    assert RecordChange.objects.count() == 0


@pytest.mark.parametrize("name", ["depart", "undo_departure", "move"])
def test_changes_are_posted(hotel, owner_client, name):
    assert owner_client.get(reverse(f"guests:{name}", args=[enter(hotel).pk])).status_code == 405


def test_the_list_goes_on_by_key_and_asks_as_much_for_many(
    hotel, owner_client, django_assert_num_queries, django_assert_max_num_queries
):
    enter(hotel)
    with django_assert_max_num_queries(10) as captured:
        owner_client.get(IN_HOUSE)
    send(hotel, *[GuestFactory() for _number in range(52)])

    with django_assert_num_queries(len(captured)):
        first = owner_client.get(IN_HOUSE)
    assert len(first.context["rows"]) == 50
    assert len(owner_client.get(first.context["older"]).context["rows"]) == 3


def test_the_latest_to_arrive_stands_first_whenever_it_was_entered(hotel, owner_client, monkeypatch):
    def ago(hours):
        return f"{datetime.now(RIYADH) - timedelta(hours=hours):%Y-%m-%d %H:%M}"

    for name, hours in (("وصل ثالثًا", 1), ("وصل أولًا", 9), ("وصل ثانيًا", 5)):
        enter(hotel, full_name=name, arrived_at=ago(hours))
    in_order = ["وصل ثالثًا", "وصل ثانيًا", "وصل أولًا"]
    assert names_on(owner_client.get(IN_HOUSE)) == in_order

    monkeypatch.setattr("guests.views.in_house.PAGE", 1)
    found, address = [], IN_HOUSE
    while address:
        page = owner_client.get(address)
        found += names_on(page)
        address = page.context["older"]
    assert found == in_order


def test_companions_are_offered_to_leave_with_those_who_have_some_in_house(hotel, owner_client):
    enter(hotel, client_reference="main", full_name="نزيل رئيس")
    along = enter(hotel, companion_of="main", full_name="مرافق")
    enter(hotel, full_name="نزيل وحيد")
    assertContains(owner_client.get(IN_HOUSE), "With companions", count=1)

    owner_client.post(departure(along))

    assertNotContains(owner_client.get(IN_HOUSE), "With companions")


def test_a_guest_leaves_from_their_own_page_while_in_house(hotel, owner_client):
    record = enter(hotel)
    page = reverse("guests:detail", args=[record.pk])
    assertContains(owner_client.get(page), departure(record))

    owner_client.post(departure(record))

    record.refresh_from_db()
    assert record.departed_at is not None
    assertNotContains(owner_client.get(page), departure(record))


def test_nobody_is_added_to_a_cancelled_record(hotel, owner_client):
    record = enter(hotel)
    page = reverse("guests:detail", args=[record.pk])
    assertContains(owner_client.get(page), "Add a companion")

    owner_client.post(reverse("guests:cancel", args=[record.pk]), {"reason": "خطأ", "version": 1})

    record.refresh_from_db()
    assert record.cancelled_at is not None
    assertNotContains(owner_client.get(page), "Add a companion")
    assertNotContains(owner_client.get(page), departure(record))


def test_the_list_of_records_says_which_time_it_shows(hotel, owner_client):
    enter(hotel)
    page = owner_client.get(reverse("guests:list"))
    assertContains(page, '<th scope="col">Arrived at</th>')
