"""What the machine-readable lines of a document fill in, and what is said of them."""

from django.utils.translation import gettext as _

from guests.forms import Note
from shumoos.saudi import calendar, mrz
from shumoos.templatetags.days import both_calendars


def from_zone(zone: mrz.Mrz) -> tuple[dict[str, str], dict[str, Note]]:
    """Return what a document's lines fill in, and what is to be said under the fields."""
    values = {
        "id_type": zone.id_type,
        "id_number": zone.number,
        "full_name": zone.full_name,
        "nationality": zone.nationality,
        "birth_date": zone.birth_date.isoformat() if zone.birth_date else "",
        "gender": zone.sex,
    }
    notes = {}
    if zone.birth_date:
        notes["birth_date"] = Note("good", both_calendars(zone.birth_date))
    compare = _("The scan does not agree with its check digit: compare this with the document.")
    for part, name in (("number", "id_number"), ("birth_date", "birth_date")):
        if part in zone.wrong:
            notes[name] = Note("wrong", compare)
    if not zone.id_type:
        notes["id_type"] = Note("wrong", _("This document is none of these: choose one that the guest has."))
    return values, notes


def what_of_the_document(zone: mrz.Mrz) -> Note:
    """Return what is to be said of the document as a whole: until when it is valid, what does not agree."""
    if "whole" in zone.wrong:
        return Note("wrong", _("The last check digit does not agree: compare everything with the document."))
    if zone.expires_on is None:
        return Note("good", _("Read."))
    day = {"day": both_calendars(zone.expires_on)}
    if "expires_on" in zone.wrong:
        return Note(
            "wrong", _("The last day, %(day)s, does not agree with its check digit: compare it.") % day
        )
    if zone.expires_on < calendar.today():
        return Note("wrong", _("Read. The document was valid until %(day)s only.") % day)
    return Note("good", _("Read. The document is valid until %(day)s.") % day)


def scan_refusal(code: str) -> str:
    if code == "required":
        return _("Scan the document, or paste the lines at its bottom.")
    return _(
        "These are not the lines of a passport or an identity card. Scan the document again, or fill the "
        "fields in by hand."
    )
