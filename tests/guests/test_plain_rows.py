"""Rows read in bulk: each is exactly what the declaration makes of it, or it is left to the declaration."""

import random
import sys
import unicodedata
from datetime import datetime, timedelta
from typing import Annotated

import pytest
from django.utils.translation import gettext_lazy as _
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, field_validator

from guests.kinds import KINDS, between, columns, fields
from guests.kinds.base import Kind, Shown, canonical_json
from guests.kinds.errors import RecordRefused
from guests.kinds.lodging import LODGING, Lodging
from guests.kinds.people import Identified
from guests.kinds.plain import PlainRows
from shumoos.saudi.calendar import RIYADH
from shumoos.saudi.identity import has_valid_check_digit, make_national_id

NOW = datetime.now(RIYADH)
RNG = random.Random(1448)

texts = st.text(max_size=12)
references = st.one_of(st.from_regex(r"[A-Za-z0-9._/-]{1,66}", fullmatch=True), texts)
numbers = st.one_of(
    st.sampled_from(
        [make_national_id(RNG), make_national_id(RNG, "2"), "1000000000", "3123456789", "A1234567"]
    ),
    st.from_regex(r"[0-9]{7,16}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9 ]{5,13}", fullmatch=True),
    st.text(alphabet="٠١٢٣۴۵678²9 -\u200f", min_size=9, max_size=11),
    texts,
)
names = st.one_of(
    st.text(alphabet='ابجدهوزحطيآأإؤئءةىـ ABcd\n"\\\u0654\u200f1', min_size=0, max_size=12),
    st.just("ن" * 151),
    texts,
)
moments = st.one_of(
    st.timedeltas(timedelta(days=-5 * 366 - 2), timedelta(days=1)).map(
        lambda ago: f"{NOW + ago:%Y-%m-%d %H:%M}"
    ),
    st.timedeltas(timedelta(minutes=10), timedelta(minutes=20)).map(
        lambda ahead: f"{NOW + ahead:%Y-%m-%dT%H:%M:%S}"
    ),
    st.from_regex(
        r"20[0-9]{2}-[0-1][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9](:[0-6][0-9])?(Z|\+0[0-9]:00)?",
        fullmatch=True,
    ),
    texts,
)
days = st.one_of(
    st.dates(NOW.date() - timedelta(days=140 * 365), NOW.date() + timedelta(days=9 * 365)).map(str),
    st.dates(NOW.date() - timedelta(days=3000), NOW.date()).map(lambda day: f"{day:%d/%m/%Y}"),
    st.sampled_from(["1410-08-18", "١٩٩٠-٠٣-١٥", "0001-01-01", "9999-12-31", ""]),
    texts,
)
mobiles = st.one_of(
    st.from_regex(r"05[0-9]{8}", fullmatch=True),
    st.sampled_from(["+966512345678", "0512345678\n", "٠٥١٢٣٤٥٦٧٨", "05²2345678", "+447400123456", ""]),
    texts,
)
anything = {
    "id_type": st.sampled_from([*fields.ID_READERS, "IQAMA", "", "visa"]),
    "id_number": numbers,
    "full_name": names,
    "nationality": st.sampled_from(["SAU", "egy", "", "XXX", " IND"]),
    "birth_date": days,
    "gender": st.sampled_from(["m", "F", "", "x"]),
    "mobile": mobiles,
    "client_reference": references,
    "companion_of": st.one_of(st.just(""), references),
    "departs_on": days,
    "price": st.sampled_from(["12", "12.50", "1,250.5", "0", "٫", "1e5", "12.505"]),
    "weight": st.sampled_from(["1", "12.5", "-1", "0.0001"]),
    "item": names,
}


def right(kind: Kind) -> dict[str, str]:
    """A row of the kind in which everything is right."""
    values = {
        "client_reference": "G-1",
        "id_type": "national_id",
        "id_number": make_national_id(RNG),
        "full_name": "نزيل مخترع",
        "nationality": "SAU",
        "birth_date": "1990-03-15",
        "gender": "m",
        "mobile": "0512345678",
        "departs_on": f"{NOW + timedelta(days=3):%Y-%m-%d}",
        "price": "1250.50",
        "weight": "12.5",
    }
    start = f"{NOW - timedelta(days=2):%Y-%m-%d %H:%M}"
    return {
        name: values.get(name, start if name == kind.time else "A12" if field.required else "")
        for name, field in kind.fields.items()
    }


def rows_of(kind: Kind):
    """Right rows of the kind in which some of the fields hold anything."""
    strategies = {
        name: anything.get(name, moments if field.shown.input == "moment" else texts)
        for name, field in kind.fields.items()
    }
    spoilt = st.lists(st.sampled_from(sorted(kind.fields)), max_size=4, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: strategies[name] for name in names})
    )
    return st.lists(spoilt.map(lambda changes: right(kind) | changes), min_size=1, max_size=6)


