"""Timing: interleaved rounds, medians, queries, and the memory of a process."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

ROUNDS = 5
LOOKED_EVERY = 0.01  # seconds
Side = TypeVar("Side")


def milliseconds(job: Callable[[], object], times: int) -> float:
    """Return the median of `times` runs of the job, after one that does not count."""
    job()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        job()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def interleaved(
    sides: Sequence[Side], measure: Callable[[Side], Mapping[str, float]], rounds: int = ROUNDS
) -> dict[Side, dict[str, float]]:
    """Measure every side once a round, in turns, so that what else the machine does hits all of them alike.

    Returns the medians of the rounds, by side and by what `measure` names.
    """
    seen: dict[Side, dict[str, list[float]]] = {side: {} for side in sides}
    for number in range(rounds):
        for side in sides if number % 2 == 0 else reversed(sides):
            for name, value in measure(side).items():
                seen[side].setdefault(name, []).append(value)
    return {
        side: {name: statistics.median(values) for name, values in named.items()}
        for side, named in seen.items()
    }


def queries(job: Callable[[], object]) -> int:
    """Return how many queries the job makes, after a run that fills the caches."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    job()
    with CaptureQueriesContext(connection) as captured:
        job()
    return len(captured)


class Run(NamedTuple):
    """One run of a program: the clock's seconds, its own on a processor, its most memory, what it printed."""

    seconds: float
    processor_seconds: float
    megabytes: float
    output: str


def run(command: Sequence[str], output: Path) -> Run:
    """Run a program to its end, with its output in a file. Raises CalledProcessError where it fails."""
    with output.open("wb") as file:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=file)
        most = 0.0
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            most = max(most, peak(process.pid))
            time.sleep(LOOKED_EVERY)
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(seconds, usage.ru_utime + usage.ru_stime, most, output.read_text())


def peak(pid: int) -> float:
    """Return the most memory that a process has held so far, in megabytes; 0 where it has gone.

    What `getrusage` says of a program that was started by a larger one is the memory of that one.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    held = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(held[0]) / 1024 if held else 0.0
