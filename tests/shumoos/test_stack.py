"""The embedded servers: how they start, end, recover and are shared."""

import os
import shutil
import signal
import socket

import psycopg2
import pytest
import redis

from shumoos import stack
from shumoos.embedded import ServerProblem
from shumoos.processes import free_port, is_free, working_in
from shumoos.stack import Stack, only_one
from tests.servers import remove_sockets
from tests.shumoos.processes import Program, bare_environment, eventually, owners_of

HOLD = """
import sys, time
from pathlib import Path
from shumoos.stack import Stack, only_one
with only_one(Path(sys.argv[1])), Stack(Path(sys.argv[1])):
    print("up", flush=True)
    time.sleep(600)
"""
COMMAND = """
import sys, time
from pathlib import Path
from shumoos import stack
stack.VAR = Path(sys.argv[1])
with stack.available():
    print("up", flush=True)
    while not Path(sys.argv[2]).exists():
        time.sleep(0.05)
    assert stack.own_servers().answers()
    print("done", flush=True)
"""


def execute(url: str, statement: str) -> list[tuple]:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


@pytest.fixture
def directory(tmp_path):
    """As a clone may lie: deep, with spaces and Arabic in its path."""
    directory = tmp_path / "a directory" / ("deep " * 20).strip() / "شموس" / "var"
    yield directory
    remove_sockets(directory)


def test_data_survive_a_stop_and_a_start_with_the_same_addresses(directory):
    with Stack(directory) as servers:
        first = (servers.database_url, servers.redis_url)
        execute(servers.database_url, "CREATE TABLE kept AS SELECT 'ع' AS letter")
    with Stack(directory) as servers:
        assert (servers.database_url, servers.redis_url) == first
        assert execute(servers.database_url, "SELECT letter FROM kept") == [("ع",)]


def test_the_database_speaks_utf8_and_has_the_extensions_we_use(own_stack):
    execute(own_stack.database_url, "CREATE EXTENSION btree_gist; CREATE EXTENSION pg_trgm")
    assert execute(
        own_stack.database_url, "SELECT pg_encoding_to_char(encoding), upper('é') FROM pg_database LIMIT 1"
    ) == [("UTF8", "É")]


def test_only_this_user_can_read_where_the_servers_are(own_stack):
    modes = [
        path.stat().st_mode & 0o777 for path in (own_stack.directory / "stack.json", own_stack.postgres.data)
    ]
    assert modes == [0o600, 0o700]
    assert own_stack.postgres.sockets.stat().st_mode & 0o777 == 0o700
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=own_stack.valkey.port, retry=None).ping()


def test_no_process_outlives_a_starter_that_is_killed(directory, tmp_path):
    program = Program(
        "-c", HOLD, str(directory), cwd=tmp_path, output=tmp_path / "output", env=bare_environment()
    )
    assert program.tells("up"), program.told()

    program.ends(signal.SIGKILL)

    assert program.left_behind() == []


def test_everything_committed_is_there_after_kill_9_of_everything(directory, tmp_path):
    program = Program(
        "-c", HOLD, str(directory), cwd=tmp_path, output=tmp_path / "output", env=bare_environment()
    )
    assert program.tells("up"), program.told()
    execute(Stack(directory).database_url, "CREATE TABLE kept AS SELECT 42 AS answer")

    program.kill_everything()

    with Stack(directory) as servers:
        assert execute(servers.database_url, "SELECT answer FROM kept") == [(42,)]


def test_a_lock_file_that_names_a_living_stranger_does_not_stop_the_start(own_stack):
    own_stack.postgres.stop()
    remains = own_stack.postgres.data / "postmaster.pid"
    remains.write_text(f"{os.getppid()}\n/proc/self/cwd\n1700000000\n5432\n/tmp\n\n")
    if own_stack.postgres.account:
        os.chown(remains, own_stack.postgres.account.pw_uid, own_stack.postgres.account.pw_gid)

    own_stack.postgres.start()

    assert own_stack.postgres.answers()


