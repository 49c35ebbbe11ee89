"""PostgreSQL is restarted while the portal runs: it costs the requests of that moment and none after it."""

import http.client
import os

import pytest

from shumoos.processes import free_port
from shumoos.stack import BASE_DIR
from tests.shumoos.processes import Program, eventually


@pytest.fixture
def portal(own_stack, tmp_path):
    """Web processes on servers of their own; `portal(path)` is the status and text of a page."""
    env = {**os.environ, "DATABASE_URL": own_stack.database_url, "REDIS_URL": own_stack.redis_url}
    migrate = Program("manage.py", "migrate", cwd=BASE_DIR, output=tmp_path / "migrate.log", env=env)
    assert migrate.ends(seconds=120) == 0, migrate.told()
    port = free_port()
    arguments = ["-m", "granian", "--interface=wsgi", "--no-ws", "--blocking-threads=2", f"--port={port}"]
    web = Program(*arguments, "shumoos.wsgi:application", cwd=BASE_DIR, output=tmp_path / "web.log", env=env)

    def portal(path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            # Whose session this is has to be looked up in the database.
            connection.request("GET", path, headers={"Cookie": f"sessionid={'a' * 32}"})
            response = connection.getresponse()
            return response.status, response.read().decode()
        except ConnectionError:
            return 0, ""
        finally:
            connection.close()

    portal.web = web
    assert eventually(lambda: portal("/healthz")[0] == 200, 60), web.told()
    yield portal
    web.kill_everything()


def test_a_restart_of_postgresql_needs_no_restart_of_ours(portal, own_stack):
    assert portal("/home/")[0] == 302

    own_stack.postgres.stop()
    status, text = portal("/home/")
    assert status == 500
    assert 'lang="ar"' in text
    assert [portal("/healthz")[0], portal("/readyz")[0]] == [200, 503]

    own_stack.postgres.start()
    # Every thread's old connection is dead: none of them may answer with it.
    assert [portal("/home/")[0] for _ in range(6)] == [302] * 6
    assert portal("/readyz")[0] == 200
    assert portal.web.process.poll() is None


def test_a_kill_9_of_postgresql_is_outlived_too(portal, own_stack):
    assert portal("/home/")[0] == 302

    own_stack.postgres.process.kill()
    own_stack.postgres.process.wait()
    own_stack.postgres.start()

    assert [portal("/home/")[0] for _ in range(6)] == [302] * 6
