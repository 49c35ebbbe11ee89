import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shumoos.saudi.digits import clean_number, strip_marks, to_ascii
from tests.saudi.typed import MARKS, SPACING, as_typed, digits


def test_arabic_indic_and_persian_digits_become_ascii():
    assert to_ascii("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹") == "0123456789 0123456789"


def test_other_digits_and_letters_stay():
    assert to_ascii("غرفة ١٢ ²३A") == "غرفة 12 ²३A"


@pytest.mark.parametrize("mark", MARKS)
def test_invisible_marks_go(mark):
    assert strip_marks(f"{mark}مكة{mark} 12{mark}") == "مكة 12"


@given(st.text())
def test_stripping_removes_the_format_characters_and_nothing_else(text):
    assert strip_marks(text) == "".join(char for char in text if unicodedata.category(char) != "Cf")


@pytest.mark.parametrize("char", SPACING + MARKS)
def test_a_number_loses_spacing_dashes_and_marks(char):
    assert clean_number(f"{char}12{char}34{char}") == "1234"


def test_a_number_keeps_what_the_callers_rule_must_refuse():
    assert clean_number("١٢a/٣+") == "12a/3+"


@given(st.data(), digits(10))
def test_a_number_is_the_same_however_it_is_typed(data, number):
    assert clean_number(data.draw(as_typed(number))) == number


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    assert clean_number(clean_number(text)) == clean_number(text)
