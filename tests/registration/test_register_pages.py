"""The officers' pages: a register is loaded, read, and what came of it is shown."""

import csv
import io
import socket
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration import register_import
from registration.models import Authority, ImportStatus, Licence, RegisterImport, RegisterPart
from registration.registers.wording import COLUMNS
from registration.views import registers
from shumoos.accounts.models import Look, Role
from shumoos.uploads import shown_name
from tests.conftest import sign_in
from tests.factories import AuthorityOfficerFactory, UserFactory
from tests.registration.registers import ANOTHER, many, register, row

LIST = reverse("registration:registers")
LOAD = reverse("registration:load_register")
COLUMNS_PAGE = reverse("registration:register_columns")
TEMPLATE = reverse("registration:register_template")
LICENCES = reverse("registration:register_licences")
WHOLE = {"whole": "yes"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db):
    return AuthorityOfficerFactory()


@pytest.fixture
def officer_client(officer):
    client = sign_in(officer)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def other_client(db):
    """An officer of another authority."""
    return sign_in(AuthorityOfficerFactory(authority="commerce"))


def upload(client, content, name="register.csv", **typed):
    data = content.encode() if isinstance(content, str) else content
    return client.post(LOAD, {"file": SimpleUploadedFile(name, data), **WHOLE, **typed})


def load(client, content, **typed):
    """Load a register, read it, and return its import."""
    response = upload(client, content, **typed)
    assert response.status_code == 302, response.context["form"].errors
    register_import.read_due()
    return RegisterImport.objects.get(pk=response["Location"].rstrip("/").rpartition("/")[2])


def detail(loaded):
    return reverse("registration:register_import", args=[loaded.pk])


def refused_file(loaded):
    return reverse("registration:register_refused", args=[loaded.pk])


def authority(code):
    return Authority.objects.get(code=code)


# Who -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AUTHORITY, Role.AUDITOR}))
def test_the_registers_are_closed_to_everybody_else(role, officer_client):
    loaded = load(officer_client, register(row()))
    client = sign_in(UserFactory(role=role))
    progress = reverse("registration:register_progress", args=[loaded.pk])
    for address in (
        LIST, LOAD, COLUMNS_PAGE, TEMPLATE, LICENCES, detail(loaded), refused_file(loaded), progress,
    ):  # fmt: skip
        assert client.get(address).status_code == 403, address
    assert upload(client, register(row(licence_number="LR2"))).status_code == 403
    assert RegisterImport.objects.count() == 1


def test_strangers_are_led_to_the_sign_in_and_load_nothing(client):
    for address in (LIST, LOAD, COLUMNS_PAGE, TEMPLATE, LICENCES, f"{LIST}1/", f"{LIST}1/refused.csv"):
        assertRedirects(client.get(address), f"{reverse('accounts:login')}?next={address}")
    assert upload(client, register(row())).status_code == 302
    assert not RegisterImport.objects.exists()


def test_an_officer_starts_at_the_licences(officer_client):
    assertRedirects(officer_client.get(reverse("home")), LICENCES)


def test_another_authoritys_imports_are_not_there(officer_client, other_client):
    loaded = load(officer_client, register(row(), row(owner_mobile="1")))
    progress = reverse("registration:register_progress", args=[loaded.pk])
    for address in (detail(loaded), refused_file(loaded), progress):
        assert other_client.get(address).status_code == 404
    assert other_client.get(LIST).context["rows"] == []
    assert not Look.objects.exclude(action="load register").exists()


def test_auditors_read_everything_and_load_nothing(officer_client, auditor_client):
    loaded = load(officer_client, register(row(), row(owner_mobile="1")))
    for address in (LIST, detail(loaded), refused_file(loaded), COLUMNS_PAGE, TEMPLATE, LICENCES):
        assert auditor_client.get(address).status_code == 200, address
    assertNotContains(auditor_client.get(LIST), LOAD)
    assert auditor_client.get(LOAD).status_code == 403
    assert upload(auditor_client, register(row())).status_code == 403