def test_servers_that_outlived_their_starter_are_replaced(own_stack):
    execute(own_stack.database_url, "CREATE TABLE kept AS SELECT 42 AS answer")
    orphans = (own_stack.postgres.process, own_stack.valkey.process)

    with Stack(own_stack.directory, durable=False) as servers:
        assert [process.wait(5) is not None for process in orphans] == [True, True]
        assert execute(servers.database_url, "SELECT answer FROM kept") == [(42,)]
        assert redis.Redis.from_url(servers.redis_url).ping()


def test_an_interrupted_first_start_is_begun_anew(own_stack):
    own_stack.postgres.stop()
    (own_stack.postgres.data / "PG_VERSION").unlink()

    own_stack.postgres.start()

    assert own_stack.answers()


def test_a_taken_port_is_exchanged(own_stack):
    own_stack.valkey.stop()
    with socket.create_server(("127.0.0.1", own_stack.valkey.port)):
        own_stack.valkey.start()
        assert redis.Redis.from_url(own_stack.redis_url).ping()


def test_a_strangers_socket_directory_is_not_used(own_stack):
    own_stack.postgres.sockets.chmod(0o777)

    assert Stack(own_stack.directory).postgres.sockets != own_stack.postgres.sockets
    shutil.rmtree(own_stack.postgres.sockets)


def test_a_server_that_cannot_start_shows_the_end_of_its_log(own_stack):
    own_stack.postgres.stop()
    (own_stack.postgres.data / "postgresql.conf").write_text("nonsense = yes\n")

    with pytest.raises(ServerProblem, match="nonsense"):
        own_stack.postgres.start()


def test_one_directory_has_one_holder(tmp_path):
    with only_one(tmp_path) as first, only_one(tmp_path) as second:
        assert (first, second) == (True, False)
        assert str(os.getpid()) in stack.holder(tmp_path)


def test_commands_at_the_same_time_share_the_servers_until_the_last_has_ended(directory, tmp_path):
    def command(name: str) -> Program:
        return Program(
            "-c",
            COMMAND,
            str(directory),
            str(tmp_path / f"{name}.end"),
            cwd=tmp_path,
            output=tmp_path / name,
            env=bare_environment(),
        )

    first = command("first")
    assert first.tells("up"), first.told()
    second = command("second")
    assert second.tells("up"), second.told()

    (tmp_path / "first.end").touch()
    assert first.tells("Other commands still use the servers"), first.told()
    (tmp_path / "second.end").touch()

    assert (second.ends(), first.ends()) == (0, 0)
    assert "done" in second.told()
    assert first.left_behind() == []


def test_the_settings_of_a_development_machine_are_made_once(tmp_path, monkeypatch):
    monkeypatch.setattr(stack, "VAR", tmp_path)

    first = stack.kept_environment()
    changed = stack.kept_environment(PUBLIC_URL="http://localhost:9000")

    assert changed == first | {"PUBLIC_URL": "http://localhost:9000"}
    assert stack.kept_environment() == changed
    assert (tmp_path / "development.env").stat().st_mode & 0o777 == 0o600


def test_servers_named_in_the_environment_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(stack, "VAR", tmp_path)
    monkeypatch.setattr(stack, "_DATABASE_GIVEN", True)
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere:6379/0")

    assert stack.own_servers().wanted == []
    with stack.available():
        assert not (tmp_path / "postgres").exists()
    remove_sockets(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_root_leaves_the_parents_as_closed_as_they_were(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    with Stack(closed / "var", durable=False) as servers:
        assert execute(servers.database_url, "SELECT 1") == [(1,)]
        owners = owners_of(working_in(servers.postgres.data))

    assert owners
    assert 0 not in owners
    assert closed.stat().st_mode & 0o777 == 0o700
    remove_sockets(closed / "var")


def test_a_free_port_can_be_listened_on():
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)
    assert eventually(lambda: is_free(port))
