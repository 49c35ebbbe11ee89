"""A long number among what is pasted around it: its label, and dots, slashes or spaces between its groups."""

import re

from shumoos.saudi.digits import is_dash, strip_marks, to_ascii

# Shorter ones are parts of a name or of an address.
SHORTEST = 8
# Alone, or with words around it: not where it is a part of a number that has letters, too.
NUMBER = re.compile(r"(?<![^\s:#(+])[0-9](?:[\s./\\-]*[0-9])*(?![^\s.,،)])")


def bare(typed: str) -> str:
    """Return the ASCII digits of the one long number in a text; nothing where there is none, or several."""
    text = "".join("-" if is_dash(char) else char for char in strip_marks(to_ascii(typed)))
    numbers = ["".join(filter(str.isdigit, found)) for found in NUMBER.findall(text)]
    long = [number for number in numbers if len(number) >= SHORTEST]
    return long[0] if len(long) == 1 else ""
