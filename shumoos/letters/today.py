"""How what a letter states stands today: the apps above know it, and say so by the letter's kind.

A letter can be genuine and unrevoked, and what it states be over all the same. The apps register who knows
from `AppConfig.ready`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from shumoos.letters.models import Letter


@dataclass(frozen=True)
class Standing:
    """What anybody who was shown a letter may know of what it states: a word, its tone, and a sentence."""

    term: str
    word: str
    tone: str
    # For a letter that is neither superseded nor revoked.
    sentence: str


Finder = Callable[[Letter], Standing | None]
_finders: dict[str, Finder] = {}


def register(kind: str, finder: Finder) -> None:
    """Have `finder` say how what a letter of that kind states stands today."""
    _finders[kind] = finder


def standing(letter: Letter) -> Standing | None:
    """Return how what the letter states stands today; None for a kind of which nothing changes."""
    finder = _finders.get(letter.kind)
    return finder(letter) if finder else None
