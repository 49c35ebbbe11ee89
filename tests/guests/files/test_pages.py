"""The pages of the file door: templates, sending, how far it is, the report and the way back."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from python_calamine import CalamineWorkbook

from guests import file_import
from guests.files import report
from guests.files.reading import XLSX, open_table
from guests.intake import SubmissionRefused
from guests.kinds import KINDS
from guests.models import GuestRecord
from guests.models.file_imports import FileImport, FilePart, FileStatus, Mode
from shumoos.accounts.models import Look, Role
from tests.conftest import sign_in
from tests.factories import EstablishmentFactory, UserFactory
from tests.guests.factories import SubscribedFactory
from tests.guests.files.bad_files import BAD, workbook
from tests.guests.files.records import COLUMNS, csv_file, guests, stored, taken

LIST = reverse("guests:files")
SEND = reverse("guests:send_file")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner_client(owner):
    client = sign_in(owner)
    client.cookies["django_language"] = "en"
    return client


def upload(client, content, name="records.csv", mode=Mode.GOOD_ROWS, address=SEND, **typed):
    data = {"file": SimpleUploadedFile(name, content), "mode": mode, "whole": "yes"} | typed
    return client.post(address, data)


def page(done):
    return reverse("guests:file", args=[done.pk])


def mend(done):
    return reverse("guests:file_refused", args=[done.pk])


def test_a_file_is_sent_read_and_shown(hotel, owner_client):
    rows = guests(3)
    rows[1] |= {"gender": "woman", "full_name": "=1+1"}
    response = upload(owner_client, csv_file(*rows))
    sent = FileImport.objects.get()
    assertRedirects(response, page(sent))
    assertContains(owner_client.get(page(sent)), "Waiting to be read")
    file_import.read_due()
    shown = owner_client.get(page(sent))
    sent.refresh_from_db()
    assertContains(shown, sent.submission.shown_receipt)
    assertContains(shown, "woman")
    assertContains(shown, "This is not one of the possible values, which are: Male, Female.")
    assertContains(owner_client.get(LIST), "records.csv")
    assert sent.seen_at


@pytest.mark.parametrize("name", [name for name, (_make, code) in BAD.items() if code != "no_rows"])
def test_a_file_that_is_no_table_ends_in_a_sentence(name, hotel, owner_client):
    make, code = BAD[name]
    response = upload(owner_client, make(), "records.csv")
    if response.status_code == 422:
        assert response.context["form"].errors["file"]
        assert not FileImport.objects.exists()
        assert not FilePart.objects.exists()
        return
    file_import.read_due()
    failed = FileImport.objects.get()
    assert (failed.status, failed.problem) == (FileStatus.FAILED, code)
    assertContains(owner_client.get(page(failed)), "alert-danger")


def test_a_file_whose_connection_broke_off_is_not_kept(hotel, owner_client):
    response = upload(owner_client, csv_file(*guests(1)), whole="")
    assertContains(response, "The connection broke off", status_code=422)
    assert not FileImport.objects.exists()


def test_a_file_that_is_too_large_is_not_kept(hotel, owner_client, monkeypatch):
    monkeypatch.setattr("guests.file_upload.MAX_BYTES", 100)
    response = upload(owner_client, csv_file(*guests(5)))
    assertContains(response, "larger than", status_code=422)
    assert not FileImport.objects.exists()


def test_no_file_is_told(hotel, owner_client):
    response = owner_client.post(SEND, {"mode": Mode.GOOD_ROWS, "whole": "yes"})
    assertContains(response, "Choose the file that holds the records.", status_code=422)


def test_sending_needs_the_forms_token(hotel, owner):
    from django.test import Client

    client = sign_in(owner, Client(enforce_csrf_checks=True))
    assert upload(client, csv_file(*guests(1))).status_code == 403
    assert not FileImport.objects.exists()


def test_the_rejected_rows_can_be_mended_and_sent_again(hotel, owner_client):
    rows = guests(5, full_name="سارة المخترعة")
    rows[1] |= {"gender": "woman", "full_name": "=HYPERLINK(1)"}
    rows[3] |= {"client_reference": "+966", "id_number": "1000000000"}
    done = taken(hotel, csv_file(*rows))
    response = owner_client.get(mend(done))
    content = b"".join(response.streaming_content)
    assert Look.objects.filter(action="refused rows").exists()

    # Nothing in it is a formula, for no program that opens it.
    packed = zipfile.ZipFile(io.BytesIO(content))
    sheet = packed.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"<f " not in sheet
    assert b'quotePrefix="1"' in packed.read("xl/styles.xml")
    header, *found = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert header[:2] == ["Row", "What is wrong"]
    assert [row[0] for row in found] == [3, 5]
    assert "Gender: This is not one of the possible values" in found[0][1]

    # It can be read as it is, and is wrong as before.
    table = open_table(lambda: [content], XLSX, KINDS["lodging"])
    cells = [chunk.cells(at) for chunk in table.chunks for at in range(len(chunk.rows))]
    assert cells == [{name: row[name] for name in COLUMNS if row.get(name)} for row in (rows[1], rows[3])]
    assert table.layout.ignored == []

    found[0][header.index("Gender")] = "Female"
    found[0][header.index("Full name")] = "Sara"
    found[1][header.index("Identity number")] = rows[0]["id_number"]
    mended = workbook(header, *found)
    assert upload(owner_client, mended, "mend.xlsx").status_code == 302
    file_import.read_due()
    again = FileImport.objects.latest("pk")
    assert (again.status, again.accepted, again.rejected) == (FileStatus.DONE, 2, 0)
    assert GuestRecord.objects.count() == 5


def test_many_rejected_rows_come_as_a_file_that_is_sent_from_its_first_row_on(
    hotel, owner_client, monkeypatch
):
    monkeypatch.setattr(report, "MOST_IN_A_WORKBOOK", 1)
    rows = guests(4, full_name="سارة المخترعة")
    rows[1] |= {"gender": "woman", "id_number": "1000000000"}
    rows[2] |= {"gender": "man", "full_name": "=HYPERLINK(1)"}
    done = taken(hotel, csv_file(*rows))
    assertContains(owner_client.get(page(done)), "Save the rejected rows as CSV")

    response = owner_client.get(mend(done))
    content = response.getvalue()

    assert response.streaming
    assert response.headers["Content-Disposition"] == f'attachment; filename="mend-{done.pk}.csv"'
    assert Look.objects.filter(action="refused rows").exists()
    # A line for each row, whatever is wrong with it, and nothing that is a formula.
    assert [line.split(",")[0] for line in content.decode("utf-8-sig").splitlines()] == ["Row", "3", "4"]
    assert ",=" not in content.decode()
    # It can be read as it is, and is wrong as before.
    table = open_table(lambda: [content], "utf-8", KINDS["lodging"])
    cells = [chunk.cells(at) for chunk in table.chunks for at in range(len(chunk.rows))]
    assert cells == [{name: row[name] for name in COLUMNS if row.get(name)} for row in rows[1:3]]


def test_the_report_is_paged_by_row(hotel, owner_client):
    done = taken(hotel, csv_file(*guests(120, gender="x")))
    first = owner_client.get(page(done))
    assert [row.row for row, _faults in first.context["rows"]] == list(range(2, 52))
    second = owner_client.get(first.context["next"].partition("#")[0])
    assert [row.row for row, _faults in second.context["rows"]] == list(range(52, 102))


def test_progress_is_shown_until_the_end(hotel, owner_client):
    sent = stored(hotel, csv_file(*guests(4)))
    claimed = FileImport.objects.claim()
    claimed.hold(rows_done=2)
    address = reverse("guests:file_progress", args=[sent.pk])
    response = owner_client.get(address)
    assertContains(response, "2 of about 4 rows are read.")
    assertContains(response, "left")
    assert "HX-Refresh" not in response
    file_import.read(claimed)
    assert owner_client.get(address)["HX-Refresh"] == "true"


def test_stopping_is_asked_on_the_page(hotel, owner_client):
    sent = stored(hotel, csv_file(*guests(4)))
    stop = reverse("guests:stop_file", args=[sent.pk])
    assert owner_client.get(stop).status_code == 405
    assertRedirects(owner_client.post(stop), page(sent))
    file_import.read_due()
    sent.refresh_from_db()
    assert sent.status == FileStatus.STOPPED
    assertContains(owner_client.get(page(sent)), "The reading was stopped.")
    assertRedirects(owner_client.post(stop), page(sent))
    sent.refresh_from_db()
    assert sent.status == FileStatus.STOPPED


def test_the_same_file_again_says_so(hotel, owner_client):
    content = csv_file(*guests(3))
    first, again = taken(hotel, content), taken(hotel, content)
    shown = owner_client.get(page(again))
    assertContains(shown, "Every record of this file was received before; nothing has changed.")
    assertContains(shown, page(first))


def test_what_was_only_checked_says_so(hotel, owner_client):
    done = taken(hotel, csv_file(*guests(3)), mode=Mode.CHECK_ONLY)
    assertContains(owner_client.get(page(done)), "The rows were only checked")
    done = taken(hotel, csv_file(*guests(3, start=9), *guests(1, gender="x")), mode=Mode.ALL_OR_NOTHING)
    assertContains(owner_client.get(page(done)), "so nothing was taken, as you chose")


def test_columns_that_were_passed_over_are_named(hotel, owner_client):
    rows = [row | {"Loyalty": "Gold"} for row in guests(1)]
    done = taken(hotel, csv_file(*rows, columns=[*COLUMNS, "Loyalty"]))
    assertContains(owner_client.get(page(done)), "Loyalty")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_templates_are_handed_out_in_either_language(kind, form, hotel, owner_client):
    address = reverse("guests:file_template", args=[kind, form])
    english = b"".join(owner_client.get(address).streaming_content)
    owner_client.cookies["django_language"] = "ar"
    arabic = b"".join(owner_client.get(address).streaming_content)
    if form == "csv":
        assert "مرجع" in arabic.decode("utf-8-sig").splitlines()[0]
        assert english.decode("utf-8-sig").startswith("Own reference,")
        return
    sheets = [
        zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml") for content in (english, arabic)
    ]
    assert [b'rightToLeft="1"' in sheet for sheet in sheets] == [False, True]
    chosen = sum(bool(field.shown.choices) for field in KINDS[kind].fields.values())
    assert sheets[0].count(b'<dataValidation type="list"') == chosen


def test_unknown_templates_are_not_there(hotel, owner_client):
    assert owner_client.get("/guests/files/template/visa.csv").status_code == 404
    assert owner_client.get("/guests/files/template/lodging.pdf").status_code == 404


def test_another_sectors_kind_has_no_form_and_no_file_of_it_is_kept(hotel, owner_client):
    address = f"{SEND}?kind=gold_purchase"

    assert owner_client.get(address).status_code == 404
    assert upload(owner_client, csv_file(*guests(1)), address=address).status_code == 404
    with pytest.raises(SubmissionRefused):
        file_import.store(
            [csv_file(*guests(1))], establishment=hotel, kind="gold_purchase", by=hotel.owner.user
        )
    assert not FileImport.objects.exists()


def test_strangers_find_no_file(hotel, owner_client):
    done = taken(hotel, csv_file(*guests(1, gender="x")))
    stranger = sign_in(SubscribedFactory(owner__user=UserFactory(role=Role.OWNER)).owner.user)
    progress, stop = (reverse(f"guests:{name}", args=[done.pk]) for name in ("file_progress", "stop_file"))
    for address in (page(done), mend(done), progress):
        assert stranger.get(address).status_code == 404
    assert stranger.post(stop).status_code == 404
    assert stranger.get(LIST).context["rows"] == []
    assert (
        upload(stranger, csv_file(*guests(1)), address=f"{SEND}?establishment={hotel.number}").status_code
        == 404
    )


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.OWNER, Role.STAFF, Role.PROVIDER}))
def test_the_door_is_closed_to_everybody_else(role, hotel):
    done = taken(hotel, csv_file(*guests(1, gender="x")))
    client = sign_in(UserFactory(role=role))
    for address in (LIST, SEND, page(done), mend(done)):
        assert client.get(address).status_code == 403
    assert upload(client, csv_file(*guests(1))).status_code == 403


def test_nothing_is_sent_without_a_subscription(owner, owner_client):
    response = owner_client.get(SEND)
    assertNotContains(response, 'type="file"')


def test_an_owner_of_several_chooses(hotel, owner_client):
    EstablishmentFactory(owner=hotel.owner)
    assertContains(owner_client.get(SEND), hotel.number)
    assertContains(owner_client.get(f"{SEND}?establishment={hotel.number}"), 'type="file"')


def test_the_list_takes_as_many_queries_for_three_as_for_one(hotel, owner_client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    taken(hotel, csv_file(*guests(1)))
    owner_client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        owner_client.get(LIST)
    for start in (10, 20):
        taken(hotel, csv_file(*guests(1, start=start)))
    with CaptureQueriesContext(connection) as three:
        owner_client.get(LIST)
    assert len(three) == len(one)


def test_a_banner_says_that_a_file_is_done_until_its_page_is_opened(hotel, owner_client):
    done = taken(hotel, csv_file(*guests(2)))
    for address in (LIST, reverse("guests:list")):
        assertContains(owner_client.get(address), "is done. Accepted: 2, rejected: 0.")
    owner_client.get(page(done))
    assertNotContains(owner_client.get(LIST), "is done. Accepted")


def test_a_cell_that_holds_no_choice_is_told_the_possible_ones(hotel, owner_client):
    row = guests(1)[0] | {"id_type": "بطاقة", "gender": "رجل", "nationality": "XXX"}
    done = taken(hotel, csv_file(row))
    answer = owner_client.get(page(done))
    for told in (
        "which are: National ID, Iqama, Gulf citizen&#x27;s ID, Passport, Border number.",
        "which are: Male, Female.",
        "enter its name as the template&#x27;s list has it, or its three letters, such as SAU.",
    ):
        assertContains(answer, told)


@pytest.mark.parametrize("called", ["الإقامة", "إقامة", "اقامة", "Iqama", "iqama"])
def test_a_document_is_known_with_and_without_its_article(hotel, called):
    row = guests(1)[0] | {"id_type": called, "id_number": "2000000006"}
    done = taken(hotel, csv_file(row))
    assert (done.accepted, done.rejected) == (1, 0)
    assert GuestRecord.objects.get().content["id_type"] == "iqama"


@pytest.mark.parametrize("called", ["الهند", "هند", "India", "IND"])
def test_a_country_is_known_by_the_name_of_the_template(hotel, called):
    row = guests(1)[0] | {"nationality": called}
    taken(hotel, csv_file(row))
    assert GuestRecord.objects.get().content["nationality"] == "IND"
