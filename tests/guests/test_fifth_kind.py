"""A new kind is one declaration: with nothing else it goes through every door."""

from datetime import datetime, timedelta
from typing import Annotated

import pytest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from guests.kinds import KINDS, fields
from guests.kinds.base import Kind, Shown
from guests.kinds.people import Identified
from guests.models import GuestRecord
from guests.transfer import transfer_due
from shumoos.saudi.calendar import RIYADH
from tests.conftest import sign_in
from tests.factories import sector
from tests.guests.api.calling import Caller
from tests.guests.api.conftest import make_key
from tests.guests.factories import GuestFactory


# The declaration: these lines, and nothing besides.
class Berth(Identified):
    boat: Annotated[fields.ShortText, Shown(_("Item"), is_code=True)]
    berth: Annotated[fields.ShortText | None, Shown(_("Room"), is_code=True)] = None
    moored_at: Annotated[fields.PastMoment, Shown(_("Arrived at"), input="moment", is_code=True)]
    cast_off_at: Annotated[
        fields.PastMoment | None, Shown(_("Departed at"), input="moment", is_code=True)
    ] = None


BERTH = Kind(
    code="berth",
    label=_("Item"),
    new=_("New guest"),
    model=Berth,
    rows=(
        ("id_type", "id_number", "nationality"),
        ("full_name", "birth_date", "gender"),
        ("mobile", "boat", "berth"),
        ("moored_at",),
    ),
    time="moored_at",
    leaves="cast_off_at",
    place="berth",
)


@pytest.fixture
def marina(hotel, monkeypatch):
    monkeypatch.setitem(KINDS, "berth", BERTH)
    hotels = sector("hotels")
    hotels.record_kinds = [*hotels.record_kinds, "berth"]
    hotels.save()
    hotel.sector.refresh_from_db()
    return hotel


def sailor(**more):
    person = GuestFactory()
    del person["arrived_at"]
    moored_at = f"{datetime.now(RIYADH) - timedelta(hours=3):%Y-%m-%d %H:%M}"
    return person | {"boat": "SAU-17", "moored_at": moored_at} | more


@pytest.fixture
def marina_api(marina):
    return Caller(make_key(marina)[1])


@pytest.mark.django_db
def test_a_fifth_kind_goes_through_the_form(marina):
    client = sign_in(marina.owner.user)
    address = f"{reverse('guests:new')}?kind=berth"

    assert 'name="boat"' in client.get(address).content.decode()
    refused = client.post(address, sailor(boat=""))
    assert list(refused.context["form"].errors) == ["boat"]
    assert client.post(address, sailor(client_reference="F-1")).status_code == 302

    record = GuestRecord.objects.get()
    assert (record.kind, record.client_reference, record.content["boat"]) == ("berth", "F-1", "SAU-17")
    assert "SAU-17" in client.get(reverse("guests:detail", args=[record.pk])).content.decode()


@pytest.mark.django_db
def test_a_fifth_kind_goes_through_the_api_and_its_check(marina, marina_api):
    checked = marina_api.send(sailor(boat="x" * 21), sailor(), kind="berth", query="?check_only=true").json()
    assert [result["status"] for result in checked["results"]] == ["rejected", "accepted"]
    assert checked["results"][0]["errors"][0]["field"] == "boat"
    assert GuestRecord.objects.count() == 0

    answer = marina_api.send(sailor(client_reference="A-1"), kind="berth").json()
    record_id = answer["results"][0]["id"]
    assert answer["accepted"] == 1
    assert marina_api.post(f"/records/{record_id}/departure", {}).json()["departed_at"] is not None


@pytest.mark.django_db
def test_a_fifth_kind_is_described_and_listed(marina_api, client):
    described = client.get(reverse("api:openapi-json")).json()["components"]["schemas"]["berth"]
    assert list(described["properties"]) == list(BERTH.fields)
    assert "berth" in [row["code"] for row in marina_api.get("/codes/kinds").json()["codes"]]


@pytest.mark.django_db(transaction=True)
def test_a_fifth_kind_is_transferred(marina, marina_api, centre):
    marina_api.send(sailor(), kind="berth")

    transfer_due()

    assert GuestRecord.objects.get().state == "transferred"
