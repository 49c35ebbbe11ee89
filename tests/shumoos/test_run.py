"""`make run`: the whole portal in a copy of this tree, for real."""

import json
import os
import re
import shutil
import signal
import socket
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from shumoos import run as portal
from shumoos import stack
from shumoos.processes import free_port
from shumoos.stack import BASE_DIR
from tests.servers import remove_sockets
from tests.shumoos.processes import Program, bare_environment, command_of, eventually, marked

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "tests", "bench", "docs", "__pycache__", ".*_cache")


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A copy of the portal with nothing started yet, in a path with a space."""
    clone = tmp_path_factory.mktemp("a clone") / "portal"
    shutil.copytree(BASE_DIR, clone, ignore=LEFT_OUT)
    yield clone
    remove_sockets(clone / "var")


@pytest.fixture
def run(clone, tmp_path):
    """Start it on a port: `run(port)`. Whatever the test leaves running is killed."""
    programs = []

    def run(port: int, **environment: str) -> Program:
        env = bare_environment(PORT=str(port), PYTHONPATH=str(clone), **environment)
        output = tmp_path / f"output {len(programs)}"
        programs.append(Program("-m", "shumoos.run", cwd=clone, output=output, env=env))
        return programs[-1]

    yield run
    for program in programs:
        program.kill_everything()


def answer(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as response:
        return response.read().decode()


def kept(clone: Path) -> dict[str, str]:
    lines = (clone / "var" / "development.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def pid_of(program: Program, *words: str) -> int:
    """The oldest process of the program with all these words in its command line."""
    for pid in sorted(marked(program.mark)):
        if set(words) <= set(command_of(pid)):
            return pid
    raise LookupError(words)


def test_a_taken_port_is_told_before_anything_starts(run, clone):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        program = run(port)
        assert program.ends() == 1

    assert program.told().splitlines() == [
        f"Port {port} is taken by another program. Choose another: make run PORT={port + 1}"
    ]
    assert not (clone / "var" / "postgres").exists()


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_a_port_that_is_none_is_told(run, port):
    program = run(port)

    assert program.ends() == 1
    assert program.told() == f"PORT is a number from 1 to 65535, not “{port}”.\n"


def test_it_comes_up_repairs_itself_and_leaves_nothing_behind(run, clone):
    port = free_port()
    program = run(port)
    assert program.tells("Ctrl-C stops everything"), program.told()
    assert f"http://localhost:{port}/" in program.told()
    # What takes its time says how far it is, and the second start below leaves out what is there.
    assert re.findall(r"(\d) of 5: ", program.told()) == ["1", "2", "3", "4", "5"]
    assert re.findall(r" is up, (\d) of 5", program.told()) == ["1", "2", "3", "4", "5"]
    assert kept(clone)["TWILIO_API_BASE"] in program.told()
    assert json.loads(answer(f"http://127.0.0.1:{port}/readyz"))["database"] == "ok"
    assert 'lang="ar"' in answer(f"http://127.0.0.1:{port}/")

    # A second start in the same directory is refused while the first one runs.
    second = run(free_port())
    assert second.ends() == 1
    assert f"port {port}" in second.told()

    # A part that is killed comes back by itself, children and all.
    os.kill(pid_of(program, "granian"), signal.SIGKILL)
    assert program.tells("web has ended"), program.told()
    assert eventually(lambda: _is_up(port))

    # Ctrl-C stops every process.
    assert program.ends(signal.SIGINT) == 0
    assert program.told().endswith("Everything is stopped.\n")
    assert program.left_behind(seconds=0) == []

    # A second start keeps the settings and does not collect the static files again.
    before = kept(clone)
    again = run(port)
    assert again.tells("Ctrl-C stops everything"), again.told()
    assert kept(clone) == before
    assert re.findall(r"(\d) of 5: ", again.told()) == ["1", "2", "4", "5"]

    # The supervising process is killed: nothing of it stays.
    again.ends(signal.SIGKILL)
    assert again.left_behind() == []


def _is_up(port: int) -> bool:
    try:
        return bool(answer(f"http://127.0.0.1:{port}/healthz"))
    except OSError:
        return False


def test_named_servers_are_used_and_told_without_their_password(own_stack, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgresql://shumoos:hidden@db.example:5433/portal")
    monkeypatch.setenv("REDIS_URL", own_stack.redis_url)
    monkeypatch.setattr(stack, "_DATABASE_GIVEN", True)

    with ExitStack() as held:
        assert portal.use_servers(held).wanted == []

    assert capsys.readouterr().out.splitlines() == [
        "  Using the PostgreSQL of DATABASE_URL: db.example:5433/portal",
        f"  Using the Redis of REDIS_URL: 127.0.0.1:{own_stack.valkey.port}/0",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("unknown", ["", "0001_tables|0003_"])
def test_a_database_that_an_older_version_left_half_done_is_told_with_what_to_do(unknown):
    MigrationRecorder(connection).migration_qs.filter(app="accounts", name__regex=f"^({unknown})").delete()

    with pytest.raises(portal.CannotStart) as told:
        portal._migrate()

    assert str(told.value).startswith(
        "The database was made by an older version, and this one cannot go on from how it was left: "
    )
    assert "accounts.0001_tables" in str(told.value).partition(", then start again. (")[2]


@pytest.mark.django_db
def test_a_database_of_this_version_is_left_as_it_is():
    portal._migrate()


def test_a_part_that_does_not_come_up_stops_everything_and_shows_its_log(run, clone):
    wsgi = clone / "shumoos" / "wsgi.py"
    whole = wsgi.read_text()
    wsgi.write_text("raise RuntimeError('a mistake in the code')\n")
    try:
        program = run(free_port())
        assert program.ends(seconds=90) == 1
    finally:
        wsgi.write_text(whole)

    assert "web did not start" in program.told()
    assert "RuntimeError: a mistake in the code" in program.told()
    assert program.left_behind(seconds=0) == []
