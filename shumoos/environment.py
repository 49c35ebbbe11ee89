"""The environment that the settings are read from: complete and well formed, or refused in a sentence."""

import os
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from shumoos import letter_key, stack

REQUIRED = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "FIELD_KEYS",
    "ALLOWED_HOSTS",
    "PUBLIC_URL",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_FROM",
    "CENTRE_URL",
    "CENTRE_KEY",
    "LETTER_SIGNING_KEY",
    "LETTER_SIGNING_CERTIFICATE",
)
# Where nobody but this machine's own users can be shown a letter.
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def is_fernet_key(value: str) -> bool:
    try:
        Fernet(value)
    except ValueError:
        return False
    return True


def can(read: Callable[[str], object]) -> Callable[[str], bool]:
    """Return the check that `read` takes a value without a ValueError."""

    def check(value: str) -> bool:
        try:
            read(value)
        except ValueError:
            return False
        return True

    return check


def is_address(*schemes: str) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        try:
            parts = urlsplit(value)
            return parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            return False

    return check


def is_database(value: str) -> bool:
    """The host may also stand in the query, where it can be the directory of a socket."""
    parts = urlsplit(value)
    return parts.scheme in ("postgres", "postgresql") and len(parts.path) > 1


def is_scanner(value: str) -> bool:
    """A host and its port, or the path of a socket."""
    parts = urlsplit(value)
    if parts.scheme == "unix":
        return not parts.netloc and len(parts.path) > 1
    try:
        return parts.scheme == "tcp" and bool(parts.hostname) and bool(parts.port) and not parts.path
    except ValueError:
        return False


def is_yes_or_no(value: str) -> bool:
    # django-environ takes every other word for a no.
    return value.lower() in ("true", "on", "ok", "y", "yes", "1", "false", "off", "n", "no", "0")


def is_messaging_service(value: str) -> bool:
    return bool(re.fullmatch("MG[0-9a-f]{32}", value))


def is_sender(value: str) -> bool:
    """A messaging service, a number or short code of the account, or a name of up to 11 characters.

    https://www.twilio.com/docs/messaging/api/message-resource
    """
    is_number = re.fullmatch(r"\+[1-9][0-9]{6,14}|[0-9]{3,6}", value)
    is_name = re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9 +_&-]{1,11}", value)
    return is_messaging_service(value) or bool(is_number or is_name)


def is_off(value: str) -> bool:
    return value.lower() in ("false", "off", "n", "no", "0")


is_web_address = is_address("http", "https")
YES_OR_NO = (is_yes_or_no, "is true or false")
FORMS: dict[str, tuple[Callable[[str], bool], str]] = {
    "DATABASE_URL": (is_database, "is an address such as postgresql://user:password@host:5432/shumoos"),
    "REDIS_URL": (is_address("redis", "rediss"), "is an address such as redis://:password@host:6379/0"),
    "SECRET_KEY": (lambda value: len(value) >= 32, "has at least 32 random characters"),
    "FIELD_KEYS": (
        lambda value: all(map(is_fernet_key, value.split(","))),
        "holds Fernet keys, separated by commas: 32 random bytes each, in URL-safe base64",
    ),
    "PUBLIC_URL": (
        lambda value: is_web_address(value) and urlsplit(value).path in ("", "/"),
        "is the portal's address and nothing after it, such as https://shumoos.example",
    ),
    "CENTRE_URL": (is_web_address, "is an address such as https://centre.example/api"),
    "INTAKE_URL": (is_web_address, "is an address such as http://web:8000"),
    "TWILIO_API_BASE": (is_web_address, "is an address such as https://api.twilio.com"),
    "TWILIO_ACCOUNT_SID": (
        lambda value: bool(re.fullmatch("AC[0-9a-f]{32}", value)),
        "is AC and 32 hexadecimal digits, as Twilio's console shows it",
    ),
    "LETTER_SIGNING_KEY": (
        can(letter_key.read_key),
        "is a private key in PEM without a password, or the path of such a file: elliptic (P-256 "
        "and up) or RSA "
        "(2,048 bits and up)",
    ),
    "LETTER_SIGNING_CERTIFICATE": (
        can(letter_key.read_certificates),
        "is the key's certificate in PEM, for signatures that bind, or the path of such a file; "
        "those above it "
        "may follow",
    ),
    "CLAMD_ADDRESS": (is_scanner, "is an address such as tcp://clamav:3310 or unix:///run/clamav/clamd.ctl"),
    "TWILIO_FROM": (
        is_sender,
        "is a name of up to 11 letters and digits, a number such as +966112345678, or the MG… of a messaging "
        "service",
    ),
    "PROXIES": (lambda value: value.isascii() and value.isdigit(), "is a whole number"),
    "API_ANSWERS_KEPT_HOURS": (
        lambda value: value.isascii() and value.isdigit() and int(value) >= 24,
        "is a whole number of hours from 24 on",
    ),
    "RELEASED_ON": (can(date.fromisoformat), "is a day such as 2027-01-31"),
    "REQUIRE_STAFF_OTP": YES_OR_NO,
    "DEBUG": YES_OR_NO,
    "LOG_JSON": YES_OR_NO,
    "STATIC_MANIFEST": YES_OR_NO,
}


