"""A file as it was sent, opened by what it holds, whatever it is called."""

from collections.abc import Callable, Iterable, Iterator
from tempfile import TemporaryFile

from guests.files import csv_file, xlsx_file
from guests.files.chunks import Table
from guests.files.wording import FileRefused
from guests.kinds import Kind
from shumoos import encodings
from shumoos.encodings import HEAD, UTF_16_MARKS

XLSX = "xlsx"
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


class Examination(encodings.Examination):
    """A first look at a file. A workbook does not say how many lines it has."""

    def feed(self, piece: bytes) -> None:
        """Look at the next piece. Raises FileRefused as soon as it is clear that this is no table."""
        is_head = len(self.head) < HEAD
        self.note(piece)
        if is_head:
            for magic, code in MAGIC.items():
                if self.head.startswith(magic):
                    raise FileRefused(code)
        if self.head.startswith(PACKED):
            return
        if b"\x00" in piece and not self.head.startswith(UTF_16_MARKS):
            raise FileRefused("not_text")
        self.read(piece)

    @property
    def encoding(self) -> str:
        """What the file is to be read as, once all of it was fed. Raises FileRefused for an empty file."""
        if not self.size:
            raise FileRefused("empty")
        return XLSX if self.head.startswith(PACKED) else super().encoding


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
