"""Names made comparable: what people spell in several ways is folded into one.

A name is looked for as it is typed at a desk: without vowel signs, with or without a hamza, with ه for ة.
The database folds the names it holds in the same steps, which is why these are plain data: one character for
another, characters that go, and one that becomes two.
"""

import re
import unicodedata

_SPACES = (
    "\t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_LAM_ALEFS = "\ufef5\ufef6\ufef7\ufef8\ufef9\ufefa\ufefb\ufefc"  # old files and PDFs hold لا as one character
LAM_ALEF = _LAM_ALEFS[-1]

_SAME = {
    "أإآٱ": "ا",
    "ؤ": "و",
    "ئىیې": "ي",
    "ةۀہەھ": "ه",
    "ک": "ك",
    _LAM_ALEFS: LAM_ALEF,
    _SPACES: " ",
}

# Characters that go: accents, vowel and other small signs, tatweel, the hamza that stands alone, bidi marks.
# Written in escapes that Python and PostgreSQL read alike.
DROPPED = (
    r"[\u00ad\u0300-\u036f\u0610-\u061a\u061c\u0621\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4"
    r"\u06e7\u06e8\u06ea-\u06ed\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe70-\ufe80\ufeff]"
)
# What is long enough for the index to find: it keeps every three letters that follow each other.
LETTERS = re.compile(r"[^\W_]{3}")


def _table() -> dict[str, str]:
    """Return what becomes what, one character for one."""
    table = {char: to for chars, to in _SAME.items() for char in chars}
    for code in range(0x30, 0x180):  # Latin, with its accents
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        if chr(code).isalpha() and base != chr(code):
            table[chr(code)] = base
    for digit in range(10):
        table[chr(0x660 + digit)] = table[chr(0x6F0 + digit)] = str(digit)
    for code in range(0xFE81, 0xFEF5):  # letters as they look at the start, inside and at the end of a word
        letter = unicodedata.normalize("NFKC", chr(code))
        table[chr(code)] = table.get(letter, letter)
    return table


_TABLE = _table()
FROM, TO = "".join(_TABLE), "".join(_TABLE.values())
# The database looks through FROM for each character of a name, which takes longer than writing the name down.
# Nearly all names have nothing but what RARE does not match: for these the few of USUAL_FROM do, and small
# letters for the capitals of ASCII.
RARE = r"[^\u0020-\u007e\u0621-\u0652]"
USUAL_FROM = "".join(char for char in FROM if not (re.match(RARE, char) or char.isascii()))
USUAL_TO = "".join(_TABLE[char] for char in USUAL_FROM)
_TRANSLATION = str.maketrans(FROM, TO)


def fold(text: str) -> str:
    """Return a name as it is compared: أإآ as ا, ة as ه, ى as ي, without signs and tatweel, in small letters.

    Digits become ASCII, accents go, and words stand one space apart. Folding again changes nothing.
    """
    plain = re.sub(DROPPED, "", text.translate(_TRANSLATION)).replace(LAM_ALEF, "لا")
    return re.sub(" +", " ", plain).strip(" ")


def words_of(text: str) -> list[str]:
    """Return the folded words of what was typed; none where no three letters of it follow each other.

    Fewer letters are in so many names that finding them means reading them all.
    """
    folded = fold(text)
    return folded.split(" ") if LETTERS.search(folded) else []
