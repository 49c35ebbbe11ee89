import pytest
from hypothesis import given
from hypothesis import strategies as st

from shumoos.saudi.errors import InvalidNumber
from shumoos.saudi.national_address import clean_short_address
from tests.saudi.typed import as_typed


@given(st.data(), st.sampled_from(["RRRD2929", "rrrd2929", "RrRd2929"]))
def test_an_address_is_the_same_however_it_is_typed(data, address):
    assert clean_short_address(data.draw(as_typed(address))) == "RRRD2929"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "required"),
        (" \u200f", "required"),
        ("RRR2929", "invalid"),
        ("RRRD292", "invalid"),
        ("RRRD29290", "invalid"),
        ("2929RRRD", "invalid"),
        ("ررر د2929", "invalid"),
        ("ßRRD2929", "invalid"),
    ],
)
def test_another_shape_is_refused(text, code):
    with pytest.raises(InvalidNumber) as refused:
        clean_short_address(text)

    assert refused.value.code == code