def test_an_officer_of_no_authority_is_told_and_loads_nothing(client):
    client = sign_in(UserFactory(role=Role.AUTHORITY))
    client.cookies["django_language"] = "en"
    for address in (LOAD, LICENCES):
        assertContains(client.get(address), "not yet an officer of any licensing authority")
    assert upload(client, register(row())).status_code == 200
    assert client.get(LIST).status_code == client.get(TEMPLATE).status_code == 200
    assert not RegisterImport.objects.exists()


def test_an_officer_of_two_authorities_says_which(officer, officer_client):
    authority("commerce").officers.add(officer)
    without = upload(officer_client, register(row()))
    assert (without.status_code, set(without.context["form"].errors)) == (422, {"authority"})
    stranger = upload(officer_client, register(row()), authority=authority("transport").pk)
    assert (stranger.status_code, set(stranger.context["form"].errors)) == (422, {"authority"})

    loaded = load(officer_client, register(row()), authority=authority("tourism").pk)
    assert (loaded.authority.code, loaded.created) == ("tourism", 1)
    assertContains(officer_client.get(LIST), loaded.authority.name_en)


def test_the_form_needs_its_token(officer):
    client = Client(enforce_csrf_checks=True)
    sign_in(officer, client)
    assert upload(client, register(row())).status_code == 403
    assert not RegisterImport.objects.exists()


@pytest.mark.parametrize("address", [LIST, COLUMNS_PAGE, TEMPLATE, f"{LIST}1/", f"{LIST}1/progress/"])
def test_pages_that_only_show_take_nothing(officer_client, address):
    assert officer_client.post(address).status_code == 405


# What comes of it ------------------------------------------------------------------------------------------


def test_a_register_is_kept_and_read_and_its_numbers_are_shown(officer, officer_client):
    response = upload(officer_client, register(*many(3), row(licence_number="", owner_mobile="12")))
    waiting = RegisterImport.objects.get()
    assertRedirects(response, detail(waiting))
    assert (waiting.status, waiting.by, waiting.authority.code) == (ImportStatus.QUEUED, officer, "tourism")
    assertContains(officer_client.get(detail(waiting)), "Waiting to be read")

    register_import.read_due()
    page = officer_client.get(detail(waiting))
    assertNotContains(page, "hx-get")
    assert [
        (line, [(fault.field, fault.code) for fault in faults]) for line, faults in page.context["lines"]
    ] == [(5, [("licence_number", "required"), ("owner_mobile", "invalid")])]
    assertContains(page, "This cell is empty: fill it in.")
    waiting.refresh_from_db()
    assert (waiting.created, waiting.updated, waiting.unchanged, waiting.refused) == (3, 0, 0, 1)
    assertContains(officer_client.get(LIST), "register.csv")


def test_a_page_that_waits_asks_on_and_is_loaded_anew_at_the_end(officer_client):
    upload(officer_client, register(*many(2)))
    waiting = RegisterImport.objects.get()
    progress = reverse("registration:register_progress", args=[waiting.pk])
    page = officer_client.get(detail(waiting))
    assertContains(page, f'hx-get="{progress}"')
    # Without JavaScript.
    assertContains(page, f'<a href="{detail(waiting)}">Refresh this page</a>')

    RegisterImport.objects.claim().hold(1)
    asked = officer_client.get(progress)
    assertContains(asked, "1 of about 2 lines are read.")
    assertContains(asked, '<progress class="import-progress" aria-label="Lines read" value="1" max="2">')
    assert "HX-Refresh" not in asked

    RegisterImport.objects.update(status=ImportStatus.QUEUED)
    register_import.read_due()
    asked = officer_client.get(progress)
    assert asked["HX-Refresh"] == "true"
    assertNotContains(asked, "hx-get")


def test_the_same_file_again_changes_nothing_and_is_said_so(officer_client):
    text = register(*many(3))
    first = load(officer_client, text)
    assertNotContains(officer_client.get(detail(first)), "The very same file")
    second = load(officer_client, text)
    assert (second.created, second.updated, second.unchanged) == (0, 0, 3)
    page = officer_client.get(detail(second))
    assertContains(page, "The very same file was loaded before")
    assertContains(page, f'href="{detail(first)}"')


