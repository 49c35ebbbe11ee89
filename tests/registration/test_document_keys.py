"""`manage.py rotate_document_keys`: everything under the first key, whenever it was stopped."""

import io
import re
import signal
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from registration import register_import
from registration.models import RegisterPart
from registration.storage import EncryptedStorage
from shumoos import progress
from tests.registration.registers import register, row
from tests.shumoos.terminal import hears_ctrl_c
from tests.workers import child_environment

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def storage(settings, tmp_path):
    """An empty store, read and written with the old key."""
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    settings.FIELD_KEYS = [OLD]
    (tmp_path / "documents").mkdir()
    return EncryptedStorage()


def fill(storage, count):
    return {
        storage.save(f"{n % 7:02}/{n:05}", ContentFile(b"document %d" % n)): b"document %d" % n
        for n in range(count)
    }


def run(**options):
    output = io.StringIO()
    call_command("rotate_document_keys", stdout=output, stderr=output, **options)
    return output.getvalue()


def opens(storage, name, key):
    try:
        return Fernet(key).decrypt(storage.sealed(name))
    except InvalidToken:
        return None


@pytest.mark.django_db
def test_every_file_and_row_comes_under_the_first_key_and_the_old_one_can_go(storage, settings):
    kept = fill(storage, 5)
    register_import.store([register(row()).encode()])
    settings.FIELD_KEYS = [NEW, OLD]

    told = run()

    assert "6 of 6 looked at.\n6 were encrypted anew." in told
    assert "can be taken out of FIELD_KEYS" in told
    assert {name: opens(storage, name, NEW) for name in kept} == kept
    assert Fernet(NEW).decrypt(bytes(RegisterPart.objects.get().sealed)) == register(row()).encode()
    assert "6 of 6 looked at.\n0 were encrypted anew." in run()
    settings.FIELD_KEYS = [NEW]
    assert {name: storage.open(name).read() for name in kept} == kept


@pytest.mark.django_db
def test_a_dry_run_counts_and_changes_nothing(storage, settings):
    kept = fill(storage, 5)
    before = {name: storage.sealed(name) for name in kept}
    settings.FIELD_KEYS = [NEW, OLD]

    assert "5 are not under the first key." in run(dry_run=True)
    assert {name: storage.sealed(name) for name in kept} == before


@pytest.mark.django_db
def test_what_no_key_opens_is_named_and_the_rest_is_done(storage, settings):
    kept = fill(storage, 3)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    lost = storage.save("aa/lost", ContentFile(b"x"))
    settings.FIELD_KEYS = [NEW, OLD]
    output = io.StringIO()

    with pytest.raises(CommandError, match="1 cannot be read"):
        call_command("rotate_document_keys", stdout=output, stderr=output)

    assert f"None of the keys opens {lost}." in output.getvalue()
    assert "taken out" not in output.getvalue()
    assert {name: opens(storage, name, NEW) for name in kept} == kept


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_it_goes_on_where_it_was(storage, settings):
    kept = fill(storage, 1500)
    command = [sys.executable, "manage.py", "rotate_document_keys"]
    environment = child_environment(
        DOCUMENTS_ROOT=settings.MEDIA_ROOT, FIELD_KEYS=f"{NEW},{OLD}", PYTHONUNBUFFERED="1"
    )
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr.readline() == "1 of 1,500 files and rows\n"
        process.kill()
    # Some under the one key, some under the other, none lost.
    new = sum(opens(storage, name, NEW) is not None for name in kept)
    assert 1 <= new < 1500
    assert all((opens(storage, name, NEW) or opens(storage, name, OLD)) == kept[name] for name in kept)

    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    assert f"1,500 of 1,500 looked at.\n{1500 - new:,} were encrypted anew." in told
    assert {name: opens(storage, name, NEW) for name in kept} == kept


@pytest.mark.django_db(transaction=True)
def test_ctrl_c_stops_it_with_a_sentence_and_it_goes_on_where_it_was(storage, settings):
    kept = fill(storage, 1500)
    command = [sys.executable, "manage.py", "rotate_document_keys"]
    environment = child_environment(DOCUMENTS_ROOT=settings.MEDIA_ROOT, FIELD_KEYS=f"{NEW},{OLD}")
    with subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=hears_ctrl_c
    ) as process:
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == progress.STOPPED
    assert re.fullmatch(
        r"CommandError: Stopped at [\d,]+ of 1,500 files and rows\. "
        r"Run this again: what is under the first key already is left alone\.\n",
        said,
    )
    new = sum(opens(storage, name, NEW) is not None for name in kept)
    assert 1 <= new < 1500
    settings.FIELD_KEYS = [NEW, OLD]
    assert f"{1500 - new:,} were encrypted anew." in run()
