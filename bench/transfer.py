"""How fast records reach the information centre.

A queue of lodging records, inserted by SQL, goes through the real transfer to the simulator, which is a
process of its own. Beside it, in the same run: the simulator alone, fed with batches of the same size that
were made beforehand, over as many connections. Prints a table, and writes bench/results/transfer.json.

    .venv/bin/python bench/transfer.py [--records 100000] [--rounds 3]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import httpx  # noqa: E402

from bench.measure import results, servers  # noqa: E402
from shumoos.processes import free_port  # noqa: E402

RECORDS = 100_000
TARGET = 5_000
BATCH = 500
CONNECTIONS = 4

ESTABLISH = """
    INSERT INTO guests_submission (receipt, establishment_id, kind, door, received_at, accepted, duplicate,
        rejected, sha256)
    SELECT lpad(%s::text, 16, '0'), id, 'lodging', 'file', now(), 0, 0, 0, '' FROM registration_establishment
    LIMIT 1 RETURNING id, establishment_id
"""
FILL = """
    INSERT INTO guests_guestrecord (establishment_id, submission_id, kind, client_reference, content,
        full_name, id_number, occurred_at, created_at, is_open)
    SELECT %(establishment)s, %(submission)s, 'lodging', %(round)s || '-' || n, jsonb_build_object(
            'client_reference', %(round)s || '-' || n, 'id_type', 'passport', 'id_number', 'P' || n,
            'full_name', 'Invented Guest', 'nationality', 'GBR', 'birth_date', '1990-03-15', 'gender', 'm',
            'room', '101', 'arrived_at', '2026-11-20T14:30:00+03:00', 'departs_on', '2026-11-28'),
        'Invented Guest', 'P' || n, now(), now(), TRUE
    FROM generate_series(1, %(count)s) AS n
"""


@contextmanager
def simulator():
    """Run the simulator at an address of its own, which the settings then name."""
    port = free_port()
    os.environ["CENTRE_URL"] = f"http://127.0.0.1:{port}"
    command = [sys.executable, "manage.py", "centre_simulator", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            process.stdout.readline()
            yield os.environ["CENTRE_URL"]
        finally:
            process.terminate()


def fill(number: int, count: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(ESTABLISH, [number + 1])
        submission, establishment = cursor.fetchone()
        values = {"submission": submission, "establishment": establishment, "round": str(number)}
        cursor.execute(FILL, values | {"count": count})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE guests_guestrecord")


def drain(count: int) -> float:
    """Return how many records a second the transfer brings to the centre."""
    from guests.models import GuestRecord
    from guests.transfer import transfer_due

    begun = time.perf_counter()
    transfer_due()
    seconds = time.perf_counter() - begun
    if left := GuestRecord.objects.exclude(state="transferred").count():
        raise RuntimeError(f"{left} records have not arrived.")
    return count / seconds


def feed(url: str, count: int) -> float:
    """Return how many records a second the simulator takes from a client that does nothing else."""
    from django.conf import settings

    from guests.transfer import key_id, signature

    key = settings.CENTRE_KEY
    content = {"client_reference": "x" * 8, "full_name": "Invented Guest", "id_number": "P1000000"} | {
        f"field_{n}": "2026-11-20T14:30:00+03:00" for n in range(7)
    }
    requests = []
    for batch in range(count // BATCH):
        number = str(uuid.uuid4())
        records = [{"id": 10**9 + batch * BATCH + n, "version": 1, "content": content} for n in range(BATCH)]
        body = json.dumps({"batch": number, "records": records}).encode()
        at = str(int(time.time()))
        headers = {
            "X-Shumoos-Time": at,
            "X-Shumoos-Key": key_id(key),
            "X-Shumoos-Signature": signature(key, at, body),
        }
        requests.append((number, body, headers))
    with httpx.Client(trust_env=False, timeout=60) as client, ThreadPoolExecutor(CONNECTIONS) as pool:

        def post(request: tuple) -> None:
            number, body, headers = request
            answer = client.post(f"{url}/batches/{number}", content=body, headers=headers)
            answer.raise_for_status()

        begun = time.perf_counter()
        list(pool.map(post, requests))
        return count / (time.perf_counter() - begun)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--records", type=int, default=RECORDS)
    arguments.add_argument("--rounds", type=int, default=3)
    options = arguments.parse_args()
    with servers.portal(), simulator() as url:
        from django.conf import settings

        settings.CENTRE_URL = url
        make_establishment()
        speeds: dict[str, list[float]] = {"transfer": [], "simulator alone": []}
        for number in range(options.rounds):
            fill(number, options.records)
            speeds["transfer"].append(drain(options.records))
            speeds["simulator alone"].append(feed(url, options.records))
    middle = {name: round(statistics.median(found)) for name, found in speeds.items()}
    rows = [(name, *(round(one) for one in found), middle[name]) for name, found in speeds.items()]
    head = ["records a second", *[f"round {n + 1}" for n in range(options.rounds)], "median"]
    results.table(f"{options.records:,} records to the centre, batches of {BATCH}", head, rows)
    print(f"\n  at least {TARGET:,} a second: {'yes' if middle['transfer'] >= TARGET else 'no'}")
    figures = {"records": options.records, "target": TARGET, "median": middle, "rounds": speeds}
    results.write("transfer", figures, is_full=options.records == RECORDS)
    return 0


def make_establishment() -> None:
    from registration.models import City, Establishment, Owner, Sector

    owner = Owner.objects.create(full_name="مالك مخترع", national_id="1000000008", mobile="+966512345678")
    Establishment.objects.create(
        number="1010000001",
        name_ar="فندق مخترع",
        commercial_registration="1010101010",
        owner=owner,
        sector=Sector.objects.get(code="hotels"),
        city=City.objects.first(),
    )


if __name__ == "__main__":
    sys.exit(main())
