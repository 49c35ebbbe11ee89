"""How people type and paste numbers: other digits, spacing, dashes, and marks nobody sees."""

from hypothesis import strategies as st

from shumoos.saudi.digits import ARABIC_INDIC, ASCII, PERSIAN

DIGIT_SETS = [ASCII, ARABIC_INDIC, PERSIAN]
MARKS = ["\u200e", "\u200f", "\u202a", "\u202c", "\u202e", "\u2066", "\u2069", "\ufeff", "\u061c", "\u200b"]
SPACING = [" ", "\u00a0", "\u2009", "\u202f", "\t", "\n", "-", "‐", "‑", "–", "—", "−"]


@st.composite
def as_typed(draw, number):
    """Spell `number` with any kind of digit, and marks and spacing anywhere."""
    noise = st.lists(st.sampled_from(MARKS + SPACING), max_size=2).map("".join)
    spelled = draw(noise)
    for char in number:
        spelled += draw(st.sampled_from(DIGIT_SETS))[int(char)] if char in ASCII else char
        spelled += draw(noise)
    return spelled


def digits(length):
    return st.text(alphabet=ASCII, min_size=length, max_size=length)


def single_digit_errors(number):
    """Every number that differs from `number` in exactly one digit."""
    for place, right in enumerate(number):
        for wrong in ASCII.replace(right, ""):
            yield number[:place] + wrong + number[place + 1 :]


def adjacent_transpositions(number):
    """Every number that has two unequal neighbours of `number` the wrong way round."""
    for place in range(len(number) - 1):
        left, right = number[place : place + 2]
        if left != right:
            yield number[:place] + right + left + number[place + 2 :]
