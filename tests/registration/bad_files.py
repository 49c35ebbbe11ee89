"""Files that are no documents, or not fit to be kept. Made here, so that none of them lies about."""

import gzip
import io
import random
import struct
import tarfile
import zipfile
import zlib
from functools import cache

import pikepdf
from PIL import Image

from tests.factories import jpeg

PAGE = b"<!doctype html><html><body><script>alert(1)</script></body></html>"


@cache
def image(kind, mode="RGB", size=(400, 300), **options):
    content = io.BytesIO()
    noise = Image.effect_noise(size, 80).convert(mode)
    noise.save(content, kind, **options)
    return content.getvalue()


@cache
def heic(size=(400, 300), color=None, **options):
    # Registers the writer, too.
    content = io.BytesIO()
    picture = Image.new("RGB", size, color) if color else Image.effect_noise(size, 80).convert("RGB")
    picture.save(content, "HEIF", quality=50, **options)
    return content.getvalue()


def heic_of_size(width, height, brand=b"heic"):
    """A HEIC that claims a size and has a small picture in it."""
    content = bytearray(heic())
    at = content.index(b"ispe") + 8
    content[at : at + 8] = struct.pack(">II", width, height)
    content[8:12] = brand
    return bytes(content)


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


def png_of_size(width, height, data=None):
    """A PNG that claims a size and has next to nothing in it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1000)) if data is None else data
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg_of_size(width, height):
    """A JPEG whose header claims a size."""
    content = bytearray(jpeg())
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(content)


def png_text_bomb():
    """A PNG with a comment that unpacks to a hundred megabytes."""
    content = image("PNG")
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000), 1))
    return content[:33] + bomb + content[33:]


def zip_file(name="licence.jpg", content=None):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, jpeg() if content is None else content)
    return packed.getvalue()


def tar_file():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("licence.jpg"))
    return packed.getvalue()


def cut(content, part=0.5):
    return content[: int(len(content) * part)]


def encrypted(**passwords):
    return pdf(encryption=pikepdf.Encryption(**passwords))


def no_pages(document):
    del document.pages[0]


def stream_bomb(megabytes, times=1):
    """A PDF whose content unpacks to so many megabytes, packed `times` over."""

    def change(document):
        content = bytes(megabytes * 1024 * 1024)
        for _time in range(times):
            content = zlib.compress(content, 1)
        stream = pikepdf.Stream(document, content)
        filters = [pikepdf.Name.FlateDecode] * times
        stream.stream_dict.Filter = filters[0] if times == 1 else pikepdf.Array(filters)
        document.pages[0].obj.Contents = document.make_indirect(stream)

    return pdf(change=change)


def many_streams(document):
    """Each unpacks to what one may, all of them to far more than a document needs."""
    packed = zlib.compress(bytes(60 * 1024 * 1024), 1)
    streams = pikepdf.Array()
    for _stream in range(3):
        stream = pikepdf.Stream(document, packed)
        stream.stream_dict.Filter = pikepdf.Name.FlateDecode
        streams.append(document.make_indirect(stream))
    document.pages[0].obj.Contents = streams


def object_stream_bomb():
    """A PDF whose objects stand in a stream that unpacks to 140 MB."""
    content = pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate)
    start = content.index(b"/ObjStm")
    begin = content.rindex(b"obj", 0, start) - 4
    end = content.index(b"endobj", start)
    packed = zlib.compress(b"1 0 << >>" + b" " * (140 * 1024 * 1024), 1)
    bomb = b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d" % len(packed)
    number = content[begin : content.index(b"obj", begin)]
    made = number + b"obj\n<< " + bomb + b" >>\nstream\n" + packed + b"\nendstream\n"
    return content[:begin] + made + content[end:]


def picture_bomb(document):
    stream = pikepdf.Stream(document, zlib.compress(bytes(1000)))
    stream.stream_dict.update(
        {
            "/Type": pikepdf.Name.XObject,
            "/Subtype": pikepdf.Name.Image,
            "/Width": 60000,
            "/Height": 60000,
            "/ColorSpace": pikepdf.Name.DeviceGray,
            "/BitsPerComponent": 8,
            "/Filter": pikepdf.Name.FlateDecode,
        }
    )
    xobjects = pikepdf.Dictionary(Bomb=document.make_indirect(stream))
    document.pages[0].obj.Resources = pikepdf.Dictionary(XObject=xobjects)
    document.pages[0].obj.Contents = document.make_stream(b"/Bomb Do")


def pages_in_a_ring(document):
    pages = document.Root.Pages
    pages.Kids = pikepdf.Array([pages])
    pages.Count = 5


def with_comment(content, comment):
    """A JPEG with a comment right behind its beginning."""
    return content[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + content[2:]


@cache
def bad_files():
    """Each with the code of its refusal."""
    junk = random.Random(3).randbytes(5000)
    return {**strangers(junk), **mixtures(), **broken(junk), **bombs()}


def strangers(junk):
    """Neither images of the sorts taken nor PDFs."""
    return {
        "empty": (b"", "empty"),
        "one byte": (b"\xff", "type"),
        "one zero": (b"\0", "type"),
        "spaces": (b" \r\n" * 100, "type"),
        "over 10 MB": (jpeg() + bytes(10 * 1024 * 1024), "too_large"),
        "text": ("الترخيص رقم 1".encode(), "type"),
        "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "type"),
        "SVG after a declaration": (
            b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
            "type",
        ),
        "SVG, packed": (gzip.compress(b"<svg/>"), "type"),
        "XML that grows": (b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>', "type"),
        "HTML": (PAGE, "type"),
        "HTML in UTF-16": (PAGE.decode().encode("utf-16"), "type"),
        "HTML that mentions a PDF": (b"<script>alert(1)</script>%PDF-1.7\n%%EOF", "type"),
        "ZIP": (zip_file(), "type"),
        "Word document": (zip_file("word/document.xml", b"<w:document/>"), "type"),
        "RAR": (b"Rar!\x1a\x07\x01\x00" + junk, "type"),
        "7z": (b"7z\xbc\xaf\x27\x1c" + junk, "type"),
        "TAR": (tar_file(), "type"),
        "GZIP": (gzip.compress(jpeg()), "type"),
        "GIF": (image("GIF", "P"), "type"),
        "GIF that is a JAR": (image("GIF", "P") + zip_file("A.class", b"\xca\xfe\xba\xbe"), "type"),
        "TIFF": (image("TIFF"), "type"),
        "BMP": (image("BMP"), "type"),
        "icon": (image("ICO", size=(32, 32)), "type"),
        "JPEG 2000": (image("JPEG2000"), "type"),
        "PostScript": (b"%!PS-Adobe-3.0\nshowpage\n", "type"),
        "program for Windows": (b"MZ" + junk, "type"),
        "program for Linux": (b"\x7fELF" + junk, "type"),
        "shell script": (b"#!/bin/sh\nrm -rf /\n", "type"),
        "film": (b"\x00\x00\x00\x18ftypmp42" + junk, "type"),
        "AVIF": (b"\x00\x00\x00\x18ftypavif" + junk, "type"),
        "noise": (junk, "type"),
        "RIFF that is sound": (b"RIFF\x24\x00\x00\x00WAVEfmt " + junk, "type"),
    }


def mixtures():
    """Two things at once."""
    return {
        "JPEG that is a ZIP": (image("JPEG") + zip_file(), "mixed"),
        "JPEG that is a JAR": (image("JPEG") + zip_file("A.class", b"\xca\xfe\xba\xbe"), "mixed"),
        "JPEG that is a RAR": (image("JPEG") + b"Rar!\x1a\x07\x01\x00 and more", "mixed"),
        "JPEG that is a PDF": (with_comment(image("JPEG"), pdf()[:600]), "mixed"),
        "JPEG that is a page": (with_comment(image("JPEG"), PAGE), "mixed"),
        "JPEG with PHP behind it": (image("JPEG") + b"<?php system($_GET['a']); ?>", "mixed"),
        "PNG that is a ZIP": (image("PNG") + zip_file(), "mixed"),
        "PNG that is a page": (image("PNG") + PAGE, "mixed"),
        "WebP that is a 7z": (image("WEBP") + b"7z\xbc\xaf\x27\x1c and more", "mixed"),
        "HEIC that is a ZIP": (heic() + zip_file(), "mixed"),
        "PDF that is a ZIP": (pdf() + zip_file(), "mixed"),
        "PDF that is a page": (pdf().replace(b"%PDF-", b"%PDF-1.7\n" + PAGE + b"\n%", 1), "mixed"),
        "PDF with a page behind it": (pdf() + PAGE, "mixed"),
    }


def broken(junk):
    """Cut off, or rubbish behind a good beginning."""
    return {
        "JPEG cut off": (cut(image("JPEG")), "damaged"),
        "JPEG of three bytes": (b"\xff\xd8\xff", "damaged"),
        "JPEG head on noise": (b"\xff\xd8\xff\xe0" + junk, "damaged"),
        "PNG cut off": (cut(image("PNG")), "damaged"),
        "PNG without pixels": (b"\x89PNG\r\n\x1a\n", "damaged"),
        "PNG with wrong sums": (image("PNG").replace(b"IDAT", b"IDAX", 1), "damaged"),
        "PNG of no size": (png_of_size(0, 0), "damaged"),
        "WebP cut off": (cut(image("WEBP")), "damaged"),
        "WebP head on noise": (b"RIFF\x24\x00\x00\x00WEBPVP8 " + junk, "damaged"),
        "HEIC cut off": (cut(heic()), "damaged"),
        "HEIC head alone": (heic()[:24], "damaged"),
        "HEIC head on noise": (b"\x00\x00\x00\x18ftypheic" + junk, "damaged"),
        "HEIC without its picture": (heic().replace(b"pitm", b"free", 1), "damaged"),
        "PDF cut off": (cut(pdf(5)), "damaged"),
        "PDF head alone": (b"%PDF-1.7\n%%EOF", "damaged"),
        "PDF head on noise": (b"%PDF-1.7\n" + junk + b"%%EOF", "damaged"),
        "PDF without pages": (pdf(change=no_pages), "damaged"),
        "PDF whose pages go round in a ring": (pdf(change=pages_in_a_ring), "damaged"),
        "PDF with a password": (encrypted(owner="a", user="b"), "encrypted"),
        "PDF with an owner's password": (encrypted(owner="a", user=""), "encrypted"),
    }


def bombs():
    """Small, and huge when unpacked."""
    return {
        "41 million pixels": (png_of_size(8200, 5000), "too_many_pixels"),
        "a billion pixels": (png_of_size(32000, 32000), "too_many_pixels"),
        "a PNG's utmost": (png_of_size(2**31 - 1, 2**31 - 1), "too_many_pixels"),
        "JPEG of four billion pixels": (jpeg_of_size(65500, 65500), "too_many_pixels"),
        "HEIC of 900 million pixels": (heic_of_size(30000, 30000), "too_many_pixels"),
        "HEIC of 41 million pixels": (heic_of_size(8200, 5000), "too_many_pixels"),
        "HEIC that is larger than it says": (heic_of_size(100, 100), "damaged"),
        "PNG with a comment of 100 MB": (png_text_bomb(), "damaged"),
        "PDF of 21 pages": (pdf(21), "too_many_pages"),
        "PDF stream of 140 MB": (stream_bomb(140), "bomb"),
        "PDF stream packed twice": (stream_bomb(140, times=2), "bomb"),
        "PDF streams of 180 MB": (pdf(change=many_streams), "bomb"),
        "PDF objects of 140 MB": (object_stream_bomb(), "damaged"),
        "PDF with a picture of 3.6 billion pixels": (pdf(change=picture_bomb), "too_many_pixels"),
    }


BAD_NAMES = {
    "path": "../../etc/passwd",
    "path for Windows": "..\\..\\windows\\win.ini",
    "absolute path": "/etc/cron.d/shumoos",
    "control characters": "licence\r\nX-Evil: 1\x07.jpg",
    "bidi marks": "licence\u202egpj.exe",
    "zero": "licence\0.jpg",
    "300 characters": "l" * 300 + ".jpg",
    "quotes": '"><script>alert(1)</script>.jpg',
    "dots": "..",
    "nothing": "",
}
