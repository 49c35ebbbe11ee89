"""A letter as PDF: in Arabic, archivable (PDF/A-2a), readable aloud (PDF/UA-1), with a QR code to verify it.

The data goes to Typst as JSON, never as source, so that a name cannot be taken for an instruction; Typst
reads no file outside its own directory. The bytes of one letter are the same every time.
"""

import json
import re
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.urls import reverse

from shumoos.letters.models import Kind, Letter
from shumoos.letters.signing import signatory
from shumoos.letters.words import ENGLISH, ROWS, WORDS
from shumoos.saudi import calendar

# Label and value, and both in English, empty where that says nothing more.
Row = tuple[str, str, str, str]

HERE = Path(__file__).parent
SOURCES = HERE / "typst"
STANDARDS = ["a-2a", "ua-1"]

BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LATIN_RUN = re.compile(r"[A-Za-z0-9 .,:/&'()+_#@%-]*[A-Za-z0-9][A-Za-z0-9 .,:/&'()+_#@%-]*")
ARABIC = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def render_pdf(letter: Letter) -> bytes:
    """Return the letter as it was issued, not yet signed: the same bytes for the same key, whenever.

    A statement prints from its content `authority office supervisor commercial_registration city reference
    period_from period_until`. A letter of any other kind prints `title`, `paragraphs` (a list) and, where
    they are given, `rows`, `addressee` and `office`; without an addressee it goes to the establishment. What
    has a name ending in `_en` stands beneath in English; a row is label and value, and both again in English
    where there is any. A value that is an ISO day is printed in both calendars. What a development machine's
    key signs is marked as a trial.
    """
    source = SOURCES / ("statement.typ" if letter.kind == Kind.STATEMENT else "notice.typ")
    inputs = {"letter": json.dumps(printed(letter)), "qr": qr(verify_address(letter))}
    return typeset(source, inputs, at=letter.issued_at)


def typeset(source: Path, inputs: dict[str, str], *, at: datetime) -> bytes:
    """Return the PDF that one of the sources makes of these inputs, dated `at`."""
    try:
        return compile_pdf(source, inputs, STANDARDS, at)
    except typst.TypstError:
        # The standards refuse a name in a script that our typefaces lack. A letter with a blank in it is
        # better than none; a fault of ours fails again without them.
        return compile_pdf(source, inputs, [], at)


def compile_pdf(source: Path, inputs: dict[str, str], standards: list[Any], at: datetime) -> bytes:
    return typst.compile(
        str(source),
        root=str(SOURCES),
        font_paths=typefaces(),
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=standards,
        timestamp=int(at.timestamp()),
    )


@lru_cache(maxsize=1)
def typefaces() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(HERE / "fonts")])


def qr(text: str) -> str:
    """Return the QR code of an address or a number, as SVG."""
    drawn = BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()


def verify_address(letter: Letter) -> str:
    return settings.PUBLIC_URL + reverse("letters:verify", args=[letter.code])


def printed(letter: Letter) -> dict[str, Any]:
    """Everything the template shows, ready to be shown."""
    issued_on = letter.issued_at.astimezone(calendar.RIYADH).date()
    hijri, gregorian = in_both_calendars(issued_on)
    is_statement = letter.kind == Kind.STATEMENT
    said = letter.says
    content = {name: shown(name, value) for name, value in said.items()}
    return {
        "words": WORDS,
        "english": ENGLISH,
        "title": WORDS["statement_title"] if is_statement else content["title"],
        "title_en": ENGLISH["statement_title"] if is_statement else content.get("title_en", ""),
        "number": left_to_right(letter.number),
        "plain_number": letter.number,
        "issued_hijri": hijri,
        "issued_gregorian": gregorian,
        "establishment": show(letter.establishment),
        "establishment_en": content.get("establishment_en", ""),
        "code": left_to_right(letter.shown_code),
        "verify_form": left_to_right(settings.PUBLIC_URL + reverse("letters:verify_form")),
        "rows": statement_rows(letter, content) if is_statement else notice_rows(said),
        "content": content,
        "is_trial": signatory().is_development,
    }


def statement_rows(letter: Letter, content: dict[str, Any]) -> list[Row]:
    since, until = letter.content["period_from"], letter.content["period_until"]
    known = content | {
        "establishment": show(letter.establishment),
        "licence_number": show(letter.licence_number),
        "period": f"{WORDS['from']} {show(since)}\n{WORDS['until']} {show(until)}",
        "period_en": f"{ENGLISH['from']} {show(since, 'en')}\n{ENGLISH['until']} {show(until, 'en')}",
    }
    return [
        (label, known[name], label_en, known.get(f"{name}_en", ""))
        for name, (label, label_en) in ROWS.items()
        if known.get(name)
    ]


def notice_rows(said: dict[str, Any]) -> list[Row]:
    """Return the rows of what a letter says; a day needs no English of its own."""
    rows = []
    for label, value, *beneath in said.get("rows", []):
        label_en, value_en = [*beneath, "", ""][:2]
        is_day = bool(ISO_DAY.fullmatch(str(value)))
        english = show(value if is_day else value_en, "en")
        rows.append((show(label), show(value), show(label_en, "en"), english if label_en else ""))
    return rows


def shown(name: str, value: Any) -> Any:
    return show(value, "en" if name.endswith("_en") else "ar")


def show(value: Any, language: str = "ar") -> Any:
    """Return a value of the content as it is printed: days in both calendars, Latin runs kept in order."""
    if isinstance(value, list):
        return [show(inner, language) for inner in value]
    text = BIDI_CONTROLS.sub("", "" if value is None else str(value))
    if ISO_DAY.fullmatch(text):
        return calendar.show_both(date.fromisoformat(text), language)
    return text if language == "en" else isolate(text)


def isolate(text: str) -> str:
    """Return the text with each Latin or numeric run in a left-to-right isolate; all of it without Arabic.

    Without it the bidirectional algorithm turns `2026-11-24` round inside an Arabic sentence.
    """
    if not text or not ARABIC.search(text):
        return text and left_to_right(text)
    return LATIN_RUN.sub(isolate_run, text)


def isolate_run(match: re.Match[str]) -> str:
    """Put the isolate round the run itself; what belongs to the sentence around it stays outside."""
    pieces, start = [], 0
    for position in [*unmatched(match[0]), len(match[0])]:
        pieces += [isolate_piece(match[0][start:position]), match[0][position : position + 1]]
        start = position + 1
    return "".join(pieces)


def isolate_piece(text: str) -> str:
    run = text.strip(" .,:/&'_-")
    before, _run, after = text.partition(run) if run else (text, "", "")
    return f"{before}{left_to_right(run)}{after}" if run else text


def unmatched(text: str) -> list[int]:
    """Return where the parentheses stand whose other half is not in the text: they are the sentence's own."""
    opened, alone = [], []
    for position, character in enumerate(text):
        if character == "(":
            opened.append(position)
        elif character == ")" and opened:
            opened.pop()
        elif character == ")":
            alone.append(position)
    return sorted(alone + opened)


def left_to_right(text: str) -> str:
    return f"\u2066{text}\u2069"


def in_both_calendars(day: date) -> tuple[str, str]:
    """Return the day in the Hijri and the Gregorian calendar; a dash where the first does not know it."""
    hijri = calendar.to_hijri(day)
    shown = f"{hijri.day} {calendar.HIJRI_MONTHS_AR[hijri.month - 1]} {hijri.year}هـ" if hijri else "-"
    return shown, f"{day.day} {calendar.GREGORIAN_MONTHS_AR[day.month - 1]} {day.year}م"
