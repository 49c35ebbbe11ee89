from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, transaction

from shumoos.letters import copies
from shumoos.letters.authenticity import Finding, examine
from shumoos.letters.copies import CopyLost, issued_pdf
from shumoos.letters.models import Certificate, Letter
from tests.letters.test_signing import real_pair
from tests.races import at_once


@pytest.mark.django_db
def test_a_letter_is_the_same_signed_bytes_for_everybody(issue_statement):
    letter = issue_statement()

    first = issued_pdf(letter)

    assert issued_pdf(Letter.objects.get(pk=letter.pk)) == first
    letter.refresh_from_db()
    assert letter.signed_at is not None
    assert examine(first).letter == letter


@pytest.mark.django_db
def test_on_disk_it_is_encrypted_under_a_name_that_says_nothing(issue_statement):
    letter = issue_statement()
    content = issued_pdf(letter)

    kept = Path(django_settings.MEDIA_ROOT) / letter.pdf.name
    assert kept.read_bytes()[:5] != content[:5]
    assert "RUH" not in letter.pdf.name


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_for_a_new_letter_at_once_get_the_same(issue_statement):
    letter = issue_statement()

    def ask():
        return issued_pdf(Letter.objects.get(pk=letter.pk))

    first, second = at_once(ask, ask)

    assert first == second
    letter.refresh_from_db()
    folder = Path(django_settings.MEDIA_ROOT) / "letters"
    of_this_letter = [file for file in folder.rglob("*") if file.is_file() and file.name in letter.pdf.name]
    assert len(of_this_letter) == 1


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_letter_is_made(issue_statement, monkeypatch):
    letter = issue_statement()
    seen = []
    render = copies.render_pdf
    monkeypatch.setattr(
        copies, "render_pdf", lambda letter: seen.append(connection.in_atomic_block) or render(letter)
    )

    issued_pdf(letter)

    assert seen == [False]


@pytest.mark.django_db(transaction=True)
def test_it_cannot_be_asked_for_within_a_transaction(issue_statement):
    letter = issue_statement()

    with pytest.raises(RuntimeError), transaction.atomic():
        issued_pdf(letter)

    letter.refresh_from_db()
    assert letter.sha256 == ""


@pytest.mark.django_db
def test_a_kept_file_that_was_exchanged_is_not_handed_out(issue_statement):
    letter, other = issue_statement(), issue_statement()
    issued_pdf(letter)
    issued_pdf(other)
    folder = Path(django_settings.MEDIA_ROOT)
    letter.refresh_from_db()
    other.refresh_from_db()

    (folder / letter.pdf.name).write_bytes((folder / other.pdf.name).read_bytes())

    with pytest.raises(CopyLost, match=letter.number):
        issued_pdf(letter)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"pdf": "letters/00/other"}, {"signed_at": None}])
def test_the_database_refuses_another_pdf_for_a_letter(issue_statement, change):
    letter = issue_statement()
    issued_pdf(letter)

    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**change)


@pytest.mark.django_db
def test_old_letters_verify_when_the_key_is_another(issue_statement, settings, tmp_path):
    old = issued_pdf(issue_statement())
    real_pair(settings, tmp_path / "second")
    new = issued_pdf(issue_statement())

    assert [examine(old).finding, examine(new).finding] == [Finding.ISSUED, Finding.ISSUED]
    assert Certificate.objects.count() == 2
