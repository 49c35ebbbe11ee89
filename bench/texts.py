"""How fast texts leave, what an urgent one waits, and what killed workers cost.

10,000 queued texts go through the real `twilio` client to the simulator, which takes 20 ms a call, by our
worker (one process that works), and beside it in the same round by a Celery task for each text: with Celery's
defaults, and tuned. Servers, simulator and workers are processes of their own; what arrived is counted at the
simulator. Prints a table, and writes bench/results/texts.json.

    .venv/bin/python bench/texts.py [--texts 10000] [--peer-texts 10000] [--rounds 2]
"""

import argparse
import io
import json
import os
import platform
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import requests  # noqa: E402
from cryptography.fernet import Fernet  # noqa: E402

from shumoos import letter_key  # noqa: E402
from shumoos.processes import dying_with_parent, free_port  # noqa: E402
from shumoos.stack import Stack  # noqa: E402

RESULTS = ROOT / "bench" / "results" / "texts.json"
CALL_SECONDS = 0.02
CLAIM_SECONDS = 60
KILLS = 5
URGENT = 10
MOBILES = 966_510_000_000
WORKER = ["-m", "celery", "-A", "shumoos", "worker", "--concurrency=1", "--loglevel=INFO"]
PEER = ["-m", "celery", "-A", "bench.peers.one_task_per_text", "worker", "--loglevel=INFO"]


class Bench:
    """The servers, an empty portal on them, and the processes that a measurement starts."""

    def __init__(self, directory: Path, servers: Stack) -> None:
        self.directory = directory
        self.port = free_port()
        os.environ.update(
            DATABASE_URL=servers.database_url,
            REDIS_URL=servers.redis_url,
            SECRET_KEY=secrets.token_urlsafe(50),
            FIELD_KEYS=Fernet.generate_key().decode(),
            ALLOWED_HOSTS="localhost",
            PUBLIC_URL="http://localhost",
            TWILIO_ACCOUNT_SID=f"AC{secrets.token_hex(16)}",
            TWILIO_AUTH_TOKEN=secrets.token_hex(16),
            TWILIO_FROM="Shumoos",
            TWILIO_API_BASE=f"http://127.0.0.1:{self.port}",
            CENTRE_URL="http://127.0.0.1:1",
            CENTRE_KEY=secrets.token_urlsafe(24),
            DOCUMENTS_ROOT=str(directory / "documents"),
            STATIC_MANIFEST="false",
            BEAT_SCHEDULE=str(directory / "beat"),
            DJANGO_SETTINGS_MODULE="shumoos.settings",
            SMS_CLAIM_SECONDS=str(CLAIM_SECONDS),
            **letter_key.own_pair(directory),
            PYTHONPATH=str(ROOT),
        )

    @contextmanager
    def process(self, command: list[str], **environment: str):
        """A process of its own group, killed at the end if it has not been before."""
        with (self.directory / "processes.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=os.environ | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dying_with_parent(signal.SIGKILL),
            )
            try:
                yield process
            finally:
                kill(process)

    @contextmanager
    def simulator(self):
        options = ["--port", str(self.port), "--delay", str(CALL_SECONDS), "--no-reports"]
        with self.process(["manage.py", "twilio_simulator", *options]):
            until(lambda: arrived() is not None, every=0.1)
            yield


def kill(process: subprocess.Popen) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until(is_so, every: float = 0.2, seconds: float = 900) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("It does not come to an end; see the log in the bench's directory.")
        time.sleep(every)


def arrived() -> list[dict] | None:
    """What the simulator has taken, each with our own id and attempt; None where it is not up."""
    try:
        taken = requests.get(f"{os.environ['TWILIO_API_BASE']}/messages.json", timeout=60).json()
    except requests.ConnectionError:
        return None
    return [
        {
            "id": parse_qs(urlsplit(text["callback"]).query)["id"][0],
            "at": datetime.fromisoformat(text["at"]).timestamp(),
        }
        for text in taken
    ]


