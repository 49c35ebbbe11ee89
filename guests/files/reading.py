"""A file as it was sent, opened by what it holds, whatever it is called."""

import codecs
import hashlib
from collections.abc import Callable, Iterable, Iterator
from tempfile import TemporaryFile

from guests.files import csv_file, xlsx_file
from guests.files.chunks import Table
from guests.files.wording import FileRefused
from guests.kinds import Kind

XLSX, UTF_8, UTF_16, WINDOWS = "xlsx", "utf-8-sig", "utf-16", "cp1256"
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

PACKED = b"PK\x03\x04"
MAGIC = {
    b"%PDF-": "pdf",
    b"\xd0\xcf\x11\xe0": "old_excel",
    b"\x1f\x8b": "archive",
    b"7z\xbc\xaf": "archive",
    b"Rar!": "archive",
    b"PK\x05\x06": "empty",
    b"\x89PNG": "not_text",
    b"\xff\xd8\xff": "not_text",
}
HEAD = 8


class Examination:
    """A first look at a file, a piece at a time: what it is, and how many lines it has."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._head = b""
        self._damaged = self._foreign = self._breaks = self._returns = 0
        self._last = b""
        self._has_nul = False
        self.size = 0

    def feed(self, piece: bytes) -> None:
        """Look at the next piece. Raises FileRefused as soon as it is clear that this is no table."""
        self._sha256.update(piece)
        self.size += len(piece)
        if len(self._head) < HEAD:
            self._head += piece[:HEAD]
            for magic, code in MAGIC.items():
                if self._head.startswith(magic):
                    raise FileRefused(code)
        if self._head.startswith(PACKED):
            return
        self._breaks += piece.count(b"\n")
        self._returns += piece.count(b"\r")
        self._last = piece[-1:] or self._last
        if b"\x00" in piece and not self._head.startswith(UTF_16_MARKS):
            raise FileRefused("not_text")
        self._count(self._decoder.decode(piece))

    def _count(self, text: str) -> None:
        if not text.isascii():
            damaged = text.count("\ufffd")
            self._damaged += damaged
            self._foreign += len(text) - len(text.encode("ascii", "ignore")) - damaged

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    @property
    def lines(self) -> int:
        """About how many lines there are below the first; 0 for a workbook, which does not say."""
        breaks = max(self._breaks, self._returns)
        return max(breaks - (self._last in (b"\n", b"\r", b"\x00")), 0)

    @property
    def encoding(self) -> str:
        """What the file is to be read as, once all of it was fed. Raises FileRefused for an empty file.

        What is not UTF-8 is Windows-1256, unless most of it is UTF-8: then some of its bytes are damaged.
        """
        if not self.size:
            raise FileRefused("empty")
        if self._head.startswith(PACKED):
            return XLSX
        if self._head.startswith(UTF_16_MARKS):
            return UTF_16
        self._count(self._decoder.decode(b"", final=True))
        is_marked = self._head.startswith(codecs.BOM_UTF8)
        return WINDOWS if self._damaged > self._foreign and not is_marked else UTF_8


def open_table(pieces: Callable[[], Iterable[bytes]], encoding: str, kind: Kind) -> Table:
    """Return the file's table. Raises FileRefused where its header cannot be read."""
    if encoding != XLSX:
        return csv_file.read(pieces(), encoding, kind)
    # It has no name and goes with the process; the reader takes it from there.
    with TemporaryFile() as file:
        for piece in pieces():
            file.write(piece)
        file.seek(0)
        return xlsx_file.read(file, kind)


def examined(pieces: Iterable[bytes], examination: Examination) -> Iterator[bytes]:
    """Pass the pieces on as they are looked at."""
    for piece in pieces:
        examination.feed(piece)
        yield piece
