"""The columns of a register and the sentences for what is wrong with one: in the language of whoever reads.

What is kept of a refusal is its field, its code and the values its sentence names.
"""

from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registration import fields

COLUMNS: dict[str, Promise] = {
    "licence_number": _("Licence number"),
    "authority": _("Licensing authority"),
    "sector": _("Sector"),
    "name_ar": _("Name in Arabic"),
    "name_en": _("Name in English"),
    "commercial_registration": _("Commercial registration"),
    "owner_name": _("Owner's name"),
    "owner_national_id": _("Owner's national ID or iqama"),
    "owner_mobile": _("Owner's mobile"),
    "region": _("Region"),
    "city": _("City"),
    "issued_on": _("Issued on"),
    "expires_on": _("Expires on"),
}

# By field and code. The empty field speaks for every field without a sentence of its own.
LINES: dict[tuple[str, str], str | Promise] = {
    ("", "required"): _("This cell is empty: fill it in."),
    ("", "too_long"): _("This is longer than %(limit)s characters: shorten it."),
    ("", "unreadable"): _(
        "This cell holds characters that cannot be read: save the file as CSV UTF-8 and load it again."
    ),
    ("", "columns"): _(
        "This line has %(found)s cells, the first line has %(expected)s. Put a cell that holds the separator "
        "between quotation marks."
    ),
    ("", "quotes"): _(
        "The quotation marks of this line do not fit: one licence stands on one line, and a quotation mark "
        "inside a cell is written twice."
    ),
    ("", "line_too_long"): _("This line is far too long for one licence: a line break is missing."),
    ("licence_number", "invalid"): fields.LicenceNumberField.default_error_messages["invalid"],
    ("licence_number", "example"): _("This is the example of the template: leave this line out."),
    ("licence_number", "duplicate_in_file"): _(
        "Line %(line)s has the same licence, and that line was taken: leave one of the two out."
    ),
    ("authority", "unknown"): _(
        "There is no such licensing authority: write its code, or its name as Shumoos shows it."
    ),
    ("authority", "other_authority"): _(
        "This licence is another authority's: only that authority's officers can load it."
    ),
    ("sector", "unknown"): _(
        "This authority has no such sector: write the sector's code, or its name as Shumoos shows it."
    ),
    ("region", "unknown"): _("There is no such region: write its code, or its name as Shumoos shows it."),
    ("city", "unknown"): _(
        "This region has no such city: write the city's code, or its name as Shumoos shows it."
    ),
    ("name_ar", "invalid"): fields.NameField.default_error_messages["invalid"],
    ("name_en", "invalid"): fields.NameField.default_error_messages["invalid"],
    ("owner_name", "invalid"): fields.NameField.default_error_messages["invalid"],
    ("commercial_registration", "invalid"): fields.CommercialRegistrationField.default_error_messages[
        "invalid"
    ],
    ("owner_national_id", "invalid"): fields.NationalIdField.default_error_messages["invalid"],
    ("owner_national_id", "check_digit"): fields.NationalIdField.default_error_messages["check_digit"],
    ("owner_mobile", "invalid"): fields.MobileField.default_error_messages["invalid"],
    ("issued_on", "invalid"): fields.DayField.default_error_messages["invalid"],
    ("expires_on", "invalid"): fields.DayField.default_error_messages["invalid"],
    ("issued_on", "out_of_range"): _("A licence is issued between 1950 and 2099: check the year."),
    ("expires_on", "out_of_range"): _("A licence expires between 1950 and 2099: check the year."),
    ("expires_on", "before_issue"): _(
        "A licence expires after the day it was issued: correct one of the two."
    ),
}

FILES: dict[str, Promise] = {
    "empty": _("This file is empty. Choose the register again."),
    "too_large": _("This file is larger than %(megabytes)s MB. Load the register in several parts."),
    "pdf": _("This is a PDF. Load the register as a CSV file."),
    "archive": _("This is an Excel workbook or another archive. Save it as CSV UTF-8 and load that file."),
    "header": _(
        "The first line does not name the columns, so this is no register. "
        "It reads, in any order: %(columns)s."
    ),
    "columns": _("These columns are missing from the first line: %(columns)s."),
    "repeated": _("The first line names the column %(column)s twice."),
}

# Why a file that was taken in failed later.
PROBLEMS: dict[str, Promise] = {
    "gave_up": _(
        "Reading this file broke off several times, and nothing of it was taken into the register. Load it "
        "again in smaller parts, or call the support line."
    ),
    "stopped": _("The reading was stopped, and nothing of the file was taken into the register."),
    "sealed": _("This file was kept for too long to be read again. Load it again."),
    "unreadable": _("This file could not be read. Load it again."),
}

JOIN = pgettext_lazy("between the items of a list", ", ")


class Fault(NamedTuple):
    """One reason to refuse a line; `field` is empty where the line as a whole is wrong."""

    field: str
    code: str
    values: dict[str, Any] = {}

    @property
    def label(self) -> str:
        """The column's name, for people; empty for the line as a whole."""
        return str(COLUMNS[self.field]) if self.field else ""

    @property
    def message(self) -> str:
        """What is wrong and how to put it right, in the language in use."""
        # Asking a lazy sentence whether it is there would translate it.
        own = (self.field, self.code)
        sentence = LINES[own if own in LINES else ("", self.code)]
        return str(sentence) % self.values if self.values else str(sentence)


class FileRefused(Exception):
    """A file that is no register; its text is a sentence in the language in use."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(str(FILES[code]) % values)
        self.code = code


def problem_sentence(problem: str) -> str:
    """Return why a file that was taken in failed later, in the language in use."""
    return str(PROBLEMS.get(problem, PROBLEMS["unreadable"]))
