"""Statement letters, rendered and signed, one after the other on one core: how long a thousand take.

Run by `make bench`, or alone: `.venv/bin/python bench/letters.py [--letters 1000]`. A table on stdout, the
same as JSON in bench/results/letters.json. Needs no server: letters and key are the run's own.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results" / "letters.json"
TARGET = 75.0
LETTERS = 1000


def set_up(directory: Path) -> None:
    """Start Django with settings of its own; neither database nor broker is asked for anything."""
    sys.path.insert(0, str(ROOT))
    from cryptography.fernet import Fernet

    from shumoos import letter_key

    os.environ.update(
        DJANGO_SETTINGS_MODULE="shumoos.settings",
        DATABASE_URL="postgresql://nobody@localhost/nothing",
        REDIS_URL="redis://localhost/0",
        SECRET_KEY="x" * 50,
        FIELD_KEYS=Fernet.generate_key().decode(),
        ALLOWED_HOSTS="localhost",
        PUBLIC_URL="https://shumoos.example",
        TWILIO_ACCOUNT_SID=f"AC{'0' * 32}",
        TWILIO_AUTH_TOKEN="token",
        TWILIO_FROM="Shumoos",
        CENTRE_URL="http://localhost",
        CENTRE_KEY="key",
        **letter_key.own_pair(directory, unit="Measuring"),
    )
    import django

    django.setup()


def letters(count: int) -> list:
    from shumoos.letters.models import Kind, Letter

    return [
        Letter(
            kind=Kind.STATEMENT,
            series="RUH",
            year=2026,
            sequence=number,
            establishment=f"فندق مخترع {number}",
            licence_number=f"TL-2026/{number:05d}",
            issued_at=datetime(2026, 11, 24, 9, tzinfo=UTC),
            content={
                "authority": "وزارة السياحة",
                "authority_en": "Ministry of Tourism",
                "office": "إدارة التحريات والبحث الجنائي بمنطقة الرياض",
                "office_en": "Investigation office of Riyadh region",
                "establishment_en": f"Invented Hotel {number}",
                "supervisor": "سالم بن ناصر التجريبي",
                "reference": "26-4821-9037-45",
                "period_from": "2026-11-24",
                "period_until": "2027-11-23",
                "commercial_registration": "1010101010",
                "city": "الرياض",
                "city_en": "Riyadh",
            },
        )
        for number in range(1, count + 1)
    ]


def measure(count: int) -> dict:
    """Return the seconds that `count` letters take, in all and each part, and milliseconds a letter."""
    from shumoos.letters.render import render_pdf
    from shumoos.letters.signing import is_intact, sign, signatory

    by = signatory()
    sign(render_pdf(letters(1)[0]), by)  # the typefaces are read once
    rendering, signing, sizes = [], [], []
    began, cpu = time.perf_counter(), time.process_time()
    for letter in letters(count):
        start = time.perf_counter()
        pdf = render_pdf(letter)
        rendered = time.perf_counter()
        signed = sign(pdf, by)
        rendering.append(rendered - start)
        signing.append(time.perf_counter() - rendered)
        sizes.append(len(signed))
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert is_intact(signed, by.certificate)
    return {
        "letters": count,
        "key": "P-256",
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "rendering_ms": summary(rendering),
        "signing_ms": summary(signing),
        "bytes_a_letter": round(statistics.mean(sizes)),
        "target_seconds": TARGET * count / LETTERS,
    }


def summary(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "median": round(statistics.median(ordered) * 1000, 2),
        "p95": round(ordered[int(len(ordered) * 0.95)] * 1000, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=LETTERS)
    count = parser.parse_args().letters
    if hasattr(os, "sched_setaffinity"):
        # Typst would use every core there is.
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as directory:
        set_up(Path(directory))
        found = measure(count)
    found |= {"python": platform.python_version(), "machine": platform.machine(), "cores": 1}
    print(f"{'letters, P-256, one core':34}{count:>10}")
    print(f"{'seconds (target)':34}{found['seconds']:>10} ({found['target_seconds']})")
    print(f"{'seconds of the processor':34}{found['cpu_seconds']:>10}")
    for part in ("rendering", "signing"):
        each = found[f"{part}_ms"]
        print(f"{f'{part}, ms: median, p95':34}{each['median']:>10} {each['p95']:>8}")
    print(f"{'bytes a letter':34}{found['bytes_a_letter']:>10}")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
