"""Why a file as a whole is not read: a code, and a sentence for whoever sent it."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

JOIN = pgettext_lazy("between the items of a list", ", ")

SENTENCES: dict[str, Promise] = {
    "empty": _("This file is empty. Choose the file again."),
    "no_rows": _("This file has a header and no records below it. Fill in the template and send it again."),
    "too_large": _("This file is larger than %(megabytes)s MB. Send it in several parts."),
    "too_many_rows": _("This workbook has more than %(rows)s rows. Send it as CSV, or in several parts."),
    "too_wide": _("This file has far more columns than the template. Copy your records into the template."),
    "zip_bomb": _("This workbook is too large once it is unpacked. Send it as CSV, or in several parts."),
    "pdf": _("This is a PDF. Fill in the template, and send it as XLSX or CSV."),
    "old_excel": _(
        "This is an old Excel workbook, or one with a password. Save it as XLSX without a password."
    ),
    "archive": _("This is an archive and no workbook. Unpack it, and send the XLSX or CSV file inside."),
    "damaged": _("This workbook is damaged and cannot be read. Save it again in Excel, or as CSV."),
    "not_text": _("This is neither an Excel workbook nor a CSV file. Fill in the template and send that."),
    "formulas": _(
        "This workbook has formulas that were never worked out. Open it in Excel, save it, and send it again."
    ),
    "header": _(
        "The first row does not name the columns, so the records cannot be told apart. "
        "It has to hold these, in any order: %(columns)s."
    ),
    "columns": _("These columns are missing from the first row: %(columns)s."),
    "repeated": _("The first row names the column “%(column)s” twice. Leave one of the two out."),
    # After it was taken in.
    "gave_up": _(
        "Reading this file broke off several times. Send it again in smaller parts, or call the support line."
    ),
    "sealed": _("This file was kept for too long to be read again. Send it again."),
}


class FileRefused(Exception):
    """A file that cannot be read as a whole."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values

    @property
    def message(self) -> str:
        """What is wrong with the file and what to do, in the language in use."""
        return sentence(self.code, self.values)


def sentence(code: str, values: dict[str, Any]) -> str:
    """Return what is wrong with a file, in the language in use."""
    return str(SENTENCES.get(code, SENTENCES["damaged"])) % values
