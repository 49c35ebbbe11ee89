import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shumoos.saudi import reference_number
from shumoos.saudi.errors import InvalidNumber
from tests.saudi.typed import ASCII, adjacent_transpositions, as_typed, digits, single_digit_errors

years = st.integers(2000, 2099)
bodies = st.text(alphabet=ASCII, min_size=1, max_size=30)
references = st.builds(
    lambda year, seed: reference_number.make(year, random.Random(seed)), years, st.integers()
)


def refusal(text):
    with pytest.raises(InvalidNumber) as refused:
        reference_number.clean(text)
    return refused.value.code


def test_the_check_digits_of_a_known_number():
    assert reference_number.add_check_digits("2648219037") == "264821903744"
    assert int("264821903744") % 97 == 1
    assert reference_number.show("264821903744") == "26-4821-9037-44"


@given(years)
def test_a_new_number_is_the_year_eight_digits_and_a_right_check(year):
    number = reference_number.make(year)

    assert len(number) == 12
    assert number.isascii()
    assert number.isdigit()
    assert number.startswith(str(year)[2:])
    assert reference_number.is_valid(number)


def test_new_numbers_come_from_the_given_randomness():
    made = {reference_number.make(2026, random.Random(seed)) for seed in range(100)}

    assert len(made) == 100
    assert reference_number.make(2026, random.Random(7)) == reference_number.make(2026, random.Random(7))


@given(bodies)
def test_check_digits_make_the_whole_number_1_modulo_97(body):
    number = reference_number.add_check_digits(body)

    assert number[:-2] == body
    assert len(number) == len(body) + 2
    assert int(number) % 97 == 1
    assert reference_number.has_check_digits(number)


@given(bodies)
def test_every_single_digit_error_is_caught(body):
    number = reference_number.add_check_digits(body)

    assert not any(map(reference_number.has_check_digits, single_digit_errors(number)))


@given(bodies)
def test_every_adjacent_transposition_is_caught_the_check_digits_included(body):
    number = reference_number.add_check_digits(body)

    assert not any(map(reference_number.has_check_digits, adjacent_transpositions(number)))


@pytest.mark.parametrize("check", [f"{check:02}" for check in range(2, 99)])
def test_mistakes_are_caught_next_to_every_pair_of_check_digits(check):
    number = next(
        number
        for number in map(reference_number.add_check_digits, (f"26{n:08}" for n in range(10_000)))
        if number.endswith(check)
    )

    assert not any(map(reference_number.is_valid, single_digit_errors(number)))
    assert not any(map(reference_number.is_valid, adjacent_transpositions(number)))


@given(st.data(), references)
def test_a_number_is_the_same_however_it_is_typed(data, number):
    assert reference_number.clean(data.draw(as_typed(number))) == number


@given(references)
def test_a_number_is_read_back_as_shown(number):
    shown = reference_number.show(number)

    assert [len(group) for group in shown.split("-")] == [2, 4, 4, 2]
    assert reference_number.clean(f"\u2066{shown}\u2069") == number


@given(references)
def test_a_mistyped_number_is_told_as_such(number):
    assert {refusal(wrong) for wrong in single_digit_errors(number)} == {"check_digit"}


@pytest.mark.parametrize("text", ["", " ", "26482190371", "2648219037441", "26-4821-9037-XX", "٢٦٤٨"])
def test_another_shape_is_invalid(text):
    assert refusal(text) == "invalid"
    assert not reference_number.is_valid(text)


@pytest.mark.parametrize("body", ["", "12a", "١٢", "-1", " 1"])
def test_only_ascii_digits_get_check_digits(body):
    with pytest.raises(ValueError, match="ASCII digits"):
        reference_number.add_check_digits(body)


@pytest.mark.parametrize("number", ["", "1", "01", "98", "1" * 5000, "٢٦٤٨٢١٩٠٣٧٤٤", "26-4821-9037-44"])
def test_only_ascii_digits_with_a_body_have_check_digits(number):
    assert not reference_number.has_check_digits(number)


@given(digits(12))
def test_a_twelve_digit_number_is_valid_exactly_when_the_rule_says_so(number):
    assert reference_number.is_valid(number) == (int(number) % 97 == 1)
