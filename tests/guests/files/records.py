"""Files of invented guests."""

import csv
import io
from datetime import timedelta

from django.utils import timezone

from guests import file_import
from guests.models.file_imports import FileImport, Mode
from tests.guests.factories import GuestFactory

COLUMNS = [
    "client_reference",
    "id_type",
    "id_number",
    "full_name",
    "nationality",
    "birth_date",
    "gender",
    "arrived_at",
    "companion_of",
]


def guests(count, start=0, **changes):
    return [
        GuestFactory(client_reference=f"F-{number:06}", **changes) for number in range(start, start + count)
    ]


def csv_file(*rows, columns=COLUMNS):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def stored(establishment, content, *, mode=Mode.GOOD_ROWS, piece=file_import.PIECE, by=None, **details):
    """Keep a file without reading it; return its row."""
    pieces = [content[at : at + piece] for at in range(0, len(content), piece)]
    new, _is_new = file_import.store(
        pieces,
        establishment=establishment,
        kind="lodging",
        by=by or establishment.owner.user,
        mode=mode,
        **details,
    )
    return new


def taken(establishment, content, **details):
    """Keep a file and read it to its end; return its row."""
    new = stored(establishment, content, **details)
    file_import.read_due()
    new.refresh_from_db()
    return new


def refusals(done):
    """Row, field and code of everything that was refused."""
    return [
        (row.row, fault[0], fault[1]) for row in done.refused_rows.order_by("row") for fault in row.faults
    ]


def lapse(one):
    """Let the claim of a worker that is gone lapse."""
    FileImport.objects.filter(pk=one.pk).update(claimed_at=timezone.now() - timedelta(hours=1))
