"""What a file of text is written in, told while it comes: UTF-8, UTF-16 or Windows-1256."""

import codecs
import hashlib

UTF_8, UTF_16, WINDOWS = "utf-8-sig", "utf-16", "cp1256"
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
HEAD = 8


class Examination:
    """A first look at a file, a piece at a time: its encoding, how many lines it has, what it is told by."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.head = b""
        self.size = 0
        self._damaged = self._foreign = 0
        self._line_feeds = self._returns = 0
        self._last = b""

    def feed(self, piece: bytes) -> None:
        self.note(piece)
        self.read(piece)

    def note(self, piece: bytes) -> None:
        """Look at a piece as bytes."""
        self._sha256.update(piece)
        self.size += len(piece)
        if len(self.head) < HEAD:
            self.head += piece[:HEAD]

    def read(self, piece: bytes) -> None:
        """Look at a piece as text."""
        self._line_feeds += piece.count(b"\n")
        self._returns += piece.count(b"\r")
        self._last = piece[-1:] or self._last
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
        """How many lines there are after the first; blank ones count, and UTF-16 may add some."""
        breaks = max(self._line_feeds, self._returns)
        return max(breaks - (self._last in (b"\n", b"\r", b"\x00")), 0)

    @property
    def encoding(self) -> str:
        """The file's encoding, once all of it was fed.

        Without a mark at the start, what is not UTF-8 is Windows-1256, unless most of it is: then it is UTF-8
        with damaged bytes. Arabic in Windows-1256 is hardly ever valid UTF-8.
        """
        if self.head.startswith(UTF_16_MARKS):
            return UTF_16
        self._count(self._decoder.decode(b"", final=True))
        if self._damaged > self._foreign and not self.head.startswith(codecs.BOM_UTF8):
            return WINDOWS
        return UTF_8
