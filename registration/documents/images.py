"""Pictures of documents: decoded within limits, turned upright, and drawn anew without their metadata."""

import io

import pillow_heif
from PIL import Image, ImageOps

from registration.documents import refusals
from registration.documents.refusals import FileRefused

MAX_PIXELS = 40_000_000
# A sheet of A4 at 300 dots an inch is 3508 high: all that a reader needs, and no camera's surplus.
LONGEST_SIDE = 4096
JPEG_QUALITY = 88

JPEG = b"\xff\xd8\xff"
PNG = b"\x89PNG\r\n\x1a\n"
# Still pictures in HEVC, as telephones write them.
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1"}

pillow_heif.register_heif_opener(thumbnails=False)

# What a broken or hostile file makes the libraries raise.
FAULTS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    RuntimeError,
    MemoryError,
    Image.DecompressionBombError,
)


def format_of(content: bytes) -> str:
    """Return what Pillow calls a picture's format, told by its first bytes; empty for anything else."""
    if content.startswith(JPEG):
        return "JPEG"
    if content.startswith(PNG):
        return "PNG"
    if (content[:4], content[8:12]) == (b"RIFF", b"WEBP"):
        return "WEBP"
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        return "HEIF"
    return ""


def is_image(content: bytes) -> bool:
    return bool(format_of(content))


def redraw(content: bytes) -> Image.Image:
    """Return the picture alone, upright and on white. Raises FileRefused."""
    try:
        with Image.open(io.BytesIO(content), formats=[format_of(content)]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise refusals.too_many_pixels(MAX_PIXELS // 1_000_000)
            return draw(image)
    except Image.DecompressionBombError:
        raise refusals.too_many_pixels(MAX_PIXELS // 1_000_000) from None
    except FileRefused:
        raise
    except FAULTS as error:
        raise refusals.damaged() from error


def draw(image: Image.Image) -> Image.Image:
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
    return sheet


def as_jpeg(picture: Image.Image, quality: int = JPEG_QUALITY) -> bytes:
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG", quality=quality, optimize=True)
    return drawn.getvalue()
