"""Documents taken away again, by their owner or by the beat, with their files."""

import os
import time
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import TestCase
from django.utils import timezone

from activation import decisions
from registration import documents, drafts
from registration.documents import housekeeping
from registration.models import Application, Document
from registration.moves import MoveRefused
from tests.factories import ApplicationFactory, jpeg, make_document, make_draft

pytestmark = pytest.mark.django_db


def at_commit():
    return TestCase.captureOnCommitCallbacks(execute=True)


def age(name, days=2):
    """Make a file look that old."""
    then = time.time() - days * 24 * 60 * 60
    os.utime(default_storage.path(name), (then, then))


def exist(names):
    return [default_storage.exists(name) for name in names]


@pytest.fixture
def returned(supervisor):
    application = ApplicationFactory()
    decisions.claim(application, by=supervisor)
    decisions.return_to_owner(application, by=supervisor, reason="x", flags={"letter": "غير واضح"})
    return application


def test_a_drafts_document_is_taken_away_with_its_files():
    draft = make_draft()
    document = draft.documents.get(kind="letter")
    names = document.file_names
    assert exist(names) == [True, True]

    with at_commit():
        documents.remove(draft, "letter")
        documents.remove(draft, "letter")

    assert sorted(draft.documents.values_list("kind_id", flat=True)) == ["licence", "owner_id"]
    assert exist(names) == [False, False]


def test_a_removal_that_is_rolled_back_leaves_the_file():
    draft = make_draft()
    names = draft.documents.get(kind="letter").file_names

    with at_commit(), transaction.atomic():
        documents.remove(draft, "letter")
        transaction.set_rollback(True)

    assert draft.documents.filter(kind="letter").exists()
    assert exist(names) == [True, True]


def test_with_the_office_nothing_is_taken_away():
    application = ApplicationFactory()

    with pytest.raises(MoveRefused):
        documents.remove(application, "letter")

    assert application.documents.current().count() == 3


def test_in_a_returned_application_only_what_was_not_sent_goes_and_the_sent_one_counts_again(returned):
    sent = returned.documents.get(kind="letter")
    with pytest.raises(MoveRefused):
        documents.remove(returned, "letter")

    new = make_document(returned, "letter", "black")
    with at_commit():
        documents.remove(returned, "letter")

    sent.refresh_from_db()
    assert sent.is_current
    assert exist(sent.file_names) == [True, True]
    assert exist(new.file_names) == [False, False]
    assert not Document.objects.filter(pk=new.pk).exists()


def test_drafts_left_alone_for_30_days_go_with_rows_and_files():
    left, fresh = make_draft(owner_name="مالك مخترع"), make_draft()
    names = [name for document in left.documents.all() for name in document.file_names]
    Application.objects.filter(pk=left.pk).update(saved_at=timezone.now() - timedelta(days=30, minutes=1))
    Application.objects.filter(pk=fresh.pk).update(saved_at=timezone.now() - timedelta(days=29))

    with at_commit():
        housekeeping.clean_up()

    assert list(Application.objects.all()) == [fresh]
    assert Document.objects.count() == 3
    assert exist(names) == [False] * 6


@pytest.mark.parametrize("work", [lambda draft: drafts.save(draft, typed={"owner_name": "س"}), make_document])
def test_whoever_works_on_a_draft_keeps_it(work):
    draft = drafts.begin(typed={})
    Application.objects.update(saved_at=timezone.now() - timedelta(days=31))

    work(draft)
    housekeeping.clean_up()

    assert Application.objects.filter(pk=draft.pk).exists()


def test_sent_applications_stay_however_old_they_are():
    application = ApplicationFactory()
    Application.objects.update(saved_at=timezone.now() - timedelta(days=400))
    Document.objects.update(uploaded_at=timezone.now() - timedelta(days=400))

    with at_commit():
        housekeeping.clean_up()

    assert all(all(exist(document.file_names)) for document in application.documents.all())


def test_what_was_replaced_before_it_was_sent_goes_after_a_day_and_what_was_sent_stays(returned):
    draft = make_draft()
    replaced = draft.documents.get(kind="letter")
    make_document(draft, "letter", "black")
    sent = returned.documents.get(kind="letter")
    make_document(returned, "letter", "black")
    housekeeping.clean_up()
    assert Document.objects.filter(pk=replaced.pk).exists()
    Document.objects.update(uploaded_at=timezone.now() - timedelta(days=2))

    with at_commit():
        housekeeping.clean_up()

    assert not Document.objects.filter(pk=replaced.pk).exists()
    assert exist(replaced.file_names) == [False, False]
    assert exist(sent.file_names) == [True, True]


def test_the_file_of_a_transaction_that_was_rolled_back_goes():
    draft, kept = drafts.begin(typed={}), make_draft()
    with transaction.atomic():
        lost = documents.attach(draft, "licence", SimpleUploadedFile("x", jpeg("red")))
        transaction.set_rollback(True)
    assert not draft.documents.exists()
    assert exist(lost.file_names) == [True, True]
    housekeeping.clean_up()
    assert exist(lost.file_names) == [True, True]  # its transaction might still be at work
    names = [name for document in kept.documents.all() for name in document.file_names]
    for name in names + lost.file_names:
        age(name)

    housekeeping.clean_up()

    assert exist(lost.file_names) == [False, False]
    assert all(exist(names))
