"""Real processes in tests: their environment, awaiting what they do, finding what they leave behind."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from shumoos.environment import FORMS, REQUIRED
from shumoos.stack import BASE_DIR

MARK = "SHUMOOS_TEST_MARK"


def bare_environment(**more: str) -> dict[str, str]:
    """This environment without the settings of the tests: that of a development machine."""
    settings = {*REQUIRED, *FORMS, "DOCUMENTS_ROOT", "STATIC_ROOT", "BEAT_SCHEDULE", "PORT", "MAKELEVEL"}
    bare = {
        name: value
        for name, value in os.environ.items()
        if name not in settings and not name.startswith(("PYTEST_", "DJANGO_"))
    }
    return bare | {"PYTHONPATH": str(BASE_DIR)} | more


def eventually(ask: Callable[[], Any], seconds: float = 30) -> Any:
    """The first true answer; the last one when time is up."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer or time.monotonic() > deadline:
            return answer
        time.sleep(0.05)


def marked(mark: str) -> list[int]:
    """Every process that was started, however indirectly, with this mark in its environment."""
    needle = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
            if needle in environment and (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def owners_of(pids: Iterable[int]) -> set[int]:
    """Who runs these processes; those that have ended meanwhile are nobody's."""
    found = set()
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            found.add(Path(f"/proc/{pid}").stat().st_uid)
    return found


def command_of(pid: int) -> list[str]:
    """The words it was started with; none when it has ended meanwhile."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return []


class Program:
    """A program (Python unless named), its output in a file, and every process that it starts."""

    def __init__(
        self,
        *arguments: str,
        cwd: Path,
        output: Path,
        env: dict[str, str],
        program: str = sys.executable,
        under: tuple = (),
    ) -> None:
        self.mark = secrets.token_hex(8)
        self.output = output
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                [*under, program, *arguments],
                cwd=cwd,
                env=env | {MARK: self.mark, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def told(self) -> str:
        return self.output.read_text()

    def tells(self, words: str, seconds: float = 240) -> bool:
        """Wait until the words are in the output, or the program has ended without them."""
        eventually(lambda: words in self.told() or self.process.poll() is not None, seconds)
        return words in self.told()

    def ends(self, signum: signal.Signals | None = None, seconds: float = 30) -> int:
        """Send the signal, and return the exit code."""
        if signum:
            self.process.send_signal(signum)
        return self.process.wait(seconds)

    def left_behind(self, seconds: float = 20) -> list[int]:
        """What is still there of it after waiting for it to go."""
        eventually(lambda: not marked(self.mark), seconds)
        return marked(self.mark)

    def kill_everything(self) -> None:
        """`kill -9` of it and of all that it has started, at once."""
        for pid in marked(self.mark):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()
