"""What stands in Latin letters within the sentences of Arabic pages."""

import re
from html.parser import HTMLParser

import pytest

from tests.pages import every_page

pytestmark = pytest.mark.django_db

# Their text is marked as of another language or direction, is no words, or can hold no mark.
APART = {"script", "style", "svg", "bdi", "code", "textarea", "title"}
# These have no end.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SPOKEN = ("placeholder", "title", "aria-label", "alt")
# What stands between isolates or quotation marks, is an address, or a letter's number.
QUOTED = re.compile(r"\u2066[^\u2069]*\u2069|«[^»]*»|https?://\S+|\b[A-Z]{3}/\d{4}/\d{5}")
ARABIC, LATIN = re.compile(r"[\u0621-\u064a]"), re.compile(r"[A-Za-z]{2,}")
# Formats and procedures, which are called so in Arabic as well.
NAMES = {"CSV", "PDF", "QR", "SHA", "TOTP", "UTF", "Windows", "XLSX"}
# Shows texts with the longest values that they may have.
OF_LONGEST_TEXTS = "admin:sms_kinds"


class Reader(HTMLParser):
    """Collects the sentences of a page that have both Arabic letters and Latin words, with these words."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.mixed: dict[str, set[str]] = {}

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        is_apart = tag in APART or values.get("dir") == "ltr" or values.get("lang") == "en"
        if not is_apart:
            for name in SPOKEN:
                self.handle_data(values.get(name) or "")
        if tag not in VOID:
            self.open.append((tag, is_apart))

    def handle_endtag(self, tag):
        while any(name == tag for name, _is_apart in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data):
        text = QUOTED.sub("", data)
        words = {*LATIN.findall(text)} - NAMES
        if words and ARABIC.search(text) and not any(is_apart for _tag, is_apart in self.open):
            self.mixed[" ".join(text.split())] = words


def mixed(html):
    reader = Reader()
    reader.feed(html)
    return reader.mixed


def test_no_latin_word_stands_in_an_arabic_sentence_without_need():
    pages = [page for page in every_page("ar") if page.name != OF_LONGEST_TEXTS]

    assert {f"{page}: {said}" for page in pages for said in mixed(page.html)} == set()


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>الغرامات (SAR)</p>", {"SAR"}),
        ('<input placeholder="اكتب hotel">', {"hotel"}),
        ("<p>من <bdi>Grand Hotel</bdi> ملف PDF</p>", None),
        ("<p>Grand Hotel</p><p>فندق</p>", None),
        ("<p>قال المركز «unknown number»، مثل \u2066f.ghamdi\u2069</p>", None),
        ('<div dir="ltr"><p>فندق hotel</p></div><p>عنوان street</p>', {"street"}),
    ],
)
def test_a_sentence_is_mixed_by_what_is_not_marked(html, words):
    assert next(iter(mixed(html).values()), None) == words
