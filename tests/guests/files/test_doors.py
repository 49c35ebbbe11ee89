"""The file is a door like the others: the same cases as theirs, as CSV and as a workbook."""

import io
from datetime import datetime

import pytest
import xlsxwriter
from django.utils import timezone

from guests import file_import
from guests.kinds import KINDS
from registration.models import Sector
from tests.guests.api.calling import Caller
from tests.guests.api.conftest import make_key
from tests.guests.door_cases import CASES, NOW
from tests.guests.factories import SubscribedFactory, send
from tests.guests.files.records import csv_file

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _in_march(time_machine):
    time_machine.move_to(datetime.fromisoformat(NOW), tick=False)


def as_csv(kind, fields):
    return csv_file(fields, columns=list(KINDS[kind].fields))


def as_workbook(kind, fields):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for column, name in enumerate(KINDS[kind].fields):
        sheet.write_string(0, column, name)
        sheet.write_string(1, column, fields.get(name) or "")
    book.close()
    return file.getvalue()


def rows_of(establishment):
    columns = [
        "kind", "client_reference", "content", "full_name", "id_number", "occurred_at", "departed_at",
        "is_open", "state",
    ]  # fmt: skip
    return list(establishment.guest_records.values_list(*columns))


@pytest.mark.parametrize("write", [as_csv, as_workbook])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_says_what_every_door_says(kind, write):
    sector = Sector.objects.filter(record_kinds__contains=[kind]).first()
    for case in CASES:
        # A CSV file with a NUL byte is no text, and is refused as a whole.
        if case.kind != kind or (write is as_csv and any("\0" in value for value in case.fields.values())):
            continue
        place, other = SubscribedFactory(sector=sector), SubscribedFactory(sector=sector)
        if case.is_known:
            send(place, case.base, kind=kind)
            send(other, case.base, kind=kind)
        answer = Caller(make_key(other)[1]).send(case.fields, kind=kind).json()
        told = {(error["field"], error["code"]) for error in answer["results"][0]["errors"]}
        sent, _is_new = file_import.store(
            [write(kind, case.fields)], establishment=place, kind=kind, by=place.owner.user
        )
        assert sent.uploaded_at <= timezone.now()
        file_import.read_due()
        sent.refresh_from_db()
        faults = {(fault[0], fault[1]) for row in sent.refused_rows.all() for fault in row.faults}
        assert faults == told == case.codes, str(case)
        assert rows_of(place) == rows_of(other), str(case)
        assert len(rows_of(place)) == case.rows, str(case)
        assert sent.submission.sha256 == other.submissions.latest("pk").sha256, str(case)
