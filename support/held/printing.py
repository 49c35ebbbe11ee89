"""What is held about an owner, as a file for programs and as one to read."""

import json
from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from shumoos.letters.render import SOURCES, isolate, typeset
from shumoos.letters.words import WORDS
from shumoos.saudi import calendar
from shumoos.templatetags.days import both_calendars_time
from support.held.sections import Section

FORMAT = "shumoos-personal-data/1"


def as_json(sections: Sequence[Section], *, at: datetime) -> bytes:
    """Return the sections as JSON: names and stored values, days in ISO, nothing in a language."""
    whole = {
        "format": FORMAT,
        "made_at": at.isoformat(),
        "sections": {
            section.name: [{cell.name: cell.value for cell in row} for row in section.rows]
            for section in sections
        },
        "cut": [section.name for section in sections if section.is_cut],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2).encode()


def as_pdf(sections: Sequence[Section], *, name: str, at: datetime) -> bytes:
    """Return the sections as PDF, in the language of the moment; what is empty is said to be."""
    inputs = {"held": json.dumps(printed(sections, name=name, at=at))}
    return typeset(SOURCES / "held.typ", inputs, at=at)


def printed(sections: Sequence[Section], *, name: str, at: datetime) -> dict[str, object]:
    return {
        "language": "ar" if get_language_bidi() else "en",
        "portal": WORDS["portal"] if get_language_bidi() else _("Shumoos"),
        "title": _("What is held about you"),
        "facts": [[_("Owner"), print_value(name)], [_("Made at"), print_value(at)]],
        "page": _("Page"),
        "nothing": _("Nothing is held."),
        "cut": _("There is more than can be printed; the file for programs is cut at the same place."),
        "sections": [
            {
                "title": section.title,
                "rows": [
                    [[cell.label, print_value(cell.shown)] for cell in row if cell.shown != ""]
                    for row in section.rows
                ],
                "is_cut": section.is_cut,
            }
            for section in sections
        ],
    }


def print_value(value: str | date | datetime) -> str:
    language = get_language() or "ar"
    if isinstance(value, datetime):
        text = both_calendars_time(value if timezone.is_aware(value) else None)
    elif isinstance(value, date):
        text = calendar.show_both(value, language)
    else:
        text = value
    return isolate(text) if get_language_bidi() else text
