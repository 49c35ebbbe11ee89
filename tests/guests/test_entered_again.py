"""The form door asks before somebody who is in house already is entered a second time."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from guests.models import Door, GuestRecord
from shumoos.accounts.models import Look
from shumoos.saudi.calendar import RIYADH
from tests.conftest import sign_in
from tests.guests.factories import GuestFactory, SubscribedFactory, send
from tests.guests.test_entry import companion, value_of
from tests.registration.mandating import ProviderFactory, agent_of, granted

pytestmark = pytest.mark.django_db

NEW = reverse("guests:new")
QUESTION = "is in house already"


@pytest.fixture(autouse=True)
def in_english(owner_client):
    owner_client.cookies["django_language"] = "en"


@pytest.fixture
def guest(hotel):
    return GuestRecord.objects.get(pk=send(hotel, GuestFactory(room="304")).results[0].record_id)


def again(record, **values):
    """The same person's document, as a new record."""
    return GuestFactory(id_number=record.id_number, full_name=record.full_name, **values)


def test_the_same_document_is_asked_about_and_entered_once_the_answer_is_yes(guest, owner_client):
    typed = again(guest, room="305")

    asked = owner_client.post(NEW, typed)

    assert GuestRecord.objects.count() == 1
    assertContains(asked, QUESTION)
    assertContains(asked, '<bdi class="code">304</bdi>')
    assertContains(asked, reverse("guests:detail", args=[guest.pk]))
    assertContains(asked, f'name="again" value="{guest.pk}"')
    assert value_of(asked, "room") == "305"
    sent = owner_client.post(NEW, typed | {"again": str(guest.pk)})
    assert sent.status_code == 302
    assert GuestRecord.objects.open().filter(id_number=guest.id_number).count() == 2


def test_the_question_is_a_look_at_the_record(guest, owner, owner_client):
    owner_client.post(NEW, again(guest))

    subject = f"guests.guestrecord:{guest.pk}"
    assert Look.objects.filter(subject=subject, by=owner, action="ask about guest in house").count() == 1


def test_a_companion_is_asked_about_too(guest, owner_client):
    typed = GuestFactory() | {"companion": ["c1"]} | companion("c1", id_number=guest.id_number)

    assertContains(owner_client.post(NEW, typed), QUESTION)
    assert GuestRecord.objects.count() == 1
    assert owner_client.post(NEW, typed | {"again": str(guest.pk)}).status_code == 302


def test_an_answer_about_one_guest_is_none_about_another(hotel, guest, owner_client):
    other = GuestRecord.objects.get(pk=send(hotel, GuestFactory()).results[0].record_id)

    response = owner_client.post(NEW, again(other) | {"again": str(guest.pk)})

    assertContains(response, QUESTION)
    assert GuestRecord.objects.count() == 2


def test_whoever_has_left_is_entered_without_a_question(hotel, owner_client):
    left = f"{datetime.now(RIYADH) - timedelta(hours=1):%Y-%m-%d %H:%M}"
    send(hotel, GuestFactory(departed_at=left))
    record = GuestRecord.objects.get()

    assert owner_client.post(NEW, again(record)).status_code == 302
    assert GuestRecord.objects.count() == 2


def test_another_sort_of_document_with_the_same_number_is_another_person(hotel, owner_client):
    send(hotel, GuestFactory(id_type="gcc_id", nationality="KWT"))
    record = GuestRecord.objects.get()
    typed = again(record, id_type="passport", nationality="EGY")

    assert owner_client.post(NEW, typed).status_code == 302


def test_a_past_stay_is_entered_without_a_question(guest, owner_client):
    left = f"{datetime.now(RIYADH) - timedelta(hours=1):%Y-%m-%d %H:%M}"

    assert owner_client.post(NEW, again(guest, departed_at=left)).status_code == 302


def test_the_same_screen_sent_twice_is_no_second_entry(hotel, owner_client):
    typed = GuestFactory()

    assert [owner_client.post(NEW, typed).status_code for _time in range(2)] == [302, 302]
    assert GuestRecord.objects.count() == 1


def test_of_another_establishments_guest_nothing_is_said(hotel, owner_client):
    send(SubscribedFactory(), GuestFactory(room="304"))
    record = GuestRecord.objects.get()

    assert owner_client.post(NEW, again(record)).status_code == 302


def test_an_agent_is_asked_about_what_their_own_company_has_sent_only(hotel, guest):
    agent = agent_of(ProviderFactory())
    granted(agent, hotel)

    assert sign_in(agent).post(NEW, again(guest)).status_code == 302


def test_files_and_programs_are_asked_nothing(hotel, guest):
    for door in (Door.FILE, Door.API):
        assert send(hotel, again(guest), door=door, by=None).accepted == 1


def test_a_hint_about_nobody_is_none(hotel, owner_client):
    assertNotContains(owner_client.get(NEW), QUESTION)
    assert owner_client.post(NEW, GuestFactory() | {"again": "x 12 "}).status_code == 302
