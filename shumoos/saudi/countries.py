"""Every country of ISO 3166-1, from `countries.csv`.

English names are ISO's own (as in Debian's iso-codes); Arabic ones are Unicode's CLDR, put into Saudi usage.
"""

import csv
import unicodedata
from pathlib import Path
from typing import NamedTuple


class Country(NamedTuple):
    """A row of ISO 3166-1; `alpha3` is what is stored."""

    alpha3: str
    alpha2: str
    name_en: str
    name_ar: str


def choices(language: str) -> list[tuple[str, str]]:
    """Return (alpha-3, name) of every country, Saudi Arabia first, the others by name.

    Names are Arabic for `ar` and English for any other language.
    """
    in_arabic = language.startswith("ar")
    names = [
        (country.alpha3, country.name_ar if in_arabic else country.name_en) for country in COUNTRIES.values()
    ]
    return sorted(names, key=lambda choice: (choice[0] != "SAU", _sort_key(choice[1])))


def _sort_key(name: str) -> str:
    """Order as a dictionary does: Åland among the A, آيسلندا and إيران among the alefs."""
    letters = unicodedata.normalize("NFD", name.casefold())
    return "".join(char for char in letters if not unicodedata.combining(char))


def _load() -> dict[str, Country]:
    with Path(__file__).with_name("countries.csv").open(encoding="utf-8", newline="") as file:
        return {row["alpha3"]: Country(**row) for row in csv.DictReader(file)}


COUNTRIES: dict[str, Country] = _load()
