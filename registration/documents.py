"""Documents on their way in and out: cleaned before they are stored, harmless when they are shown."""

import hashlib
import io
from dataclasses import dataclass

import pikepdf
import pikepdf.settings
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from registration.models import Application, Document, DocumentKind, Status
from registration.moves import MoveRefused

MAX_PIXELS = 40_000_000
# A sheet of A4 at 300 dots an inch is 3508 high: all that a reader needs, and no camera's surplus.
LONGEST_SIDE = 4096
JPEG_QUALITY = 88
MAX_PAGES = 20

JPEG = b"\xff\xd8\xff"
PNG = b"\x89PNG\r\n\x1a\n"
PDF = b"%PDF-"
# Readers look for the end mark this far from the end of the file; a cut-off one has none there.
PDF_TAIL = 2048
# What stays of a PDF page: the sheet and what is printed on it. Its actions, notes, files and forms go.
PAGE_KEYS = {
    "/Type",
    "/Parent",
    "/MediaBox",
    "/CropBox",
    "/Rotate",
    "/UserUnit",
    "/Group",
    "/Resources",
    "/Contents",
}
# A file of some kilobytes may unpack to gigabytes. These hold for the whole process.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=128 * 1024 * 1024,
    png_max_memory=128 * 1024 * 1024,
    tiff_max_memory=128 * 1024 * 1024,
    run_length_max_memory=128 * 1024 * 1024,
    dct_max_memory=256 * 1024 * 1024,
    max_stream_filters=4,
)

NOTHING_RUNS = "sandbox; default-src 'none'; img-src 'self'"

# What a broken or hostile file makes the libraries raise.
IMAGE_FAULTS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    Image.DecompressionBombError,
)
PDF_FAULTS = (pikepdf.PdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, RuntimeError)


@dataclass(frozen=True)
class CleanFile:
    """An upload that is safe to store and to show."""

    content: bytes
    content_type: str
    sha256: str
    size: int


def clean_upload(file: UploadedFile) -> CleanFile:
    """Return what an upload shows, made anew as a JPEG image or a PDF without anything that runs.

    What it is told by its content, never by its name. Images are turned upright, reduced to at most 4096
    pixels a side, and lose their metadata. Raises ValidationError with a sentence for anything else: empty,
    over `DOCUMENT_MAX_BYTES`, neither image nor PDF, damaged, encrypted, too many pixels or pages.
    """
    content = read(file)
    if content.startswith((JPEG, PNG)) or (content[:4], content[8:12]) == (b"RIFF", b"WEBP"):
        content, content_type = clean_image(content), "image/jpeg"
    elif content.startswith(PDF):
        content, content_type = clean_pdf(content), "application/pdf"
    else:
        raise ValidationError(
            _("This file is neither an image (JPEG, PNG, WebP) nor a PDF. Photograph or scan the document."),
            code="type",
        )
    return CleanFile(content, content_type, hashlib.sha256(content).hexdigest(), len(content))


def attach(application: Application, kind: DocumentKind | str, upload: UploadedFile) -> Document:
    """Clean an upload and give it to the application in place of the current document of its kind.

    Raises ValidationError as `clean_upload` does, and MoveRefused as `keep` does.
    """
    return keep(application, kind, clean_upload(upload))


@transaction.atomic
def keep(application: Application, kind: DocumentKind | str, file: CleanFile) -> Document:
    """Store a cleaned file as the current document of its kind; the one before stays as history.

    The same file again changes nothing. Raises MoveRefused once the application is with the office.
    """
    locked = Application.objects.select_for_update().get(pk=application.pk)
    current = locked.documents.filter(kind=kind, is_current=True).first()
    if current and current.sha256 == file.sha256:
        return current
    if locked.status not in (Status.DRAFT, Status.RETURNED):
        raise MoveRefused(_("This application has been sent; its documents cannot be changed."))
    if current:
        current.is_current = False
        current.save(update_fields=["is_current"])
    return Document.objects.create(
        application=application,
        kind=kind,
        file=ContentFile(file.content, name="document"),
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
    )


