"""The servers of a development machine: PostgreSQL and Valkey under `var/`, unless others are named.

`DATABASE_URL` in the environment means that this is no development machine: nothing is started and every
setting has to be given. Otherwise the settings that are missing come from `development_environment()`.
"""

import fcntl
import json
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

from cryptography.fernet import Fernet

from shumoos import letter_key
from shumoos.embedded import Postgres, ServerProblem, Valkey, short_directory
from shumoos.processes import free_port, until

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
KEPT = "development.env"

# Asked once, before anybody adds to the environment.
_DATABASE_GIVEN = bool(os.environ.get("DATABASE_URL"))


def is_development() -> bool:
    """Whether the environment left `DATABASE_URL` out, so that this machine's own servers are used."""
    return not _DATABASE_GIVEN


class Stack:
    """PostgreSQL and Valkey of one directory; as a context manager they run for the length of the block.

    Where they listen is kept in the directory, so that other processes and the next start agree on it.
    Raises `ServerProblem` with a sentence when one of them cannot be had.
    """

    def __init__(
        self, directory: Path, *, postgres: bool = True, valkey: bool = True, durable: bool = True
    ) -> None:
        self.directory = directory
        (directory / "log").mkdir(mode=0o755, parents=True, exist_ok=True)
        kept = self._recall()
        self.postgres = Postgres(
            directory,
            sockets=Path(kept["sockets"]),
            log=directory / "log" / "postgres.log",
            durable=durable,
        )
        self.valkey = Valkey(
            directory, log=directory / "log" / "valkey.log", port=kept["port"], password=kept["password"]
        )
        self.wanted = [
            server for server, is_wanted in ((self.postgres, postgres), (self.valkey, valkey)) if is_wanted
        ]

    @property
    def database_url(self) -> str:
        return self.postgres.url()

    @property
    def redis_url(self) -> str:
        return self.valkey.url()

    def start(self) -> "Stack":
        """Start what is wanted. The caller holds the directory's lock: see `only_one`."""
        try:
            for server in self.wanted:
                server.start()
        except BaseException:
            self.stop()
            raise
        self._keep()
        return self

    def stop(self) -> None:
        for server in reversed(self.wanted):
            server.stop()

    def answers(self) -> bool:
        return all(server.answers() for server in self.wanted)

    def __enter__(self) -> "Stack":
        return self.start()

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def _record(self) -> Path:
        return self.directory / "stack.json"

    def _recall(self) -> dict:
        """Where the servers of this directory listen. Made once; made anew where it cannot be trusted."""
        with _locked(self.directory / "stack.json.lock"):
            try:
                kept = json.loads(self._record.read_text())
                if _is_private(Path(kept["sockets"])):
                    return kept
            except (FileNotFoundError, ValueError, KeyError):
                kept = {}
            kept = {"port": free_port(), "password": secrets.token_urlsafe(24)} | kept
            kept["sockets"] = str(short_directory())
            _write_private(self._record, json.dumps(kept))
            return kept

    def _keep(self) -> None:
        """Note the port that Valkey has really got."""
        with _locked(self.directory / "stack.json.lock"):
            kept = {
                "port": self.valkey.port,
                "password": self.valkey.password,
                "sockets": str(self.postgres.sockets),
            }
            _write_private(self._record, json.dumps(kept))


def _is_private(directory: Path) -> bool:
    """Whether a directory under the shared /tmp is still the one made there, and not a stranger's."""
    try:
        found = directory.lstat()
    except FileNotFoundError:
        return False
    return found.st_mode == 0o40700 and (os.geteuid() == 0 or found.st_uid == os.geteuid())


def _write_private(path: Path, text: str) -> None:
    """Replace a file in one step; only this user can read it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


@contextmanager
def _locked(path: Path, mode: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold a file lock; the kernel gives it up when the process ends, by whatever means."""
    with path.open("a") as file:
        fcntl.flock(file, mode)
        yield


@contextmanager
def only_one(directory: Path) -> Iterator[bool]:
    """Take the lock of a directory's servers for the block: True if it was free, False if another has it."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "stack.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        file.truncate(0)
        file.write(f"process {os.getpid()} ({' '.join([Path(sys.argv[0]).name, *sys.argv[1:2]])})")
        file.flush()
        yield True


def holder(directory: Path) -> str:
    """Who has the servers of this directory, in words."""
    return (directory / "stack.lock").read_text() or "another process"


def kept_environment(**changes: str) -> dict[str, str]:
    """The settings of this development machine: made once, kept in a file that only this user can read.

    `changes` are written to it, so that every other terminal agrees.
    """
    VAR.mkdir(parents=True, exist_ok=True)
    path = VAR / KEPT
    with _locked(VAR / f"{KEPT}.lock"):
        try:
            lines = path.read_text().splitlines()
        except FileNotFoundError:
            lines = []
        kept = {name: value for name, _, value in (line.partition("=") for line in lines) if value}
        whole = (
            {name: kept.get(name) or value for name, value in _fresh_environment().items()} | kept | changes
        )
        if whole != kept:
            _write_private(path, "".join(f"{name}={value}\n" for name, value in whole.items()))
        # Files of their own, found where the directory is now.
        return letter_key.own_pair(VAR) | whole


def _fresh_environment() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
        "PUBLIC_URL": "http://localhost:8000",
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_FROM": "Shumoos",
        # So that the sign-ins that the demo prints work as they are printed.
        "REQUIRE_STAFF_OTP": "false",
        "TWILIO_API_BASE": f"http://127.0.0.1:{free_port()}",
        "CENTRE_URL": f"http://127.0.0.1:{free_port()}",
        "CENTRE_KEY": secrets.token_urlsafe(24),
    }


def development_environment() -> dict[str, str]:
    """Every setting that a development machine needs, with the addresses of the servers under `var/`."""
    servers = Stack(VAR)
    return kept_environment() | {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}


def own_servers() -> Stack:
    """The servers under `var/`, those that the environment does not name."""
    return Stack(VAR, postgres=is_development(), valkey=not os.environ.get("REDIS_URL"))


@contextmanager
def available() -> Iterator[None]:
    """Have the servers up for the length of one command; where they are up already, just use them.

    Whoever started them stops them, after waiting for the commands that have joined in the meantime.
    """
    if not is_development():
        yield
        return
    with ExitStack() as held:
        try:
            _join_or_start(held)
        except PermissionError as error:
            sys.exit(not_ours(error))
        except ServerProblem as problem:
            sys.exit(str(problem))
        yield


def not_ours(error: PermissionError) -> str:
    """A sentence for whoever starts the portal in a directory where another user has run it."""
    return f"{error.filename} belongs to another user: run this as that user, or move {VAR} out of the way."


def _join_or_start(held: ExitStack) -> None:
    users = VAR / "stack.users.lock"
    for _ in until(60):
        attempt = ExitStack()
        if attempt.enter_context(only_one(VAR)):
            attempt.enter_context(own_servers())
            attempt.callback(_wait_for_others, users)
            held.enter_context(attempt)
            return
        # Held until the end of this command: the one who started the servers waits for it.
        attempt.enter_context(_locked(users, fcntl.LOCK_SH))
        if own_servers().answers():
            held.enter_context(attempt)
            return
        attempt.close()
    raise ServerProblem(f"The servers under {VAR} are held by {holder(VAR)} and do not answer.")


def _wait_for_others(users: Path) -> None:
    with users.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Other commands still use the servers; they stop after the last one.", file=sys.stderr)  # noqa: T201
            fcntl.flock(file, fcntl.LOCK_EX)
