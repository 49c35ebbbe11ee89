"""Typed numbers made comparable: one kind of digit, no invisible marks, no spacing."""

import unicodedata

ARABIC_INDIC = "٠١٢٣٤٥٦٧٨٩"
PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
ASCII = "0123456789"

_TO_ASCII = str.maketrans(ARABIC_INDIC + PERSIAN, ASCII + ASCII)
_SPACES_AND_HYPHENS = str.maketrans(
    "", "", "".join(c for c in map(chr, range(128)) if c.isspace() or c == "-")
)
_MINUS = "\u2212"  # a mathematical sign to Unicode, a hyphen to whoever pastes it


def to_ascii(text: str) -> str:
    """Return `text` with Arabic-Indic and Persian digits as ASCII ones and all else untouched."""
    return text if text.isascii() else text.translate(_TO_ASCII)


def strip_marks(text: str) -> str:
    """Return `text` without bidi marks, zero-width and other format characters (Unicode category Cf)."""
    # What is printable throughout has none of them, and Python knows that of itself.
    if text.isprintable():
        return text
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def is_dash(char: str) -> bool:
    """Whether a character is a hyphen, a dash of any length, or a minus sign."""
    return char == _MINUS or unicodedata.category(char) == "Pd"


def clean_number(text: str) -> str:
    """Return `text` in ASCII digits, without marks, dashes, or spaces of any kind.

    Letters and other characters stay, so that the caller's own rule can refuse them.
    """
    if text.isascii():
        return text.translate(_SPACES_AND_HYPHENS)
    return "".join(char for char in strip_marks(to_ascii(text)) if not (char.isspace() or is_dash(char)))
