"""Settings that are missing or malformed stop the start, with a sentence that names them and nothing else."""

import subprocess
import sys

import pytest

from shumoos import environment
from shumoos.environment import REQUIRED
from shumoos.stack import BASE_DIR
from tests.shumoos.processes import bare_environment

SECRET = "a secret that must not be shown anywhere in the complaint"
KEY = "c2h1bW9vcyBzaHVtb29zIHNodW1vb3Mgc2h1bW9vcyE="
PRODUCTION = {
    "DATABASE_URL": "postgresql://shumoos:password@db:5432/shumoos",
    "REDIS_URL": "redis://:password@broker:6379/0",
    "SECRET_KEY": SECRET,
    "FIELD_KEYS": f"{KEY},{KEY}",
    "ALLOWED_HOSTS": "shumoos.example",
    "PUBLIC_URL": "https://shumoos.example",
    "TWILIO_ACCOUNT_SID": "AC0123456789abcdef0123456789abcdef",
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "Shumoos",
    "CENTRE_URL": "https://centre.example/api",
    "CENTRE_KEY": "key",
}


def start(*, without: str = "", **changes: str) -> subprocess.CompletedProcess:
    given = {name: value for name, value in (PRODUCTION | changes).items() if name != without}
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=BASE_DIR,
        env=bare_environment(**given),
        capture_output=True,
        text=True,
    )


@pytest.fixture
def read(monkeypatch):
    def read(**changes):
        for name in environment.FORMS:
            monkeypatch.delenv(name, raising=False)
        for name, value in (PRODUCTION | changes).items():
            monkeypatch.setenv(name, value)
        return environment.read()

    return read


def test_complete_settings_are_taken(read):
    env = read()

    assert {name: env.str(name) for name in REQUIRED} == PRODUCTION


@pytest.mark.parametrize("name", [name for name in REQUIRED if name != "DATABASE_URL"])
def test_a_missing_setting_is_named_and_no_other(read, name):
    with pytest.raises(environment.ImproperlyConfigured) as refusal:
        read(**{name: ""})

    assert str(refusal.value).startswith(f"These settings are missing from the environment: {name}.")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://db/shumoos"),
        ("DATABASE_URL", "postgresql://db"),
        ("DATABASE_URL", "db.internal"),
        ("REDIS_URL", "broker:6379"),
        ("REDIS_URL", "redis://broker:none"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", f"${SECRET}"),
        ("FIELD_KEYS", "not a key"),
        ("FIELD_KEYS", f"{KEY},"),
        ("PUBLIC_URL", "www.portal.example"),
        ("PUBLIC_URL", "https://shumoos.example/portal"),
        ("CENTRE_URL", "ftp://centre.example"),
        ("TWILIO_API_BASE", "localhost:8080"),
        ("TWILIO_ACCOUNT_SID", "shumoos"),
        ("PROXIES", "one"),
        ("DEBUG", "banana"),
        ("LOG_JSON", "sometimes"),
    ],
)
def test_a_malformed_setting_is_named_without_its_value(read, name, value):
    with pytest.raises(environment.ImproperlyConfigured) as refusal:
        read(**{name: value})

    assert name in str(refusal.value)
    assert value not in str(refusal.value)


@pytest.mark.parametrize("name", ["FIELD_KEYS", "PUBLIC_URL"])
def test_a_command_stops_with_one_sentence_and_no_traceback(name):
    stopped = start(without=name)

    assert stopped.returncode == 1
    assert stopped.stderr.startswith(f"These settings are missing from the environment: {name}.")
    assert "Traceback" not in stopped.stderr
    assert SECRET not in stopped.stderr
