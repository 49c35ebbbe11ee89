"""Draws a page of the PDF on stdin as a JPEG on stdout: `rendering.py NUMBER SIDE`, the first page being 1.

A program of its own, run without the portal's settings, keys and connections: what reads a stranger's PDF
may be made to fail, to run for ever, or worse, and then only this ends. It imports nothing of the portal.
"""

import contextlib
import resource
import sys

import pypdfium2

# Sharp enough for the small print on a scanned A4 sheet.
DOTS_AN_INCH = 150
POINTS_AN_INCH = 72
SECONDS = 5
MOST_MEMORY = 1024 * 1024 * 1024


def limit() -> None:
    # Where the system knows such a limit.
    for what, most in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def main(number: int, side: int) -> None:
    limit()
    page = pypdfium2.PdfDocument(sys.stdin.buffer.read())[number - 1]
    scale = min(DOTS_AN_INCH / POINTS_AN_INCH, side / max(*page.get_size(), 1))
    picture = page.render(scale=scale, may_draw_forms=False).to_pil()
    picture.convert("RGB").save(sys.stdout.buffer, "JPEG", quality=85)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
