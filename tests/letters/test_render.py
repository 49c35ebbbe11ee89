import io
import json
import re
import shutil
import subprocess

import pikepdf
import pytest
import segno
import typst
from PIL import Image

from shumoos.letters import render
from shumoos.letters.models import Kind
from shumoos.letters.render import isolate, printed, render_pdf
from tests.letters.conftest import NOTICE, STATEMENT

ADDRESS = "http://localhost/verify/23456789ABCDEFGH/"
LEFT, POP = "\u2066", "\u2069"


def text_of(pdf):
    """What a reader would copy out of it, without the marks of direction."""
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is not installed")
    text = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)


def test_a_statement_is_an_archivable_accessible_pdf_of_one_page(make_letter):
    with pikepdf.open(io.BytesIO(render_pdf(make_letter()))) as pdf:
        with pdf.open_metadata() as about:
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "A")
            assert about["pdfuaid:part"] == "1"
            assert about["dc:title"] == "إفادة ارتباط بنظام شموس RUH/2026/00017"
        assert str(pdf.Root.Lang) == "ar"
        assert len(pdf.pages) == 1
        fonts = {str(font.BaseFont) for font in pdf.pages[0].Resources.Font.values()}
    assert {name.partition("+")[2].partition("-")[0] for name in fonts} == {"IBMPlexSansArabic"}


def test_a_statement_says_who_is_connected_and_how_to_verify_it(make_letter):
    text = text_of(render_pdf(make_letter()))

    for run in (
        "RUH/2026/00017",
        "TL-2026/0042",
        "26-4821-9037-45",
        "1010101010",
        "Al Noor Hotel",
        "http://localhost/verify/",
        "2345-6789-ABCD-EFGH",
    ):
        assert run in text


def test_the_dates_are_those_of_riyadh_in_both_calendars(make_letter):
    shown = printed(make_letter())

    # 22:00 in London is the next day in Riyadh.
    assert (shown["issued_hijri"], shown["issued_gregorian"]) == ("14 جمادى الآخرة 1448هـ", "24 نوفمبر 2026م")
    assert [row for row in shown["rows"] if row[0] == "مدة الاشتراك"] == [
        (
            "مدة الاشتراك",
            "من 14 جمادى الآخرة 1448هـ (24 نوفمبر 2026م)\nإلى 24 جمادى الآخرة 1449هـ (23 نوفمبر 2027م)",
            "Subscription",
            "from 24 November 2026 (14 Jumada II 1448 AH)\nuntil 23 November 2027 (24 Jumada II 1449 AH)",
        )
    ]


def test_what_the_content_lacks_is_left_out_of_the_table(make_letter):
    content = STATEMENT | {"commercial_registration": "", "city": None}

    labels = [label for label, *_rest in printed(make_letter(content=content))["rows"]]

    assert labels == ["اسم المنشأة", "رقم الترخيص", "الرقم المرجعي", "مدة الاشتراك"]


@pytest.mark.parametrize("kind", [Kind.WARNING, Kind.FINE, Kind.SUSPENSION])
def test_a_notice_prints_its_paragraphs_and_rows(make_letter, kind):
    letter = make_letter(
        kind=kind, content=NOTICE | {"office": "إدارة التحريات", "addressee": "وزارة السياحة"}
    )

    text = text_of(render_pdf(letter))

    assert "2026-02-01" in text
    assert "10,000.00" in text
    shown = printed(letter)
    assert shown["title"] == "إشعار غرامة"
    assert shown["rows"][1] == ("آخر موعد", "14 رمضان 1447هـ (3 مارس 2026م)", "", "")


def test_a_notice_needs_no_more_than_title_and_paragraphs(make_letter):
    content = {"title": "إنذار", "paragraphs": ["نص."]}

    assert render_pdf(make_letter(kind=Kind.WARNING, content=content)).startswith(b"%PDF")


