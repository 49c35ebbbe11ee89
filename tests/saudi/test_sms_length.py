import pytest
from hypothesis import given
from hypothesis import strategies as st

from shumoos.saudi.sms_length import GSM_BASIC, GSM_EXTENSION, parts


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("ش" * 70, 1),
        ("ش" * 71, 2),
        ("ش" * 134, 2),
        ("ش" * 135, 3),
        ("a" * 69 + "ش", 1),
        ("a" * 70 + "ش", 2),
    ],
)
def test_a_text_is_cut_at_the_limits_of_its_alphabet(text, count):
    assert parts(text) == count


def test_extension_characters_count_two():
    assert parts("€" * 80) == 1
    assert parts("€" * 80 + "a") == 2


def test_characters_beyond_the_basic_plane_count_two():
    assert parts("\U0001f511" * 35) == 1
    assert parts("\U0001f511" * 35 + "a") == 2


def test_a_character_of_two_units_is_not_torn_between_parts():
    assert parts("a" * 152 + "€" + "a" * 151) == 2
    assert parts("a" * 152 + "€" + "a" * 152) == 3
    assert parts("ش" * 66 + "\U0001f511" + "ش" * 66) == 3


def test_the_gsm_alphabet_has_its_127_characters_and_10_more():
    assert len(GSM_BASIC) == 127
    assert len(GSM_EXTENSION) == 10
    assert not GSM_BASIC & GSM_EXTENSION


@given(st.text(alphabet=sorted(GSM_BASIC), max_size=700))
def test_gsm_texts_follow_160_and_153(text):
    assert parts(text) == (1 if len(text) <= 160 else -(-len(text) // 153))


@given(st.text(alphabet="ابتث جحخ 0123", max_size=400))
def test_arabic_texts_follow_70_and_67(text):
    text += "ش"
    assert parts(text) == (1 if len(text) <= 70 else -(-len(text) // 67))


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_longer_text_never_takes_fewer_parts(text, more):
    assert parts(text + more) >= parts(text)
