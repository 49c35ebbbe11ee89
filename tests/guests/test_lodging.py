"""What a guest's record may hold: every field, every code."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import translation

from guests.kinds import KINDS
from guests.kinds.base import canonical_json, sha256
from guests.kinds.errors import CODES, SENTENCES, RecordRefused
from shumoos.saudi.calendar import RIYADH

LODGING = KINDS["lodging"]
NOW = "2026-03-16T09:00:00+03:00"

WHOLE = {
    "client_reference": "B-17",
    "id_type": "national_id",
    "id_number": "1000000008",
    "full_name": "سارة بنت مخترع",
    "nationality": "SAU",
    "birth_date": "1990-03-15",
    "gender": "f",
    "mobile": "0512345678",
    "room": "204",
    "arrived_at": "2026-03-15 14:30",
    "departs_on": "2026-03-18",
}

pytestmark = pytest.mark.usefixtures("_in_march")


@pytest.fixture
def _in_march(time_machine):
    time_machine.move_to(datetime.fromisoformat(NOW), tick=False)


def read(**changes):
    return LODGING.read(WHOLE | changes)


def refused(raw):
    with pytest.raises(RecordRefused) as refusal:
        LODGING.read(raw)
    return [(error.field, error.code) for error in refusal.value.errors]


def test_the_fields_are_those_of_the_design_in_its_order():
    assert list(LODGING.fields) == [
        "client_reference",
        "id_type",
        "id_number",
        "full_name",
        "nationality",
        "birth_date",
        "gender",
        "mobile",
        "room",
        "arrived_at",
        "departs_on",
        "departed_at",
        "companion_of",
    ]


def test_a_record_is_read_into_its_canonical_form():
    assert LODGING.read(WHOLE) == {
        "client_reference": "B-17",
        "id_type": "national_id",
        "id_number": "1000000008",
        "full_name": "سارة بنت مخترع",
        "nationality": "SAU",
        "birth_date": "1990-03-15",
        "gender": "f",
        "mobile": "+966512345678",
        "room": "204",
        "arrived_at": "2026-03-15T14:30:00+03:00",
        "departs_on": "2026-03-18",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"id_number": "١٠٠٠٠٠٠٠٠٨"},
        {"id_number": "۱۰۰۰۰۰۰۰۰۸"},
        {"id_number": 1000000008},
        {"id_number": " 1000-0000-08\u200f"},
        {"id_type": "NATIONAL_ID"},
        {"full_name": "  سارة   بنت\tمخترع "},
        {"nationality": "sau"},
        {"birth_date": "15/03/1990"},
        {"birth_date": "1410-08-18"},
        {"birth_date": "١٤١٠/٠٨/١٨"},
        {"birth_date": date(1990, 3, 15)},
        {"gender": "F"},
        {"mobile": "+966 51 234 5678"},
        {"mobile": "٠٥١٢٣٤٥٦٧٨"},
        {"room": 204},
        {"room": "٢٠٤"},
        {"arrived_at": "2026-03-15T14:30"},
        {"arrived_at": "2026-03-15T11:30:00Z"},
        {"arrived_at": "2026-03-15T13:30:00+02:00"},
        {"arrived_at": "15/03/2026 14:30"},
        {"arrived_at": "٢٠٢٦-٠٣-١٥ ١٤:٣٠"},
        {"arrived_at": "2026-03-15 14:30:00.987"},
        {"arrived_at": datetime(2026, 3, 15, 14, 30)},
        {"arrived_at": datetime(2026, 3, 15, 14, 30, tzinfo=RIYADH)},
        {"departs_on": "18-03-2026"},
        {"departed_at": "", "companion_of": None},
    ],
)
def test_however_it_is_typed_the_canonical_form_is_the_same(changes):
    assert canonical_json(read(**changes)) == canonical_json(LODGING.read(WHOLE))


@pytest.mark.parametrize(
    ("id_type", "number", "stored"),
    [
        ("iqama", "2000000006", "2000000006"),
        ("gcc_id", "٧٨٤١٩٩٠١", "78419901"),
        ("passport", "k7712 0045", "K77120045"),
        ("border_number", "3123456789", "3123456789"),
    ],
)
def test_numbers_follow_the_rule_of_their_document(id_type, number, stored):
    assert read(id_type=id_type, id_number=number)["id_number"] == stored


def test_a_mobile_of_another_country_is_taken():
    assert read(mobile="+44 7400 123456")["mobile"] == "+447400123456"


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"client_reference": ""}, [("client_reference", "required")]),
        ({"client_reference": "\u200f \u200e"}, [("client_reference", "required")]),
        ({"full_name": None, "gender": " "}, [("full_name", "required"), ("gender", "required")]),
        ({"id_number": "1000000000"}, [("id_number", "check_digit")]),
        ({"id_number": "2000000006"}, [("id_number", "invalid")]),
        ({"id_type": "iqama", "id_number": "2000000007"}, [("id_number", "check_digit")]),
        ({"id_type": "passport", "id_number": "AB-12"}, [("id_number", "invalid")]),
        ({"id_type": "passport", "id_number": "A" * 13}, [("id_number", "too_long")]),
        ({"id_type": "gcc_id", "id_number": "1" * 16}, [("id_number", "too_long")]),
        ({"id_type": "border_number", "id_number": "5123456789"}, [("id_number", "invalid")]),
        ({"id_number": "--"}, [("id_number", "invalid")]),
        ({"id_type": "library card"}, [("id_type", "unknown")]),
        ({"nationality": "XXX"}, [("nationality", "unknown")]),
        ({"gender": "x"}, [("gender", "unknown")]),
        ({"shoe_size": "44"}, [("shoe_size", "unknown")]),
        ({"full_name": "ا" * 151}, [("full_name", "too_long")]),
        ({"full_name": "R2D2 7"}, [("full_name", "invalid")]),
        ({"full_name": "س"}, [("full_name", "invalid")]),
        ({"full_name": "سارة\x00مخترع"}, [("full_name", "invalid")]),
        ({"full_name": "سارة \ud800"}, [("full_name", "invalid")]),
        ({"full_name": ["سارة"]}, [("full_name", "invalid")]),
        ({"room": "1" * 21}, [("room", "too_long")]),
        ({"room": True}, [("room", "invalid")]),
        ({"client_reference": 10**50}, [("client_reference", "invalid")]),
        ({"mobile": "12"}, [("mobile", "invalid")]),
        ({"birth_date": "1990-02-30"}, [("birth_date", "invalid")]),
        ({"birth_date": "yesterday"}, [("birth_date", "invalid")]),
        ({"birth_date": "2026-03-17"}, [("birth_date", "in_future")]),
        ({"birth_date": "1880-01-01"}, [("birth_date", "out_of_range")]),
        ({"birth_date": "1300-01-01"}, [("birth_date", "out_of_range")]),
        ({"arrived_at": "2026-03-15"}, [("arrived_at", "invalid")]),
        ({"arrived_at": "2026-03-15 24:30"}, [("arrived_at", "invalid")]),
        ({"arrived_at": "1447-09-26 14:30"}, [("arrived_at", "invalid")]),
        ({"arrived_at": "9999-12-31T23:59-23:00", "departs_on": ""}, [("arrived_at", "invalid")]),
        ({"arrived_at": "2026-03-16 09:16", "departs_on": ""}, [("arrived_at", "in_future")]),
        ({"arrived_at": "2021-03-15 09:00"}, [("arrived_at", "out_of_range")]),
        ({"departs_on": "2026-03-14"}, [("departs_on", "before_arrival")]),
        ({"departs_on": "2031-03-16"}, [("departs_on", "out_of_range")]),
        ({"departed_at": "2026-03-15 14:29"}, [("departed_at", "before_arrival")]),
        ({"departed_at": "2026-03-17 08:00"}, [("departed_at", "in_future")]),
        ({"companion_of": "B-17"}, [("companion_of", "unknown_companion")]),
        (
            {"id_number": "1", "birth_date": "x", "mobile": "5"},
            [("id_number", "invalid"), ("birth_date", "invalid"), ("mobile", "invalid")],
        ),
    ],
)
def test_what_is_wrong_is_told_by_field_and_code(changes, errors):
    assert refused(WHOLE | changes) == errors


@pytest.mark.parametrize("raw", [[], "a guest", None, 7])
def test_what_is_no_record_is_refused_as_a_whole(raw):
    assert refused(raw) == [("", "invalid")]


def test_an_arrival_a_little_ahead_of_our_clock_is_taken():
    assert read(arrived_at="2026-03-16 09:15")["arrived_at"] == "2026-03-16T09:15:00+03:00"


def test_a_guest_may_leave_on_the_day_of_arrival():
    assert read(departs_on="2026-03-15")["departs_on"] == "2026-03-15"


def test_errors_hold_nothing_that_was_typed():
    with pytest.raises(RecordRefused) as refusal:
        read(id_number="1000000000", full_name="Secret 7")

    assert "1000000000" not in str(refusal.value) + repr(refusal.value.errors)
    assert "Secret" not in str(refusal.value) + repr(refusal.value.errors)


def test_sentences_are_in_the_language_in_use():
    messages = {}
    for language in ("en", "ar"):
        with translation.override(language), pytest.raises(RecordRefused) as refusal:
            read(id_number="1000000000")
        messages[language] = refusal.value.errors[0].message

    assert messages["en"] == (
        "This national ID looks mistyped: please compare it with the card, digit by digit."
    )
    assert messages["ar"] != messages["en"]


def test_every_code_has_a_sentence():
    assert {code for rule, code in SENTENCES if not rule} == CODES
    assert {code for _rule, code in SENTENCES} == CODES


def test_the_digest_is_over_the_canonical_form_in_its_order():
    first, second = LODGING.read(WHOLE), read(client_reference="B-18")

    assert canonical_json({"b": "ب", "a": "1"}) == '{"a":"1","b":"ب"}'.encode()
    assert sha256([first, second]) == sha256([dict(reversed(first.items())), second])
    assert sha256([first, second]) != sha256([second, first])
    assert sha256([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("days", [0, 400])
def test_the_same_record_reads_the_same_on_another_day(time_machine, days):
    before = LODGING.read(WHOLE)
    time_machine.move_to(datetime.fromisoformat(NOW) + timedelta(days=days))

    assert LODGING.read(WHOLE) == before
