import json
import subprocess
import sys
import time
from urllib.parse import urlsplit

import httpx
import pytest
from django.core.management import CommandError, call_command

from guests import transfer
from guests.tasks import transfer_due_records
from shumoos.stack import BASE_DIR
from tests.guests.factories import GuestFactory, send


def post(centre, body, *, at=None, key=None, number="7f2f6a0e-0000-4000-8000-000000000000"):
    sent_at = str(int(time.time())) if at is None else at
    headers = {
        "X-Shumoos-Key": transfer.key_id(key or centre.key),
        "X-Shumoos-Time": sent_at,
        "X-Shumoos-Signature": transfer.signature(key or centre.key, sent_at, body),
    }
    return httpx.post(f"{centre.url}/batches/{number}", content=body, headers=headers, trust_env=False)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        ({"key": "another"}, 401),
        ({"at": "0"}, 401),
        ({"at": "now"}, 401),
        ({"number": "other"}, 400),
    ],
)
def test_the_simulator_checks_signature_time_and_number(centre, changes, status):
    number = "7f2f6a0e-0000-4000-8000-000000000000"
    body = json.dumps({"batch": number, "records": [{"id": 1}]}).encode()

    assert post(centre, body, **changes).status_code == status
    assert len(centre.records) == (status == 200)


@pytest.mark.django_db(transaction=True)
def test_the_simulators_page_shows_counts_and_nobody(hotel, centre):
    send(hotel, GuestFactory(full_name="اسم لا يظهر"))
    transfer_due_records()

    page = httpx.get(centre.url, trust_env=False).text

    assert '<dd id="taken">1</dd>' in page
    assert "اسم لا يظهر" not in page


ON_DEMAND = ("drop", "partial", "refuse", "twice")


@pytest.mark.parametrize("chosen", [("drop", "twice"), ("partial", "refuse")], ids=" ".join)
def test_the_command_behaves_as_its_options_say_until_it_is_told_to_stop(chosen):
    options = [*(f"--{name}" for name in chosen), "--slow", "0.25"]
    command = [sys.executable, "manage.py", "centre_simulator", "--port", "0", *options]
    with subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True) as process:
        try:
            address = process.stdout.readline().split()[-1]
            page = httpx.get(address, trust_env=False).text
        finally:
            process.terminate()

    assert process.returncode == 0
    assert {name: f'name="{name}" checked' in page for name in ON_DEMAND} == {
        name: name in chosen for name in ON_DEMAND
    }
    assert 'name="slow" min="0" step="any" value="0.25"' in page


def test_the_command_says_when_its_port_is_taken(centre):
    port = urlsplit(centre.url).port

    with pytest.raises(CommandError, match=str(port)):
        call_command("centre_simulator", port=port)
