"""`make run`: the whole portal on this machine, until Ctrl-C.

PostgreSQL and Valkey (unless the environment names others), then web, worker, beat and the two simulators,
each with a log under `var/log/`. Every process dies with this one, however it ends. A part that ends is
started again; a part that does not come up at the start stops everything, with the end of its log.
"""

import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from io import StringIO
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from shumoos import stack
from shumoos.embedded import Postgres, ServerProblem, Valkey
from shumoos.processes import (
    die_with_parent,
    dying_with_parent,
    ends_within,
    free_port,
    is_free,
    last_lines,
    signal_group,
    until,
)
from shumoos.stack import BASE_DIR, VAR

LOGS = VAR / "log"
START_SECONDS = 60
STEPS = 5
LONGEST_PAUSE = 30
# A part that ran this long has recovered: the next pause is a short one again.
HEALTHY_SECONDS = 60


class CannotStart(Exception):
    """Why the portal is not up, as a sentence for the person at the terminal."""


class Part:
    """One process of the portal, with its log; `is_up` tells when it can do its work."""

    def __init__(self, name: str, command: list[str], is_up: Callable[[], bool]) -> None:
        self.name = name
        self.command = command
        self.is_up = is_up
        self.log = LOGS / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C in the terminal is for this program alone, which stops the parts in order.
                start_new_session=True,
                preexec_fn=dying_with_parent(signal.SIGTERM),
            )

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def await_start(self) -> None:
        for _ in until(START_SECONDS, every=0.1):
            if self.has_ended():
                break
            if self.is_up():
                return
        raise CannotStart(f"{self.name} did not start. The end of {self.log}:\n{last_lines(self.log)}")

    def restart(self) -> None:
        assert self.process  # noqa: S101 - only a part that has run is started again
        # What a killed parent leaves behind would go on answering on its port.
        signal_group(self.process, signal.SIGKILL)
        self.start()


