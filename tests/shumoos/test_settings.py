"""Settings that are missing or malformed stop the start, with a sentence that names them and nothing else."""

import subprocess
import sys

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from shumoos import environment, letter_key
from shumoos.environment import REQUIRED
from shumoos.stack import BASE_DIR
from tests.shumoos.processes import bare_environment

SECRET = "a secret that must not be shown anywhere in the complaint"
LETTER_KEY, LETTER_CERTIFICATE = (content.decode() for content in letter_key.make_pair("Tests"))


def with_password(key: str) -> str:
    return in_pem(load_pem_private_key(key.encode(), None), BestAvailableEncryption(b"secret"))


def weak_key() -> str:
    return in_pem(rsa.generate_private_key(65537, 1024), NoEncryption())


def in_pem(key, encryption) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


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
    "LETTER_SIGNING_KEY": LETTER_KEY,
    "LETTER_SIGNING_CERTIFICATE": LETTER_CERTIFICATE,
}

DEMO = {"PUBLIC_URL": "http://localhost:8000"}


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


@pytest.mark.parametrize(
    "sender",
    ["Shumoos", "MOI Shumoos", "+966112345678", "937101", "MG0123456789abcdef0123456789abcdef"],
)
def test_texts_come_from_a_name_a_number_or_a_messaging_service(read, sender):
    assert read(TWILIO_FROM=sender).str("TWILIO_FROM") == sender


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
        ("INTAKE_URL", "portal:8000"),
        ("TWILIO_API_BASE", "localhost:8080"),
        ("TWILIO_ACCOUNT_SID", "shumoos"),
        ("LETTER_SIGNING_KEY", "/no/such/file.pem"),
        ("LETTER_SIGNING_KEY", LETTER_CERTIFICATE),
        ("LETTER_SIGNING_KEY", with_password(LETTER_KEY)),
        ("LETTER_SIGNING_KEY", weak_key()),
        ("LETTER_SIGNING_CERTIFICATE", "a certificate"),
        ("LETTER_SIGNING_CERTIFICATE", LETTER_KEY),
        ("CLAMD_ADDRESS", "scanner:3310"),
        ("CLAMD_ADDRESS", "tcp://scanner"),
        ("CLAMD_ADDRESS", "tcp://scanner:port"),
        ("CLAMD_ADDRESS", "unix://scanner"),
        ("TWILIO_FROM", "Investigations"),
        ("TWILIO_FROM", "شموس"),
        ("TWILIO_FROM", "98765432"),
        ("TWILIO_FROM", f"MG{'g' * 32}"),
        ("TWILIO_FROM", "+0112345678"),
        ("PROXIES", "one"),
        ("DEBUG", "banana"),
        ("REQUIRE_STAFF_OTP", "maybe"),
        ("LOG_JSON", "sometimes"),
    ],
)
def test_a_malformed_setting_is_named_without_its_value(read, name, value):
    with pytest.raises(environment.ImproperlyConfigured) as refusal:
        read(**{name: value})

    assert name in str(refusal.value)
    assert value not in str(refusal.value)


def test_the_letters_key_is_taken_in_one_line_or_from_a_file(read, tmp_path):
    certificate = tmp_path / "certificate.pem"
    certificate.write_text(LETTER_CERTIFICATE)

    env = read(
        LETTER_SIGNING_KEY=LETTER_KEY.replace("\n", "\\n"), LETTER_SIGNING_CERTIFICATE=str(certificate)
    )

    assert letter_key.read_pair(env.str("LETTER_SIGNING_KEY"), env.str("LETTER_SIGNING_CERTIFICATE")).is_one


def test_the_certificate_of_another_key_is_refused(read):
    other = letter_key.make_pair("Tests")[1].decode()

    with pytest.raises(
        environment.ImproperlyConfigured, match="is not the certificate of LETTER_SIGNING_KEY"
    ):
        read(LETTER_SIGNING_CERTIFICATE=other)


def test_an_expired_certificate_is_refused(read):
    with (
        time_machine.travel("2060-01-01", tick=False),
        pytest.raises(environment.ImproperlyConfigured, match="has expired"),
    ):
        read()


def test_a_development_certificate_is_for_this_machine_alone(read, tmp_path):
    own = letter_key.own_pair(tmp_path)

    assert read(PUBLIC_URL="http://localhost:8000", **own)
    with pytest.raises(environment.ImproperlyConfigured, match="made by a development machine"):
        read(**own)


def test_a_development_key_is_made_once_and_for_this_user_alone(tmp_path):
    first = letter_key.own_pair(tmp_path / "var")
    key = tmp_path / "var" / letter_key.KEY_FILE
    content = key.read_bytes()

    assert letter_key.own_pair(tmp_path / "var") == first
    assert key.read_bytes() == content
    assert key.stat().st_mode & 0o777 == 0o600


def test_staff_need_a_code_unless_a_demo_says_otherwise():
    ask = "from django.conf import settings; print(settings.REQUIRE_STAFF_OTP)"
    for changes, expected in (({}, "True"), ({"REQUIRE_STAFF_OTP": "off"} | DEMO, "False")):
        asked = subprocess.run(
            [sys.executable, "-c", ask],
            cwd=BASE_DIR,
            env=bare_environment(**PRODUCTION | changes, DJANGO_SETTINGS_MODULE="shumoos.settings"),
            capture_output=True,
            text=True,
        )
        assert asked.stdout.strip() == expected, asked.stderr


@pytest.mark.parametrize("off", ["false", "OFF", "no", "0"])
def test_at_an_https_address_the_code_cannot_be_off(read, off):
    with pytest.raises(environment.ImproperlyConfigured, match="REQUIRE_STAFF_OTP can be off"):
        read(REQUIRE_STAFF_OTP=off)
    read(REQUIRE_STAFF_OTP=off, **DEMO)


@pytest.mark.parametrize("name", ["FIELD_KEYS", "LETTER_SIGNING_KEY", "PUBLIC_URL"])
def test_a_command_stops_with_one_sentence_and_no_traceback(name):
    stopped = start(without=name)

    assert stopped.returncode == 1
    assert stopped.stderr.startswith(f"These settings are missing from the environment: {name}.")
    assert "Traceback" not in stopped.stderr
    assert SECRET not in stopped.stderr
