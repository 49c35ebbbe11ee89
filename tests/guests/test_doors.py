"""What one door accepts every door accepts, as the same row; what one refuses all refuse, by the same codes.

The cases are in `door_cases`; each goes through the form, the API, and the API's check-only.
"""

from datetime import datetime

import pytest
from django.urls import reverse

from guests.kinds import KINDS
from guests.models import GuestRecord
from registration.models import Sector
from tests.conftest import sign_in
from tests.guests.api.calling import Caller
from tests.guests.api.conftest import make_key
from tests.guests.door_cases import CASES, NOW
from tests.guests.factories import SubscribedFactory, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_march(time_machine):
    time_machine.move_to(datetime.fromisoformat(NOW), tick=False)


@pytest.fixture
def place():
    """A subscribed establishment of the sector that sends such records, with what is known in the case."""

    def of(case):
        establishment = SubscribedFactory(sector=sector_of(case.kind))
        if case.is_known:
            send(establishment, case.base, kind=case.kind)
        return establishment

    return of


def sector_of(kind):
    return Sector.objects.filter(record_kinds__contains=[kind]).first()


def through_the_form(establishment, kind, fields):
    """What the owner is shown: the codes beside the fields; and the row, where there is none."""
    client = sign_in(establishment.owner.user)
    address = f"{reverse('guests:new')}?kind={kind}"
    typed = {name: value or "" for name, value in fields.items()}
    response = client.post(address, typed)
    # The form alone asks before somebody who is in house is entered again; here they are.
    if response.status_code != 302 and (asked := response.context.get("asked")):
        response = client.post(
            address, typed | {"again": " ".join(str(record.pk) for record, _place in asked)}
        )
    found = set()
    if response.status_code != 302:
        errors = response.context["form"].errors.as_data()
        found = {
            ("" if name == "__all__" else name, error.code)
            for name, refused in errors.items()
            for error in refused
        }
    return found, stored(establishment)


def through_the_api(establishment, kind, fields):
    return api(establishment, kind, fields), stored(establishment)


def through_check_only(establishment, kind, fields):
    return api(establishment, kind, fields, "?check_only=true"), None


def api(establishment, kind, fields, query=""):
    caller = Caller(make_key(establishment)[1])
    response = caller.send(fields, kind=kind, query=query)
    assert response.status_code == 200, response.content
    [result] = response.json()["results"]
    return {(error["field"], error["code"]) for error in result["errors"]}


def stored(establishment):
    """The row, as far as it does not tell when and through which door it came."""
    return [
        (
            record.kind,
            record.client_reference,
            record.content,
            record.full_name,
            record.id_number,
            record.occurred_at,
            record.departed_at,
            record.is_open,
            record.state,
        )
        for record in GuestRecord.objects.filter(establishment=establishment)
    ]


DOORS = {"form": through_the_form, "api": through_the_api}


def test_there_are_enough_cases():
    assert len(CASES) >= 120
    assert {case.kind for case in CASES} == set(KINDS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_all_doors_say_the_same(place, case):
    told = {}
    for name, door in DOORS.items():
        codes, rows = door(place(case), case.kind, case.fields)
        assert codes == case.codes, name
        assert len(rows) == case.rows, name
        told[name] = rows
    checked, _rows = through_check_only(place(case), case.kind, case.fields)

    assert told["form"] == told["api"]
    assert checked == case.codes
    if case.stored:
        content = told["api"][0][2]
        assert {name: content.get(name) for name in case.stored} == case.stored
