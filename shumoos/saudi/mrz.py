"""Machine-readable lines of passports and identity cards: ICAO Doc 9303, parts 3 to 6.

TD1 is three lines of 30 characters (cards), TD2 two of 36, TD3 two of 44 (passports). They come from a
scanner that types, or by copy and paste: in small letters, with spaces, without line breaks, with fillers cut
off or read as other signs, or typed on a keyboard that is set to Arabic. The reading that agrees with the
most check digits is taken.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shumoos.saudi import calendar
from shumoos.saudi.countries import COUNTRIES
from shumoos.saudi.digits import strip_marks, to_ascii
from shumoos.saudi.errors import InvalidNumber
from shumoos.saudi.identity import has_valid_check_digit

Format = Literal["TD1", "TD2", "TD3"]
Part = Literal["number", "birth_date", "expires_on", "whole"]

LENGTHS: dict[Format, tuple[int, ...]] = {"TD1": (30, 30, 30), "TD2": (36, 36), "TD3": (44, 44)}
# Four pages of text are no machine-readable zone.
LONGEST = 400
# More wrong check digits than this, and the lines say nothing that can be relied on.
MOST_WRONG = 2

GULF = frozenset({"ARE", "BHR", "KWT", "OMN", "QAT"})
# What Doc 9303 writes otherwise than ISO 3166-1; its codes for the stateless and for the United Nations'
# papers have no country.
_COUNTRIES = {"D": "DEU", "GBD": "GBR", "GBN": "GBR", "GBO": "GBR", "GBP": "GBR", "GBS": "GBR"}

# What an Arabic keyboard makes of the keys that a scanner presses, without and with shift.
_ARABIC_KEYS = {
    **dict(zip("ضصثقفغعهخحشسيبلاتنمئءؤرىة", "QWERTYUIOPASDFGHJKLZXCVNM", strict=True)),
    **dict(
        zip(
            "\u064e\u064b\u064f\u064cإ\u2018÷×؛\u0650\u064d][أـ،/~\u0652}{آ\u2019",
            "QWERYUIOPASDFHJKLZXCVNM",
            strict=True,
        )
    ),
    **{"لا": "B", "لإ": "T", "لأ": "G", "لآ": "B"},
}
_ARABIC_KEY = re.compile("|".join(map(re.escape, sorted(_ARABIC_KEYS, key=len, reverse=True))))
_DIGIT_FOR = str.maketrans("OQDILZSGB", "000112568")
_LETTER_FOR = str.maketrans("012568", "OIZSGB")


@dataclass(frozen=True)
class Mrz:
    """What the lines say. `wrong` names the parts whose check digit does not agree: compare those by eye.

    `id_type` is the sort of document as records know it, empty for one that they do not take; for a Saudi
    card `number` is the holder's national ID or iqama number, not the card's. `nationality` is ISO 3166-1
    alpha-3, empty where there is no such country; a day is None where the document leaves it open.
    """

    format: Format
    id_type: str
    number: str
    full_name: str
    nationality: str
    birth_date: date | None
    sex: Literal["m", "f", ""]
    expires_on: date | None
    wrong: frozenset[Part]


def read(text: str, today: date | None = None) -> Mrz:
    """Return what machine-readable lines say.

    Raises `InvalidNumber`: `required` where nothing was typed, `too_long` for far too much, and `invalid` for
    what are no such lines, or those of a visa, or lines with more than two wrong check digits.
    """
    if len(text) > LONGEST:
        raise InvalidNumber("too_long")
    written = _written(text)
    if not written.strip():
        raise InvalidNumber("required")
    found = [zone for lines in _arrangements(written) if (zone := _Zone.of(lines))]
    if not found:
        raise InvalidNumber("invalid")
    best = min(found, key=lambda zone: len(zone.wrong))
    if len(best.wrong) > MOST_WRONG:
        raise InvalidNumber("invalid")
    return best.meaning(today or calendar.today())


def check_digit(characters: str) -> str:
    """Return the check digit over characters of a zone: weights 7, 3, 1; A is 10, a filler 0."""
    values = (0 if char == "<" else int(char, 36) for char in characters)
    return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)


def _written(text: str) -> str:
    """Return the text in the zone's own characters, with its spaces and line breaks."""
    plain = strip_marks(to_ascii(text)).upper()
    if any("\u0620" <= char <= "\u0652" for char in plain):
        plain = _ARABIC_KEY.sub(lambda key: _ARABIC_KEYS[key[0]], plain)
    plain = re.sub(r"\r\n?|\x1e|\t|\u2028", "\n", plain)
    # A filler is the only sign there is; two of them that touch are often read as one.
    return re.sub(r"[^A-Z0-9<\s«]", "<", plain)


