"""Files of tickets that came while the scanner was away are shown to it when it is back."""

from registration.documents import checking
from support.models import TicketFile


def scan_waiting() -> None:
    """Scan every file that waits, until the scanner is away. Safe to run twice at once, or to kill."""
    checking.scan_each(TicketFile.objects.all(), settle)


def settle(file: TicketFile, *, is_harmful: bool) -> None:
    """Let a file that waits be opened, or take its content away; the ticket says which. Once."""
    checking.note_verdict(TicketFile.objects.all(), file.pk, is_harmful=is_harmful)