class Cost(threading.Thread):
    """What a process group takes: the most memory (shared pages counted once), and processor time."""

    def __init__(self, group: int) -> None:
        super().__init__(daemon=True)
        self.group = group
        self.bytes = self.resident = self.processes = 0
        self.seconds: dict[str, float] = {}
        self.is_over = threading.Event()

    def run(self) -> None:
        while not self.is_over.wait(0.5):
            found = [cost for cost in map(self.look, Path("/proc").glob("[0-9]*")) if cost]
            self.bytes = max(self.bytes, sum(proportional for proportional, _resident in found))
            self.resident = max(self.resident, sum(resident for _proportional, resident in found))
            self.processes = max(self.processes, len(found))

    def look(self, entry: Path) -> tuple[int, int] | None:
        try:
            if os.getpgid(int(entry.name)) != self.group:
                return None
            ticks = (entry / "stat").read_text().rpartition(")")[2].split()[11:13]
            self.seconds[entry.name] = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
            lines = (entry / "smaps_rollup").read_text().splitlines()
        except (OSError, ValueError):
            return None
        kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
        return kilobytes["Pss"] * 1024, kilobytes["Rss"] * 1024

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.is_over.set()
        self.join()

    def as_json(self) -> dict:
        return {
            "processes": self.processes,
            "megabytes": round(self.bytes / 1_000_000),
            "megabytes_resident": round(self.resident / 1_000_000),
            "processor_seconds": round(sum(self.seconds.values()), 1),
        }


def queue(count: int, kind: str = "application_returned") -> None:
    """Queue so many texts about an application that waits for its owner's visit."""
    from registration.models import Application
    from shumoos.sms.models import Outage, TextMessage
    from shumoos.sms.outbox import Recipient, queue_many

    TextMessage.objects.all().delete()
    Outage.objects.all().delete()
    application = Application.objects.filter(status="submitted").first()
    recipients = (Recipient(f"+{MOBILES + number}", "ar", application.pk) for number in range(count))
    queue_many(kind=kind, recipients=recipients, about=Application)


def empty_broker() -> None:
    from shumoos.celery import app

    with app.connection_for_write() as broker:
        broker.default_channel.client.flushall()


def sent() -> int:
    from shumoos.sms.models import TextMessage

    return TextMessage.objects.filter(status="sent").count()


def speed(texts: int, cost: Cost) -> dict:
    times = sorted(text["at"] for text in arrived())
    assert len(times) == texts, f"{len(times)} arrived"
    rate = round((texts - 1) / (times[-1] - times[0]), 1)
    return {"texts_a_second": rate, **cost.as_json()}


def ours(bench: Bench, texts: int) -> dict:
    empty_broker()
    queue(texts)
    with bench.simulator(), bench.process(WORKER) as worker, Cost(worker.pid) as cost:
        until(lambda: sent() == texts)
        return speed(texts, cost)


def peer(bench: Bench, texts: int, *options: str, **environment: str) -> dict:
    from bench.peers.one_task_per_text import send
    from shumoos.sms.models import TextMessage

    queue(texts)
    empty_broker()
    for pk in TextMessage.objects.values_list("pk", flat=True):
        send.delay(str(pk))
    command = [*PEER, *options]
    with bench.simulator(), bench.process(command, **environment) as worker, Cost(worker.pid) as cost:
        until(lambda: sent() == texts)
        return speed(texts, cost)


def urgent(bench: Bench, texts: int) -> list[float]:
    """Seconds from the commit of each of ten credentials texts to its arrival, among so many reminders."""
    from shumoos.accounts.models import Role
    from shumoos.accounts.people import create_person
    from shumoos.sms.models import TextMessage
    from shumoos.sms.outbox import queue_sms

    people = [
        create_person(username=f"bench-{secrets.token_hex(4)}", full_name="موظف مخترع", role=Role.STAFF)
        for _ in range(URGENT)
    ]
    empty_broker()
    queue(texts, "application_reminder")
    queued = {}
    with bench.simulator(), bench.process(WORKER):
        for position, person in enumerate(people):
            mark = texts * (position + 1) // (URGENT + 2)
            until(lambda mark=mark: sent() >= mark, every=0.02)
            text = queue_sms(kind="staff_credentials", to=f"+{MOBILES - 1 - position}", about=person)
            queued[str(text.pk)] = time.time()
        waiting = TextMessage.objects.filter(status="queued").count()
        assert waiting, "The last one had no reminders to wait for."
        until(lambda: sent() == texts + URGENT)
        found = {text["id"]: text["at"] for text in arrived()}
    return [round(found[pk] - at, 3) for pk, at in queued.items()]


