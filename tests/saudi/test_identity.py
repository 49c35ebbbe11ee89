import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shumoos.saudi import identity
from shumoos.saudi.errors import InvalidNumber
from tests.saudi.typed import adjacent_transpositions, as_typed, digits, single_digit_errors

person_ids = st.builds(
    lambda seed, first: identity.make_national_id(random.Random(seed), first),
    st.integers(),
    st.sampled_from("12"),
)
CLEANERS = [
    identity.clean_national_id,
    identity.clean_iqama,
    identity.clean_person_id,
    identity.clean_border_number,
    identity.clean_gcc_id,
    identity.clean_passport,
    identity.clean_commercial_registration,
    identity.clean_unified_number,
]


def refusal(clean, text):
    with pytest.raises(InvalidNumber) as refused:
        clean(text)
    return refused.value.code


def test_the_check_digit_of_the_known_examples():
    assert identity.has_valid_check_digit("1000000008")
    assert not identity.has_valid_check_digit("1000000000")


@pytest.mark.parametrize("number", ["", "100000000", "10000000080", "١٠٠٠٠٠٠٠٠٨", "100000000x"])
def test_the_check_is_for_ten_ascii_digits_only(number):
    assert not identity.has_valid_check_digit(number)


@given(digits(9))
def test_exactly_one_last_digit_fits(body):
    assert sum(identity.has_valid_check_digit(body + last) for last in "0123456789") == 1


@given(person_ids)
def test_every_single_digit_error_is_caught(number):
    assert not any(map(identity.has_valid_check_digit, single_digit_errors(number)))


@given(person_ids)
def test_every_adjacent_transposition_but_of_0_and_9_is_caught(number):
    for wrong in adjacent_transpositions(number):
        swapped = {left for left, right in zip(number, wrong, strict=True) if left != right}
        assert identity.has_valid_check_digit(wrong) == (swapped == {"0", "9"})


@given(st.data(), st.integers(), st.sampled_from("12"))
def test_a_made_number_is_clean_however_it_is_typed(data, seed, first):
    number = identity.make_national_id(random.Random(seed), first)
    own, other = identity.clean_national_id, identity.clean_iqama
    if first == "2":
        own, other = other, own

    typed = data.draw(as_typed(number))

    assert own(typed) == number
    assert identity.clean_person_id(typed) == number
    assert refusal(other, typed) == "invalid"


def test_a_mistyped_number_is_told_from_a_wrong_shape():
    assert refusal(identity.clean_national_id, "1000000000") == "check_digit"
    assert refusal(identity.clean_iqama, "2000000000") == "check_digit"
    assert refusal(identity.clean_person_id, "3000000000") == "invalid"
    assert refusal(identity.clean_national_id, "100000000") == "invalid"
    assert refusal(identity.clean_national_id, "10000000080") == "invalid"


@pytest.mark.parametrize("clean", CLEANERS)
@pytest.mark.parametrize("text", ["", "  ", "\u200f", " - "])
def test_nothing_typed_is_required(clean, text):
    assert refusal(clean, text) == "required"


@pytest.mark.parametrize("clean", CLEANERS)
@given(text=st.text())
def test_any_text_is_either_stored_as_ascii_or_refused(clean, text):
    try:
        number = clean(text)
    except InvalidNumber:
        return
    assert number.isascii()
    assert number.isalnum()
    assert clean(number) == number


def test_border_numbers_begin_with_3_or_4():
    assert identity.clean_border_number("٣١٢٣ ٤٥٦٧ ٨٩") == "3123456789"
    assert identity.clean_border_number("4123456789") == "4123456789"
    assert refusal(identity.clean_border_number, "5123456789") == "invalid"
    assert refusal(identity.clean_border_number, "312345678") == "invalid"


def test_gcc_ids_have_8_to_15_digits():
    assert identity.clean_gcc_id("12345678") == "12345678"
    assert identity.clean_gcc_id("784-1987-1234567-1") == "784198712345671"
    assert refusal(identity.clean_gcc_id, "1234567") == "invalid"
    assert refusal(identity.clean_gcc_id, "1234567890123456") == "too_long"
    assert refusal(identity.clean_gcc_id, "1234567a") == "invalid"


def test_passports_have_6_to_12_letters_and_digits_in_upper_case():
    assert identity.clean_passport("a٠١٢٣٤٥") == "A012345"
    assert identity.clean_passport("AB 123456-CDEF") == "AB123456CDEF"
    assert refusal(identity.clean_passport, "A1234") == "invalid"
    assert refusal(identity.clean_passport, "A123456789012") == "too_long"
    assert refusal(identity.clean_passport, "ß12345") == "invalid"
    assert refusal(identity.clean_passport, "أ12345") == "invalid"


def test_commercial_registrations_have_10_digits():
    assert identity.clean_commercial_registration("١٠١٠ ١٢٣٤ ٥٦") == "1010123456"
    assert refusal(identity.clean_commercial_registration, "101012345") == "invalid"


def test_unified_numbers_begin_with_7():
    assert identity.clean_unified_number("7001234567") == "7001234567"
    assert refusal(identity.clean_unified_number, "1010123456") == "invalid"
