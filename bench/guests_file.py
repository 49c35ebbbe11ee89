"""How fast files of guests are taken in, beside a bare COPY of their good rows and django-import-export.

`python -m bench.guests_file`; ROWS= is how many rows the file has, 200,000 by default, MOST_ROWS= the largest
of the files that show how time grows (2,000,000), ROUNDS= how often each side is run, in turns (5). PARTS=
says what is measured, of file, check, xlsx, growth and peer: PARTS=check,xlsx; all of it by default. Two rows
of a hundred are bad, in every way there is, and one is a double.

Every side starts in a process of its own, on the table as it is with all of its indexes, and its time is the
clock's from there, without the start of Python: for the file, from a stored upload to the report.
"""

import csv
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.measure import results, servers, timing

FULL = 200_000
ROWS = int(os.environ.get("ROWS") or FULL)
MOST_ROWS = int(os.environ.get("MOST_ROWS") or 10 * ROWS)
ROUNDS = int(os.environ.get("ROUNDS") or timing.ROUNDS)
ALL_PARTS = ["file", "check", "xlsx", "growth", "peer"]
PARTS = (os.environ.get("PARTS") or ",".join(ALL_PARTS)).split(",")
PEERS = Path(__file__).parent / "peers"
XLSX_ROWS = min(ROWS, 100_000)

NAMES = ["محمد", "أحمد", "خالد", "سارة", "نورة", "فهد", "ليلى", "عبدالله", "Maria", "John", "Aisha", "Omar"]
COUNTRIES = ["SAU", "SAU", "SAU", "EGY", "IND", "PAK", "JOR", "GBR"]
COLUMNS = [
    "client_reference", "id_type", "id_number", "full_name", "nationality", "birth_date", "gender", "mobile",
    "room", "arrived_at", "departs_on", "departed_at", "companion_of",
]  # fmt: skip
BAD: list[dict[str, str]] = [
    {"id_number": "1000000000"},
    {"id_type": "visa"},
    {"full_name": "7"},
    {"nationality": "XXX"},
    {"birth_date": "31/02/1990"},
    {"birth_date": "2090-01-01"},
    {"gender": ""},
    {"mobile": "12"},
    {"room": "x" * 40},
    {"arrived_at": "2090-01-01 10:00"},
    {"departs_on": "2001-01-01"},
    {"companion_of": "nobody"},
]


