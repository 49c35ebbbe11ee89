"""A new kind is one declaration: with nothing else it goes through every door."""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from hypothesis import given, settings
from python_calamine import CalamineWorkbook

from guests import file_import
from guests.kinds import KINDS, fields
from guests.kinds.base import Kind, Shown, sha256
from guests.kinds.people import Identified
from guests.models import GuestRecord, Submission
from guests.models.file_imports import FileImport, FileStatus
from guests.transfer import transfer_due
from shumoos.saudi.calendar import RIYADH
from tests.conftest import sign_in
from tests.factories import sector
from tests.guests.api.calling import Caller
from tests.guests.api.conftest import make_key
from tests.guests.factories import GuestFactory
from tests.guests.files.bad_files import workbook
from tests.guests.test_plain_rows import assert_as_declared, rows_of


# The declaration: these lines, at most forty of them, and nothing besides.
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


# The declaration ends.
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


MARKS = ("# The declaration: ", "# The declaration ends")


@pytest.fixture
def marina_api(marina):
    return Caller(make_key(marina)[1])


def test_a_fifth_kind_is_declared_in_forty_lines():
    lines = Path(__file__).read_text().splitlines()
    begin, end = (next(n for n, line in enumerate(lines) if line.startswith(mark)) for mark in MARKS)
    assert 20 < end - begin - 1 <= 40


def test_a_fifth_kind_is_read_by_the_column():
    rows = [sailor(client_reference=f"B-{number}", boat=f"SAU-{number}") for number in range(300)]
    rows = [dict.fromkeys(BERTH.fields, "") | row for row in rows]
    rows[7] |= {"boat": "x" * 21}
    assert assert_as_declared(BERTH, rows).others == [7]


def test_a_fifth_kind_is_read_by_the_column_as_it_is_declared():
    @settings(max_examples=100)
    @given(rows_of(BERTH))
    def check(rows):
        assert_as_declared(BERTH, rows)

    check()


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
def test_a_fifth_kinds_records_are_found_by_their_place_and_end_in_house(marina, marina_api):
    marina_api.send(sailor(berth="7A"), sailor(berth="8"), kind="berth")
    client = sign_in(marina.owner.user)
    record = GuestRecord.objects.get(content__berth="7A")

    found = client.post(reverse("guests:search"), {"place": "7a"}).context["found"]
    assert [one.pk for one in found.records] == [record.pk]
    in_house = client.get(reverse("guests:in_house")).context["rows"]
    assert [(row["place"], str(row["place_label"])) for row in in_house][1] == (
        "7A",
        str(BERTH.fields["berth"].shown.label),
    )
    client.post(reverse("guests:move", args=[record.pk]), {"place": "9"})
    client.post(reverse("guests:depart", args=[record.pk]))

    record.refresh_from_db()
    assert (record.content["berth"], record.is_open) == ("9", False)
    assert record.departed_at is not None


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


def table_of(content, form):
    """The rows of a file, as a program that opens it shows them."""
    if form == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def file_of(rows, form):
    if form == "xlsx":
        return workbook(*rows)
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_fifth_kind_goes_through_a_file_its_template_and_its_report(marina, form):
    client = sign_in(marina.owner.user)

    def fetch(name, *arguments):
        return b"".join(client.get(reverse(f"guests:{name}", args=arguments)).streaming_content)

    def upload(rows):
        file = SimpleUploadedFile(f"berths.{form}", file_of(rows, form))
        sent = {"file": file, "mode": "good_rows", "whole": "yes"}
        response = client.post(f"{reverse('guests:send_file')}?kind=berth", sent)
        assert response.status_code == 302, response.context["form"].errors
        file_import.read_due()
        return FileImport.objects.latest("pk")

    template = table_of(fetch("file_template", "berth", form), form)
    labels = [str(field.shown.label) for field in BERTH.fields.values()]
    assert (template[0], len(template)) == (labels, 3)
    filled = [
        [sailor(**more).get(name, "") for name in BERTH.fields]
        for more in ({"client_reference": "T-1"}, {"client_reference": "T-2", "boat": "x" * 21})
    ]

    first = upload([*template, *filled])
    assert (first.status, first.accepted, first.rejected) == (FileStatus.DONE, 1, 1)
    [refused] = first.refused_rows.all()
    assert [fault[:2] for fault in refused.faults] == [["boat", "too_long"]]
    assert "x" * 21 in client.get(reverse("guests:file", args=[first.pk])).content.decode()

    report = table_of(fetch("file_refused", first.pk), "xlsx")
    assert report[0][-len(labels) :] == labels
    report[1][report[0].index(str(BERTH.fields["boat"].shown.label))] = "SAU-18"
    second = upload(report)

    assert (second.accepted, second.rejected) == (1, 0)
    records = GuestRecord.objects.order_by("client_reference")
    assert [(record.kind, record.client_reference, record.content["boat"]) for record in records] == [
        ("berth", "T-1", "SAU-17"),
        ("berth", "T-2", "SAU-18"),
    ]
    assert set(Submission.objects.values_list("door", "accepted")) == {("file", 1)}
    assert second.submission.sha256 == sha256([records[1].content])


@pytest.mark.django_db
def test_a_fifth_kind_is_described_and_listed(marina_api, client):
    described = client.get(reverse("api:openapi-json")).json()["components"]["schemas"]["berth"]
    assert list(described["properties"]) == list(BERTH.fields)
    assert "berth" in [row["code"] for row in marina_api.get("/codes/kinds").json()["codes"]]


@pytest.mark.django_db(transaction=True)
def test_a_fifth_kind_is_transferred(marina, marina_api, centre):
    marina_api.send(sailor(), kind="berth")

    transfer_due()

    record = GuestRecord.objects.get()
    assert record.state == "transferred"
    [payload] = centre.records
    assert (payload["kind"], payload["content"]) == ("berth", record.content)
