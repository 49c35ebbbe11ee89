"""Why a record was refused: a field, a code for programs, and a sentence for people.

The codes are a promise to whoever writes software against the portal. The sentence says what is wrong and how
to put it right, in the language in use when the error is made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

# A field, a code, and the rule and the values that make its sentence.
Fault = tuple[str, str, str, dict[str, Any]]

CODES = frozenset(
    {
        "required",
        "invalid",
        "unknown",
        "out_of_range",
        "too_long",
        "check_digit",
        "before_arrival",
        "in_future",
        "duplicate_in_file",
        "unknown_companion",
        # Only an establishment's earlier records can tell this one.
        "conflict",
    }
)

# By rule and code; the empty rule speaks for every rule that has no sentence of its own.
SENTENCES: dict[tuple[str, str], Promise] = {
    ("", "required"): _("This is required: please fill it in."),
    ("", "invalid"): _("This cannot be read: please check how it is written."),
    ("", "unknown"): _("This is not one of the possible values: please choose one of them."),
    ("", "out_of_range"): _("This is outside the possible range: please check it."),
    ("", "too_long"): _("This is too long: at most %(limit)s characters are possible."),
    ("", "check_digit"): _(
        "This number looks mistyped: please compare it with the document, digit by digit."
    ),
    ("", "before_arrival"): _("This is before the arrival: please correct one of the two."),
    ("", "in_future"): _("This is in the future: please enter what has already happened."),
    ("", "duplicate_in_file"): _(
        "Record %(row)s before it has the same reference: give each record a reference of its own, "
        "or leave one of the two out."
    ),
    ("", "unknown_companion"): _(
        "No record has this reference: enter the main guest's own reference, "
        "and send the main guest before or together with the companion."
    ),
    ("", "conflict"): _(
        "Another record that you have sent already has this reference: give this one a reference of its own."
    ),
    ("reference", "conflict"): _(
        "A record keeps its reference: cancel this record and enter a new one under the other reference."
    ),
    ("record", "invalid"): _("A record has to be a list of fields with their values."),
    ("cells", "invalid"): _(
        "This row has more cells than there are columns: put a cell that holds the separator between "
        "quotation marks."
    ),
    ("quotes", "invalid"): _(
        "The quotation marks of this row do not match, or a cell has several lines: write it on one."
    ),
    ("long_line", "invalid"): _("This row is far too long for a record: please check it."),
    ("record", "unknown"): _("Records of this kind have no such field: please leave it out."),
    ("national_id", "invalid"): _("A national ID has 10 digits, the first of which is 1: please check it."),
    ("national_id", "check_digit"): _(
        "This national ID looks mistyped: please compare it with the card, digit by digit."
    ),
    ("iqama", "invalid"): _("An iqama number has 10 digits, the first of which is 2: please check it."),
    ("iqama", "check_digit"): _(
        "This iqama number looks mistyped: please compare it with the iqama, digit by digit."
    ),
    ("gcc_id", "invalid"): _("A Gulf citizen's ID has 8 to 15 digits: please check it."),
    ("gcc_id", "too_long"): _("A Gulf citizen's ID has 8 to 15 digits: please check it."),
    ("passport", "invalid"): _("A passport number has 6 to 12 Latin letters and digits: please check it."),
    ("passport", "too_long"): _("A passport number has 6 to 12 Latin letters and digits: please check it."),
    ("border_number", "invalid"): _(
        "A border number has 10 digits, the first of which is 3 or 4: please check it."
    ),
    ("name", "invalid"): _("A name is written with letters: please write it as it stands in the document."),
    ("mobile", "invalid"): _(
        "This is not a mobile number: enter a Saudi one such as 0512345678, "
        "or another country's with its code, such as +447400123456."
    ),
    ("country", "unknown"): _(
        "This is not a country's code: enter the three letters, such as SAU for Saudi Arabia."
    ),
    ("day", "invalid"): _("This is not a day: enter it as 2026-03-15 or 15/03/2026."),
    ("birth_day", "invalid"): _(
        "This is not a day: enter it as 1990-03-15 or 15/03/1990, or in the Hijri calendar as 1410-08-18."
    ),
    ("birth_day", "out_of_range"): _("Nobody alive was born then: please check the year."),
    ("birth_day", "in_future"): _("This day is still to come: please check the birth date."),
    ("moment", "invalid"): _("This is not a day and time: enter them as 2026-03-15 14:30."),
    ("moment", "out_of_range"): _("This is more than five years ago: please check the year."),
    ("moment", "in_future"): _("This time is still to come: records are sent once it has passed."),
    ("price", "invalid"): _("This is not an amount: enter it in riyals, such as 1250 or 1250.50."),
    ("price", "out_of_range"): _("A price is more than nothing and less than a billion: please check it."),
    ("weight", "invalid"): _("This is not a weight: enter it in grams, such as 12.5."),
    ("weight", "out_of_range"): _("A weight is more than nothing: please check it, in grams."),
    ("return", "before_arrival"): _("The return is before the pick-up: please correct one of the two."),
    ("departure_day", "before_arrival"): _(
        "The departure is before the arrival: please correct one of the two."
    ),
    ("departure_day", "out_of_range"): _(
        "This is more than five years after the arrival: please check the year."
    ),
}


@dataclass(frozen=True)
class FieldError:
    """One reason to refuse a record. `field` is empty where the record as a whole is wrong.

    `rule` and `values` make the sentence again, in another reader's language.
    """

    field: str
    code: str
    message: str
    rule: str = dataclass_field(default="", compare=False, repr=False)
    values: dict[str, Any] = dataclass_field(default_factory=dict, compare=False, repr=False)


class RecordRefused(Exception):
    """A record that cannot be taken, with every reason found."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(", ".join(f"{error.field} {error.code}" for error in errors))
        self.errors = errors


def error(field: str, code: str, rule: str = "", **values: Any) -> FieldError:
    """Return the error with its sentence in the language in use."""
    sentence = SENTENCES.get((rule, code)) or SENTENCES["", code]
    return FieldError(field, code, str(sentence) % values if values else str(sentence), rule, values)


def refuse(code: str, rule: str = "", **values: Any) -> NoReturn:
    """Refuse the value that is being read; pydantic collects it with those of the other fields."""
    # The template stays unformatted: the sentence is made later, in the reader's language.
    raise PydanticCustomError(code, "refused", {"rule": rule, "values": values})


def from_pydantic(refusal: ValidationError) -> list[FieldError]:
    """Return pydantic's findings as our codes and sentences. What was typed is in none of them."""
    return [error(field, code, rule, **values) for field, code, rule, values in faults_in(refusal)]


def faults_in(refusal: ValidationError) -> Iterator[Fault]:
    """Yield pydantic's findings as our codes, without a sentence yet. What was typed is in none of them."""
    for finding in refusal.errors(include_url=False, include_input=False):
        field = str(finding["loc"][0])[:64] if finding["loc"] else ""
        kind = finding["type"]
        if kind in CODES:
            yield field, kind, finding["ctx"]["rule"], finding["ctx"]["values"]
        elif kind == "missing":
            yield field, "required", "", {}
        elif kind == "extra_forbidden":
            yield field, "unknown", "record", {}
        else:
            yield field, "invalid", "" if field else "record", {}
