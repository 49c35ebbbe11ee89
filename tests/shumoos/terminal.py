"""Streams that a command writes to in tests, as whoever sits at a terminal."""

import io
import signal


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Impatient(io.StringIO):
    """Somebody who presses Ctrl-C at the first sign of how far it is."""

    def write(self, text):
        super().write(text)
        signal.raise_signal(signal.SIGINT)
        return len(text)
