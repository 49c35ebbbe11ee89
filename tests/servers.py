"""The servers the tests run on, started before pytest-django reads the settings.

A pytest plugin, loaded by `-p tests.servers`. Real PostgreSQL and Valkey run in a directory of their own
under `var/test/` and are gone afterwards, also when pytest is killed. Where `DATABASE_URL` or `REDIS_URL` is
given, that server is used instead. Under xdist the first process starts them and the workers use them, each
with a database, a queue and a folder of documents of its own.
"""

import atexit
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from shumoos import letter_key
from shumoos.processes import free_port
from shumoos.stack import BASE_DIR, Stack, only_one

TESTS = BASE_DIR / "var" / "test"

running = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests():
    # One address sends all the tests' forms; the limit has tests of its own.
    os.environ.setdefault("PUBLIC_POSTS_A_MINUTE", "1000000")
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        # A queue for each worker: a Celery worker of one must not take what another rang for.
        address, _, database = os.environ["REDIS_URL"].rpartition("/")
        os.environ["REDIS_URL"] = f"{address}/{int(database or 0) + int(worker.removeprefix('gw')) + 1}"
        # And files of its own: a test may say which files are there before and after.
        os.environ["DOCUMENTS_ROOT"] = str(Path(os.environ["DOCUMENTS_ROOT"], worker))
    else:
        start_servers()
    return (yield)


def pytest_unconfigure() -> None:
    running.close()


# When the settings are refused, pytest ends before it is configured.
atexit.register(running.close)


def start_servers() -> None:
    directory = running.enter_context(own_directory())
    servers = Stack(
        directory,
        postgres="DATABASE_URL" not in os.environ,
        valkey="REDIS_URL" not in os.environ,
        durable=False,
    )
    running.callback(remove_sockets, directory)
    running.enter_context(servers)
    (directory / "static").mkdir()  # whitenoise warns of a directory that is not there
    for name, value in test_environment(directory, servers).items():
        os.environ.setdefault(name, value)


def test_environment(directory: Path, servers: Stack) -> dict[str, str]:
    """Every setting, as the tests want it unless the environment says otherwise."""
    return {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "PUBLIC_URL": "http://localhost",
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_FROM": "Shumoos",
        "TWILIO_API_BASE": f"http://127.0.0.1:{free_port()}",
        "CENTRE_URL": f"http://127.0.0.1:{free_port()}",
        "CENTRE_KEY": secrets.token_urlsafe(24),
        **letter_key.own_pair(directory),
        "DOCUMENTS_ROOT": str(directory / "documents"),
        "STATIC_ROOT": str(directory / "static"),
        "STATIC_MANIFEST": "false",
        "LOG_JSON": "false",
    }


test_environment.__test__ = False  # a helper, whatever its name makes pytest think


def remove_sockets(directory: Path) -> None:
    """Remove what a stack has made outside of its directory."""
    with suppress(OSError, ValueError):
        shutil.rmtree(json.loads((directory / "stack.json").read_text())["sockets"])


class own_directory(ExitStack):
    """A new directory under `var/test/`, held by a lock; removed at the end, with what killed runs left."""

    def __enter__(self) -> Path:
        super().__enter__()
        TESTS.mkdir(parents=True, exist_ok=True)
        for left in TESTS.iterdir():
            # A new one is locked a moment after it is made.
            if left.stat().st_mtime < time.time() - 60:
                with only_one(left) as is_abandoned:
                    if is_abandoned:
                        remove_sockets(left)
                        shutil.rmtree(left, ignore_errors=True)
        directory = Path(tempfile.mkdtemp(dir=TESTS))
        self.callback(shutil.rmtree, directory, ignore_errors=True)
        self.enter_context(only_one(directory))
        return directory


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[Stack]:
    """PostgreSQL and Valkey that the test may stop, kill and start again: `own_stack.postgres.stop()`."""
    servers = Stack(tmp_path / "own stack", durable=False)
    with servers:
        yield servers
    remove_sockets(servers.directory)
