"""Documents on their way out, under headers that let nothing in them run."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from registration.documents import thumbnails
from registration.models import Document

NOTHING_RUNS = "sandbox; default-src 'none'; img-src 'self'"
HEADERS = {
    "Content-Security-Policy": NOTHING_RUNS,
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


def serve(document: Document) -> HttpResponse:
    """Return the document for the browser to show, under headers that let nothing in it run.

    Whoever calls it has checked that the user may see it, and has logged the look. One that waits for the
    scanner is answered with 409, one that it has found harmful with 410, and a sentence.
    """
    if withheld := sentence_instead(document):
        return withheld
    with document.file.open() as file:
        content = file.read()
    name = f"{document.application.shown_reference}-{document.kind_id}"
    return show(content, document.content_type, name=name)


def serve_thumbnail(document: Document) -> HttpResponse:
    """Return a small picture of the document's first page, or of an empty sheet; otherwise as `serve`."""
    if withheld := sentence_instead(document):
        return withheld
    if not document.thumbnail:
        return show(thumbnails.empty_sheet(), "image/jpeg", name=document.kind_id)
    with document.thumbnail.open() as file:
        content = file.read()
    return show(
        content, "image/jpeg", name=f"{document.application.shown_reference}-{document.kind_id}-small"
    )


def show(content: bytes, content_type: str, *, name: str) -> HttpResponse:
    """Return a cleaned file for the browser to show under that name, and to run nothing in it."""
    suffix = "jpg" if content_type == "image/jpeg" else "pdf"
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'inline; filename="{name}.{suffix}"', **HEADERS},
    )


def sentence_instead(document: Any) -> HttpResponse | None:
    """Return what is answered in place of a document that nobody may see; None where it may be shown.

    A `document` is whatever knows whether it `is_being_checked` and `is_harmful`.
    """
    if document.is_being_checked:
        sentence, status = _("This document is being checked. It can be seen in a few minutes."), 409
    elif document.is_harmful:
        sentence, status = _("This document was found to be harmful and was removed."), 410
    else:
        return None
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8", headers=HEADERS)
