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
        # What a shell has started in the background is deaf to Ctrl-C.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            signal.signal(signal.SIGINT, before)
        return len(text)


def hears_ctrl_c():
    """Let a process that is about to start hear Ctrl-C, also where its parent was started deaf to it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