def killed(bench: Bench, texts: int) -> dict:
    """Kill the worker five times and flush the broker once on the way; the beat rings for what is left."""
    from shumoos.sms.models import TextMessage

    empty_broker()
    queue(texts, "application_reminder")
    in_flight: set[str] = set()
    beat = ["-m", "celery", "-A", "shumoos", "beat", "--loglevel=WARNING"]
    began = time.monotonic()
    with bench.simulator(), bench.process(beat):
        for number in range(1, KILLS + 1):
            with bench.process(WORKER) as worker:
                until(lambda mark=texts * number // (KILLS + 2): sent() >= mark, every=0.02)
                kill(worker)
            # The calls that the worker had begun: the simulator finishes them on its own.
            time.sleep(CALL_SECONDS * 10)
            open_ones = {
                str(pk) for pk in TextMessage.objects.exclude(status="sent").values_list("pk", flat=True)
            }
            in_flight |= open_ones & {text["id"] for text in arrived()}
            if number == 3:
                empty_broker()
        with bench.process(WORKER):
            until(lambda: sent() == texts)
            counts = Counter(text["id"] for text in arrived())
    twice = {pk for pk, count in counts.items() if count > 1}
    return {
        "kills": KILLS,
        "broker_flushed": 1,
        "arrived": len(counts),
        "in_flight_at_a_kill": len(in_flight),
        "sent_twice": len(twice),
        "sent_twice_and_not_in_flight": len(twice - in_flight),
        "sent_more_than_twice": sum(count > 2 for count in counts.values()),
        "seconds": round(time.monotonic() - began),
        "claim_seconds": CLAIM_SECONDS,
    }


def measure(bench: Bench, texts: int, peer_texts: int, rounds: int) -> dict:
    ways = {
        "shumoos, one worker": lambda: ours(bench, texts),
        "a task per text, defaults": lambda: peer(bench, peer_texts),
        "a task per text, tuned": lambda: peer(bench, peer_texts, "--concurrency=16", PEER_TUNED="1"),
    }
    results: dict[str, list[dict]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, way in ways.items():
            results[name].append(way())
            print(f"round {number + 1}: {name}: {results[name][-1]}", file=sys.stderr, flush=True)
    latency = urgent(bench, texts)
    print(f"urgent: {latency}", file=sys.stderr, flush=True)
    return {"ways": results, "urgent_seconds": latency, "killed": killed(bench, texts)}


def show(measured: dict) -> None:
    print(f"{'way':<28}{'texts a second':>16}{'processes':>11}{'MB':>7}")
    for name, rounds in measured["ways"].items():
        rate = statistics.median(found["texts_a_second"] for found in rounds)
        most = max(found["megabytes"] for found in rounds)
        print(f"{name:<28}{rate:>16.1f}{rounds[0]['processes']:>11}{most:>7}")
    waits = measured["urgent_seconds"]
    print(
        f"\ncredentials among reminders: median {statistics.median(waits):.3f} s, longest {max(waits):.3f} s"
    )
    after = measured["killed"]
    print(
        f"worker killed {after['kills']} times, broker flushed once: {after['arrived']} arrived, "
        f"{after['in_flight_at_a_kill']} were in flight, {after['sent_twice']} were sent twice, "
        f"{after['sent_twice_and_not_in_flight']} of them not in flight"
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--peer-texts", type=int, default=10_000, help="so many for the peers")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    place = ROOT / "var" / "bench"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as name, Stack(Path(name)) as servers:
        bench = Bench(Path(name), servers)
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("seed_demo", stdout=io.StringIO())
        began = os.getloadavg()[0]
        measured = measure(bench, options.texts, options.peer_texts, options.rounds)
    show(measured)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    written = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "load_before": round(began, 1),
        "texts": options.texts,
        "texts_of_the_peers": options.peer_texts,
        "call_seconds": CALL_SECONDS,
        **measured,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(written, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
