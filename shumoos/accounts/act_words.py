"""What the access log calls an act, and what people call it. Each app says it of its own acts at the start.

The log keeps a short word of code's, which stays the same for years and is the same in every language; pages
show the words for it, and an auditor searches by either.
"""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.text import format_lazy

from shumoos.saudi import names

_words: dict[str, Promise] = {}


def register(words: Mapping[str, Promise]) -> None:
    _words.update(words)


def named(beginning: str, what: Promise, choices: Iterable[tuple[str, Promise | str]]) -> dict[str, Promise]:
    """Return the words for acts that begin alike and go on with one of these choices."""
    return {f"{beginning}{value}": format_lazy("{}: {}", what, label) for value, label in choices}


def words_for(act: str) -> str:
    """Return the words for an act, in the language of whoever reads; for one that is unknown, the act."""
    return str(_words.get(act, act))


def known() -> set[str]:
    """Return the acts that have words."""
    return set(_words)


def meant(typed: str) -> list[str]:
    """Return the acts whose words hold what an auditor typed."""
    sought = names.fold(typed)
    return [act for act, words in _words.items() if sought and sought in names.fold(str(words))]
