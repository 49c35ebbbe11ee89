import pytest
from hypothesis import given
from hypothesis import strategies as st

from shumoos.saudi.errors import InvalidNumber
from shumoos.saudi.mobile import clean_mobile, clean_saudi_mobile, mask
from tests.saudi.typed import as_typed, digits

PREFIXES = ["05", "5", "9665", "+9665", "009665", "+96605"]
FOREIGN = [
    ("+44 7911 123456", "+447911123456"),
    ("0044 7911 123456", "+447911123456"),
    ("+44 (0)7911 123456", "+447911123456"),
    ("+٩٧١ ٥٠ ١٢٣ ٤٥٦٧", "+971501234567"),
    ("+1 (212) 555-0123", "+12125550123"),
    ("\u200e+91 98765-43210", "+919876543210"),
]


def refusal(clean, *args):
    with pytest.raises(InvalidNumber) as refused:
        clean(*args)
    return refused.value.code


@pytest.mark.parametrize("clean", [clean_saudi_mobile, clean_mobile])
@given(data=st.data(), prefix=st.sampled_from(PREFIXES), rest=digits(8))
def test_a_saudi_mobile_is_the_same_however_it_is_typed(clean, data, prefix, rest):
    assert clean(data.draw(as_typed(prefix + rest))) == f"+9665{rest}"


@pytest.mark.parametrize(
    "text",
    [
        "051234567",
        "05123456789",
        "0112345678",
        "+966112345678",
        "+15512345678",
        "966",
        "05x2345678",
        "0512345678 ext 1",
        "+",
    ],
)
def test_anything_else_is_no_saudi_mobile(text):
    assert refusal(clean_saudi_mobile, text) == "invalid"


@pytest.mark.parametrize("clean", [clean_saudi_mobile, clean_mobile])
@pytest.mark.parametrize("text", ["", " ", "\u200f-"])
def test_nothing_typed_is_required(clean, text):
    assert refusal(clean, text) == "required"


@pytest.mark.parametrize(("text", "stored"), FOREIGN)
def test_a_guest_may_have_any_countrys_mobile(text, stored):
    assert clean_mobile(text) == stored
    assert refusal(clean_saudi_mobile, text) == "invalid"


def test_a_number_without_a_country_code_is_read_in_the_region():
    assert clean_mobile("07911 123456", region="GB") == "+447911123456"
    assert clean_mobile("+966 51 234 5678", region="GB") == "+966512345678"
    assert refusal(clean_mobile, "07911 123456") == "invalid"
    assert refusal(clean_mobile, "05 1234 5678", "GB") == "invalid"


@pytest.mark.parametrize(
    "text", ["+966 11 234 5678", "+44 20 7946 0958", "+44 800 123 4567", "+999 12345678", "+1"]
)
def test_landlines_and_unknown_numbers_are_refused(text):
    assert refusal(clean_mobile, text) == "invalid"


@pytest.mark.parametrize("text", ["tel:+447911123456", "1-800-FLOWERS", "+447911123456;ext=3", "غير معروف"])
def test_what_is_not_a_number_is_refused(text):
    assert refusal(clean_mobile, text) == "invalid"


@given(st.text())
def test_any_text_is_either_stored_as_e164_or_refused(text):
    try:
        stored = clean_mobile(text)
    except InvalidNumber:
        return
    assert clean_mobile(stored) == stored


@given(digits(8))
def test_a_masked_mobile_shows_its_last_two_digits_only(rest):
    assert mask(f"+9665{rest}") == "•••••••••••" + rest[-2:]
