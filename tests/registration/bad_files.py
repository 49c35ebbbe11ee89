"""Files that are no documents, or not fit to be kept. Made here, so that none of them lies about."""

import io
import random
import struct
import zipfile
import zlib

import pikepdf
from PIL import Image

from tests.factories import jpeg


def image(kind, mode="RGB", size=(400, 300), **options):
    content = io.BytesIO()
    noise = Image.effect_noise(size, 80).convert(mode)
    noise.save(content, kind, **options)
    return content.getvalue()


def pdf(pages=1, change=None, **options):
    content = io.BytesIO()
    with pikepdf.new() as document:
        for _page in range(pages):
            document.add_blank_page()
        if change:
            change(document)
        document.save(content, **options)
    return content.getvalue()


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of_size(width, height):
    """A PNG that claims a size and has next to nothing in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def zip_file():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("licence.jpg", jpeg())
    return content.getvalue()


def cut(content, part=0.5):
    return content[: int(len(content) * part)]


def encrypted(**passwords):
    return pdf(encryption=pikepdf.Encryption(**passwords))


def no_pages(document):
    del document.pages[0]


def bad_files():
    """Each with the code of its refusal."""
    junk = random.Random(3).randbytes(5000)
    return {
        "empty": (b"", "empty"),
        "one byte": (b"\xff", "type"),
        "over 10 MB": (jpeg() + bytes(10 * 1024 * 1024), "too_large"),
        "text": ("الترخيص رقم 1".encode(), "type"),
        "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "type"),
        "HTML": (b"<!doctype html><script>alert(1)</script>", "type"),
        "HTML that mentions a PDF": (b"<script>alert(1)</script>%PDF-1.7\n%%EOF", "type"),
        "ZIP": (zip_file(), "type"),
        "GIF": (image("GIF", "P"), "type"),
        "TIFF": (image("TIFF"), "type"),
        "BMP": (image("BMP"), "type"),
        "program": (b"MZ" + junk, "type"),
        "noise": (junk, "type"),
        "HEIC head on noise": (b"\x00\x00\x00\x18ftypheic" + junk, "damaged"),
        "RIFF that is sound": (b"RIFF\x24\x00\x00\x00WAVEfmt " + junk, "type"),
        "JPEG cut off": (cut(image("JPEG")), "damaged"),
        "JPEG of three bytes": (b"\xff\xd8\xff", "damaged"),
        "JPEG head on noise": (b"\xff\xd8\xff\xe0" + junk, "damaged"),
        "PNG cut off": (cut(image("PNG")), "damaged"),
        "PNG without pixels": (b"\x89PNG\r\n\x1a\n", "damaged"),
        "PNG with wrong sums": (image("PNG").replace(b"IDAT", b"IDAX", 1), "damaged"),
        "WebP cut off": (cut(image("WEBP")), "damaged"),
        "WebP head on noise": (b"RIFF\x24\x00\x00\x00WEBPVP8 " + junk, "damaged"),
        "41 million pixels": (png_of_size(8200, 5000), "too_many_pixels"),
        "a billion pixels": (png_of_size(32000, 32000), "too_many_pixels"),
        "PDF cut off": (cut(pdf(5)), "damaged"),
        "PDF head alone": (b"%PDF-1.7\n%%EOF", "damaged"),
        "PDF head on noise": (b"%PDF-1.7\n" + junk + b"%%EOF", "damaged"),
        "PDF without pages": (pdf(change=no_pages), "damaged"),
        "PDF of 21 pages": (pdf(21), "too_many_pages"),
        "PDF with a password": (encrypted(owner="a", user="b"), "encrypted"),
        "PDF with an owner's password": (encrypted(owner="a", user=""), "encrypted"),
    }
