from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from unittest import mock

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shumoos.saudi import calendar
from shumoos.saudi.calendar import Hijri, InvalidDate, add_hijri_months, add_months, parse_day, show_both
from tests.saudi.typed import DIGIT_SETS, MARKS

hijri_known = st.dates(calendar.HIJRI_FIRST, calendar.HIJRI_LAST)
typed_days = st.dates(date(1700, 1, 1), date(9999, 12, 31))


def spelled(text, digit_set):
    return text.translate(str.maketrans("0123456789", digit_set))


def refusal(text, **options):
    with pytest.raises(InvalidDate) as refused:
        parse_day(text, **options)
    return refused.value.code


@pytest.mark.parametrize(
    ("day", "hijri"),
    [
        (date(1924, 8, 1), Hijri(1343, 1, 1)),
        (date(2024, 7, 7), Hijri(1446, 1, 1)),
        (date(2025, 11, 24), Hijri(1447, 6, 3)),
        (date(2026, 11, 24), Hijri(1448, 6, 14)),
        (date(2077, 11, 16), Hijri(1500, 12, 30)),
    ],
)
def test_known_days_in_both_calendars(day, hijri):
    assert calendar.to_hijri(day) == hijri
    assert calendar.from_hijri(*hijri) == day


@given(hijri_known)
def test_a_day_survives_the_way_there_and_back(day):
    assert calendar.from_hijri(*calendar.to_hijri(day)) == day


@given(hijri_known, hijri_known)
def test_hijri_days_keep_the_order_of_days(one, other):
    assert (one < other) == (calendar.to_hijri(one) < calendar.to_hijri(other))


@pytest.mark.parametrize("day", [date.min, date(1924, 7, 31), date(2077, 11, 17), date.max])
def test_there_is_no_hijri_day_outside_the_tables(day):
    assert calendar.to_hijri(day) is None


@pytest.mark.parametrize("hijri", [(1342, 12, 29), (1501, 1, 1), (1447, 13, 1), (1447, 0, 1), (1447, 1, 31)])
def test_what_is_no_hijri_day_is_refused(hijri):
    with pytest.raises(ValueError):
        calendar.from_hijri(*hijri)


def test_a_hijri_day_is_written_like_an_iso_day():
    assert Hijri(1448, 6, 3).isoformat() == "1448-06-03"


@given(typed_days, st.sampled_from(DIGIT_SETS), st.sampled_from(["", *MARKS]))
def test_a_gregorian_day_is_read_in_every_form(day, digit_set, mark):
    forms = [
        day.isoformat(),
        f"{day.day:02}/{day.month:02}/{day.year}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day.year}/{day.month:02}/{day.day:02}",
        f" {day.day} / {day.month} / {day.year}\n",
    ]
    for form in forms:
        typed = mark + spelled(form, digit_set) + mark
        assert parse_day(typed) == parse_day(typed, hijri_allowed=False) == day


@given(hijri_known, st.sampled_from(DIGIT_SETS))
def test_a_hijri_day_is_read_in_every_form_where_it_may_be_typed(day, digit_set):
    hijri = calendar.to_hijri(day)
    for form in [
        hijri.isoformat(),
        f"{hijri.day}/{hijri.month}/{hijri.year}",
        hijri.isoformat().replace("-", "/"),
    ]:
        typed = spelled(form, digit_set)
        assert parse_day(typed) == day
        assert refusal(typed, hijri_allowed=False) == "invalid"


def test_hijri_examples():
    assert parse_day("1447-06-03") == parse_day("3/6/1447") == parse_day("٣/٦/١٤٤٧") == date(2025, 11, 24)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "required"),
        (" \u200f", "required"),
        ("2026-02-29", "invalid"),
        ("31/04/2026", "invalid"),
        ("12/31/2026", "invalid"),
        ("2026-1/2", "invalid"),
        ("20260102", "invalid"),
        ("1/2/26", "invalid"),
        ("0/1/2026", "invalid"),
        ("tomorrow", "invalid"),
        ("1447-06-31", "invalid"),
        ("1447-13-01", "invalid"),
        ("1342-12-29", "out_of_range"),
        ("1501-01-01", "out_of_range"),
        ("0000-01-01", "out_of_range"),
    ],
)
def test_what_is_no_day_is_refused(text, code):
    assert refusal(text) == code