def _arrangements(written: str) -> Iterator[tuple[str, ...]]:
    """Yield every way to set the text out in the lines of a format."""
    for text in {written.replace("«", "<<"), written.replace("«", "<")}:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        for space in ("", "<"):
            spaced = [re.sub(r"\s", space, line) for line in lines]
            yield from _lines_of(spaced)
            yield from _cut("".join(spaced))
        yield from _lines_of(text.split())


def _lines_of(lines: list[str]) -> Iterator[tuple[str, ...]]:
    for lengths in LENGTHS.values():
        # The second line ends with a check digit: nothing of it can have been cut off as a filler.
        if len(lines) == len(lengths) and len(lines[1]) >= lengths[1]:
            yield tuple(_fit(line, length) for line, length in zip(lines, lengths, strict=True))


def _cut(joined: str) -> Iterator[tuple[str, ...]]:
    """Yield the lines of a text without breaks: the line of the name is the one that may have been cut."""
    for length in (44, 36):
        if length < len(joined) <= 2 * length:
            yield _fit(joined[:-length], length), joined[-length:]
    if 60 < len(joined) <= 90:
        yield joined[:30], joined[30:60], _fit(joined[60:], 30)


def _fit(line: str, length: int) -> str:
    """Return the line with the fillers that it lacks at its end, or without those it has too many."""
    return line.ljust(length, "<") if len(line) <= length else line[:length] + line[length:].rstrip("<")


