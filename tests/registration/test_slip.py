"""The slip: one page with the number as digits, QR and barcode, and where to go with what."""

import io
import json

import pikepdf
import pytest
import segno
import typst
from barcode import Code128
from django.urls import reverse
from PIL import Image
from pytest_django.asserts import assertRedirects

from registration import intake, moves, slip
from registration.slip import printed, render_slip
from registration.views.session import SESSION_KEY
from shumoos.letters import render
from tests.factories import ApplicationFactory, TypedFactory, city, make_document, make_draft, sector
from tests.letters.test_render import text_of
from tests.registration.following import opened

DONE_SLIP = reverse("registration:done_slip")
STATUS_SLIP = reverse("registration:status_slip")

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    return ApplicationFactory(name_ar="فندق النور", name_en="Al Noor Hotel")


def test_it_is_one_archivable_page(application):
    with pikepdf.open(io.BytesIO(render_slip(application))) as pdf:
        with pdf.open_metadata() as about:
            assert about["pdfaid:part"] == "2"
            assert about["pdfuaid:part"] == "1"
            assert application.shown_reference in about["dc:title"]
        assert len(pdf.pages) == 1


def test_it_names_the_documents_of_the_sector_too():
    draft = make_draft(**TypedFactory(sector=sector("hotels")))
    make_document(draft, "civil_defence")

    bring = printed(intake.submit(draft))["bring"]

    assert len(bring) == 5
    assert bring[-1] == {"ar": "شهادة السلامة من الدفاع المدني", "en": "Civil Defence safety certificate"}


def test_it_stays_one_page_with_the_longest_names():
    application = ApplicationFactory(name_ar="فندق " * 33, name_en="Hotel " * 33, city=city("makkah"))

    with pikepdf.open(io.BytesIO(render_slip(application))) as pdf:
        assert len(pdf.pages) == 1


def test_it_says_in_both_languages_where_to_go_with_what(application):
    text = " ".join(text_of(render_slip(application)).split())

    office = application.office
    for words in (
        application.shown_reference,
        office.name_en,
        office.address_en,
        office.hours_en,
        "Al Noor Hotel",
        application.licence_number,
        "the licence",
        "920014446",
    ):
        assert words in text
    shown = slip.printed(application)
    assert shown["rows"][0][1] == {"ar": office.name_ar, "en": office.name_en}
    assert {label["ar"] for label, _value in shown["rows"]}.isdisjoint({"", None})


def test_it_names_nobody(application):
    text = text_of(render_slip(application))

    for secret in (application.owner_national_id, application.owner_mobile[-8:]):
        assert secret not in text


def test_the_same_application_gives_the_same_bytes(application):
    assert render_slip(application) == render_slip(application)


def test_both_codes_hold_the_twelve_digits(application):
    picture = drawn(application)
    expected = segno.make(application.reference, error="m", micro=False).matrix
    left_half = picture.crop((0, 0, int(picture.width * 0.4), picture.height))

    assert qr_in(left_half, len(expected)) == [[bool(module) for module in row] for row in expected]
    assert "".join(Code128(application.reference).build()) in bars_in(picture)


def drawn(application):
    page = typst.compile(
        str(render.SOURCES / "slip.typ"),
        root=str(render.SOURCES),
        font_paths=render.typefaces(),
        ignore_system_fonts=True,
        sys_inputs={
            "slip": json.dumps(slip.printed(application)),
            "qr": render.qr(application.reference),
        },
        format="png",
        ppi=300,
    )
    return Image.open(io.BytesIO(page)).convert("L")


def qr_in(picture, size):
    """Read the modules of the QR code: the only black square in the left of the upper half."""
    part = picture.crop((0, int(picture.height * 0.18), picture.width, int(picture.height * 0.38)))
    left, top, right, bottom = part.point(lambda level: 255 if level < 60 else 0).getbbox()
    step = (right - left) / size
    assert abs((right - left) - (bottom - top)) <= 2
    return [
        [part.getpixel((int(left + (x + 0.5) * step), int(top + (y + 0.5) * step))) < 60 for x in range(size)]
        for y in range(size)
    ]


def bars_in(picture):
    """Read the rows right of the QR code as modules of the barcode, and return the one that reads so."""
    modules = 101
    from_x = int(picture.width * 0.4)
    for y in range(int(picture.height * 0.25), int(picture.height * 0.4), 5):
        dark = [x for x in range(from_x, picture.width) if picture.getpixel((x, y)) < 60]
        if len(dark) < 200:
            continue
        step = (dark[-1] - dark[0] + 1) / modules
        read = "".join(
            "1" if picture.getpixel((int(dark[0] + (module + 0.5) * step), y)) < 60 else "0"
            for module in range(modules)
        )
        if read.startswith("11010011100") and read.endswith("1100011101011"):
            return read
    return ""


def test_it_is_downloaded_after_sending(client, application):
    session = client.session
    session[SESSION_KEY] = application.key
    session.save()

    response = client.get(DONE_SLIP)

    assert response["Content-Type"] == "application/pdf"
    assert response.content == render_slip(application)
    assert application.shown_reference in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]


def test_it_is_downloaded_from_the_status_page_after_a_code(english, application):
    opened(english, application)

    assert english.get(STATUS_SLIP).content.startswith(b"%PDF")


def test_strangers_and_drafts_have_none(client):
    assertRedirects(client.get(DONE_SLIP), reverse("registration:done"), target_status_code=302)
    session = client.session
    session[SESSION_KEY] = make_draft(**TypedFactory()).key
    session.save()
    assertRedirects(client.get(DONE_SLIP), reverse("registration:done"), target_status_code=302)
    assertRedirects(client.get(STATUS_SLIP), reverse("registration:status"))
    assert client.post(DONE_SLIP).status_code == 405


def test_an_ended_application_has_none(english, application):
    moves.withdraw(application, by=None)
    opened(english, application)

    assertRedirects(english.get(STATUS_SLIP), reverse("registration:status_details"))