def test_the_same_file_while_it_waits_leads_to_the_first_ones_page(officer_client):
    upload(officer_client, register(*many(3)))
    response = upload(officer_client, register(*many(3)))
    waiting = RegisterImport.objects.get()
    assertRedirects(response, detail(waiting), fetch_redirect_response=False)
    assertContains(officer_client.get(detail(waiting)), "The same file is on its way in already")


def test_another_authoritys_licence_is_refused_with_a_sentence(other_client):
    loaded = load(other_client, register(row()))
    assert (loaded.created, loaded.refused) == (0, 1)
    assert loaded.refused_lines.get().faults[0][:2] == ["authority", "other_authority"]
    assert not Licence.objects.exists()


def test_a_changed_owner_is_flagged_on_the_imports_page(officer_client):
    load(officer_client, register(row()))
    loaded = load(officer_client, register(row(owner_national_id=ANOTHER)))
    page = officer_client.get(detail(loaded))
    assertContains(page, "One licence has another owner than before.")
    assertContains(page, f"{LICENCES}?owner=changed&amp;authority={loaded.authority_id}")


def test_refused_lines_are_paged_in_the_order_of_the_file(officer_client, monkeypatch):
    monkeypatch.setattr(registers, "PAGE", 2)
    loaded = load(officer_client, register(*many(5, owner_mobile="12")))

    def shown(query=""):
        page = officer_client.get(detail(loaded) + query)
        return [line for line, _faults in page.context["lines"]], page.context["next"], page.context["first"]

    assert shown() == ([2, 3], f"{detail(loaded)}?after=3#refused", "")
    assert shown("?after=3") == ([4, 5], f"{detail(loaded)}?after=5#refused", f"{detail(loaded)}#refused")
    assert shown("?after=5") == ([6], "", f"{detail(loaded)}#refused")
    assert shown("?after=x'")[0] == [2, 3]
    assert shown(f"?after={'9' * 30}")[0] == [2, 3]
    assertContains(officer_client.get(detail(loaded) + "?after=6"), "There are no more.")


def test_imports_are_paged_newest_first(officer_client, monkeypatch):
    monkeypatch.setattr(registers, "PAGE", 2)
    made = [load(officer_client, register(row(licence_number=f"LR{n}"))).pk for n in range(5)]
    seen, address = [], LIST
    while address:
        page = officer_client.get(address)
        seen.append([one.pk for one in page.context["rows"]])
        address = page.context["older"]
    assert seen == [made[:2:-1], made[2:0:-1], made[:1]]


def test_refused_lines_are_saved_mended_and_loaded_again_and_the_look_is_logged(officer, officer_client):
    loaded = load(
        officer_client, register(row(owner_mobile="12", name_ar="=1+1 فندق"), row(licence_number="LR2"))
    )
    response = officer_client.get(refused_file(loaded))
    assert response["Content-Disposition"] == f'attachment; filename="refused-{loaded.pk}.csv"'
    assert "no-store" in response["Cache-Control"]
    content = response.getvalue().decode("utf-8-sig")
    [line] = csv.DictReader(io.StringIO(content))
    assert (line["line"], line["field"], line["code"]) == ("2", "owner_mobile", "invalid")
    assert line["name_ar"] == "'=1+1 فندق"
    look = Look.objects.exclude(action="load register").get()
    assert (look.by, look.action, look.subject) == (
        officer, "refused lines", f"registration.registerimport:{loaded.pk}",
    )  # fmt: skip

    again = load(officer_client, content.replace(",12,", ",0512345678,"))
    assert (again.created, again.refused) == (1, 0)
    assert Licence.objects.get(number="LR1001").name_ar == "=1+1 فندق"