def serve(document: Document) -> HttpResponse:
    """Return the document for the browser to show, under headers that let nothing in it run.

    Whoever calls it has checked that the user may see it, and has logged the look.
    """
    with document.file.open() as file:
        content = file.read()
    return show(
        content, document.content_type, name=f"{document.application.shown_reference}-{document.kind}"
    )


def show(content: bytes, content_type: str, *, name: str) -> HttpResponse:
    """Return a cleaned file for the browser to show under that name, and to run nothing in it."""
    suffix = "jpg" if content_type == "image/jpeg" else "pdf"
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'inline; filename="{name}.{suffix}"',
            "Content-Security-Policy": NOTHING_RUNS,
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


def read(file: UploadedFile) -> bytes:
    if not file.size:
        raise ValidationError(_("This file is empty. Choose the document again."), code="empty")
    if file.size > settings.DOCUMENT_MAX_BYTES:
        raise ValidationError(
            _("This file is larger than %(megabytes)d MB. Choose a smaller one, or photograph the document."),
            code="too_large",
            params={"megabytes": settings.DOCUMENT_MAX_BYTES // (1024 * 1024)},
        )
    file.seek(0)
    return file.read()


def damaged() -> ValidationError:
    return ValidationError(
        _("This file is damaged or incomplete. Photograph or scan the document again."), code="damaged"
    )


def clean_image(content: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise too_many_pixels()
            return redraw(image)
    except Image.DecompressionBombError:
        raise too_many_pixels() from None
    except ValidationError:
        raise
    except IMAGE_FAULTS as error:
        raise damaged() from error


def too_many_pixels() -> ValidationError:
    return ValidationError(
        _("This image has more than %(megapixels)d million pixels. Choose a smaller one."),
        code="too_many_pixels",
        params={"megapixels": MAX_PIXELS // 1_000_000},
    )


def redraw(image: Image.Image) -> bytes:
    """Return the picture alone, upright and on white, as JPEG."""
    # Lets the JPEG decoder skip detail that would be thrown away below.
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):
        # Scanners write 16-bit greys; converting them straight would leave a white sheet.
        upright = upright.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    layers = upright.convert("RGBA")
    # A new image, because the old one still carries its metadata.
    sheet = Image.new("RGB", layers.size, "white")
    sheet.paste(layers, mask=layers.getchannel("A"))
    drawn = io.BytesIO()
    sheet.save(drawn, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return drawn.getvalue()


def clean_pdf(content: bytes) -> bytes:
    if b"%%EOF" not in content[-PDF_TAIL:]:
        raise damaged()
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                raise encrypted()
            pages = len(pdf.pages)
            if pages > MAX_PAGES:
                raise ValidationError(
                    _("This PDF has %(pages)d pages. Choose one with at most %(limit)d."),
                    code="too_many_pages",
                    params={"pages": pages, "limit": MAX_PAGES},
                )
            if not pages:
                raise damaged()
            return reprint(pdf)
    except pikepdf.PasswordError:
        raise encrypted() from None
    except ValidationError:
        raise
    except PDF_FAULTS as error:
        raise damaged() from error


def encrypted() -> ValidationError:
    return ValidationError(
        _("This PDF is protected with a password. Save it without protection, or photograph the document."),
        code="encrypted",
    )


def reprint(pdf: pikepdf.Pdf) -> bytes:
    """Return a new PDF of the pages alone; what was filled into forms is kept, as print."""
    if "/AcroForm" in pdf.Root:
        pdf.generate_appearance_streams()
    pdf.flatten_annotations("screen")
    with pikepdf.new() as clean:
        clean.pages.extend(pdf.pages)
        for page in clean.pages:
            for key in page.obj.keys() - PAGE_KEYS:
                del page.obj[key]
        printed = io.BytesIO()
        # The same file again shall have the same hash.
        clean.save(printed, deterministic_id=True)
        return printed.getvalue()
