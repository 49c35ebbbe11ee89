import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shumoos.saudi.names import fold, words_of

LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أحمد", "احمد"),
        ("إبراهيم", "ابراهيم"),
        ("آمال", "امال"),
        ("ٱلرياض", "الرياض"),
        ("لؤلؤة", "لولوه"),
        ("شاطئ", "شاطى"),
        ("ضياء البطحاء", "ضيا البطحا"),
        ("مكة", "مكه"),
        ("مصطفى", "مصطفي"),
        ("مَكَّةُ", "مكة"),
        ("فنــــدق", "فندق"),
        ("کیان", "كيان"),
        ("\u200fفندق\u200f  نسيم ", "فندق نسيم"),
        ("ﻓﻨﺪﻕ ﺍﻷﻭﻝ", "فندق الأول"),
        ("غرفة ١٢", "غرفه 12"),
        ("Café RIYADH", "cafe riyadh"),
    ],
)
def test_spellings_of_one_name_are_folded_into_one(one, other):
    assert fold(one) == fold(other)


def test_other_letters_stay_apart():
    assert len({fold(letter) for letter in LETTERS}) == len(LETTERS)


@given(st.text())
def test_folding_again_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=LETTERS + " "), st.data())
def test_signs_and_tatweel_do_not_count(name, data):
    marks = st.text(alphabet="\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670\u0640", max_size=3)
    signed = "".join(char + data.draw(marks) for char in name)
    assert fold(signed) == fold(name)


@given(st.text(alphabet=LETTERS + "أإآؤئةى "))
def test_composed_and_decomposed_letters_are_the_same(name):
    assert fold(unicodedata.normalize("NFD", name)) == fold(name)


@given(st.text(), st.text())
def test_a_part_of_a_name_is_a_part_of_its_folding(before, after):
    assert fold("نسيم الواحة") in fold(f"{before} نسيم الواحة {after}")


@pytest.mark.parametrize("typed", ["", "  ", "قص", "a b c", "ا-ل-م", "ـــــ", "ءءء", "__a"])
def test_fewer_than_three_letters_that_follow_each_other_are_no_words_to_look_for(typed):
    assert words_of(typed) == []


def test_words_to_look_for_are_folded():
    assert words_of(" فندقُ  أُحُد ٢ ") == ["فندق", "احد", "2"]
