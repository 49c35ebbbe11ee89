"""The description and the portal agree: schemathesis tries the one on the other, under granian."""

import subprocess
import sys

import pytest
from django.urls import reverse

from guests.kinds import KINDS
from tests.guests.api.conftest import make_key
from tests.guests.api.running import granian

EXAMPLES = 15
# As a module: a script of an environment that was moved names a Python that is gone.
ST = (sys.executable, "-m", "schemathesis.cli")


@pytest.fixture
def description(client, db):
    return client.get(reverse("api:openapi-json"), headers={"Accept-Language": "en"}).json()


def test_the_kinds_are_described_as_they_are_declared(description):
    schemas = description["components"]["schemas"]

    for kind in KINDS.values():
        schema = schemas[kind.code]
        assert list(schema["properties"]) == list(kind.fields)
        assert schema["required"] == [field.name for field in kind.fields.values() if field.required]
    assert schemas["lodging"]["title"] == "Lodging"
    assert schemas["lodging"]["properties"]["gender"] == {
        "type": "string",
        "title": "Gender",
        "enum": ["m", "f"],
    }


def test_the_description_is_in_both_languages(client, db):
    arabic = client.get(reverse("api:openapi-json"), headers={"Accept-Language": "ar"}).json()

    assert arabic["components"]["schemas"]["lodging"]["title"] == "إيواء"


def test_every_operation_describes_its_refusals(description):
    for operations in description["paths"].values():
        for operation in operations.values():
            refusals = {status for status in operation["responses"] if status >= "400"}
            assert {"401", "429"} <= refusals
            assert operation["security"] == [{"Bearer": []}]
            for status in refusals:
                content = operation["responses"][status]["content"]
                assert list(content) == ["application/problem+json"]


@pytest.mark.django_db(transaction=True)
def test_schemathesis_finds_nothing(hotel, tmp_path):
    _key, secret = make_key(hotel, per_minute=6000)
    with granian(tmp_path / "granian.log") as url:
        done = subprocess.run(
            [
                *(*ST, "run", f"{url}/api/v1/openapi.json"),
                *("--no-color", "--generation-database", ":memory:"),
                *("--header", f"Authorization: Bearer {secret}", "--header", "Accept-Language: en"),
                *("--max-examples", str(EXAMPLES), "--seed", "1448", "--phases", "examples,coverage,fuzzing"),
            ],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=300,
            check=False,
        )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