def test_a_long_notice_goes_on_to_further_pages(make_letter):
    content = NOTICE | {"rows": [[f"البند {number}", "قيمة"] for number in range(70)]}

    with pikepdf.open(io.BytesIO(render_pdf(make_letter(kind=Kind.FINE, content=content)))) as pdf:
        assert len(pdf.pages) == 3


@pytest.mark.parametrize(
    "name",
    [
        '#image("/etc/passwd")',
        '#read("paper.typ")',
        "$ sum_(i=0)^n $",
        "*bold* _emph_ = heading",
        "@reference <label>",
        '"); #panic("x") //',
        "\\u{1F600} \\",
        "{{ name }} {% now %}",
    ],
)
def test_a_name_is_never_taken_for_an_instruction(make_letter, name):
    pdf = render_pdf(make_letter(establishment=name))

    assert [character for character in name if character.isalnum()] == [
        character
        for character in printed(make_letter(establishment=name))["rows"][0][1]
        if character.isalnum()
    ]
    assert re.sub(r"[\s\W]", "", name) in re.sub(r"[\s\W]", "", text_of(pdf))


def test_a_name_cannot_turn_the_text_around_it(make_letter):
    letter = make_letter(establishment="\u202eفندق\u202c \u2067النور\u200f")

    assert printed(letter)["establishment"] == "فندق النور"


def test_a_name_in_a_script_without_typeface_is_printed_all_the_same(make_letter):
    assert render_pdf(make_letter(establishment="汉字 😀")).startswith(b"%PDF")


def test_one_letter_is_the_same_bytes_every_time(make_letter):
    assert render_pdf(make_letter()) == render_pdf(make_letter())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("بتاريخ 2026-11-24 م", f"بتاريخ {LEFT}2026-11-24{POP} م"),
        ("الرقم RUH/2026/00017.", f"الرقم {LEFT}RUH/2026/00017{POP}."),
        ("(فندق) Al Noor (A)", f"(فندق) {LEFT}Al Noor (A){POP}"),
        ("نزل (24 غرفة)", f"نزل ({LEFT}24{POP} غرفة)"),
        ("نزل (فرع 12) Al Noor & Co", f"نزل (فرع {LEFT}12{POP}) {LEFT}Al Noor & Co{POP}"),
        ("نزل 12 (B غرفة)", f"نزل {LEFT}12{POP} ({LEFT}B{POP} غرفة)"),
        ("هاتف +966501234567", f"هاتف {LEFT}+966501234567{POP}"),
        ("بلا أرقام", "بلا أرقام"),
        ("", ""),
    ],
)
def test_latin_runs_keep_their_order_within_arabic(text, expected):
    assert isolate(text) == expected


def test_the_code_on_the_page_is_the_qr_of_its_address(make_letter):
    letter = make_letter()
    assert render.verify_address(letter) == ADDRESS
    picture = typst.compile(
        str(render.SOURCES / "statement.typ"),
        root=str(render.SOURCES),
        font_paths=render.typefaces(),
        ignore_system_fonts=True,
        sys_inputs={"letter": json.dumps(printed(letter)), "qr": render.qr(render.verify_address(letter))},
        format="png",
        ppi=300,
    )

    assert modules(picture) == [[bool(module) for module in row] for row in expected_qr()]


def expected_qr():
    return segno.make(ADDRESS, error="m", micro=False).matrix


def modules(picture):
    """Read the dark and light squares of the QR code at the lower left of a page."""
    page = Image.open(io.BytesIO(picture)).convert("L")
    corner = page.crop((0, int(page.height * 0.855), int(page.width * 0.3), page.height))
    dark = corner.point(lambda level: 255 if level < 60 else 0)
    left, top, right, bottom = dark.getbbox()
    size = len(expected_qr())
    step = (right - left) / size
    assert abs((right - left) - (bottom - top)) <= 2
    return [
        [
            dark.getpixel((int(left + (x + 0.5) * step), int(top + (y + 0.5) * step))) == 255
            for x in range(size)
        ]
        for y in range(size)
    ]