def test_three_imports_and_three_refused_lines_take_as_many_queries_as_one(officer_client):
    counts = []
    for count in (1, 3):
        for number in range(count):
            loaded = load(officer_client, register(*many(count, owner_mobile=f"{number}")))
        for address in (LIST, detail(loaded)):
            officer_client.get(address)
            with CaptureQueriesContext(connection) as queries:
                officer_client.get(address)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


# What it takes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1256"])
@pytest.mark.parametrize(("delimiter", "end"), [(",", "\n"), (";", "\r\n"), ("\t", "\r\n")])
def test_every_way_of_saving_a_table_comes_through_the_page(officer_client, encoding, delimiter, end):
    loaded = load(officer_client, register(row(), delimiter=delimiter, end=end).encode(encoding))
    assert (loaded.created, loaded.refused) == (1, 0)
    assert Licence.objects.get().name_ar == "فندق مخترع"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100_000,
        b"%PDF-1.7\n1 0 obj",
        b"PK\x03\x04rubbish",
        b"a,b,c\n1,2,3\n",
        b"\xff\xfe\x00",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"licence_number,authority\nLR1,tourism\n",
    ],
)
def test_what_is_no_register_gets_a_sentence_and_nothing_is_kept(officer_client, content):
    response = upload(officer_client, content)
    assert response.status_code == 422
    [sentence] = response.context["form"].errors["file"]
    assert sentence.endswith(".")
    assertContains(response, 'id="id_file_error"', status_code=422)
    assert not RegisterImport.objects.exists()
    assert not RegisterPart.objects.exists()


def test_no_file_at_all_gets_a_sentence(officer_client):
    response = officer_client.post(LOAD, WHOLE)
    assertContains(response, "Choose the file that holds the register.", status_code=422)


def test_what_is_larger_than_the_limit_gets_a_sentence_and_nothing_is_kept(officer_client, monkeypatch):
    text = register(*many(50)).encode()
    monkeypatch.setattr(register_import, "MAX_BYTES", len(text) - 1)
    response = upload(officer_client, text)
    assert response.status_code == 422
    assert response.context["form"].errors["file"] == [
        "This file is larger than 0 MB. Load the register in several parts."
    ]
    assert not RegisterImport.objects.exists()

    monkeypatch.setattr(register_import, "MAX_BYTES", len(text))
    assert load(officer_client, text).created == 50


