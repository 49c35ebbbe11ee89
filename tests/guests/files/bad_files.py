"""Files that are no table of records, or no honest one, each with the code of the sentence it ends in."""

import io
import struct
import zipfile
import zlib

import xlsxwriter

HEADER = [
    "client_reference",
    "id_type",
    "id_number",
    "full_name",
    "nationality",
    "birth_date",
    "gender",
    "arrived_at",
]


def workbook(*rows, **options):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    book.close()
    return file.getvalue()


def repacked(content, change):
    """The workbook with its sheet changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part.filename, change(data) if "worksheets/" in part.filename else data)
    return file.getvalue()


def sheet_of(cells):
    return lambda data: data.replace(b"</sheetData>", cells + b"</sheetData>")


def zipped(name, data):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return file.getvalue()


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))


def bomb():
    """A workbook of a few kilobytes whose sheet unpacks to more than any memory should hold."""
    return repacked(workbook(HEADER), sheet_of(b'<row r="2">' + b" " * (40 * 1024 * 1024) + b"</row>"))


GOOD = workbook(HEADER, ["G-1"])

BAD = {
    "nothing at all": (lambda: b"", "empty"),
    "blank lines": (lambda: b"\r\n \r\n,,,\r\n", "empty"),
    "a byte order mark alone": (lambda: b"\xef\xbb\xbf", "empty"),
    "an empty workbook": (lambda: workbook(), "empty"),
    "a text": (lambda: "كان يا ما كان\nفي قديم الزمان\n".encode(), "header"),
    "a page": (lambda: b"<html><body><table><tr><td>1</td></tr></table></body></html>", "header"),
    "a table of something else": (lambda: b"name,phone\nA,1\n", "header"),
    "a workbook of something else": (lambda: workbook(["name", "phone"], ["A", 1]), "header"),
    "rows without a header": (
        lambda: b"G-1,national_id,1000000008,A B,SAU,1990-03-15,m,2026-01-01 10:00\n",
        "header",
    ),
    "a header that lacks a column": (lambda: ",".join(HEADER[:-1]).encode(), "columns"),
    "a workbook that lacks a column": (lambda: workbook(HEADER[1:]), "columns"),
    "a column twice": (lambda: ",".join([*HEADER, "Gender"]).encode(), "repeated"),
    "a million columns": (lambda: ",".join([*HEADER, *map(str, range(1_000_000))]).encode(), "too_wide"),
    "two hundred columns": (lambda: ",".join([*HEADER, *map(str, range(200))]).encode(), "too_wide"),
    "a workbook with a far column": (
        lambda: repacked(GOOD, sheet_of(b'<row r="9"><c r="XFD9"><v>1</v></c></row>')),
        "too_wide",
    ),
    "a workbook with a far row": (
        lambda: repacked(GOOD, sheet_of(b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>')),
        "too_many_rows",
    ),
    "a wide workbook with a far row": (
        lambda: repacked(GOOD, sheet_of(b'<row r="99999"><c r="AZ99999"><v>1</v></c></row>')),
        "too_many_rows",
    ),
    "a zip bomb": (bomb, "zip_bomb"),
    "formulas without results": (
        lambda: repacked(GOOD, sheet_of(b'<row r="3"><c r="A3"><f>B3&amp;C3</f><v></v></c></row>')),
        "formulas",
    ),
    "a workbook cut short": (lambda: GOOD[: len(GOOD) // 2], "damaged"),
    "a workbook with damaged bytes": (
        lambda: GOOD[:200] + bytes(byte ^ 0xFF for byte in GOOD[200:1200]) + GOOD[1200:],
        "damaged",
    ),
    "a workbook that is no XML": (lambda: repacked(GOOD, lambda data: b"\x00\xff" * 50), "damaged"),
    "another archive": (lambda: zipped("records.csv", b"a,b"), "archive"),
    "an empty archive": (lambda: b"PK\x05\x06" + bytes(18), "empty"),
    "gzip": (lambda: b"\x1f\x8b\x08" + bytes(20), "archive"),
    "an old workbook or one with a password": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "old_excel",
    ),
    "a PDF": (lambda: b"%PDF-1.7\n", "pdf"),
    "a picture": (png, "not_text"),
    "random bytes": (lambda: bytes(range(256)) * 40, "not_text"),
}
