"""Draws the first page of the PDF on stdin as a JPEG on stdout.

A program of its own, run without the portal's settings, keys and connections: what reads a stranger's PDF
may be made to fail, to run for ever, or worse, and then only this ends. It imports nothing of the portal.
"""

import contextlib
import resource
import sys

import pypdfium2

SIDE = 320
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


def main() -> None:
    limit()
    page = pypdfium2.PdfDocument(sys.stdin.buffer.read())[0]
    scale = SIDE / max(*page.get_size(), 1)
    picture = page.render(scale=scale, may_draw_forms=False).to_pil()
    picture.convert("RGB").save(sys.stdout.buffer, "JPEG", quality=75)


if __name__ == "__main__":
    main()
