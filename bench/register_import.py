"""How long a licensing authority's register takes to read, and how much memory.

`python -m bench.register_import`; LINES= is how many lines the register has, 100,000 by default, and
ROUNDS= how often each case is run. The processor's seconds tell more than the clock's where others use the
machine as well.
"""

import csv
import os
import random
import statistics
import sys
from pathlib import Path

from bench.measure import results, servers, timing

FULL = 100_000
LINES = int(os.environ.get("LINES") or FULL)
ROUNDS = int(os.environ.get("ROUNDS") or 3)
MOST_SECONDS, MOST_MEGABYTES = 20, 300


def write_register(path: Path, *, expires_on: str, refused: bool = False) -> None:
    """Write invented licences; with `refused`, half of the lines have something wrong."""
    from registration.registers.wording import COLUMNS
    from shumoos.saudi.identity import make_national_id

    rng = random.Random(1448)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number in range(LINES):
            identity = make_national_id(rng)
            writer.writerow(
                [
                    f"BR{number:08}",
                    "tourism",
                    ("hotels", "furnished_apartments")[number % 2],
                    f"فندق مخترع رقم {number}",
                    f"Invented Hotel {number}",
                    f"{1010000000 + number}",
                    f"مالك مخترع {number}",
                    "1000000000" if refused and number % 2 else identity,
                    f"05{rng.randrange(10**8):08}",
                    "riyadh",
                    "riyadh",
                    "2025-01-01",
                    expires_on,
                ]
            )


def main() -> None:
    with servers.portal() as directory:
        new, renewed, wrong = (directory / f"{name}.csv" for name in ("new", "renewed", "wrong"))
        write_register(new, expires_on="2028-01-01")
        write_register(renewed, expires_on="2030-01-01")
        write_register(wrong, expires_on="2031-01-01", refused=True)
        cases = [
            ("all licences new", new),
            ("the same file again", new),
            ("all licences renewed", renewed),
            ("half refused, half renewed", wrong),
        ]
        runs: dict[str, list[timing.Run]] = {name: [] for name, _file in cases}
        for _round in range(ROUNDS):
            servers.empty("registration_registerimport", "registration_licence")
            for name, file in cases:
                command = [sys.executable, "manage.py", "import_licences", str(file)]
                runs[name].append(timing.run(command, directory / "report.json"))
    report(runs, {name: file for name, file in cases})


def report(runs: dict[str, list[timing.Run]], files: dict[str, Path]) -> None:
    figures = {
        name: {
            "seconds": round(statistics.median(run.seconds for run in taken), 2),
            "processor_seconds": round(statistics.median(run.processor_seconds for run in taken), 2),
            "megabytes": round(max(run.megabytes for run in taken), 1),
        }
        for name, taken in runs.items()
    }
    is_within = all(
        one["seconds"] <= MOST_SECONDS and one["megabytes"] <= MOST_MEGABYTES for one in figures.values()
    )
    results.table(
        f"A register of {LINES:,} lines (to be within {MOST_SECONDS} s and {MOST_MEGABYTES} MB)",
        ["what", "seconds", "processor", "MB at most"],
        [[name, one["seconds"], one["processor_seconds"], one["megabytes"]] for name, one in figures.items()],
    )
    results.write(
        "register_import",
        {"lines": LINES, "rounds": ROUNDS, "cases": figures, "is_within": is_within},
        is_full=LINES == FULL,
    )


if __name__ == "__main__":
    main()
