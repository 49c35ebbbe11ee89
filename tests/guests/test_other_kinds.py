"""The kinds beside lodging: who rents, who sells."""

import re
from datetime import datetime

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from guests.kinds import KINDS
from guests.kinds.errors import RecordRefused
from guests.models import GuestRecord, RecordChange
from registration.models import Sector
from tests.conftest import sign_in
from tests.factories import sector
from tests.guests.factories import SubscribedFactory, send

PERSON = {
    "client_reference": "C-1",
    "id_type": "iqama",
    "id_number": "2000000006",
    "full_name": "شخص مخترع",
    "nationality": "EGY",
    "birth_date": "1990-03-15",
    "gender": "m",
}
RENTAL = PERSON | {
    "contract_number": "K-9",
    "plate": "أ ب ج ١٢٣٤",
    "driving_licence": "2000000006",
    "picked_up_at": "2026-03-15 14:30",
}
BRACELET = PERSON | {"item": "سوار", "price": "١٬٢٥٠٫٥", "weight": "12.5", "bought_at": "2026-03-15 14:30"}
PHONE = PERSON | {
    "item": "جوال",
    "price": "900",
    "serial_number": "490154203237518",
    "bought_at": "2026-03-15 14:30",
}
SAMPLES = {"vehicle_rental": RENTAL, "gold_purchase": BRACELET, "used_goods": PHONE}


@pytest.fixture(autouse=True)
def _in_march(time_machine):
    time_machine.move_to(datetime.fromisoformat("2026-03-16T09:00:00+03:00"), tick=False)


def refused(kind, raw):
    with pytest.raises(RecordRefused) as refusal:
        KINDS[kind].read(raw)
    return [(error.field, error.code) for error in refusal.value.errors]


@pytest.mark.parametrize(
    ("kind", "changes", "field", "stored"),
    [
        ("vehicle_rental", {}, "plate", "أ ب ج 1234"),
        ("vehicle_rental", {"returned_at": "2026-03-15 20:00"}, "returned_at", "2026-03-15T20:00:00+03:00"),
        ("gold_purchase", {}, "price", "1250.50"),
        ("gold_purchase", {"price": "1,250"}, "price", "1250.00"),
        ("gold_purchase", {}, "weight", "12.500"),
        ("gold_purchase", {"weight": 7}, "weight", "7.000"),
        ("used_goods", {}, "serial_number", "490154203237518"),
    ],
)
def test_values_are_read_into_their_stored_form(kind, changes, field, stored):
    assert KINDS[kind].read(SAMPLES[kind] | changes)[field] == stored


@pytest.mark.parametrize(
    ("kind", "changes", "errors"),
    [
        ("vehicle_rental", {"contract_number": ""}, [("contract_number", "required")]),
        ("vehicle_rental", {"returned_at": "2026-03-15 14:00"}, [("returned_at", "before_arrival")]),
        ("vehicle_rental", {"picked_up_at": "2026-03-17 14:00"}, [("picked_up_at", "in_future")]),
        ("vehicle_rental", {"room": "1"}, [("room", "unknown")]),
        ("gold_purchase", {"weight": ""}, [("weight", "required")]),
        ("gold_purchase", {"weight": "0"}, [("weight", "out_of_range")]),
        ("gold_purchase", {"weight": "1.2345"}, [("weight", "invalid")]),
        ("gold_purchase", {"price": "12,5"}, [("price", "invalid")]),
        ("gold_purchase", {"price": "-5"}, [("price", "invalid")]),
        ("gold_purchase", {"price": "5 ريال"}, [("price", "invalid")]),
        ("gold_purchase", {"price": "1000000000"}, [("price", "out_of_range")]),
        ("gold_purchase", {"price": "9" * 30}, [("price", "out_of_range")]),
        ("gold_purchase", {"price": 1.5}, [("price", "invalid")]),
        ("used_goods", {"item": "ج" * 201}, [("item", "too_long")]),
        ("used_goods", {"weight": "1"}, [("weight", "unknown")]),
    ],
)
def test_what_is_wrong_is_told_by_field_and_code(kind, changes, errors):
    assert refused(kind, SAMPLES[kind] | changes) == errors


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_every_kind_is_declared_whole(kind):
    assert {kind.reference, kind.person, kind.identity, kind.time} <= set(kind.fields)
    laid_out = [name for row in kind.rows for name in row]
    assert sorted([*laid_out, *kind.folded]) == sorted(kind.fields)
    assert not [name for name in kind.folded if kind.fields[name].required and name != kind.reference]
    assert set(kind.shared_with_companions) <= set(kind.fields)


@pytest.mark.django_db
def test_every_sectors_kinds_are_declared():
    expected = {code for codes in Sector.objects.values_list("record_kinds", flat=True) for code in codes}

    assert expected == set(KINDS)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sector_code", "kind"),
    [("car_rental", "vehicle_rental"), ("gold_jewellery", "gold_purchase"), ("used_phones", "used_goods")],
)
def test_the_form_of_a_sector_is_that_of_its_kind(sector_code, kind):
    shop = SubscribedFactory(sector=sector(sector_code))
    client = sign_in(shop.owner.user)

    page = client.get(reverse("guests:new"))
    for name in KINDS[kind].fields:
        assertContains(page, f'name="{name}"', count=1)
    response = client.post(reverse("guests:new"), SAMPLES[kind])

    record = GuestRecord.objects.get()
    assert (record.kind, record.full_name, record.id_number) == (kind, "شخص مخترع", "2000000006")
    assertContains(client.get(response.url), "شخص مخترع")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kinds", "labels"),
    [
        (["lodging"], ["Room"]),
        (["vehicle_rental"], ["Plate"]),
        (["lodging", "vehicle_rental"], ["Room or plate"]),
        (["gold_purchase", "used_goods"], []),
    ],
)
def test_the_search_asks_for_the_place_by_the_name_that_the_records_have_for_it(kinds, labels):
    shop = SubscribedFactory(sector=sector("car_rental"))
    shop.sector.record_kinds = kinds
    shop.sector.save()
    client = sign_in(shop.owner.user)
    client.cookies["django_language"] = "en"

    page = client.get(reverse("guests:search"))
    found = client.post(reverse("guests:search"), {"name": "شخص", "place": "1"})

    assert re.findall(r'for="id_place"[^>]*>\s*([^<]*?)\s*<', page.text) == labels
    assertContains(found, "Nothing was found.")


@pytest.mark.django_db
def test_a_rented_car_is_in_house_under_its_plate():
    garage = SubscribedFactory(sector=sector("car_rental"))
    send(garage, RENTAL, kind="vehicle_rental")
    client = sign_in(garage.owner.user)
    client.cookies["django_language"] = "en"
    [record] = GuestRecord.objects.all()

    page = client.get(reverse("guests:in_house"))
    client.post(reverse("guests:move", args=[record.pk]), {"place": "د ه و 9"})

    assertContains(page, '<th scope="col">Plate</th>', html=True)
    change = RecordChange.objects.get()
    assert (change.reason, change.record.content["plate"]) == ("Changed: Plate.", "د ه و 9")
