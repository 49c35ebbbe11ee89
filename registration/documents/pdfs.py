"""PDFs: their pages printed into a new file, without anything that runs, opens or is attached."""

import io

import pikepdf
import pikepdf.settings

from registration.documents import refusals
from registration.documents.images import MAX_PIXELS
from registration.documents.refusals import FileRefused

MAX_PAGES = 20
PDF = b"%PDF-"
# Readers look for the end mark this far from the end of the file; a cut-off one has none there.
TAIL = 2048
# What stays of a page: the sheet and what is printed on it. Its actions, notes, files and forms go.
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
# A file of some kilobytes may unpack to gigabytes. The limits on one stream hold for the whole process.
MEGABYTE = 1024 * 1024
# And this on all of them together, apart from pictures: of these their width and height tell.
MOST_UNPACKED = 128 * MEGABYTE
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=128 * MEGABYTE,
    png_max_memory=128 * MEGABYTE,
    tiff_max_memory=128 * MEGABYTE,
    run_length_max_memory=128 * MEGABYTE,
    dct_max_memory=256 * MEGABYTE,
    max_stream_filters=4,
)

# What a broken or hostile file makes the library raise.
FAULTS = (
    pikepdf.PdfError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    RuntimeError,
    MemoryError,
)


def is_pdf(content: bytes) -> bool:
    return content.startswith(PDF)


def reprint(content: bytes) -> bytes:
    """Return a new PDF of the pages alone. Raises FileRefused."""
    if b"%%EOF" not in content[-TAIL:]:
        raise refusals.damaged()
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                raise refusals.encrypted()
            pages = len(pdf.pages)
            if pages > MAX_PAGES:
                raise refusals.too_many_pages(pages, MAX_PAGES)
            if not pages:
                raise refusals.damaged()
            return print_pages(pdf)
    except pikepdf.PasswordError:
        raise refusals.encrypted() from None
    except FileRefused:
        raise
    except FAULTS as error:
        raise refusals.damaged() from error


def print_pages(pdf: pikepdf.Pdf) -> bytes:
    """Return the pages; what was filled into forms is kept, as print."""
    if "/AcroForm" in pdf.Root:
        pdf.generate_appearance_streams()
    pdf.flatten_annotations("screen")
    with pikepdf.new() as clean:
        clean.pages.extend(pdf.pages)
        for page in clean.pages:
            for key in page.obj.keys() - PAGE_KEYS:
                del page.obj[key]
        refuse_bombs(clean)
        printed = io.BytesIO()
        # The same file again shall have the same hash.
        clean.save(printed, deterministic_id=True)
        return printed.getvalue()


def refuse_bombs(pdf: pikepdf.Pdf) -> None:
    """Raise FileRefused where streams unpack to more than documents do, or pictures have too many pixels."""
    unpacked = 0
    for stream in pdf.objects:
        if not isinstance(stream, pikepdf.Stream):
            continue
        if stream.get("/Subtype") == "/Image":
            if int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) > MAX_PIXELS:
                raise refusals.too_many_pixels(MAX_PIXELS // 1_000_000)
            continue
        try:
            unpacked += len(stream.read_bytes())
        except (pikepdf.PdfError, RuntimeError) as error:
            # What the libraries raise at the limits set above has no class of its own.
            if "limit" in str(error):
                raise refusals.unpacks_to_too_much() from error
            raise
        if unpacked > MOST_UNPACKED:
            raise refusals.unpacks_to_too_much()
