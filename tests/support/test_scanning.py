"""A file that comes while the scanner is away is kept, opened by nobody, and scanned when it is back."""

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from registration.models import ScanState
from shumoos.celery import app
from support import scanning, tasks, upkeep
from support.models import Ticket, TicketFile
from tests.factories import jpeg
from tests.registration import clamd
from tests.support.test_ticket_pages import NEW, page, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def scanner():
    with clamd.running() as running:
        yield running


@pytest.fixture
def away(settings):
    settings.CLAMD_ADDRESS = clamd.nobody()


def sent(client, establishment, content=None):
    """A ticket that an owner opens with a file; returns it with the file's row."""
    upload = SimpleUploadedFile("picture.jpg", content or jpeg(), "image/jpeg")
    response = client.post(NEW, said(establishment, attached=[upload]))
    assert response.status_code == 302
    ticket = Ticket.objects.get()
    return ticket, ticket.files.get()


def address(ticket, file):
    return reverse("support:ticket_file", args=[ticket.number, file.pk])


def test_it_is_kept_and_said_to_be_checked_and_not_opened(away, owner_client, agent_client, establishment):
    ticket, file = sent(owner_client, establishment)
    assert (file.scan_state, file.original.open().read()) == (ScanState.WAITING, jpeg())
    for browser in (owner_client, agent_client):
        response = browser.get(address(ticket, file))
        assert response.status_code == 409
        assert not response.content.startswith(b"\xff\xd8")
        assertNotContains(browser.get(page(ticket)), address(ticket, file))


def test_once_the_scanner_is_back_a_clean_one_is_opened(
    away, settings, scanner, owner_client, establishment, django_capture_on_commit_callbacks
):
    ticket, file = sent(owner_client, establishment)
    original = str(file.original.name)
    tasks.scan_waiting_files()
    file.refresh_from_db()
    assert file.is_being_checked

    settings.CLAMD_ADDRESS = scanner.address
    TicketFile.objects.update(scan_tried_at=None)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.scan_waiting_files()

    file.refresh_from_db()
    assert (file.scan_state, file.original.name) == (ScanState.CLEAN, "")
    assert not default_storage.exists(original)
    assert owner_client.get(address(ticket, file)).status_code == 200
    assertContains(owner_client.get(page(ticket)), address(ticket, file))
    assert scanner.scanned == [jpeg()]


def test_a_harmful_one_is_taken_away_and_the_ticket_says_so(
    away, settings, scanner, owner_client, establishment, django_capture_on_commit_callbacks
):
    ticket, file = sent(owner_client, establishment, jpeg(comment=clamd.MARK))
    names = file.file_names
    settings.CLAMD_ADDRESS = scanner.address
    with django_capture_on_commit_callbacks(execute=True):
        scanning.scan_waiting()
    file.refresh_from_db()
    assert (file.scan_state, file.file_names) == (ScanState.INFECTED, [])
    assert not any(default_storage.exists(name) for name in names)
    assert owner_client.get(address(ticket, file)).status_code == 410
    owner_client.cookies["django_language"] = "en"
    assertContains(owner_client.get(page(ticket)), "found to be harmful and removed")


def test_what_was_settled_is_settled_once(away, settings, scanner, owner_client, establishment):
    _ticket, file = sent(owner_client, establishment)
    settings.CLAMD_ADDRESS = scanner.address
    scanning.scan_waiting()
    scanning.settle(file, is_harmful=True)
    file.refresh_from_db()
    assert file.scan_state == ScanState.CLEAN


def test_a_waiting_one_goes_with_its_ticket_when_its_time_is_over(
    away, owner_client, establishment, django_capture_on_commit_callbacks, time_machine
):
    ticket, file = sent(owner_client, establishment)
    names = file.file_names
    assert len(names) == 2
    Ticket.objects.filter(pk=ticket.pk).update(status="closed", closed_at=ticket.opened_at)
    time_machine.move_to(ticket.opened_at + upkeep.FILES_KEPT_FOR * 2)
    with django_capture_on_commit_callbacks(execute=True):
        upkeep.clean_up()
    assert not TicketFile.objects.exists()
    assert not any(default_storage.exists(name) for name in names)


def test_the_beat_asks_for_it():
    assert "support.tasks.scan_waiting_files" in {each["task"] for each in app.conf.beat_schedule.values()}
