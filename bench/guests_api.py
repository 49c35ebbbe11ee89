"""What the API takes in a second, one record a call and 500, beside Django REST framework's least.

`python -m bench.guests_api`; CALLS= is how many calls of one record a round has, 3,000 by default. Both sides
run under granian with two workers on the same PostgreSQL, durable as in production, for 16 connections. Ours
checks a key, its limit and the subscription, judges every field, and keeps receipt and idempotency; the
peer's ModelSerializer makes a bare insert into the same table. It runs in an environment of its own under
`var/bench-peers/`.
"""

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.measure import results, servers, timing
from shumoos.processes import dying_with_parent, free_port, stop_in_order
from shumoos.stack import BASE_DIR

FULL = 3_000
CALLS = int(os.environ.get("CALLS") or FULL)
ROUNDS = int(os.environ.get("ROUNDS") or timing.ROUNDS)
IN_A_CALL = 500
CONNECTIONS = 16
LARGE_CALLS = max(CONNECTIONS, CALLS // 25)
OURS, PEER = "Shumoos", "DRF"
PEERS = BASE_DIR / "var" / "bench-peers"
WANTED = ["djangorestframework==3.18.3"]
TARGET_TIMES, TARGET_P99, TARGET_ROWS = 1.5, 100, 15_000
RNG = random.Random(1448)


def main() -> None:
    python = peer_environment()
    with servers.portal() as directory:
        key = make_hotel()
        submission = peer_submission()
        with (
            granian(directory, sys.executable, "shumoos.wsgi:application") as ours,
            granian(directory, python, "bench.peers.drf:application") as peer,
        ):
            figures = measure(directory, ours, peer, key, submission)
    show(figures)
    results.write("guests_api", figures, is_full=CALLS == FULL)


def measure(directory: Path, ours: int, peer: int, key: str, submission: dict[str, Any]) -> dict[str, Any]:
    def once(side: str) -> dict[str, float]:
        if side == OURS:
            calls = [our_call(ours, key, [guest()]) for _call in range(CALLS)]
            return load(directory, ours, calls)
        return load(directory, peer, [peer_call(peer, submission) for _call in range(CALLS)], expected="201")

    once(OURS)
    once(PEER)
    singles = timing.interleaved([OURS, PEER], once, ROUNDS)

    def many(side: str) -> dict[str, float]:
        calls = [our_call(ours, key, [guest() for _row in range(IN_A_CALL)]) for _call in range(LARGE_CALLS)]
        figures = load(directory, ours, calls)
        return figures | {"rows_a_second": figures["a_second"] * IN_A_CALL}

    large = timing.interleaved([OURS], many, ROUNDS)[OURS]
    return {
        "calls": CALLS,
        "connections": CONNECTIONS,
        "one_record_a_call": singles,
        "times_the_peer": singles[OURS]["a_second"] / singles[PEER]["a_second"],
        "in_a_call": IN_A_CALL,
        "many_records_a_call": large,
    }


def show(figures: dict[str, Any]) -> None:
    singles, large = figures["one_record_a_call"], figures["many_records_a_call"]
    rows = [
        [side, singles[side]["a_second"], singles[side]["median_ms"], singles[side]["p99_ms"]]
        for side in (OURS, PEER)
    ]
    results.table("One record a call", ["side", "a second", "median ms", "p99 ms"], rows)
    print(
        f"  {figures['times_the_peer']:.2f} times the peer (at least {TARGET_TIMES}), "
        f"p99 {singles[OURS]['p99_ms']:.0f} ms (at most {TARGET_P99})"
    )
    results.table(
        f"{IN_A_CALL} records a call",
        ["side", "rows a second", "median ms", "p99 ms"],
        [[OURS, large["rows_a_second"], large["median_ms"], large["p99_ms"]]],
    )
    print(f"  {large['rows_a_second']:,.0f} rows a second (at least {TARGET_ROWS:,})")


def load(
    directory: Path, port: int, calls: list[bytes], *, connections: int = CONNECTIONS, expected: str = "200"
) -> dict[str, float]:
    """Send the calls and return rate and times. Raises RuntimeError where one is answered otherwise."""
    path = directory / "calls"
    path.write_bytes(b"".join(len(call).to_bytes(4, "big") + call for call in calls))
    command = [sys.executable, "-m", "bench.measure.load", str(port), str(connections), str(path)]
    said = json.loads(subprocess.run(command, capture_output=True, check=True, cwd=BASE_DIR).stdout)
    if said["statuses"] != {expected: len(calls)}:
        raise RuntimeError(f"{said['statuses']}: {said['first']}")
    return {name: said[name] for name in ("a_second", "median_ms", "p99_ms")}


def our_call(port: int, key: str, records: list[dict[str, str]]) -> bytes:
    body = json.dumps({"kind": "lodging", "records": records}, ensure_ascii=False).encode()
    headers = f"Authorization: Bearer {key}\r\nIdempotency-Key: {secrets.token_hex(16)}\r\n"
    return request(port, "/api/v1/records", body, headers)


def peer_call(port: int, submission: dict[str, Any]) -> bytes:
    """Return a request with the columns of a guest's row, each as it is stored."""
    from guests.kinds import KINDS

    lodging = KINDS["lodging"]
    content = lodging.read(guest())
    columns = submission | lodging.columns(content)
    columns |= {"client_reference": content["client_reference"], "content": content}
    columns["occurred_at"] = columns["occurred_at"].isoformat()
    return request(port, "/stays", json.dumps(columns, ensure_ascii=False).encode())


def request(port: int, path: str, body: bytes, headers: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def guest() -> dict[str, str]:
    """Return an invented guest who arrived within the last day."""
    from shumoos.saudi.identity import make_national_id

    arrived_at = datetime.now(UTC) - timedelta(seconds=RNG.randrange(60, 80_000))
    return {
        "client_reference": secrets.token_hex(8),
        "id_type": "national_id",
        "id_number": make_national_id(RNG),
        "full_name": "نزيل مخترع للقياس",
        "nationality": "SAU",
        "birth_date": f"{RNG.randrange(1950, 2005)}-03-15",
        "gender": RNG.choice("mf"),
        "mobile": f"+9665{RNG.randrange(10**8):08}",
        "room": str(RNG.randrange(100, 999)),
        "arrived_at": arrived_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "departs_on": f"{arrived_at + timedelta(days=3):%Y-%m-%d}",
    }


def make_hotel() -> str:
    """Make an invented hotel with a subscription, and return a key of it."""
    from guests import keys
    from guests.models.api_keys import ApiKey
    from tests.guests.factories import SubscribedFactory

    key, secret = keys.make(establishment=SubscribedFactory(), name="Bench", is_test=False, by=None)
    # Its limit is counted like any other, and out of the way.
    ApiKey.objects.filter(pk=key.pk).update(per_minute=10**8)
    return secret


def peer_environment() -> str:
    """Return the Python of the peers' environment, made where it is missing: ours and what they need."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", PEERS], check=True)
        site = next((PEERS / "lib").glob("python*")) / "site-packages"
        own = next(Path(sys.prefix).glob("lib/python*/site-packages"))
        (site / "portal.pth").write_text(f"{own}\n")
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--disable-pip-version-check", *WANTED], check=True)
    return str(python)


def peer_submission() -> dict[str, Any]:
    """Return what the peer's rows refer to: a hotel, and a submission made beforehand."""
    from guests.models import Submission
    from tests.guests.factories import SubscribedFactory

    hotel = SubscribedFactory()
    made = Submission.objects.create(receipt="1", establishment=hotel, kind="lodging", door="api", sha256="-")
    return {"establishment_id": hotel.pk, "submission_id": made.pk, "kind": made.kind}


@contextmanager
def granian(directory: Path, python: str, application: str) -> Iterator[int]:
    """Run an application as in production, with two workers; yields its port."""
    port = free_port()
    command = [python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--no-ws", "--workers", "2", "--blocking-threads", "4", application]
    with tempfile.NamedTemporaryFile(dir=directory, suffix=".log") as log:
        process = subprocess.Popen(
            command,
            cwd=BASE_DIR,
            stdout=log,
            stderr=log,
            # A group of its own: what does not end in time is killed with its workers.
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGTERM),
        )
        try:
            await_start(port, process)
            yield port
        finally:
            stop_in_order(process, (signal.SIGTERM, 10))


def await_start(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _try in range(300):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("The server did not start.")


if __name__ == "__main__":
    main()
