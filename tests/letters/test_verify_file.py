"""A file held against the letters that were issued."""

import io
from datetime import timedelta
from hashlib import sha256

import pikepdf
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from shumoos.letters.authenticity import MAX_BYTES, Finding, examine
from shumoos.letters.copies import issued_pdf
from shumoos.letters.issue import revoke, supersede
from shumoos.letters.limits import MOST, WINDOW, forget_old
from shumoos.letters.models import Check, Letter
from shumoos.letters.render import render_pdf
from shumoos.letters.signing import sign, signatory
from tests.letters.conftest import STATEMENT
from tests.letters.test_signing import real_pair

pytestmark = pytest.mark.django_db

SENTENCES = {
    Finding.ISSUED: "This file is the letter exactly as Shumoos issued it.",
    Finding.NO_PDF: "This is not a PDF file.",
    Finding.CUT_SHORT: "This PDF file is not complete.",
    Finding.PROTECTED: "This PDF file is protected with a password.",
    Finding.UNSIGNED: "This PDF file bears no signature",
    Finding.FOREIGN: "This PDF file was not signed by Shumoos.",
    Finding.CHANGED: "it was changed afterwards",
}


@pytest.fixture
def letter(issue_statement):
    return issue_statement()


@pytest.fixture
def pdf(letter):
    content = issued_pdf(letter)
    letter.refresh_from_db()
    return content


def saved(pdf, **options):
    """The file as another program saves it."""
    content = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(content, **options)
    return content.getvalue()


def changed(pdf, position):
    content = bytearray(pdf)
    content[position] ^= 1
    return bytes(content)


def send(client, content, code=None):
    address = reverse("letters:verify", args=[code]) if code else reverse("letters:verify_form")
    return client.post(address, {"file": SimpleUploadedFile("letter.pdf", content)})


def findings(page):
    shown = page.content.decode().replace("&#x27;", "'")
    return [finding for finding, sentence in SENTENCES.items() if sentence in shown]


def test_the_file_as_issued_is_recognized_with_its_standing(english, letter, pdf):
    page = send(english, pdf)

    assert (page.status_code, findings(page)) == (200, [Finding.ISSUED])
    shown = page.content.decode()
    for fact in (letter.number, letter.establishment, letter.licence_number, "and it is valid."):
        assert fact in shown
    for name in ("supervisor", "reference", "commercial_registration"):
        assert STATEMENT[name] not in shown


def test_in_arabic_too(client, pdf):
    assert "هذا الملف هو الخطاب كما أصدرته شموس تمامًا" in send(client, pdf).content.decode()


def test_a_genuine_file_of_a_revoked_letter_holds_no_more(english, letter, pdf, supervisor):
    revoke(letter, by=supervisor, reason="وثيقة مزورة")

    page = send(english, pdf)

    assert findings(page) == [Finding.ISSUED]
    shown = page.content.decode()
    assert "has revoked it since" in shown
    assert "alert-danger" in shown
    assert "وثيقة مزورة" not in shown


def test_a_genuine_file_of_a_superseded_letter_names_the_newer(
    english, letter, pdf, supervisor, issue_statement
):
    newer = issue_statement()
    supersede(letter, replacement=newer, by=supervisor)

    shown = send(english, pdf).content.decode()

    assert "a newer one has taken its place" in shown
    assert newer.number in shown


@pytest.mark.parametrize("position", [30, 20_000, -30])
def test_a_byte_that_was_changed_is_noticed(english, pdf, position):
    assert findings(send(english, changed(pdf, position))) == [Finding.CHANGED]


def test_what_was_added_is_noticed(english, pdf):
    assert findings(send(english, pdf + b"\n% more\n%%EOF\n")) == [Finding.CHANGED]


def test_a_forged_letter_with_our_words_and_another_signature_is_foreign(
    english, letter, pdf, settings, tmp_path
):
    real_pair(settings, tmp_path)
    forged = sign(render_pdf(letter), signatory())

    assert findings(send(english, forged)) == [Finding.FOREIGN]


def test_a_letter_without_its_signature_is_unsigned(english, letter, pdf):
    assert findings(send(english, render_pdf(letter))) == [Finding.UNSIGNED]