def test_fifty_one_megabytes_are_over_the_limit(officer_client):
    response = upload(officer_client, b"x" * (51 * 1024 * 1024))
    assert response.context["form"].errors["file"] == [
        "This file is larger than 50 MB. Load the register in several parts."
    ]
    assert not RegisterImport.objects.exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("سجل التراخيص.csv", "سجل التراخيص.csv"),
        ("a\u202eb\x00\n.csv", "ab.csv"),
        ("x" * 200 + ".csv", "x" * 96 + ".csv"),
        ("", ""),
    ],
)
def test_a_files_name_is_only_shown(name, shown):
    assert shown_name(name) == shown


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_off_leaves_nothing_behind(live_server):
    officer = AuthorityOfficerFactory()
    client = sign_in(officer)
    client.get(LOAD)
    token, session = client.cookies["csrftoken"].value, client.cookies["sessionid"].value
    body = multipart({"csrfmiddlewaretoken": token}, register(*many(2000)).encode(), WHOLE)

    assert b"302" in send(live_server.url, session, token, body)
    assert RegisterImport.objects.count() == 1
    RegisterImport.objects.all().delete()
    # In the middle of the file, and just before its end.
    for length in (len(body) // 2, body.rindex(b"--boundary\r\nContent-Disposition")):
        send(live_server.url, session, token, body[:length], promised=len(body))
        assert client.get(LOAD).status_code == 200
        assert not RegisterImport.objects.exists()
        assert not RegisterPart.objects.exists()


def multipart(before, content, after):
    def field(name, value):
        return f'--boundary\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()

    file = (
        b'--boundary\r\nContent-Disposition: form-data; name="file"; filename="r.csv"\r\n\r\n'
        + content
        + b"\r\n"
    )
    fields = [b"".join(field(*item) for item in fields.items()) for fields in (before, after)]
    return fields[0] + file + fields[1] + b"--boundary--\r\n"


def send(url, session, token, body, promised=None):
    """Send a body of which more was promised, hang up our side, and return what comes back."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(
            f"POST {LOAD} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n"
            f"Cookie: sessionid={session}; csrftoken={token}\r\nContent-Length: {promised or len(body)}\r\n"
            "Content-Type: multipart/form-data; boundary=boundary\r\n\r\n".encode()
        )
        connection.sendall(body)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


# What an officer needs to know -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_columns_are_explained_in_either_language_with_the_authoritys_codes(officer_client, language):
    officer_client.cookies["django_language"] = language
    page = officer_client.get(COLUMNS_PAGE)
    for name in COLUMNS:
        assertContains(page, f'<bdi class="code">{name}</bdi>')
    for text in ("رقم الترخيص", "Licence number", "hotels", "furnished_apartments"):
        assertContains(page, text)
    assertNotContains(page, "car_rental")


def test_the_template_is_a_register_whose_example_becomes_no_licence(officer_client):
    response = officer_client.get(TEMPLATE)
    content = response.getvalue().decode("utf-8-sig")
    [example] = csv.DictReader(io.StringIO(content))
    assert (list(example), example["authority"]) == (list(COLUMNS), "tourism")

    as_it_is = load(officer_client, content)
    assert [fault[:2] for fault in as_it_is.refused_lines.get().faults] == [["licence_number", "example"]]
    assert not Licence.objects.exists()
    filled_in = load(officer_client, content.replace("EXAMPLE", "LR7"))
    assert (filled_in.created, filled_in.refused) == (1, 0)


# Stopping --------------------------------------------------------------------------------------------------


def stop_address(loaded):
    return reverse("registration:stop_register", args=[loaded.pk])


def test_a_register_that_waits_can_be_stopped_and_nothing_of_it_is_taken(officer_client):
    upload(officer_client, register(*many(2)))
    waiting = RegisterImport.objects.get()
    assertContains(officer_client.get(detail(waiting)), f'action="{stop_address(waiting)}"')

    assertRedirects(officer_client.post(stop_address(waiting)), detail(waiting))

    register_import.read_due()
    page = officer_client.get(detail(waiting))
    assertContains(page, "The reading was stopped, and nothing of the file was taken into the register.")
    assertNotContains(page, stop_address(waiting))
    assert not Licence.objects.exists()


def test_a_register_stopped_while_it_is_read_is_not_put_into_the_licences(officer_client):
    upload(officer_client, register(*many(2)))
    reading = RegisterImport.objects.claim()
    officer_client.post(stop_address(reading))

    register_import.read(reading)

    reading.refresh_from_db()
    assert (reading.status, reading.problem) == (ImportStatus.FAILED, "stopped")
    assert not Licence.objects.exists()


def test_the_pieces_of_a_stopped_register_go_once_nobody_can_be_reading_them(officer_client, settings):
    upload(officer_client, register(*many(2)))
    officer_client.post(stop_address(RegisterImport.objects.get()))
    register_import.read_due()
    assert RegisterPart.objects.exists()

    settings.REGISTER_CLAIM_SECONDS = 0
    register_import.read_due()

    assert not RegisterPart.objects.exists()


def test_stopping_what_has_ended_changes_nothing_and_is_said(officer_client):
    loaded = load(officer_client, register(row()))

    response = officer_client.post(stop_address(loaded), follow=True)

    assertContains(response, "The reading had ended already.")
    loaded.refresh_from_db()
    assert (loaded.status, loaded.problem) == (ImportStatus.DONE, "")


def test_strangers_and_readers_stop_nothing(officer_client, other_client, auditor_client):
    upload(officer_client, register(*many(2)))
    waiting = RegisterImport.objects.get()

    assert other_client.post(stop_address(waiting)).status_code == 404
    assert auditor_client.post(stop_address(waiting)).status_code == 403
    assert officer_client.get(stop_address(waiting)).status_code == 405
    assert RegisterImport.objects.unfinished().count() == 1
