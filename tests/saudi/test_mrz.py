import string
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shumoos.saudi import mrz
from shumoos.saudi.errors import InvalidNumber
from tests.saudi.mrz import SAUDI_CARD, card, passport

# The specimens of ICAO Doc 9303, parts 4, 5 and 6.
TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
ARABIC_SHIFTED = "\u0650}]\u064f[أ÷ـ،/\u2019آ×؛\u064e\u064c\u064d\u2018{\u064b\u0652إ~"
TODAY = date(2026, 3, 15)

names = st.lists(st.text(string.ascii_uppercase, min_size=2, max_size=6), min_size=1, max_size=2)
numbers = st.text(string.ascii_uppercase + string.digits, min_size=6, max_size=9)
days = st.dates(date(1930, 1, 1), date(2026, 3, 14))


def refusal(text):
    with pytest.raises(InvalidNumber) as refused:
        mrz.read(text, TODAY)
    return refused.value.code


@pytest.mark.parametrize(
    ("text", "format_", "number"),
    [(TD1, "TD1", "D23145890"), (TD2, "TD2", "D23145890"), (TD3, "TD3", "L898902C3")],
)
def test_the_specimens_are_read(text, format_, number):
    found = mrz.read(text, TODAY)

    assert found == mrz.Mrz(
        format=format_,
        # Utopia's cards are none that records take, and Utopia is no country.
        id_type="passport" if format_ == "TD3" else "",
        number=number,
        full_name="ANNA MARIA ERIKSSON",
        nationality="",
        birth_date=date(1974, 8, 12),
        sex="f",
        expires_on=date(2012, 4, 15),
        wrong=frozenset(),
    )


@pytest.mark.parametrize(
    "spoil",
    [
        str.lower,
        lambda text: text.replace("\n", ""),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", " "),
        lambda text: text.replace("\n", "\t"),
        lambda text: text.replace("<", "‹"),
        lambda text: text.replace("<<", "«"),
        lambda text: text.replace("<", "«"),
        lambda text: text.replace("<", "("),
        lambda text: text.replace("<", " "),
        lambda text: "\n".join(line.rstrip("<") for line in text.split("\n")),
        lambda text: " ".join(text),
        lambda text: f"\u200f {text}\n\n",
        lambda text: text.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        lambda text: text.replace("\n", "").rstrip("<"),
    ],
)
@pytest.mark.parametrize("text", [TD1, TD2, TD3])
def test_it_is_read_however_it_was_typed(text, spoil):
    assert mrz.read(spoil(text), TODAY) == mrz.read(text, TODAY)


def test_a_scanner_that_types_on_an_arabic_keyboard_is_understood():
    small = dict(zip("acdefghijklmnopqrstuvwxyz", "شؤيثبلاهتنمةىخحضقسفعرصءغئ", strict=True)) | {"b": "لا"}
    large = dict(zip("ACDEFHIJKLMNOPQRSUVWXYZ", ARABIC_SHIFTED, strict=True)) | {
        "B": "لآ",
        "G": "لأ",
        "T": "لإ",
    }
    for text in (TD1, TD2, TD3):
        for keys in (small, large):
            typed = "".join(keys.get(char, keys.get(char.lower(), char)) for char in text).replace("<", ",")
            assert mrz.read(typed, TODAY) == mrz.read(text, TODAY)


def test_a_letter_read_for_a_digit_is_put_right_where_only_digits_can_stand():
    assert mrz.read(TD3.replace("7408122F", "74O8I22F"), TODAY) == mrz.read(TD3, TODAY)


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("L898902C36", "L898902C46", {"number"}),
        ("7408122F", "7408132F", {"birth_date"}),
        ("1204159ZE", "1204169ZE", {"expires_on"}),
        ("ZE184226B", "ZE184227B", {"whole"}),
        ("L898902C36UTO740812", "L898902C46UTO740813", {"number", "birth_date"}),
    ],
)
def test_a_wrong_check_digit_is_told_by_its_part(old, new, wrong):
    assert mrz.read(TD3.replace(old, new), TODAY).wrong == wrong


@pytest.mark.parametrize("text", ["", "  \n", "\u200f"])
def test_nothing_typed_is_told_apart(text):
    assert refusal(text) == "required"


@pytest.mark.parametrize(
    "text",
    [
        "Anna Maria Eriksson",
        "1000000008",
        TD3[:60],
        TD3.split("\n")[1],
        TD3.replace("P<", "V<"),
        TD3.replace("740812", "AB<!CD"),
        TD3.replace("L898902C36UTO7408122F1204159", "L898902C46UTO7408132F1204169"),
        TD3 + TD3,
        "A" * 88,
        "<" * 88,
    ],
)
def test_what_are_no_such_lines_is_refused(text):
    assert refusal(text) == "invalid"


