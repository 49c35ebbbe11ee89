"""Uploads are shown to the scanner, over its own protocol, before anybody sees them."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains

from activation import decisions
from registration import corrections, documents, drafts, intake
from registration.documents import checking, scanning
from registration.models import Document, ScanState
from registration.moves import MoveRefused
from shumoos.sms import bodies, kinds
from shumoos.sms.models import TextMessage
from tests.activation.reviewing import claimed
from tests.factories import TypedFactory, jpeg, make_document
from tests.races import at_once
from tests.registration import clamd
from tests.registration.registering import DOCUMENTS, errors, give, go_through

HARMFUL = jpeg() + clamd.MARK


def upload(content=None):
    return SimpleUploadedFile("licence.jpg", jpeg() if content is None else content)


@pytest.fixture
def scanner(settings):
    with clamd.running() as server:
        settings.CLAMD_ADDRESS = server.address
        yield server


@pytest.fixture
def no_scanner(settings):
    settings.CLAMD_ADDRESS = clamd.nobody()


@pytest.fixture
def draft(db):
    return drafts.begin(typed={})


def sent_while_away(settings, content=None):
    """An application whose licence copy has not been scanned, sent."""
    draft = drafts.begin(typed=TypedFactory())
    drafts.note_verified(draft, mobile=draft.owner_mobile)
    for kind in ("letter", "owner_id"):
        make_document(draft, kind)
    settings.CLAMD_ADDRESS = clamd.nobody()
    documents.attach(draft, "licence", upload(content))
    return intake.submit(draft)


def stored_names():
    return {
        f"{folder}/{name}"
        for folder in default_storage.listdir("")[0]
        for name in default_storage.listdir(folder)[1]
    }


def test_without_a_scanner_nothing_is_scanned():
    assert documents.clean_upload(upload()).scan_state == ScanState.UNSCANNED


def test_the_scanner_gets_the_upload_as_it_came_in(scanner):
    content = jpeg(size=(900, 700)) + bytes(200_000)

    cleaned = documents.clean_upload(upload(content))

    assert scanner.scanned == [content]
    assert (cleaned.scan_state, cleaned.original) == (ScanState.CLEAN, b"")


def test_it_may_listen_on_a_socket_file(settings, tmp_path):
    with clamd.running(str(tmp_path / "clamd.ctl")) as server:
        settings.CLAMD_ADDRESS = server.address
        assert documents.clean_upload(upload()).scan_state == ScanState.CLEAN


def test_what_it_finds_is_refused_with_a_sentence_and_nothing_is_kept(english, scanner, db):
    go_through(english, until=DOCUMENTS)
    before = stored_names()

    response = give(english, "licence", HARMFUL)

    assert "found to be harmful" in errors(response)["file"][0]
    assert not Document.objects.exists()
    assert stored_names() == before


@pytest.mark.parametrize(
    "answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: ERROR\0", b"rubbish\0"]
)
def test_an_answer_that_says_nothing_of_the_file_is_none(scanner, answer):
    scanner.answer = answer
    assert documents.clean_upload(upload()).scan_state == ScanState.WAITING


def test_a_scanner_that_says_nothing_is_waited_for_no_longer_than_a_moment(scanner, monkeypatch):
    monkeypatch.setattr(scanning, "ANSWER_TIMEOUT", 0.2)
    with clamd.socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        scanning.settings.CLAMD_ADDRESS = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        assert documents.clean_upload(upload()).scan_state == ScanState.WAITING


def test_while_it_is_away_a_document_is_kept_aside_and_shown_to_nobody(no_scanner, draft):
    document = documents.attach(draft, "licence", upload())

    assert document.is_being_checked
    assert document.original.open().read() == jpeg()
    for response in (documents.serve(document), documents.serve_thumbnail(document)):
        assert response.status_code == 409
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert not response.content.startswith(b"\xff\xd8")


def test_when_it_is_back_a_clean_document_is_shown(settings, scanner, draft):
    address, settings.CLAMD_ADDRESS = settings.CLAMD_ADDRESS, clamd.nobody()
    document = documents.attach(draft, "licence", upload())
    original = document.original.name
    checking.scan_waiting()
    document.refresh_from_db()
    assert document.is_being_checked

    settings.CLAMD_ADDRESS = address
    Document.objects.update(scan_tried_at=None)
    with at_commit():
        checking.scan_waiting()

    document.refresh_from_db()
    assert (document.scan_state, document.original.name) == (ScanState.CLEAN, "")
    assert not default_storage.exists(original)
    assert documents.serve(document).status_code == 200
    assert scanner.scanned == [jpeg()]


def at_commit():
    from django.test import TestCase

    return TestCase.captureOnCommitCallbacks(execute=True)


def test_a_harmful_one_is_removed_and_the_owner_of_a_sent_application_is_told(settings, scanner, db):
    address = scanner.address
    application = sent_while_away(settings, HARMFUL)
    TextMessage.objects.all().delete()
    document = application.documents.get(kind="licence")
    names = document.file_names

    settings.CLAMD_ADDRESS = address
    with at_commit():
        checking.scan_waiting()

    document.refresh_from_db()
    assert (document.scan_state, document.file_names) == (ScanState.INFECTED, [])
    assert not any(default_storage.exists(name) for name in names)
    assert documents.serve(document).status_code == 410
    text = TextMessage.objects.get()
    assert (text.kind, text.to) == ("document_harmful", application.owner_mobile)
    body = bodies.write(text, kinds.get(text.kind))
    assert "صورة الترخيص" in body
    assert application.shown_reference in body


def test_the_owner_of_a_draft_is_told_only_at_a_mobile_that_was_proved(settings, draft):
    draft.owner_mobile = "+966501234567"
    draft.save()
    settings.CLAMD_ADDRESS = clamd.nobody()
    documents.attach(draft, "licence", upload(HARMFUL))
    documents.attach(draft, "letter", upload(HARMFUL))
    first, second = draft.documents.order_by("pk")

    checking.settle(first, is_harmful=True)
    assert not TextMessage.objects.exists()

    draft.mobile_verified_at = timezone.now()
    draft.save()
    checking.settle(second, is_harmful=True)
    assert TextMessage.objects.get().to == "+966501234567"


def test_a_harmful_document_counts_as_missing_until_another_is_in_its_place(settings, scanner, draft):
    address = scanner.address
    drafts.save(draft, typed=TypedFactory())
    drafts.note_verified(draft, mobile=draft.owner_mobile)
    for kind in ("letter", "owner_id"):
        make_document(draft, kind)
    settings.CLAMD_ADDRESS = clamd.nobody()
    documents.attach(draft, "licence", upload(HARMFUL))
    settings.CLAMD_ADDRESS = address
    checking.scan_waiting()

    with pytest.raises(ValidationError) as refusal:
        intake.submit(draft)
    assert list(refusal.value.message_dict) == ["licence"]

    documents.attach(draft, "licence", upload())
    assert intake.submit(draft).status == "submitted"


def test_nothing_is_activated_while_a_document_waits_or_was_harmful(settings, scanner, supervisor):
    address = scanner.address
    application = sent_while_away(settings, HARMFUL)
    claimed(application, supervisor)

    with pytest.raises(MoveRefused, match="قيد الفحص"):
        decisions.activate(application, by=supervisor)
    settings.CLAMD_ADDRESS = address
    checking.scan_waiting()
    with pytest.raises(MoveRefused, match="ضارة"):
        decisions.activate(application, by=supervisor)

    decisions.return_to_owner(application, by=supervisor, reason="x", flags={"licence": "أضفها من جديد"})
    assert corrections.unreplaced_kinds(application) == {"licence"}
    documents.attach(application, "licence", upload())
    assert corrections.unreplaced_kinds(application) == set()
    assert corrections.send_corrections(application, typed={}).status == "submitted"


def test_the_office_sees_that_a_document_is_being_checked_and_cannot_open_it(settings, supervisor_client, db):
    application = sent_while_away(settings)
    document = application.documents.get(kind="licence")
    supervisor_client.cookies["django_language"] = "en"

    page = supervisor_client.get(reverse("admin:activation_review", args=[application.pk]))
    opened = supervisor_client.get(reverse("admin:activation_document", args=[application.pk, document.pk]))

    assertContains(page, "This document is being checked.", count=1)
    assertContains(opened, "This document is being checked.", status_code=409)


def test_a_file_that_no_scanner_digests_holds_up_no_other(settings, scanner, draft):
    address = scanner.address
    settings.CLAMD_ADDRESS = clamd.nobody()
    first = documents.attach(draft, "licence", upload())
    second = documents.attach(draft, "letter", upload(jpeg("black")))
    settings.CLAMD_ADDRESS = address
    scanner.answer = b"rubbish\0"
    checking.scan_waiting()

    scanner.answer = None
    checking.scan_waiting()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.scan_state, second.scan_state) == (ScanState.WAITING, ScanState.CLEAN)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_scan_each_document_once(settings, scanner):
    draft = drafts.begin(typed={})
    address = scanner.address
    settings.CLAMD_ADDRESS = clamd.nobody()
    for kind, color in (("licence", "white"), ("letter", "black"), ("owner_id", "red")):
        documents.attach(draft, kind, upload(jpeg(color)))
    settings.CLAMD_ADDRESS = address

    at_once(checking.scan_waiting, checking.scan_waiting)

    assert sorted(scanner.scanned) == sorted(jpeg(color) for color in ("white", "black", "red"))
    assert not Document.objects.exclude(scan_state=ScanState.CLEAN).exists()
