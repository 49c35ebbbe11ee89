"""What goes into the database as an array comes out of it as it was."""

from datetime import datetime

import pytest
from django.db import connection

from guests.storing import array
from shumoos.saudi.calendar import RIYADH

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 11, 24, 14, 30, tzinfo=RIYADH)


@pytest.mark.parametrize(
    ("of", "values"),
    [
        ("text", []),
        ("text", ["نزيل مخترع", ""]),
        (
            "text",
            ['"', "\\", '\\"', "'", "''", "{", "}", ",", "{a,b}", "NULL", " ", "\n\t", "%s", "%"],
        ),
        ("text", [None, "NULL", None]),
        ("boolean", [True, False, None]),
        ("timestamptz", [MOMENT, None]),
    ],
)
def test_an_array_comes_back_as_it_went(of, values):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{of}[]", [array(values)])
        assert cursor.fetchone() == (values,)