def test_far_too_much_is_refused_without_a_try():
    assert refusal("P<" * 500) == "too_long"


@pytest.mark.parametrize(
    ("code", "country"), [("D<<", "DEU"), ("GBD", "GBR"), ("SAU", "SAU"), ("XXA", ""), ("5AU", "SAU")]
)
def test_the_nationality_becomes_a_countrys_code(code, country):
    assert mrz.read(passport(nationality=code), TODAY).nationality == country


def test_a_saudi_card_gives_the_national_id_and_not_the_cards_number():
    found = mrz.read(SAUDI_CARD, TODAY)

    assert (found.id_type, found.number, found.nationality) == ("national_id", "1000000008", "SAU")


def test_a_residents_card_gives_the_iqama_number():
    found = mrz.read(card(issuer="SAU", optional="2000000006", nationality="EGY"), TODAY)

    assert (found.id_type, found.number, found.nationality) == ("iqama", "2000000006", "EGY")


def test_a_gulf_citizens_card_gives_the_number_of_the_person():
    found = mrz.read(card(issuer="ARE", optional="784199012345678", nationality="ARE"), TODAY)

    assert (found.id_type, found.number) == ("gcc_id", "784199012345678")


@pytest.mark.parametrize(("issuer", "nationality"), [("ARE", "IND"), ("SWE", "SWE")])
def test_cards_that_records_do_not_take_have_no_sort(issuer, nationality):
    assert mrz.read(card(issuer=issuer, optional="", nationality=nationality), TODAY).id_type == ""


def test_a_long_number_goes_on_in_the_optional_part():
    body = "D23145890734"
    first = f"I<UTO{body[:9]}<{body[9:]}{mrz.check_digit(body[:9] + '<' + body[9:])}<<<<<<<<<<<"
    assert len(first) == 30
    # Doc 9303 counts the number without the filler that stands for its check digit.
    first = f"I<UTO{body[:9]}<{body[9:]}{mrz.check_digit(body)}<<<<<<<<<<<"
    second = "7408122F1204159UTO<<<<<<<<<<<"
    whole = mrz.check_digit(first[5:] + second[:7] + second[8:15] + second[18:])
    found = mrz.read(f"{first}\n{second}{whole}\nERIKSSON<<ANNA<<<<<<<<<<<<<<<", TODAY)

    assert (found.number, found.wrong) == (body, frozenset())


@pytest.mark.parametrize(
    ("digits", "day"),
    [("260314", date(2026, 3, 14)), ("260316", date(1926, 3, 16)), ("<<<<<<", None), ("991332", None)],
)
def test_a_birth_lies_in_the_past(digits, day):
    assert mrz.read(passport(birth=digits), TODAY).birth_date == day


@given(names, names, numbers, days, st.sampled_from(["M", "F", "<"]))
def test_what_is_written_is_read_again(surname, given_names, number, birth, sex):
    text = passport(
        name="<<".join("<".join(words) for words in (surname, given_names)),
        number=number,
        birth=f"{birth:%y%m%d}",
        sex=sex,
        nationality="SWE",
    )

    found = mrz.read(text, TODAY)

    assert found.full_name == " ".join([*given_names, *surname])
    assert (found.number, found.nationality, found.wrong) == (number, "SWE", frozenset())
    assert found.birth_date is not None
    assert (found.birth_date.month, found.birth_date.day) == (birth.month, birth.day)
    assert found.sex == {"M": "m", "F": "f", "<": ""}[sex]


@given(numbers, st.integers(0, 8), st.sampled_from(string.digits))
def test_another_digit_in_the_number_is_seen(number, place, other):
    text = passport(number=number)
    line = text.split("\n")[1]
    written = number.ljust(9, "<")
    changed = written[:place] + other + written[place + 1 :]
    assume(mrz.check_digit(changed) != mrz.check_digit(written))

    assert "number" in mrz.read(text.replace(line, changed + line[9:]), TODAY).wrong


@given(st.text(max_size=450))
def test_whatever_is_typed_is_read_or_refused(text):
    with suppress(InvalidNumber):
        assert mrz.read(text, TODAY).full_name


@given(st.text("<AB1 \n«", min_size=60, max_size=100))
def test_whatever_looks_like_such_lines_is_read_or_refused(text):
    with suppress(InvalidNumber):
        assert len(mrz.read(text, TODAY).wrong) <= 2