def read(kind, rows):
    cells = {name: [row[name] for row in rows] for name in kind.fields}
    with fields.as_of(NOW):
        return PlainRows(kind).read(cells, len(rows))


def assert_as_declared(kind, rows):
    found = read(kind, rows)
    positions = found.kept(range(len(rows)))
    assert sorted([*positions, *found.others]) == list(range(len(rows)))
    with fields.as_of(NOW):
        contents = [kind.read(rows[position]) for position in positions]
    assert found.contents == [canonical_json(content).decode() for content in contents]
    for name in [*kind.fields, kind.companion]:
        assert list(found.column(name)) == [content.get(name, "") for content in contents]
    return found


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_plain_row_is_what_the_declaration_makes_of_it(kind):
    @settings(max_examples=300)
    @given(rows_of(kind))
    def check(rows):
        assert_as_declared(kind, rows)

    check()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_right_rows_are_plain(kind):
    rows = [right(kind) | {"client_reference": f"G-{number}"} for number in range(250)]
    assert list(assert_as_declared(kind, rows).others) == []


def test_one_wrong_row_costs_no_other():
    rows = [right(LODGING) for _number in range(300)]
    for position, change in {
        7: {"id_number": "1000000000"},
        120: {"full_name": "7"},
        121: {"client_reference": "مرجع"},
        299: {"departs_on": "2001-01-01"},
    }.items():
        rows[position] |= change
    found = assert_as_declared(LODGING, rows)
    assert list(found.others) == [7, 120, 299]


def test_a_last_day_five_years_on_is_left_to_the_declaration():
    arrived = NOW - timedelta(days=2)
    rows = [right(LODGING) | {"departs_on": f"{arrived.year + 5}-01-01"}]
    assert list(assert_as_declared(LODGING, rows).others) == [0]


def test_the_letters_of_plain_names_stand_as_they_are():
    for code in range(sys.maxunicode + 1):
        name = f"a{chr(code)}b"
        if not columns.NAME.fullmatch(name):
            continue
        assert fields.name(name) == name
        assert chr(code).isalpha() or chr(code) == " "
        assert unicodedata.normalize("NFC", name) == name


def test_check_sums_of_many_numbers_are_those_of_each():
    many = [f"{RNG.randrange(10**9, 3 * 10**9)}" for _number in range(3000)]
    sums = between.check_sums("".join(many))
    assert [not rest for rest in sums] == [has_valid_check_digit(number) for number in many]
    assert any(not rest for rest in sums)


@pytest.mark.parametrize(
    "typed", ["9999-12-31 23:30Z", "2026-02-30 10:00", "2026-1-1 10:00", "٢٠٢٦-٠٣-١٥ ١٤:٣٠"]
)
def test_odd_moments_are_read_by_the_declaration(typed):
    assert_as_declared(LODGING, [right(LODGING) | {"arrived_at": typed, "departs_on": ""}])


def test_what_a_column_remembers_has_an_end(monkeypatch):
    monkeypatch.setattr(columns, "MOST_REMEMBERED", 3)
    with fields.as_of(NOW):
        plain = PlainRows(LODGING)
        for start in range(0, 40, 10):
            rows = [right(LODGING) | {"room": str(room)} for room in range(start, start + 10)]
            found = plain.read({name: [row[name] for row in rows] for name in LODGING.fields}, 10)
            assert found.column("room") == [row["room"] for row in rows]


def test_what_is_in_the_future_is_judged_by_the_moment_given():
    row = right(LODGING) | {"arrived_at": f"{NOW + timedelta(hours=3):%Y-%m-%d %H:%M}", "departs_on": ""}
    with fields.as_of(NOW + timedelta(hours=4)):
        assert LODGING.read(row)
        assert list(PlainRows(LODGING).read({name: [row[name]] for name in row}, 1).others) == []
    with fields.as_of(NOW), pytest.raises(RecordRefused):
        LODGING.read(row)
    assert list(read(LODGING, [row]).others) == [0]


class Guarded(Lodging):
    @field_validator("room")
    @classmethod
    def is_not_the_cellar(cls, room):
        return room


class Doubled(Identified):
    room: Annotated[fields.ShortText, AfterValidator(lambda room: room * 2), Shown(_("Room"))]
    arrived_at: Annotated[fields.PastMoment, Shown(_("Arrived at"), input="moment")]


@pytest.mark.parametrize("model", [Guarded, Doubled])
def test_a_kind_with_a_rule_that_is_not_known_here_has_no_plain_rows(model):
    kind = Kind(code="x", label=_("Lodging"), new=_("New guest"), model=model, rows=(), time="arrived_at")
    assert list(read(kind, [right(kind)]).others) == [0]
