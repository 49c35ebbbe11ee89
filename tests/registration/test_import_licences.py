"""`manage.py import_licences`: the licensing authorities' registers."""

import io
import json
import threading
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from registration import register_import as register_reading
from registration.management.commands import import_licences
from registration.models import Licence, RegisterImport
from tests.factories import LicenceFactory
from tests.registration.registers import ANOTHER, many, register, row
from tests.shumoos.terminal import Impatient

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path):
    """Import a register, given as text or bytes, and return the report."""

    def run(content, language="en"):
        file = tmp_path / "register.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        output = io.StringIO()
        call_command("import_licences", str(file), language=language, stdout=output)
        return json.loads(output.getvalue())

    return run


def counts(report):
    return report["created"], report["updated"], report["unchanged"], len(report["rejected"])


def test_a_register_is_taken_and_the_same_again_changes_nothing(load):
    text = register(*many(30))
    assert counts(load(text)) == (30, 0, 0, 0)
    assert counts(load(text)) == (0, 0, 30, 0)

    licence = Licence.objects.get(number="LR000000")
    assert (licence.authority.code, licence.sector.code, licence.city.code) == ("tourism", "hotels", "riyadh")
    assert (licence.owner_mobile, licence.in_register) == ("+966512345678", True)


def test_a_renewed_licence_is_updated(load):
    load(register(row()))
    assert counts(load(register(row(issued_on="2026-01-01", expires_on="2030-01-01")))) == (0, 1, 0, 0)
    licence = Licence.objects.get(number="LR1001")
    assert (licence.issued_on, licence.expires_on) == (date(2026, 1, 1), date(2030, 1, 1))


def test_another_owner_is_flagged(load):
    load(register(row()))
    load(register(row(owner_national_id=ANOTHER, owner_name="مالك آخر")))
    assert Licence.objects.get(number="LR1001").owner_changed_at is not None


def test_what_an_applicant_had_described_joins_the_register(load):
    typed = LicenceFactory(number="LR1001", in_register=False)
    load(register(row()))
    typed.refresh_from_db()
    assert typed.in_register
    assert typed.name_ar == "فندق مخترع"


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"owner_national_id": "1000000000"}, "owner_national_id"),
        ({"authority": "nobody"}, "authority"),
        ({"sector": "car_rental"}, "sector"),
        ({"city": "jeddah"}, "city"),
        ({"issued_on": "yesterday"}, "issued_on"),
        ({"expires_on": "2024-01-01"}, "expires_on"),
        ({"licence_number": ""}, "licence_number"),
        ({"owner_mobile": "12"}, "owner_mobile"),
        ({"commercial_registration": "99"}, "commercial_registration"),
    ],
)
def test_a_wrong_line_is_named_with_its_field_and_the_others_are_taken(load, cells, field):
    report = load(register(row(licence_number="LR1"), row(licence_number="LR2") | cells, row()))
    assert counts(report) == (2, 0, 0, 1)
    [refused] = report["rejected"]
    assert (refused["line"], refused["field"]) == (3, field)
    assert refused["code"]
    assert refused["message"].endswith(".")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1256"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_way_of_saving_a_table_is_read(load, encoding, end, delimiter):
    report = load(register(row(), delimiter=delimiter, end=end).encode(encoding))
    assert counts(report) == (1, 0, 0, 0)
    assert Licence.objects.get().name_ar == "فندق مخترع"


def test_names_arabic_digits_and_hijri_days_are_understood(load):
    cells = {
        "authority": "وزارة السياحة",
        "sector": "Hotels",
        "region": "الرياض",
        "city": "Riyadh",
        "owner_mobile": "٠٥١٢٣٤٥٦٧٨",
        "issued_on": "1446-01-10",
    }
    assert counts(load(register(row(**cells)))) == (1, 0, 0, 0)
    assert Licence.objects.get().issued_on == date(2024, 7, 16)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7\n1 0 obj",
        b"PK\x03\x04rubbish",
        b"a,b,c\n1,2,3\n",
        b"\x00\x00\x00\x00",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_register_is_refused_with_a_sentence(load, content):
    with pytest.raises(CommandError, match=r"\."):
        load(content)
    assert not Licence.objects.exists()


def test_sentences_are_in_the_language_asked_for(load):
    text = register(row(owner_national_id=""))
    assert load(text, "en")["rejected"][0]["message"] == "This cell is empty: fill it in."
    assert load(text, "ar")["rejected"][0]["message"] == "هذه الخلية فارغة: املأها."


@pytest.mark.django_db(transaction=True)
def test_the_same_register_twice_at_once_makes_no_doubles(tmp_path):
    file = tmp_path / "register.csv"
    file.write_text(register(*many(200)))
    start = threading.Barrier(2)

    def run():
        start.wait()
        try:
            call_command("import_licences", str(file), stdout=io.StringIO())
        except CommandError:
            pass  # the other one had it
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _side in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Licence.objects.count() == 200


def test_it_says_how_many_lines_are_read_and_the_report_stays_alone_on_stdout(load, capsys):
    assert counts(load(register(*many(30)))) == (30, 0, 0, 0)
    assert capsys.readouterr().err == "0 of 30 lines\n"


def test_ctrl_c_stops_it_and_nothing_of_the_file_is_taken(tmp_path, load):
    file = tmp_path / "stopped.csv"
    file.write_text(register(*many(30)))
    with pytest.raises(CommandError, match=r"^Stopped at 0 of 30 lines\. Nothing of the file was taken\.$"):
        call_command("import_licences", str(file), stdout=io.StringIO(), stderr=Impatient())
    stopped = RegisterImport.objects.get()
    assert (stopped.status, stopped.problem) == ("failed", "stopped")
    assert not Licence.objects.exists()
    # The same file again is taken.
    assert counts(load(register(*many(30)))) == (30, 0, 0, 0)


def test_ctrl_c_when_it_is_through_takes_nothing_back(tmp_path, monkeypatch):
    """The key is pressed after the transaction of the licences and before the command has noticed."""
    file = tmp_path / "late.csv"
    file.write_text(register(*many(3)))

    def pressed_late(register_import, *, tell):
        register_reading.read(register_import, tell=tell)
        raise KeyboardInterrupt

    monkeypatch.setattr(import_licences, "read", pressed_late)
    output = io.StringIO()
    call_command("import_licences", str(file), stdout=output, stderr=io.StringIO())
    assert counts(json.loads(output.getvalue())) == (3, 0, 0, 0)
