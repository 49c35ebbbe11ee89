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
    if document.content_type == "image/jpeg":
        return 1
    with pikepdf.open(io.BytesIO(content_of(document))) as pdf:
        return len(pdf.pages)


def draw(document: Document, number: int) -> bytes:
    """Return a page, counted from 1, as a JPEG picture.

    Raises IndexError where there is no such page, CannotDraw for one of a PDF that cannot be drawn.
    """
    if not 1 <= number <= count(document):
        raise IndexError(number)
    content = content_of(document)
    return content if document.content_type == "image/jpeg" else drawn(content, number, LONGEST_SIDE)


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
