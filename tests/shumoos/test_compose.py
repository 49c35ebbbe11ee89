"""The very commands of docker-compose.yml, run natively, because a container engine is not everywhere."""

import json
import os
import re
import signal
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml
from cryptography.fernet import Fernet

from shumoos import letter_key
from shumoos.environment import REQUIRED
from shumoos.processes import free_port
from shumoos.stack import BASE_DIR
from tests.shumoos.processes import Program, bare_environment, eventually

LETTER_KEY, LETTER_CERTIFICATE = letter_key.make_pair("Tests")
COMPOSE = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OWNER_GIVES = {
    "DOMAIN": "shumoos.example",
    "SECRET_KEY": "0123456789" * 5,
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "POSTGRES_PASSWORD": "password",
    "REDIS_PASSWORD": "password",
    "TWILIO_ACCOUNT_SID": "AC0123456789abcdef0123456789abcdef",
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "Shumoos",
    "CENTRE_URL": "https://centre.example/api",
    "CENTRE_KEY": "key",
    "LETTER_SIGNING_KEY": LETTER_KEY.decode(),
    "LETTER_SIGNING_CERTIFICATE": LETTER_CERTIFICATE.decode(),
}


def filled_in(value: str) -> str:
    """As Compose does it: `${NAME:?what it is}` from the environment, `$$` for one dollar."""
    return re.sub(r"\$\{(\w+)(?::[?-][^}]*)?\}", given, value).replace("$$", "$")


@pytest.fixture
def service(own_stack, tmp_path):
    """Start a service's own command with its own settings, on servers and ports of the test."""
    programs = []

    def start(name: str, **changes: str) -> Program:
        settings = {key: filled_in(value) for key, value in SERVICES[name]["environment"].items()}
        settings |= {
            "DATABASE_URL": own_stack.database_url,
            "REDIS_URL": own_stack.redis_url,
            # The image sets these: see the Dockerfile.
            "DJANGO_SETTINGS_MODULE": "shumoos.settings",
            "DOCUMENTS_ROOT": str(tmp_path / "documents"),
            "STATIC_ROOT": str(tmp_path / "static"),
            "BEAT_SCHEDULE": str(tmp_path / "beat-schedule"),
        }
        program, *arguments = SERVICES[name]["command"]
        start = arguments if program == "python" else ["-m", program, *arguments]
        env = bare_environment(**settings | changes)
        programs.append(Program(*start, cwd=BASE_DIR, output=tmp_path / f"{name}.log", env=env))
        return programs[-1]

    yield start
    for program in programs:
        program.kill_everything()


def test_every_setting_is_given_to_every_part_of_the_portal():
    for name in ("web", "worker", "beat", "migrate"):
        assert set(REQUIRED) <= set(SERVICES[name]["environment"]), name


def given(found):
    """What the owner gives for a variable; nothing for one that may be left out."""
    return OWNER_GIVES.get(found[1], "") if ":-" in found[0] else OWNER_GIVES[found[1]]


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


def test_the_proxy_passes_on_to_the_web(tmp_path):
    caddyfile = Path(BASE_DIR / "deploy" / "Caddyfile").read_text()
    port = SERVICES["web"]["environment"]["GRANIAN_PORT"]

    assert f"reverse_proxy web:{port} " in caddyfile
