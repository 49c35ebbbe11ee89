"""The very commands of docker-compose.yml, run natively, because a container engine is not everywhere."""

import json
import os
import re
import signal
import urllib.error
import urllib.request

import pytest

from shumoos.environment import REQUIRED
from shumoos.processes import free_port
from shumoos.stack import BASE_DIR
from tests.shumoos.composed import COMPOSE, SERVICES
from tests.shumoos.processes import eventually


def test_every_setting_is_given_to_every_part_of_the_portal():
    for name in ("web", "worker", "beat", "migrate"):
        assert set(REQUIRED) <= set(SERVICES[name]["environment"]), name


def test_nothing_but_the_version_and_what_may_be_missing_has_a_default():
    defaults = re.findall(r"\$\{(\w+):-", (BASE_DIR / "docker-compose.yml").read_text())

    assert set(defaults) == {"VERSION", "CLAMD_ADDRESS"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_locked_down(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "healthcheck" in service or name == "migrate"


def test_only_the_proxy_is_reached_from_outside():
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_web_worker_beat_and_migrate_do_their_work(service, tmp_path):
    migrate = service("migrate")
    assert migrate.ends(seconds=120) == 0, migrate.told()

    port = free_port()
    web = service("web", GRANIAN_HOST="127.0.0.1", GRANIAN_PORT=str(port), STATIC_MANIFEST="false")
    worker, beat = service("worker"), service("beat")

    answers = {path: eventually(lambda path=path: get(port, path), 60) for path in ("/healthz", "/readyz")}
    assert answers["/healthz"] == "ok", web.told()
    assert answers["/readyz"], web.told()
    parts = ("database", "migrations", "broker", "centre")
    assert json.loads(answers["/readyz"]) == dict.fromkeys(parts, "ok"), web.told()
    assert eventually(lambda: ping(service), 60), worker.told()
    assert eventually(lambda: list(tmp_path.glob("beat-schedule*")), 30), beat.told()
    # Everything that they say is JSON, Granian's and Celery's own lines too.
    for program in (web, worker, beat):
        lines = [line for line in program.told().splitlines() if line.startswith("{")]
        assert all(json.loads(line)["event"] for line in lines)
        assert lines
    assert [line for line in web.told().splitlines() if not line.startswith("{")] == []

    for program in (web, worker, beat):
        assert program.ends(signal.SIGTERM, seconds=60) in (0, -signal.SIGTERM), program.told()
        assert program.left_behind() == []


def get(port: int, path: str) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return response.read().decode()
    except urllib.error.HTTPError as refusal:
        return "" if refusal.code == 503 else refusal.read().decode()
    except OSError:
        return ""


def ping(service) -> bool:
    """The worker's own health check."""
    command = SERVICES["worker"]["healthcheck"]["test"][1]
    words = command.replace("$$HOSTNAME", os.uname().nodename).split()
    SERVICES["ping"] = {"command": words, "environment": SERVICES["worker"]["environment"]}
    try:
        return service("ping").ends(seconds=60) == 0
    finally:
        del SERVICES["ping"]
