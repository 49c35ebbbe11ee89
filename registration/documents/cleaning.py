"""An upload is made anew as an image or a PDF that is safe to store and to show."""

import hashlib
from dataclasses import dataclass, field

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile

from registration.documents import images, pdfs, quality, refusals, scanning, thumbnails
from registration.documents.mixtures import is_mixed
from registration.models import Document, ScanState


@dataclass(frozen=True)
class CleanFile:
    """An upload that is safe to store and to show, once the scanner has had its `original` where it waits.

    `thumbnail` is a small JPEG, empty where none could be drawn; `warnings` are codes of `WARNINGS`.
    """

    content: bytes
    content_type: str
    sha256: str
    size: int
    warnings: tuple[str, ...] = ()
    thumbnail: bytes = field(default=b"", repr=False)
    scan_state: ScanState = ScanState.UNSCANNED
    original: bytes = field(default=b"", repr=False)


def clean_upload(file: UploadedFile) -> CleanFile:
    """Return what an upload shows, made anew as a JPEG image or a PDF without anything that runs.

    What it is told by its content, never by its name. Images are turned upright, reduced to at most 4096
    pixels a side, and lose their metadata. Raises FileRefused, a ValidationError, with a sentence for
    anything else: empty, over `DOCUMENT_MAX_BYTES`, neither image nor PDF or something else beside, damaged,
    encrypted, too many pixels or pages, unpacking to too much, found harmful by the scanner.
    """
    upload = read(file)
    if not (images.is_image(upload) or pdfs.is_pdf(upload)):
        raise refusals.wrong_type()
    if is_mixed(upload):
        raise refusals.mixed()
    scan_state = scanning.scan_upload(upload)
    if images.is_image(upload):
        picture = images.redraw(upload)
        content, content_type = images.as_jpeg(picture), "image/jpeg"
        thumbnail, warnings = thumbnails.of_picture(picture), quality.of_picture(picture)
    else:
        content, content_type = pdfs.reprint(upload), "application/pdf"
        thumbnail, warnings = thumbnails.of_pdf(content), quality.of_pdf(content)
    return CleanFile(
        content=content,
        content_type=content_type,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        warnings=warnings,
        thumbnail=thumbnail,
        scan_state=scan_state,
        original=upload if scan_state == ScanState.WAITING else b"",
    )


def clean_file_of(document: Document) -> CleanFile:
    """Return what is kept of a document, to be kept once more with another application."""
    return CleanFile(
        content=content_of(document.file),
        content_type=document.content_type,
        sha256=document.sha256,
        size=document.size,
        warnings=tuple(document.warning_codes),
        thumbnail=content_of(document.thumbnail),
        scan_state=ScanState(document.scan_state),
        original=content_of(document.original),
    )


def content_of(kept: FieldFile) -> bytes:
    if not kept:
        return b""
    with kept.open() as file:
        content: bytes = file.read()
    return content


def read(file: UploadedFile) -> bytes:
    if not file.size:
        raise refusals.empty()
    if file.size > settings.DOCUMENT_MAX_BYTES:
        raise refusals.too_large(settings.DOCUMENT_MAX_BYTES // (1024 * 1024))
    file.seek(0)
    return file.read()
