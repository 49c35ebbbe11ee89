"""What is no JSON, or JSON that is meant to hurt, is refused and never breaks anything."""

import json

import pytest

from guests.api.bodies import MOST_BYTES
from guests.models import GuestRecord
from tests.guests.api.calling import problem
from tests.guests.factories import GuestFactory

pytestmark = pytest.mark.django_db


def around(records):
    return f'{{"kind": "lodging", "records": [{records}]}}'


UNREADABLE = {
    "nothing": " ",
    "text": "records",
    "cut short": '{"kind": "lodging"',
    "two documents": "{} {}",
    "NaN": around('{"room": NaN}'),
    "infinity": around('{"room": -Infinity}'),
    "a name twice": '{"kind": "lodging", "kind": "lodging", "records": []}',
    "a name twice further in": around('{"room": 1, "room": 2}'),
    "a long number": around('{"room": %s}' % ("9" * 5000)),
    "half a character": around('{"room": "\\ud800"}'),
    "half a character as a name": around('{"\\udfff": "1"}'),
    "deep lists": around("[" * 100_000 + "]" * 100_000),
    "deep objects": around('{"a":' * 50 + "1" + "}" * 50),
    "a control character": around('{"room": "\x01"}'),
    "single quotes": "{'kind': 'lodging'}",
    "a comment": "{} // records",
    "a comma too many": '{"kind": "lodging",}',
}


@pytest.mark.parametrize("sent", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_json_is_refused(api, sent):
    assert problem(api.post("/records", raw=sent)) == (400, "unreadable")
    assert GuestRecord.objects.count() == 0


@pytest.mark.parametrize(
    "sent",
    [
        around('{"room": "أ"}').encode("windows-1256"),
        around('{"room": "a"}').encode("utf-16"),
        b"\xff\xfe",
        b"\x00" * 10,
        b"\xef\xbb\xbf" + around("{}").encode(),
    ],
    ids=["windows-1256", "utf-16", "a mark alone", "NULs", "a mark before UTF-8"],
)
def test_other_encodings_are_refused(api, sent):
    assert problem(api.post("/records", raw=sent)) == (400, "unreadable")


def test_an_announced_encoding_has_to_be_utf_8(api):
    body = around(json.dumps(GuestFactory()))

    wrong = api.post("/records", raw=body, content_type="application/json; charset=windows-1256")
    right = api.post("/records", raw=body, content_type="application/json; charset=UTF-8")

    assert problem(wrong) == (400, "unreadable")
    assert right.json()["accepted"] == 1


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_what_is_not_announced_as_json_is_refused(api, content_type):
    assert problem(api.post("/records", raw="{}", content_type=content_type)) == (415, "not_json")


def test_too_much_is_refused_before_it_is_read(api):
    response = api.post("/records", raw="[" * (MOST_BYTES + 1))

    assert problem(response) == (413, "too_large")


def test_too_much_is_refused_before_the_key_is_looked_at(api, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert problem(api.post("/records", raw=" " * (MOST_BYTES + 1))) == (413, "too_large")


ODD = {
    "a NUL": "\0",
    "a number": 10**30,
    "a huge exponent": 1e308,
    "true": True,
    "nothing": None,
    "a list": ["x"],
    "an object": {"a": {}},
    "a million letters": "x" * 1_000_000,
    "marks of direction": "\u202e\u2066",
    "an emoji": "\U0001f600" * 3,
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
@pytest.mark.parametrize("field", [*GuestFactory(), "room", "mobile", "companion_of", "departs_on"])
def test_odd_values_are_answered_for_in_every_field(api, field, odd):
    response = api.send(GuestFactory() | {field: odd})

    assert response.status_code == 200
    [result] = response.json()["results"]
    assert result["status"] in ("accepted", "rejected")


@pytest.mark.parametrize("odd", [None, True, 1, 1.5, "x", [], ["x"], {}, {"": ""}, {"\0": "\0"}])
def test_odd_records_are_answered_for(api, odd):
    [result] = api.send(odd).json()["results"]

    assert result["status"] == "rejected"
    assert result["errors"]
