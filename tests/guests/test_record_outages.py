"""What records' pages say of deadlines, of outages of our intake that moved one, and of the centre's."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from guests import outages
from guests.models import GuestRecord, Outage, Part
from guests.tasks import transfer_due_records
from shumoos.saudi.calendar import RIYADH
from tests.guests.factories import GuestFactory, send

pytestmark = pytest.mark.django_db

LIST = reverse("guests:list")
MOVED = "Later than usual, because our intake was away."
AWAY = "The information centre has not answered since"


@pytest.fixture
def page(owner_client):
    owner_client.cookies["django_language"] = "en"
    return owner_client


def at(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=RIYADH)


def due_on(page, record):
    shown = page.get(reverse("guests:detail", args=[record.pk])).content.decode()
    return " ".join(shown.split('<div id="due">')[1].split("</dd>")[0].split())


@pytest.fixture
def record(hotel, time_machine):
    """A guest of the tenth at two in the afternoon, entered a day and seven hours later."""
    time_machine.move_to(at(11, 21), tick=False)
    send(hotel, GuestFactory(arrived_at="2026-03-10 14:00"))
    return GuestRecord.objects.get()


def test_a_record_says_by_when_it_was_due_and_that_it_was_late(page, record):
    told = due_on(page, record)

    assert "11 March 2026" in told
    assert "at 14:00" in told
    assert "Late" in told
    assert MOVED not in told


def test_a_record_in_time_is_not_called_late(page, record):
    GuestRecord.objects.update(created_at=at(11, 14))

    assert "Late" not in due_on(page, record)


def test_a_record_whose_deadline_an_outage_moved_says_so(page, record):
    # Four hours were left when it began, and are left again when it has ended.
    Outage.objects.create(part=Part.INTAKE, began_at=at(11, 10), ended_at=at(11, 18))

    told = due_on(page, record)

    assert "at 22:00" in told
    assert "Late" not in told.replace(MOVED, "")
    assert MOVED in told


def test_an_outage_of_the_centre_moves_no_deadline_of_a_record(page, record):
    Outage.objects.create(part=Part.CENTRE, began_at=at(11, 10), ended_at=at(11, 18))

    assert MOVED not in due_on(page, record)


@pytest.mark.django_db(transaction=True)
def test_owners_see_that_the_centre_is_away_until_it_answers(hotel, page, centre):
    send(hotel, GuestFactory())
    centre.fail_next(status=503)
    transfer_due_records()
    detail = reverse("guests:detail", args=[GuestRecord.objects.get().pk])
    for address in (LIST, detail):
        assertContains(page.get(address), AWAY)

    outages.centre_answered()

    for address in (LIST, detail):
        assertNotContains(page.get(address), AWAY)
    assert timezone.now() - Outage.objects.get().ended_at < timedelta(minutes=1)
