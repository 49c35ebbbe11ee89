"""What `docs/api.md` shows works as it stands there."""

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

from guests.models import GuestRecord
from shumoos.problems import TITLES
from shumoos.saudi.calendar import RIYADH
from shumoos.stack import BASE_DIR
from tests.guests.api.conftest import make_key
from tests.guests.api.running import granian

PAGE = (BASE_DIR / "docs" / "api.md").read_text()


def example(language):
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return found


@pytest.fixture
def run(hotel, tmp_path):
    """Runs a command as somebody does who has the portal's address and a key, and returns what it prints."""
    _key, secret = make_key(hotel)
    with granian(tmp_path / "granian.log") as url:
        environment = os.environ | {
            "SHUMOOS_URL": url,
            "SHUMOOS_KEY": secret,
            "ARRIVED_AT": f"{datetime.now(RIYADH) - timedelta(hours=2):%Y-%m-%d %H:%M}",
            "NO_PROXY": "127.0.0.1",
        }

        def said_by(*command):
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=60, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        yield said_by


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not shutil.which("curl"), reason="There is no curl on this machine.")
def test_the_example_with_curl_works_against_the_running_portal(run):
    first = run("sh", "-c", example("sh"))

    assert json.loads(first)["accepted"] == 1
    assert run("sh", "-c", example("sh")) == first
    assert GuestRecord.objects.get().client_reference == "4711-1"


@pytest.mark.django_db(transaction=True)
def test_the_example_in_python_works_against_the_running_portal(run):
    told = run(sys.executable, "-c", example("python"))

    assert told == "4712-1 accepted []\naccepted\n1\n"
    record = GuestRecord.objects.get(client_reference="4712-1")
    assert (record.version, record.content["room"]) == (3, "301")


def test_every_refusal_is_in_the_table():
    listed = set(re.findall(r"`([a-z_]+)`", PAGE[PAGE.index("## Refusals") :]))

    assert set(TITLES) - {"failed"} <= listed