def main() -> int:
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM)
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _interrupt)
    try:
        with ExitStack() as held:
            _run(held)
    except (CannotStart, ServerProblem) as problem:
        print(problem, file=sys.stderr)
        return 1
    except PermissionError as error:
        print(stack.not_ours(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    print("Everything is stopped.", flush=True)
    return 0


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(held: ExitStack) -> None:
    started = time.monotonic()
    port = _port()
    held.enter_context(_only_run(port))
    if not is_free(port):
        raise CannotStart(
            f"Port {port} is taken by another program. Choose another: make run PORT={port + 1}"
        )
    LOGS.mkdir(parents=True, exist_ok=True)
    servers = use_servers(held)
    _set_environment(port, servers)
    sign_ins = _prepare()
    parts = _parts(port)
    held.callback(_stop, parts)
    step(5, "Starting web, worker, beat and the two simulators")
    for part in parts:
        part.log.unlink(missing_ok=True)
        part.start()
    for number, part in enumerate(parts, 1):
        part.await_start()
        say(f"{part.name} is up, {number} of {len(parts)}")
    _welcome(sign_ins, time.monotonic() - started)
    supervise(parts, servers.wanted)


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not given.isascii() or not given.isdigit() or not 0 < int(given) < 65536:
        raise CannotStart(f"PORT is a number from 1 to 65535, not “{given}”.")
    return int(given)


@contextmanager
def _only_run(port: int) -> Iterator[None]:
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "run.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CannotStart(f"The portal runs from this directory already: {file.read()}.") from None
        file.truncate(0)
        file.write(f"process {os.getpid()}, port {port}")
        file.flush()
        yield


def use_servers(held: ExitStack) -> stack.Stack:
    """The servers that the environment does not name, started; says which are used."""
    for name, server in (("DATABASE_URL", "PostgreSQL"), ("REDIS_URL", "Redis")):
        if os.environ.get(name):
            say(f"Using the {server} of {name}: {_without_password(os.environ[name])}")
    servers = stack.own_servers()
    if not servers.wanted:
        return servers
    _take_lock(held)
    names = " and ".join(type(server).__name__.replace("gres", "greSQL") for server in servers.wanted)
    step(1, f"Starting {names} under var/")
    return held.enter_context(servers)


def _take_lock(held: ExitStack) -> None:
    told = False
    for _ in until(30, every=0.2):
        attempt = ExitStack()
        if attempt.enter_context(stack.only_one(VAR)):
            held.enter_context(attempt)
            return
        if not told:
            say(f"Waiting for {stack.holder(VAR)}, which has the servers under var/")
            told = True
    raise CannotStart(f"The servers under var/ are held by {stack.holder(VAR)}: end it, then start again.")


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname or 'localhost'}{f':{parts.port}' if parts.port else ''}{parts.path}"


def _set_environment(port: int, servers: stack.Stack) -> None:
    """Give every part the same settings; what the environment names goes before what is kept."""
    kept = stack.kept_environment(PUBLIC_URL=f"http://localhost:{port}")
    moved = {
        name: f"http://127.0.0.1:{free_port()}"
        for name in ("TWILIO_API_BASE", "CENTRE_URL")
        if not is_free(urlsplit(kept[name]).port or 0) or urlsplit(kept[name]).port == port
    }
    if moved:
        kept = stack.kept_environment(**moved)
    for name, value in {
        **kept,
        "INTAKE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "LOG_JSON": "false",
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "shumoos.settings",
    }.items():
        if not os.environ.get(name):
            os.environ[name] = value


def _prepare() -> str:
    """Migrate, collect the static files where they changed, load the demo data; the demo's sign-ins."""
    import django
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import CommandError, call_command
    from django.db import OperationalError, connections

    try:
        django.setup()
        step(2, "Migrating the database")
        _migrate()
        # Within what it speaks of, so that it goes when the collected files do.
        fingerprint, kept = _static_fingerprint(), Path(settings.STATIC_ROOT) / "fingerprint"
        if not kept.exists() or kept.read_text() != fingerprint:
            step(3, "Collecting and compressing the static files")
            call_command("collectstatic", interactive=False, verbosity=0)
            kept.write_text(fingerprint)
        step(4, "Loading the demo data")
        output = StringIO()
        call_command("seed_demo", stdout=output)
    except (CommandError, ImproperlyConfigured, OperationalError) as error:
        raise CannotStart(str(error)) from error
    finally:
        connections.close_all()
    return output.getvalue().strip("\n")


def _migrate() -> None:
    """Bring the database to this version's tables; CannotStart where its own are of no version before it."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.exceptions import InconsistentMigrationHistory
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.recorder import MigrationRecorder

    applied = MigrationRecorder(connection).applied_migrations()
    for name, migration in MigrationLoader(None).replacements.items():
        # One that stands for several takes their place where all of them have been, or none.
        if name not in applied and 0 < len(applied.keys() & set(migration.replaces)) < len(
            migration.replaces
        ):
            raise _too_old(".".join(name))
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except InconsistentMigrationHistory as error:
        raise _too_old(str(error)) from error


def _too_old(why: str) -> CannotStart:
    way = "move it away (mv var var-old)" if stack.is_development() else "name another one by DATABASE_URL"
    return CannotStart(
        "The database was made by an older version, and this one cannot go on from how it was left: "
        f"{way}, then start again. ({why})"
    )


def _static_fingerprint() -> str:
    """Changes when a static file of the project or of a package does."""
    from django.contrib.staticfiles.finders import get_finders

    found = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = os.stat(storage.path(name))
            found.append(f"{name} {stat.st_size} {stat.st_mtime_ns}")
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def _parts(port: int) -> list[Part]:
    from shumoos.celery import app

    web = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    web += [
        "--workers",
        "2",
        "--blocking-threads",
        "4",
        "--workers-kill-timeout",
        "5",
        "--respawn-failed-workers",
    ]
    celery = ["-m", "celery", "-A", "shumoos"]
    worker = ["worker", "--loglevel=INFO", "--concurrency=2", "--without-gossip", "--without-mingle"]
    parts = [
        Part("web", [*web, "shumoos.wsgi:application"], lambda: _answers(f"http://127.0.0.1:{port}/readyz")),
        Part("worker", [*celery, *worker], lambda: bool(app.control.ping(timeout=0.5))),
        Part("beat", [*celery, "beat", "--loglevel=INFO", "--pidfile="], lambda: True),
    ]
    for simulator, setting in (("twilio", "TWILIO_API_BASE"), ("centre", "CENTRE_URL")):
        address = os.environ[setting]
        if address != stack.kept_environment()[setting]:
            continue  # the real one, or one that somebody else has started
        command = ["manage.py", f"{simulator}_simulator", "--port", str(urlsplit(address).port)]
        parts.append(Part(f"{simulator}-simulator", command, partial(_answers, address)))
    return parts


def _answers(url: str) -> bool:
    """Whether an HTTP server answers there without an error of its own."""
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - this machine's own addresses
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False
    return True


def _welcome(sign_ins: str, seconds: float) -> None:
    print(
        f"\nShumoos is up after {seconds:.1f} s:  {os.environ['PUBLIC_URL']}/\n"
        f"The phone that gets the texts: {os.environ['TWILIO_API_BASE']}/\n\n"
        f"{sign_ins}\n\n"
        f"Logs are under {LOGS.relative_to(BASE_DIR)}/. Ctrl-C stops everything.",
        flush=True,
    )


def supervise(parts: list[Part], servers: list[Postgres | Valkey]) -> None:
    """Start again what ends, after a pause that doubles each time, until interrupted."""
    pauses: dict[str, float] = {}
    due: dict[str, float] = {}
    since = {part.name: time.monotonic() for part in parts}
    while True:
        time.sleep(0.5)
        now = time.monotonic()
        for server in servers:
            if server.process and server.process.poll() is not None:
                say(f"{type(server).__name__} has ended, see {server.log}; starting it again")
                server.start()
        for part in parts:
            if not part.has_ended():
                continue
            if part.name not in due:
                if now - since[part.name] > HEALTHY_SECONDS:
                    pauses.pop(part.name, None)
                pauses[part.name] = min(pauses.get(part.name, 0.5) * 2, LONGEST_PAUSE)
                due[part.name] = now + pauses[part.name]
                say(f"{part.name} has ended, see {part.log}; starting it again in {pauses[part.name]:.0f} s")
            elif now >= due[part.name]:
                del due[part.name]
                since[part.name] = now
                part.restart()


def _stop(parts: list[Part]) -> None:
    # Stopping takes a moment; an impatient second Ctrl-C must not cut it short.
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    say("Stopping")
    running = [part.process for part in parts if part.process]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + 10
    for process in running:
        ends_within(process, max(deadline - time.monotonic(), 0.05))
        signal_group(process, signal.SIGKILL)
        process.wait()


def step(number: int, sentence: str) -> None:
    say(f"{number} of {STEPS}: {sentence}")


def say(sentence: str) -> None:
    print(f"  {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