@dataclass(frozen=True)
class _Zone:
    """The parts of a zone, before anything is made of them; each check digit with what it is over."""

    format: Format
    code: str
    issuer: str
    name: str
    number: str
    nationality: str
    birth: str
    sex: str
    expiry: str
    optional: tuple[str, ...]
    checks: tuple[tuple[Part, str, str], ...]

    @classmethod
    def of(cls, lines: tuple[str, ...]) -> "_Zone | None":
        """Return the parts of the lines; None where these cannot be what the lines are."""
        lengths = tuple(map(len, lines))
        format_ = next((name for name, expected in LENGTHS.items() if expected == lengths), None)
        if format_ is None:
            return None
        zone = cls._card(lines) if format_ == "TD1" else cls._booklet(format_, lines)
        starts = "P" if format_ == "TD3" else "IAC"
        dates = re.fullmatch(r"[0-9<]{6}", zone.birth) and re.fullmatch(r"[0-9<]{6}", zone.expiry)
        is_one = zone.code[0] in starts and zone.sex in ("M", "F", "X", "<") and dates
        agrees = any(over.strip("<") and check_digit(over) == given for _part, over, given in zone.checks)
        return zone if is_one and agrees and zone.name.strip("<") else None

    @classmethod
    def _card(cls, lines: tuple[str, ...]) -> "_Zone":
        first, second, name = lines
        birth, birth_check = _digits(second[:6]), _digits(second[6])
        expiry, expiry_check = _digits(second[8:14]), _digits(second[14])
        number, check, optional = _long_number(first[5:14], first[14], first[15:])
        body = first[5:] + birth + birth_check + expiry + expiry_check + second[18:29]
        return cls(
            format="TD1",
            code=first[:2],
            issuer=first[2:5],
            name=name,
            number=number,
            nationality=second[15:18],
            birth=birth,
            sex=second[7],
            expiry=expiry,
            optional=(optional, second[18:29]),
            checks=(
                ("number", number, check),
                ("birth_date", birth, birth_check),
                ("expires_on", expiry, expiry_check),
                ("whole", body, _digits(second[29])),
            ),
        )

    @classmethod
    def _booklet(cls, format_: Format, lines: tuple[str, ...]) -> "_Zone":
        first, second = lines
        birth, birth_check = _digits(second[13:19]), _digits(second[19])
        expiry, expiry_check = _digits(second[21:27]), _digits(second[27])
        number, check, optional = second[:9], second[9], second[28:-1]
        if format_ == "TD2":
            number, check, optional = _long_number(number, check, optional)
        body = second[:9] + _digits(second[9]) + birth + birth_check + expiry + expiry_check + second[28:-1]
        return cls(
            format=format_,
            code=first[:2],
            issuer=first[2:5],
            name=first[5:],
            number=number,
            nationality=second[10:13],
            birth=birth,
            sex=second[20],
            expiry=expiry,
            optional=(optional[:14],),
            checks=(
                ("number", number, _digits(check)),
                ("birth_date", birth, birth_check),
                ("expires_on", expiry, expiry_check),
                ("whole", body, _digits(second[-1])),
            ),
        )

    @property
    def wrong(self) -> frozenset[Part]:
        """The parts whose check digit does not agree; the whole one's counts where no other explains it."""
        wrong = {part for part, over, given in self.checks if check_digit(over) != _given(over, given)}
        return frozenset(wrong - {"whole"} or wrong)

    def meaning(self, today: date) -> Mrz:
        nationality, issuer = _country(self.nationality), _country(self.issuer)
        id_type, number = self._document(issuer, nationality)
        surname, _separator, given = self.name.strip("<").partition("<<")
        words = [*given.split("<"), *surname.split("<")]
        return Mrz(
            format=self.format,
            id_type=id_type,
            number=number,
            full_name=" ".join(word.translate(_LETTER_FOR) for word in words if word),
            nationality=nationality,
            birth_date=_day(self.birth, latest=today),
            # A document is good for ten years or so, and may have been out of date for long.
            expires_on=_day(self.expiry, latest=calendar.add_months(today, 12 * 50)),
            sex="m" if self.sex == "M" else "f" if self.sex == "F" else "",
            wrong=self.wrong,
        )

    def _document(self, issuer: str, nationality: str) -> tuple[str, str]:
        """Return the sort of document as records know it, and the number that they ask for."""
        own = self.number.replace("<", "")
        if self.code[0] == "P":
            return "passport", own
        others = [part.replace("<", "") for part in self.optional]
        if issuer == "SAU":
            persons = [one for one in (*others, own) if one[:1] in ("1", "2") and has_valid_check_digit(one)]
            if persons:
                return "national_id" if persons[0][0] == "1" else "iqama", persons[0]
        if issuer in GULF and nationality == issuer:
            longest = max([own, *others], key=lambda one: len(one) if one.isdigit() else 0)
            if 8 <= len(longest) <= 15 and longest.isdigit():
                return "gcc_id", longest
        return "", own


def _digits(characters: str) -> str:
    """Return characters that can be digits only, with letters that look like digits read as those."""
    return characters.translate(_DIGIT_FOR)


def _given(over: str, given: str) -> str:
    # Where there is nothing to check, a filler may stand for the digit.
    return "0" if given == "<" and not over.strip("<") else given


def _long_number(number: str, check: str, optional: str) -> tuple[str, str, str]:
    """Return number, check digit and what is left: a long number goes on after a filler for its check."""
    rest, _filler, left = optional.partition("<")
    if check != "<" or len(rest) < 2:
        return number, _digits(check), optional
    return number + rest[:-1], _digits(rest[-1]), left


def _country(code: str) -> str:
    letters = code.rstrip("<").translate(_LETTER_FOR)
    known = _COUNTRIES.get(letters, letters)
    return known if known in COUNTRIES else ""


def _day(digits: str, *, latest: date) -> date | None:
    """Return the last day with these two digits of a year that is not after `latest`; None for no day."""
    if not digits.isdigit():
        return None
    for century in (latest.year // 100 * 100, latest.year // 100 * 100 - 100):
        try:
            day = date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
        except ValueError:
            continue
        if day <= latest:
            return day
    return None
