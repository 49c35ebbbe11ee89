"""Documents page by page, as pictures: a browser that runs nothing in a document shows no PDF either."""

import io
from threading import Lock

import pypdfium2

from registration.models import Document

# Sharp enough for the small print on a scanned A4 sheet.
DOTS_AN_INCH = 150
LONGEST_SIDE = 2400
JPEG_QUALITY = 85

# PDFium is not safe for threads.
_one_at_a_time = Lock()


def count(document: Document) -> int:
    """Return how many pages a document has; a picture is one."""
    if document.content_type == "image/jpeg":
        return 1
    with _one_at_a_time, pypdfium2.PdfDocument(content_of(document)) as pdf:
        return len(pdf)


def draw(document: Document, number: int) -> bytes:
    """Return a page, counted from 1, as a JPEG picture. Raises IndexError where there is no such page."""
    content = content_of(document)
    if document.content_type == "image/jpeg":
        if number != 1:
            raise IndexError(number)
        return content
    with _one_at_a_time, pypdfium2.PdfDocument(content) as pdf:
        if not 1 <= number <= len(pdf):
            raise IndexError(number)
        page = pdf[number - 1]
        longest = max(page.get_size())
        scale = min(DOTS_AN_INCH / 72, LONGEST_SIDE / longest)
        picture = page.render(scale=scale).to_pil()
    drawn = io.BytesIO()
    picture.convert("RGB").save(drawn, "JPEG", quality=JPEG_QUALITY)
    return drawn.getvalue()


def content_of(document: Document) -> bytes:
    with document.file.open() as file:
        content: bytes = file.read()
    return content
