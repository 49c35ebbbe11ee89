"""How far a command is, for whoever waits at the terminal or reads afterwards what it wrote."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

# Told again and again how many are done, and of how many.
Tell = Callable[[int, int], None]

# A line that renews itself may do so often; lines that stay, as in a log, may not.
SECONDS_ON_A_TERMINAL = 0.2
SECONDS_ELSEWHERE = 10
# What a shell calls the end of a program that was stopped by Ctrl-C.
STOPPED = 130
WIPE = "\r\x1b[K"


class Line:
    """Says `1,200 of 34,000 files`: one line that renews itself on a terminal, elsewhere one now and then."""

    def __init__(self, to: OutputWrapper, nouns: str) -> None:
        self._to = to
        self._nouns = nouns
        self._is_terminal = to.isatty()
        self._next_at = float("-inf")
        self.text = ""

    def tell(self, done: int, total: int) -> None:
        self.text = f"{done:,} of {total:,} {self._nouns}"
        if (now := time.monotonic()) < self._next_at:
            return
        self._next_at = now + (SECONDS_ON_A_TERMINAL if self._is_terminal else SECONDS_ELSEWHERE)
        self._write(f"{WIPE}{self.text}" if self._is_terminal else f"{self.text}\n")

    def wipe(self) -> None:
        if self._is_terminal and self.text:
            self._write(WIPE)

    def _write(self, text: str) -> None:
        # Not in the colour of errors.
        self._to.write(text, style_func=str, ending="")
        self._to.flush()


@contextmanager
def shown(command: BaseCommand, nouns: str, *, stopped: str) -> Iterator[Tell]:
    """Hand out what a command tells how far it is, and show that on stderr until the block ends.

    What the command prints on stdout stays as it is. Ctrl-C ends it with a sentence, to which `stopped` adds
    what that means, and with the code that shells know.
    """
    line = Line(command.stderr, nouns)
    try:
        yield line.tell
    except KeyboardInterrupt:
        so_far = f"Stopped at {line.text}" if line.text else "Stopped"
        raise CommandError(f"{so_far}. {stopped}", returncode=STOPPED) from None
    finally:
        line.wipe()