def wrong_pair(given: dict[str, str]) -> list[str]:
    """Return what is wrong with the letters' key and certificate, each of which can be read."""
    pair = letter_key.read_pair(given["LETTER_SIGNING_KEY"], given["LETTER_SIGNING_CERTIFICATE"])
    if not pair.is_one:
        return ["LETTER_SIGNING_CERTIFICATE is not the certificate of LETTER_SIGNING_KEY."]
    if pair.certificate.not_valid_after_utc < datetime.now(UTC):
        return ["LETTER_SIGNING_CERTIFICATE has expired: a new one is needed, for the same key or a new one."]
    if letter_key.is_for_development(pair.certificate) and not is_local(given["PUBLIC_URL"]):
        return [
            "LETTER_SIGNING_CERTIFICATE was made by a development machine: a portal that others can "
            "reach needs "
            "one of its own."
        ]
    return []


def is_local(address: str) -> bool:
    return urlsplit(address).hostname in LOCAL_HOSTS


def last_change(directory: Path) -> str:
    """Return the day, YYYY-MM-DD in UTC, on which the newest file below a directory was written."""
    newest = max(path.stat().st_mtime for path in directory.rglob("*") if path.is_file())
    return datetime.fromtimestamp(newest, UTC).date().isoformat()


def read() -> environ.Env:
    """The environment, completed on a development machine; an empty variable counts as missing.

    Raises `ImproperlyConfigured`, naming every setting that is missing or malformed and never its value.
    """
    given = {name: value for name, value in os.environ.items() if value}
    if "DATABASE_URL" not in given:
        given = stack.development_environment() | given
    if missing := [name for name in REQUIRED if name not in given]:
        raise ImproperlyConfigured(
            f"These settings are missing from the environment: {', '.join(missing)}. "
            "The README says what each of them holds; on a development machine leave out DATABASE_URL too."
        )
    wrong = [
        f"{name} {expected}."
        for name, (is_fine, expected) in FORMS.items()
        if name in given and not is_fine(given[name])
    ]
    # django-environ would look for a variable of the rest's name, and tell it in its complaint.
    wrong += [f"{name} cannot begin with a dollar sign." for name in REQUIRED if given[name].startswith("$")]
    wrong = wrong or wrong_pair(given)
    if is_off(given.get("REQUIRE_STAFF_OTP", "")) and given["PUBLIC_URL"].startswith("https://"):
        wrong.append("REQUIRE_STAFF_OTP can be off at an http address alone: it is for demos.")
    if wrong:
        raise ImproperlyConfigured(f"These settings are not as they must be. {' '.join(wrong)}")
    env = environ.Env()
    # Not written to os.environ: a child process decides for itself whether it is on a development machine.
    env.ENVIRON = given
    return env