def test_a_second_signature_by_our_key_makes_it_no_letter_that_was_issued(english, letter, pdf):
    assert findings(send(english, sign(render_pdf(letter), signatory()))) == [Finding.CHANGED]


def test_a_protected_file_is_told_apart(english, pdf):
    protected = saved(pdf, encryption=pikepdf.Encryption(owner="secret", user="secret"))

    assert findings(send(english, protected)) == [Finding.PROTECTED]


def test_half_a_file_is_told_apart(english, pdf):
    assert findings(send(english, pdf[: len(pdf) // 2])) == [Finding.CUT_SHORT]


@pytest.mark.parametrize("content", [b"garbage", b"\x00" * 5000, b"PK\x03\x04 %%EOF", "نص".encode()])
def test_garbage_is_told_apart(english, content):
    assert findings(send(english, content)) == [Finding.NO_PDF]


@pytest.mark.parametrize(
    "inside",
    [
        b"/ByteRange [0 10 20 30]",
        b"/ByteRange [0 0 0 0]",
        b"/ByteRange [0 " + b"9" * 5000 + b" 1 1]",
        b"/ByteRange [0 1 40 2] <" + b"30" * 40 + b">",
        b"/ByteRange [0 30 9999999 2] <ZZ\xff>" * 2000,
    ],
)
def test_a_signature_made_of_anything_is_foreign(english, inside):
    assert findings(send(english, b"%PDF-1.7\n" + inside + b"\n%%EOF")) == [Finding.FOREIGN]


def test_another_letter_is_not_the_one_whose_code_was_opened(english, letter, pdf, issue_statement):
    other = issue_statement()

    page = send(english, pdf, code=other.code)

    shown = page.content.decode()
    assert findings(page) == [Finding.ISSUED]
    assert f"But it is letter <bdi>{letter.number}</bdi>, not letter <bdi>{other.number}</bdi>" in " ".join(
        shown.split()
    )
    assert "alert-success" not in shown


def test_the_very_letter_is_accepted_on_its_own_page(english, letter, pdf):
    shown = send(english, pdf, code=letter.code).content.decode()

    assert "alert-success" in shown
    assert "But it is letter" not in shown


def test_a_file_that_is_too_large_is_refused_in_a_sentence(english, letter):
    for code in (None, letter.code):
        page = send(english, b"%PDF-1.7" + b"0" * 30 * 1024 * 1024, code=code)

        assert page.status_code == 422
        assert "This file is larger than 2 MB." in page.content.decode()
    assert MAX_BYTES == 2 * 1024 * 1024


def test_no_file_and_an_empty_one_are_refused_in_a_sentence(english):
    nothing = english.post(reverse("letters:verify_form"))
    empty = send(english, b"")

    assert (nothing.status_code, empty.status_code) == (422, 422)
    assert "Choose the PDF file of the letter." in nothing.content.decode()
    assert "This file is empty." in empty.content.decode()


def test_a_code_of_no_letter_takes_no_file(client, pdf):
    assert send(client, pdf, code="2" * 16).status_code == 404


def test_a_row_that_claims_a_forged_file_does_not_make_it_genuine(letter, pdf):
    forged = changed(pdf, 20_000)
    # Whoever holds the database can write what they like, but cannot sign.
    Letter.objects.create(
        kind=letter.kind,
        series="XXX",
        year=2026,
        sequence=1,
        establishment=letter.establishment,
        licence_number=letter.licence_number,
        content=letter.content,
        pdf="letters/00/forged",
        sha256=sha256(forged).hexdigest(),
        signed_at=timezone.now(),
        certificate=letter.certificate,
    )

    assert examine(forged).finding == Finding.CHANGED


def test_one_address_may_compare_twenty_files_in_a_quarter_of_an_hour(english):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _turn in range(MOST):
            assert send(english, b"garbage").status_code == 200
        refused = send(english, b"garbage")
        assert (refused.status_code, refused["Retry-After"]) == (429, str(int(WINDOW.total_seconds())))
        assert "Too many files were compared from here." in refused.content.decode()
        assert english.get(reverse("letters:verify_form")).status_code == 200

        clock.shift(WINDOW + timedelta(seconds=1))
        assert send(english, b"garbage").status_code == 200

        clock.shift(timedelta(days=2))
        send(english, b"garbage")
        forget_old()
    assert Check.objects.count() == 1
