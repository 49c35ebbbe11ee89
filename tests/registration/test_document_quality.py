"""Pictures too blurred or too small to read: measured on drawn pages, as scanners and cameras give them."""

import io

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from registration import documents, drafts
from registration.documents import quality
from shumoos.stack import BASE_DIR
from tests.registration.bad_files import pdf

FONT = BASE_DIR / "shumoos" / "letters" / "fonts" / "IBMPlexSansArabic-Regular.ttf"
WORDS = "وزارة السياحة ترخيص رقم المنشأة فندق الرياض Ministry of Tourism licence number"


def page(height=3508, ink=20, lines=40):
    """A sheet of A4 with text in 10 points; 3508 pixels are 300 dots an inch."""
    sheet = Image.new("L", (round(height / 1.414), height), 255)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(str(FONT), height // 84)
    for line in range(lines):
        draw.text((height * 0.05, height * (0.06 + line * 0.021)), WORDS, font=font, fill=ink)
    return sheet


SHEET = page()


def blurred(pixels):
    return SHEET.filter(ImageFilter.GaussianBlur(pixels))


def noisy(sheet, strength=20):
    return ImageChops.add(sheet, Image.effect_noise(sheet.size, strength), offset=-128)


def by_telephone(sheet):
    """Unevenly lit, a little soft, noisy, and packed by the camera."""
    light = Image.linear_gradient("L").resize(sheet.size).point(lambda value: 120 + value * 0.5)
    lit = ImageChops.multiply(sheet.filter(ImageFilter.GaussianBlur(1.5)), light)
    content = io.BytesIO()
    noisy(lit).save(content, "JPEG", quality=80)
    return Image.open(content)


READABLE = {
    "sharp": lambda: SHEET,
    "few lines": lambda: page(lines=5),
    "pale": lambda: page(ink=150),
    "1000 pixels high": lambda: page(1000),
    "a little blurred": lambda: blurred(3),
    "noisy": lambda: noisy(SHEET),
    "photographed": lambda: by_telephone(SHEET),
    "white": lambda: Image.new("L", (1000, 1414), 255),
}
BLURRED = {
    "blurred": lambda: blurred(6),
    "much blurred": lambda: blurred(10),
    "beyond all edges": lambda: blurred(30),
    "out of focus": lambda: SHEET.filter(ImageFilter.BoxBlur(8)).filter(ImageFilter.BoxBlur(4)),
    "blurred and noisy": lambda: noisy(blurred(8)),
    "blurred and photographed": lambda: by_telephone(blurred(7)),
}


@pytest.mark.parametrize("name", READABLE)
def test_what_can_be_read_is_taken_without_a_word(name):
    assert quality.of_picture(READABLE[name]().convert("RGB")) == ()


@pytest.mark.parametrize("name", BLURRED)
def test_what_is_too_blurred_is_told(name):
    assert quality.of_picture(BLURRED[name]().convert("RGB")) == ("blurred",)


def test_what_is_too_small_is_told():
    assert quality.of_picture(page(999).convert("RGB")) == ("small",)


@pytest.mark.parametrize(("side", "codes"), [(900, ("small",)), (1000, ())])
def test_a_scan_in_a_pdf_is_measured(side, codes):
    def scan(document):
        stream = document.make_stream(bytes(side * 700))
        stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        stream.Width, stream.Height, stream.BitsPerComponent = 700, side, 8
        stream.ColorSpace = pikepdf.Name.DeviceGray
        document.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=stream))
        document.pages[0].obj.Contents = document.make_stream(b"612 0 0 792 0 0 cm /Scan Do")

    cleaned = documents.clean_upload(SimpleUploadedFile("x", pdf(change=scan)))

    assert cleaned.warnings == codes


def test_a_pdf_of_text_is_not_measured():
    assert documents.clean_upload(SimpleUploadedFile("x", pdf(3))).warnings == ()


@pytest.mark.django_db
def test_a_warning_is_kept_with_the_document_and_told_in_both_languages():
    draft = drafts.begin(typed={})
    content = io.BytesIO()
    blurred(8).resize((600, 848)).save(content, "PNG")

    document = documents.attach(draft, "licence", SimpleUploadedFile("x", content.getvalue()))

    document.refresh_from_db()
    assert document.warning_codes == ["blurred", "small"]
    with translation.override("en"):
        assert [sentence.split(".")[0] for sentence in document.warnings] == [
            "The text may be too blurred to read",
            "The text may be too small to read",
        ]
    with translation.override("ar"):
        assert not any(sentence.isascii() for sentence in document.warnings)
