"""Child processes that never outlive their parent, and questions about processes and ports."""

import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

PR_SET_PDEATHSIG = 1


def die_with_parent(signum: int) -> None:
    """Ask Linux to send `signum` to this process when its parent ends, however it ends; nothing elsewhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signum)


def dying_with_parent(signum: int) -> Callable[[], None]:
    """For `Popen(preexec_fn=…)`: the child receives `signum` when this process ends, even by `kill -9`.

    `Popen` changes the user before it calls this, as it must be: the kernel forgets the request on a change
    of user. The order counts from the thread that starts the child, so start children from the main thread.
    """
    parent = os.getpid()

    def arm() -> None:
        die_with_parent(signum)
        if os.getppid() != parent:  # it ended before the request was made
            os._exit(1)

    return arm


def ends_within(process: "Popen[bytes]", seconds: float) -> bool:
    """Whether the process has ended, after waiting for it at most so long."""
    for _ in until(seconds, every=0.02):
        if process.poll() is not None:
            return True
    return process.poll() is not None


def until(seconds: float, every: float = 0.05) -> Iterator[None]:
    """Come back every moment until so many seconds have passed: `for _ in until(5): if done(): …`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(every)


def signal_group(process: "Popen[bytes]", signum: int) -> None:
    """Signal a process that leads a group of its own, and all of that group; nothing where none is left."""
    try:
        os.killpg(process.pid, signum)
    except (ProcessLookupError, PermissionError):
        process.send_signal(signum)


def stop_in_order(process: "Popen[bytes]", *steps: tuple[signal.Signals, float]) -> None:
    """Send each signal and wait so many seconds, until the process is gone; then `kill -9` its group."""
    for signum, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(signum)
        if ends_within(process, seconds):
            break
    else:
        signal_group(process, signal.SIGKILL)
    process.wait()


def working_in(directory: Path) -> list[int]:
    """The processes whose working directory this is, as far as this user may know. Linux only."""
    wanted = directory.stat()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            there = (entry / "cwd").stat()
        except OSError:
            continue
        if (there.st_dev, there.st_ino) == (wanted.st_dev, wanted.st_ino):
            found.append(int(entry.name))
    return sorted(found)


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether this program could listen on the port, on every loopback address that `localhost` may mean."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((address, port))
        except PermissionError:
            return False
        except OSError as error:
            if family == socket.AF_INET or error.errno == 98:
                return False
    return True


def last_lines(log: Path, count: int = 20) -> str:
    """The end of a log, for a person who wants to know why something did not start."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return ""
