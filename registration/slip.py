"""The slip: what an owner takes to the office, on one page, in Arabic with English beneath."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from barcode import Code128
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext

from registration.models import Application
from shumoos.letters.render import SOURCES, isolate, left_to_right, qr, typeset
from shumoos.letters.words import WORDS
from shumoos.saudi import calendar

Words = dict[str, str]


def render_slip(application: Application) -> bytes:
    """Return the slip of a sent application as PDF.

    The code to scan and the barcode hold the twelve digits alone, as the supervisors' search takes them. The
    bytes of one application's slip are the same every time.
    """
    inputs = {"slip": json.dumps(printed(application)), "qr": qr(application.reference)}
    return typeset(SOURCES / "slip.typ", inputs, at=application.submitted_at or timezone.now())


def printed(application: Application) -> dict[str, Any]:
    """Everything the template shows, ready to be shown."""
    return {
        "portal": WORDS["portal"],
        "motto": WORDS["motto"],
        "title": both(lambda: gettext("Slip for the visit to the investigation office")),
        "support": both(lambda: gettext("Support line: %(line)s") % {"line": settings.SUPPORT_LINE}),
        "reference": left_to_right(application.shown_reference),
        "plain_reference": application.shown_reference,
        "bars": "".join(Code128(application.reference).build()),
        "words": {
            "reference": both(lambda: gettext("Reference number")),
            "application": both(lambda: gettext("Where to go, and for what")),
            "bring": both(lambda: gettext("What to bring")),
            "keep": both(lambda: gettext("Keep this slip. With its number you can follow your application.")),
            "barcode": f"{WORDS['barcode']} {application.reference}",
            "qr": f"{WORDS['reference_qr']} {application.reference}",
        },
        "rows": rows(application),
        "bring": [
            both(lambda: gettext("this slip, or the reference number")),
            both(lambda: gettext("the licence")),
            both(lambda: gettext("the owner's national ID or iqama")),
            both(lambda: gettext("the licensing authority's letter to the investigation office")),
            *(both(partial(getattr, document.kind, "name")) for document in application.documents.further()),
        ],
    }


def rows(application: Application) -> list[tuple[Words, Words]]:
    """Return label and value of each line; a value's English is empty where it says nothing more."""
    office = application.office
    if office is None or application.submitted_at is None:
        raise ValueError("Only an application that was sent has a slip.")
    sent_on = timezone.localdate(application.submitted_at, calendar.RIYADH)
    return [
        (both(lambda: gettext("Investigation office")), both(lambda: office.name)),
        (both(lambda: gettext("Address")), both(lambda: office.address)),
        (both(lambda: gettext("Opening hours")), both(lambda: office.hours)),
        (both(lambda: gettext("Establishment")), both(lambda: application.name)),
        (both(lambda: gettext("Licence number")), both(lambda: application.licence_number)),
        (
            both(lambda: gettext("Sent on")),
            both(lambda: calendar.show_both(sent_on, translation.get_language() or "ar")),
        ),
    ]


def both(say: Callable[[], str]) -> Words:
    """Return what `say` returns in Arabic, with numbers in order, and in English where that says more."""
    words = {}
    for language in ("ar", "en"):
        with translation.override(language):
            words[language] = say()
    return {"ar": isolate(words["ar"]), "en": words["en"] if words["en"] != words["ar"] else ""}