def guests(count: int) -> Iterator[dict[str, str]]:
    """Yield invented guests: two of a hundred bad, one the double of the one before."""
    from shumoos.saudi.identity import make_national_id

    rng = random.Random(1448)
    now = datetime.now() - timedelta(hours=30)
    row: dict[str, str] = {}
    for number in range(count):
        if number % 100 == 50:
            yield row
            continue
        arrived = now - timedelta(minutes=rng.randrange(60 * 24 * 28))
        row = {
            "client_reference": f"RES-{number:08}",
            "id_type": "national_id" if number % 4 else "passport",
            "id_number": make_national_id(rng) if number % 4 else f"P{rng.randrange(10**7):07}",
            "full_name": f"{rng.choice(NAMES)} {rng.choice(NAMES)} {rng.choice(NAMES)}",
            "nationality": rng.choice(COUNTRIES),
            "birth_date": f"{rng.randrange(1950, 2008)}-{rng.randrange(10, 13)}-{rng.randrange(10, 29)}",
            "gender": rng.choice("mf"),
            "mobile": f"05{rng.randrange(10**8):08}" if number % 3 else "",
            "room": str(100 + number % 400),
            "arrived_at": f"{arrived:%Y-%m-%d %H:%M}",
            "departs_on": f"{arrived + timedelta(days=rng.randrange(1, 9)):%Y-%m-%d}",
            "companion_of": f"RES-{number - 1:08}" if number % 10 == 7 else "",
        }
        yield row | BAD[number // 50 % len(BAD)] if number % 50 == 20 else row


def write_csv(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(guests(count))


def write_xlsx(path: Path, count: int) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, COLUMNS)
    for at, row in enumerate(guests(count), 1):
        for column, name in enumerate(COLUMNS):
            if value := row.get(name):
                sheet.write_string(at, column, value)
    book.close()


# The sides, each in a process of its own -------------------------------------------------------------------


def side(name: str, path: str) -> None:
    """Run one side in this process and print what it took as JSON."""
    import time

    import django

    django.setup()
    import logging

    logging.disable(logging.WARNING)
    prepare = {"file": prepare_file, "check": prepare_check, "copy": prepare_copy}[name]
    job = prepare(Path(path))
    began, used = time.perf_counter(), time.process_time()
    told = job()
    told |= {"seconds": time.perf_counter() - began, "processor": time.process_time() - used}
    print(json.dumps(told))


def prepare_file(path: Path, mode: str = "good_rows") -> Any:
    """Return the job from a stored upload to the report."""
    from guests import file_import
    from registration.models import Establishment

    establishment = Establishment.objects.get()
    with path.open("rb") as file:
        new, _is_new = file_import.store(
            iter(lambda: file.read(file_import.PIECE), b""),
            establishment=establishment,
            kind="lodging",
            by=establishment.owner.user,
            mode=mode,
        )

    def job() -> dict[str, Any]:
        file_import.read_due()
        new.refresh_from_db()
        assert new.status == "done", new.problem
        return {name: getattr(new, name) for name in ("accepted", "duplicate", "rejected")}

    return job


def prepare_check(path: Path) -> Any:
    return prepare_file(path, "check_only")


def prepare_copy(path: Path) -> Any:
    """Return the job that copies what a file's import has stored into the same table."""
    from django.db import connection

    def job() -> dict[str, Any]:
        with path.open("rb") as file, connection.cursor() as cursor:
            cursor.copy_expert(f"COPY guests_guestrecord ({STORED}) FROM STDIN", file, 1 << 20)
            return {"accepted": cursor.rowcount}

    return job


COPY = "bare COPY of the good rows"
PEER = "django-import-export"
STORED = (
    "establishment_id, submission_id, kind, created_at, client_reference, content, full_name, id_number, "
    "occurred_at, departed_at, is_open"
)


# Measuring -------------------------------------------------------------------------------------------------


def run(name: str, path: Path) -> dict[str, Any]:
    """Run a side in a new process on an empty table; return its figures and its most memory."""
    empty()
    output = path.with_suffix(".out")
    taken = timing.run([sys.executable, "-m", "bench.guests_file", name, str(path)], output)
    return json.loads(taken.output.splitlines()[-1]) | {"megabytes": taken.megabytes}


def run_peer(path: Path, packages: Path, *how: str) -> dict[str, Any]:
    from guests.models import GuestRecord, Submission
    from registration.models import Establishment

    empty()
    establishment = Establishment.objects.get()
    submission = Submission.objects.create(
        receipt="1", establishment=establishment, kind="lodging", door="file", sha256="-"
    )
    arguments = [str(path), str(establishment.pk), str(submission.pk), *how]
    command = [sys.executable, "-m", "bench.peers.import_export", *arguments]
    os.environ["PYTHONPATH"] = str(packages)
    try:
        taken = timing.run(command, path.with_suffix(".out"))
    finally:
        del os.environ["PYTHONPATH"]
    print(taken.output.strip()[:300])
    return {
        "seconds": taken.seconds,
        "megabytes": taken.megabytes,
        "accepted": GuestRecord.objects.count(),
    }


def empty() -> None:
    servers.empty("guests_guestrecord", "guests_fileimport", "guests_submission")


def stored_rows(path: Path) -> Path:
    """Return a file for COPY with what the import of `path`, run just now, has stored."""
    from django.db import connection

    good = path.with_suffix(".copy")
    with good.open("wb") as file, connection.cursor() as cursor:
        cursor.copy_expert(f"COPY (SELECT {STORED} FROM guests_guestrecord ORDER BY id) TO STDOUT", file)
    return good


def copy_good(good: Path) -> dict[str, Any]:
    """Run a bare COPY; the rows refer to a submission that is there."""
    from django.db import connection

    empty()
    with connection.cursor() as cursor:
        key = good.open("rb").readline().split(b"\t")[1].decode()
        cursor.execute(
            "INSERT INTO guests_submission (id, receipt, establishment_id, kind, door, received_at, accepted,"
            " duplicate, rejected, sha256) SELECT %s, '1', id, 'lodging', 'file', now(), 0, 0, 0, '-'"
            " FROM registration_establishment",
            [key],
        )
    command = [sys.executable, "-m", "bench.guests_file", "copy", str(good)]
    taken = timing.run(command, good.with_suffix(".out"))
    return json.loads(taken.output.splitlines()[-1]) | {"megabytes": taken.megabytes}


def install_peers(directory: Path) -> Path:
    packages = directory / "peers"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(packages),
         "-r", str(PEERS / "requirements.txt"), "tablib", "diff-match-patch"],
        check=True,
    )  # fmt: skip
    return packages


def main() -> None:
    with servers.portal() as directory:
        from tests.guests.factories import SubscribedFactory

        SubscribedFactory()
        path = directory / "guests.csv"
        write_csv(path, ROWS)
        figures = interleaved_sides(path)
        if "xlsx" in PARTS:
            figures["xlsx"] = xlsx_beside_csv(directory)
        if "growth" in PARTS:
            figures["growth"] = growth(directory)
        if "peer" in PARTS:
            figures["peer"] = peer(directory, path)
        is_full = ROWS == FULL and ROUNDS == timing.ROUNDS and set(PARTS) == set(ALL_PARTS)
        results.write("guests_file", figures, is_full=is_full)


