"""Every upload is shown to ClamAV's daemon before anybody sees it, where `CLAMD_ADDRESS` names one.

The protocol is clamd's own, `INSTREAM`: the length of each piece in four bytes and the piece, and a length of
0 at the end; the answer is one line. Its Python clients have not been released for years.
"""

import logging
import socket
import struct
from contextlib import closing, suppress
from urllib.parse import urlsplit

from django.conf import settings

from registration.documents import refusals
from registration.models import ScanState

# A worker of the portal waits for so long, in seconds: to connect, and for each piece and the answer.
CONNECT_TIMEOUT = 2.0
ANSWER_TIMEOUT = 20.0
PIECE = 64 * 1024
LONGEST_ANSWER = 4096

logger = logging.getLogger(__name__)


class ScannerAway(Exception):
    """The scanner could not be asked, or gave no answer about the file."""


def scan_upload(content: bytes) -> ScanState:
    """Return what the scanner makes of an upload: clean, or waiting where it is away; unscanned without one.

    Raises FileRefused for one that is harmful.
    """
    if not settings.CLAMD_ADDRESS:
        return ScanState.UNSCANNED
    try:
        is_harmful = find_harm(content)
    except ScannerAway as reason:
        logger.warning("The scanner is away: %s", reason)
        return ScanState.WAITING
    if is_harmful:
        raise refusals.infected()
    return ScanState.CLEAN


def find_harm(content: bytes) -> bool:
    """Whether the scanner finds a file harmful. Raises ScannerAway."""
    answer = ask(content)
    if answer == "stream: OK":
        return False
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        logger.warning("The scanner found %s", answer.removeprefix("stream: ").removesuffix(" FOUND"))
        return True
    # Such as a size limit of its own that is lower than ours.
    raise ScannerAway(answer or "it hung up without an answer")


def ask(content: bytes) -> str:
    """Return the daemon's line about a file. Raises ScannerAway."""
    try:
        with closing(connect()) as daemon:
            # It may say why it would hear no more, and hang up.
            with suppress(BrokenPipeError, ConnectionResetError):
                send(daemon, content)
            return read_line(daemon)
    except OSError as error:
        raise ScannerAway(error.strerror or type(error).__name__) from error


def connect() -> socket.socket:
    address = urlsplit(settings.CLAMD_ADDRESS)
    if address.scheme == "unix":
        daemon = socket.socket(socket.AF_UNIX)
        daemon.settimeout(CONNECT_TIMEOUT)
        try:
            daemon.connect(address.path)
        except OSError:
            daemon.close()
            raise
    else:
        daemon = socket.create_connection((address.hostname, address.port), timeout=CONNECT_TIMEOUT)
    daemon.settimeout(ANSWER_TIMEOUT)
    return daemon


def send(daemon: socket.socket, content: bytes) -> None:
    daemon.sendall(b"zINSTREAM\0")
    for start in range(0, len(content), PIECE):
        piece = content[start : start + PIECE]
        daemon.sendall(struct.pack("!I", len(piece)) + piece)
    daemon.sendall(struct.pack("!I", 0))


def read_line(daemon: socket.socket) -> str:
    """Return the answer up to the zero byte that ends it."""
    line = b""
    while not line.endswith(b"\0") and len(line) < LONGEST_ANSWER:
        piece = daemon.recv(LONGEST_ANSWER)
        if not piece:
            break
        line += piece
    return line.rstrip(b"\0\n").decode("utf-8", "replace")
