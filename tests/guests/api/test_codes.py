import pytest

from guests.api.codes import TABLES
from guests.kinds import KINDS
from guests.kinds.errors import CODES
from tests.guests.api.calling import Caller, problem

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_names_in_both_languages(api_key, table):
    english = Caller(api_key[1], "en").get(f"/codes/{table}").json()
    arabic = Caller(api_key[1], "ar").get(f"/codes/{table}").json()

    assert english["table"] == arabic["table"] == table
    assert {row["code"] for row in english["codes"]} == {row["code"] for row in arabic["codes"]}
    assert all(row["name"] for row in english["codes"] + arabic["codes"])
    assert english != arabic


def test_the_tables_are_complete(api):
    def of(table):
        return {row["code"] for row in api.get(f"/codes/{table}").json()["codes"]}

    assert of("errors") == CODES
    assert of("kinds") == set(KINDS)
    assert {"SAU", "GBR"} < of("countries")
    assert of("genders") == {"m", "f"}


def test_a_table_that_is_not_there(api):
    assert problem(api.get("/codes/none")) == (404, "not_found")