def interleaved_sides(path: Path) -> dict[str, Any]:
    """Measure the file beside a bare COPY, and the check."""
    jobs: dict[str, Any] = {}
    if "file" in PARTS:
        run("file", path)
        good = stored_rows(path)
        jobs = {COPY: lambda: copy_good(good), "file": lambda: run("file", path)}
    if "check" in PARTS:
        jobs["check only"] = lambda: run("check", path)
    measured = timing.interleaved(list(jobs), lambda name: jobs[name](), ROUNDS)
    figures: dict[str, Any] = {"rows": ROWS, "rounds": ROUNDS, "sides": measured}
    speed = {name: one["accepted"] / one["seconds"] for name, one in measured.items()}
    if "file" in PARTS:
        figures["file_to_copy"] = speed["file"] / speed[COPY]
    if "check" in PARTS:
        figures["check_rows_per_second"] = ROWS / measured["check only"]["seconds"]
        figures["check_rows_per_processor_second"] = ROWS / measured["check only"]["processor"]
    if measured:
        report(measured, speed)
    return figures


def report(measured: dict[str, dict[str, float]], speed: dict[str, float]) -> None:
    results.table(
        f"A file of {ROWS:,} rows (file: at least 0.75 of COPY, under 200 MB; check: 100,000 rows/s)",
        ["what", "seconds", "processor", "rows/s", "rows/s of processor", "of COPY", "MB at most"],
        [
            [
                name,
                one["seconds"],
                one["processor"],
                int(ROWS / one["seconds"]),
                int(ROWS / one["processor"]),
                speed[name] / speed[COPY] if COPY in speed else "",
                one["megabytes"],
            ]
            for name, one in measured.items()
        ],
    )


def xlsx_beside_csv(directory: Path) -> dict[str, Any]:
    sheet, text = directory / "sheet.xlsx", directory / "text.csv"
    write_xlsx(sheet, XLSX_ROWS)
    write_csv(text, XLSX_ROWS)
    paths = {"XLSX": sheet, "CSV": text}
    measured = timing.interleaved(list(paths), lambda name: run("file", paths[name]), min(ROUNDS, 3))
    ratio = measured["CSV"]["seconds"] / measured["XLSX"]["seconds"]
    results.table(
        f"{XLSX_ROWS:,} rows as XLSX and as CSV (XLSX: at least 0.5 of CSV)",
        ["what", "seconds", "of CSV", "MB at most"],
        [
            [name, one["seconds"], measured["CSV"]["seconds"] / one["seconds"], one["megabytes"]]
            for name, one in measured.items()
        ],
    )
    return {"rows": XLSX_ROWS, "sides": measured, "xlsx_to_csv": ratio}


def growth(directory: Path) -> list[dict[str, Any]]:
    """Return how time and memory grow with the file, beside a bare COPY of what it stores."""
    counts = [ROWS // 10]
    while counts[-1] * 10 <= MOST_ROWS:
        counts.append(counts[-1] * 10)
    found = [grown(directory / f"{count}.csv", count) for count in counts]
    results.table(
        "How time grows with the file (a row: within 15 %)",
        ["rows", "seconds", "µs a row", "of it processor", "a bare COPY's", "MB at most"],
        [
            [
                f"{one['rows']:,}",
                one["seconds"],
                one["microseconds_a_row"],
                1e6 * one["processor"] / one["rows"],
                1e6 * one["copy_seconds"] / one["rows"],
                one["megabytes"],
            ]
            for one in found
        ],
    )
    return found


def grown(path: Path, count: int) -> dict[str, Any]:
    """Return the figures of a file of so many rows, the medians of three; of the largest there is one."""
    write_csv(path, count)
    run("file", path)
    good = stored_rows(path)
    jobs: dict[str, Any] = {"file": lambda: run("file", path), COPY: lambda: copy_good(good)}
    rounds = min(ROUNDS, 3 if count <= ROWS else 1)
    measured = timing.interleaved(list(jobs), lambda name: jobs[name](), rounds)
    path.unlink()
    good.unlink()
    one = measured["file"]
    return {
        "rows": count,
        "microseconds_a_row": 1e6 * one["seconds"] / count,
        "copy_seconds": measured[COPY]["seconds"],
        **one,
    }


def peer(directory: Path, path: Path) -> dict[str, Any]:
    packages = install_peers(directory)
    ours = run("file", path)["seconds"]
    found = {PEER: run_peer(path, packages), f"{PEER}, blindly": run_peer(path, packages, "blindly")}
    results.table(
        f"django-import-export in bulk mode, {ROWS:,} rows (file: at least 10 times as fast)",
        ["what", "seconds", "times ours", "MB at most", "stored"],
        [
            [name, one["seconds"], one["seconds"] / ours, one["megabytes"], one["accepted"]]
            for name, one in found.items()
        ],
    )
    return {name: one | {"times_ours": one["seconds"] / ours} for name, one in found.items()}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        side(*sys.argv[1:])
    else:
        main()
