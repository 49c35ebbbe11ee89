"""What is told about a file that cannot be taken: what is wrong with it, and how to put it right."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class FileRefused(ValidationError):
    """A file that is not taken; its message is a sentence for whoever chose it."""


def empty() -> FileRefused:
    return FileRefused(_("This file is empty. Choose the document again."), code="empty")


def too_large(megabytes: int) -> FileRefused:
    return FileRefused(
        _("This file is larger than %(megabytes)d MB. Choose a smaller one, or photograph the document."),
        code="too_large",
        params={"megabytes": megabytes},
    )


def wrong_type() -> FileRefused:
    return FileRefused(
        _("This file is neither an image (JPEG, PNG, WebP, HEIC) nor a PDF. Photograph or scan it."),
        code="type",
    )


def mixed() -> FileRefused:
    return FileRefused(
        _("This file holds something else beside the document. Photograph or scan the document again."),
        code="mixed",
    )


def damaged() -> FileRefused:
    return FileRefused(
        _("This file is damaged or incomplete. Photograph or scan the document again."), code="damaged"
    )


def too_many_pixels(megapixels: int) -> FileRefused:
    return FileRefused(
        _("This image has more than %(megapixels)d million pixels. Choose a smaller one."),
        code="too_many_pixels",
        params={"megapixels": megapixels},
    )


def too_many_pages(pages: int, limit: int) -> FileRefused:
    return FileRefused(
        _("This PDF has %(pages)d pages. Choose one with at most %(limit)d."),
        code="too_many_pages",
        params={"pages": pages, "limit": limit},
    )


def unpacks_to_too_much() -> FileRefused:
    return FileRefused(
        _("This PDF unpacks to far more than a document needs. Print it anew, or photograph the document."),
        code="bomb",
    )


def encrypted() -> FileRefused:
    return FileRefused(
        _("This PDF is protected with a password. Save it without protection, or photograph the document."),
        code="encrypted",
    )


def infected() -> FileRefused:
    return FileRefused(
        _("This file was found to be harmful and was not kept. Photograph or scan the document again."),
        code="infected",
    )
