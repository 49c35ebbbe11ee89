"""Documents page by page, as pictures: a browser that runs nothing in a document shows no PDF either."""

import io
import subprocess
import sys
from pathlib import Path

import pikepdf

from registration.models import Document

RENDERING = Path(__file__).parent / "rendering.py"
# Its own limit is a shorter one, of the processor's time.
SECONDS = 10
LONGEST_SIDE = 2400


class CannotDraw(Exception):
    """A page that could not be drawn, or took too long."""


def count(document: Document) -> int:
    """Return how many pages a document has; a picture is one."""
    return 1 if document.content_type == "image/jpeg" else pages_of(content_of(document))


def pages_of(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return len(pdf.pages)


def draw(document: Document, number: int) -> bytes:
    """Return a page, counted from 1, as a JPEG picture.

    Raises IndexError where there is no such page, CannotDraw for one of a PDF that cannot be drawn.
    """
    # Once: what is decrypted may be large.
    content = content_of(document)
    is_picture = document.content_type == "image/jpeg"
    if not 1 <= number <= (1 if is_picture else pages_of(content)):
        raise IndexError(number)
    return content if is_picture else drawn(content, number, LONGEST_SIDE)


def drawn(content: bytes, number: int, side: int) -> bytes:
    """Return a page of a PDF as a JPEG picture of at most so many pixels a side. Raises CannotDraw."""
    command = [sys.executable, "-I", str(RENDERING), str(number), str(side)]
    try:
        # Without the environment, which holds the keys.
        ended = subprocess.run(  # noqa: S603
            command, input=content, capture_output=True, timeout=SECONDS, env={}, check=True
        )
    except subprocess.SubprocessError as error:
        raise CannotDraw from error
    return ended.stdout


def content_of(document: Document) -> bytes:
    with document.file.open() as file:
        content: bytes = file.read()
    return content
