"""Small pictures of documents, for lists of them."""

import io
from functools import cache

from PIL import Image, ImageDraw

from registration.documents import images, pages
from registration.documents.refusals import FileRefused

SIDE = 320
QUALITY = 75
SHEET = (226, 320)


def of_picture(picture: Image.Image) -> bytes:
    small = picture.copy()
    small.thumbnail((SIDE, SIDE))
    return images.as_jpeg(small, QUALITY)


def of_pdf(content: bytes) -> bytes:
    """Return a JPEG of a cleaned PDF's first page; empty where it cannot be drawn, or takes too long."""
    try:
        # What comes back is a stranger's file no less than what went in.
        return of_picture(images.redraw(pages.drawn(content, 1, SIDE)))
    except (pages.CannotDraw, FileRefused):
        return b""


@cache
def empty_sheet() -> bytes:
    """Return what is shown of a document of which there is no picture."""
    sheet = Image.new("RGB", SHEET, "white")
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((0, 0, SHEET[0] - 1, SHEET[1] - 1), outline="#9DA4AE", width=2)
    for line in range(6):
        draw.rectangle((36, 60 + line * 34, 190 - (line % 3) * 24, 68 + line * 34), fill="#D2D6DB")
    drawn = io.BytesIO()
    sheet.save(drawn, "JPEG", quality=QUALITY)
    return drawn.getvalue()
