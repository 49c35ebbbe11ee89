"""The keys of rows, as they come in an address or a form."""

LONGEST = 18


def is_key(text: str) -> bool:
    """Whether a text may be a row's key: the database would refuse to look for a longer one."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST
