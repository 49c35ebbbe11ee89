"""How many parts a text message takes, by the alphabets of 3GPP TS 23.038.

A text wholly in the GSM alphabet fits 160 characters; Arabic, as any other, goes as UCS-2 and fits 70. Past
that it is cut into parts of 153 and 67, because each part carries a header.
"""

from collections.abc import Iterable

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")

GSM_SINGLE, GSM_PART = 160, 153
UCS2_SINGLE, UCS2_PART = 70, 67


def parts(text: str) -> int:
    """Return the number of parts, at least 1."""
    if GSM_BASIC.union(GSM_EXTENSION).issuperset(text):
        return _parts((2 if char in GSM_EXTENSION else 1 for char in text), GSM_SINGLE, GSM_PART)
    return _parts((2 if ord(char) > 0xFFFF else 1 for char in text), UCS2_SINGLE, UCS2_PART)


def _parts(widths: Iterable[int], single: int, part: int) -> int:
    """Count the parts for characters of one or two units; none is torn between two parts."""
    total, count, used = 0, 1, 0
    for width in widths:
        total += width
        if used + width > part:
            count, used = count + 1, 0
        used += width
    return 1 if total <= single else count