@given(st.text())
def test_any_text_is_either_a_day_or_refused(text):
    try:
        day = parse_day(text)
    except InvalidDate:
        return
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 3, 15), 6, date(2026, 9, 15)),
        (date(2026, 9, 16), 6, date(2027, 3, 16)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
        (date(2026, 1, 31), -2, date(2025, 11, 30)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month(day, months, then):
    assert add_months(day, months) == then


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.integers(-600, 600))
def test_gregorian_months_are_exact(day, months):
    then = add_months(day, months)

    assert (then.year * 12 + then.month) - (day.year * 12 + day.month) == months
    assert then.day == min(day.day, monthrange(then.year, then.month)[1])


@given(hijri_known, st.integers(-60, 60))
def test_hijri_months_are_exact(day, months):
    start = calendar.to_hijri(day)
    assume(1343 * 12 <= start.year * 12 + start.month - 1 + months < 1501 * 12)

    then = add_hijri_months(day, months)

    end = calendar.to_hijri(then)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    next_day = calendar.to_hijri(then + timedelta(days=1))
    is_last_of_month = next_day is None or next_day.day == 1
    assert end.day == start.day or (end.day < start.day and is_last_of_month)


def test_hijri_months_known_examples():
    assert add_hijri_months(calendar.from_hijri(1447, 6, 3), 6) == calendar.from_hijri(1447, 12, 3)
    assert add_hijri_months(calendar.from_hijri(1447, 12, 1), 1) == calendar.from_hijri(1448, 1, 1)


@pytest.mark.parametrize(
    ("day", "months"), [(date(1924, 7, 31), 1), (date(2077, 11, 16), 1), (date(1924, 8, 1), -1)]
)
def test_hijri_months_outside_the_tables_are_refused(day, months):
    with pytest.raises(ValueError):
        add_hijri_months(day, months)


def test_a_day_is_shown_in_both_calendars():
    assert show_both(date(2025, 11, 24), "ar") == "3 جمادى الآخرة 1447هـ (24 نوفمبر 2025م)"
    assert show_both(date(2025, 11, 24), "en") == "24 November 2025 (3 Jumada II 1447 AH)"


def test_a_day_outside_the_tables_is_shown_as_gregorian_alone():
    assert show_both(date(1924, 7, 31), "ar") == "31 يوليو 1924م"
    assert show_both(date(2077, 11, 17), "en") == "17 November 2077"


@given(hijri_known)
def test_the_arabic_form_names_the_months_of_both_calendars(day):
    hijri = calendar.to_hijri(day)
    shown = show_both(day, "ar")

    assert shown.startswith(f"{hijri.day} {calendar.HIJRI_MONTHS_AR[hijri.month - 1]} {hijri.year}هـ (")
    assert shown.endswith(f"({day.day} {calendar.GREGORIAN_MONTHS_AR[day.month - 1]} {day.year}م)")


def test_the_month_names():
    assert len(set(calendar.HIJRI_MONTHS_AR)) == len(set(calendar.HIJRI_MONTHS_EN)) == 12
    assert len(set(calendar.GREGORIAN_MONTHS_AR)) == len(set(calendar.GREGORIAN_MONTHS_EN)) == 12
    assert calendar.HIJRI_MONTHS_AR[8] == "رمضان"
    assert calendar.GREGORIAN_MONTHS_AR[:2] == ("يناير", "فبراير")


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 1, 31, 20, 59, tzinfo=UTC), date(2026, 1, 31)),
        (datetime(2026, 1, 31, 21, 0, tzinfo=UTC), date(2026, 2, 1)),
    ],
)
def test_today_turns_at_midnight_in_riyadh(now, day):
    with mock.patch.object(calendar, "datetime") as clock:
        clock.now.side_effect = now.astimezone
        assert calendar.today() == day
