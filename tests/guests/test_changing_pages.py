import re

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from guests import changes
from guests.models import Batch, Door, GuestRecord, RecordChange
from shumoos.accounts.models import Look
from tests.conftest import sign_in
from tests.factories import EstablishmentFactory
from tests.guests.factories import GuestFactory, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(hotel):
    send(hotel, GuestFactory(full_name="نزيل مخترع", room="101"))
    return GuestRecord.objects.get()


@pytest.fixture
def refused(record):
    batch = Batch.objects.create(attempts=1, finished_at=timezone.now())
    GuestRecord.objects.update(
        state="refused", batch=batch, refusal="Unknown <n>", acknowledged_at=timezone.now(), to_correct=True
    )
    return GuestRecord.objects.get()


@pytest.fixture
def page(owner_client):
    owner_client.cookies["django_language"] = "en"
    return owner_client


def url(name, record):
    return reverse(f"guests:{name}", args=[record.pk])


def shown_values(html):
    """What the correction's form holds, as a browser would send it back."""
    values = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*?value="([^"]*)"', html))
    values |= {
        name: chosen[1]
        for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', html, re.DOTALL)
        if (chosen := re.search(r'value="([^"]*)" selected', options))
    }
    values.pop("csrfmiddlewaretoken", None)
    return values


def test_a_correction_starts_from_the_record_and_shows_both_versions_afterwards(page, record):
    form = page.get(url("correct", record)).content.decode()
    values = shown_values(form)
    assert (values["full_name"], values["room"]) == ("نزيل مخترع", "101")

    response = page.post(url("correct", record), values | {"room": "102", "reason": "Another room"})

    assertRedirects(response, url("detail", record), fetch_redirect_response=False)
    change = RecordChange.objects.get()
    assert {name for name in change.content if change.content[name] != change.before.get(name)} == {"room"}
    shown = page.get(response.url).content.decode()
    article = re.search(r'<article.*?id="version-2".*?</article>', shown, re.DOTALL)[0]
    for text in ("Correction", "Another room", "101", "102", "Accepted"):
        assert text in article


def test_sending_the_form_back_as_it_is_changes_nothing(page, record):
    values = shown_values(page.get(url("correct", record)).content.decode())

    assertRedirects(page.post(url("correct", record), values | {"reason": "Nothing"}), url("detail", record))

    assert RecordChange.objects.count() == 0


def test_an_older_form_does_not_undo_a_newer_correction(page, record):
    older = newer = shown_values(page.get(url("correct", record)).content.decode())
    page.post(url("correct", record), newer | {"room": "202", "reason": "Another room"})

    refused = page.post(url("correct", record), older | {"full_name": "نزيل آخر", "reason": "Mistyped"})

    assert RecordChange.objects.count() == 1
    assertContains(refused, "has been changed since this page was opened", status_code=422)
    shown = refused.content.decode()
    assert '<article class="version" id="version-2">' in shown
    assert "Another room" in shown
    values = shown_values(shown)
    assert (values["full_name"], values["room"], values["reason"]) == ("نزيل آخر", "202", "Mistyped")
    assertRedirects(page.post(url("correct", record), values), url("detail", record))
    record.refresh_from_db()
    assert (record.version, record.full_name, record.content["room"]) == (3, "نزيل آخر", "202")


def test_where_both_changed_a_field_what_was_typed_stays_beside_what_holds(page, record):
    older = shown_values(page.get(url("correct", record)).content.decode())
    page.post(url("correct", record), older | {"room": "202", "reason": "Another room"})

    refused = page.post(url("correct", record), older | {"room": "303", "reason": "Moved"})

    assert shown_values(refused.content.decode())["room"] == "303"
    assertContains(refused, "202", status_code=422)


def test_the_same_correction_sent_twice_is_made_once(page, record):
    values = shown_values(page.get(url("correct", record)).content.decode())
    values |= {"room": "202", "reason": "Another room"}

    for _time in range(2):
        assertRedirects(page.post(url("correct", record), values), url("detail", record))

    assert RecordChange.objects.count() == 1


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "2", "9" * 30])
def test_a_version_that_the_record_never_had_corrects_nothing(page, record, version):
    values = shown_values(page.get(url("correct", record)).content.decode())

    response = page.post(url("correct", record), values | {"version": version, "room": "7", "reason": "x"})

    assert response.status_code == 422
    assert RecordChange.objects.count() == 0


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(page, record):
    values = shown_values(page.get(url("correct", record)).content.decode())

    response = page.post(url("correct", record), values | {"id_number": "1000000000", "reason": ""})

    assert response.status_code == 422
    assertContains(response, "looks mistyped", status_code=422)
    assertContains(response, 'value="1000000000"', status_code=422)
    assertContains(response, "This field is required", status_code=422)
    assert RecordChange.objects.count() == 0


def test_the_reference_stays_whatever_is_sent(page, record):
    values = shown_values(page.get(url("correct", record)).content.decode())

    page.post(url("correct", record), values | {"client_reference": "other", "room": "7", "reason": "x"})

    assert GuestRecord.objects.get().client_reference == record.client_reference


def test_a_cancelled_record_says_so_and_is_corrected_no_more(page, record):
    assertContains(page.get(url("cancel", record)), "نزيل مخترع")
    assert page.post(url("cancel", record), {"reason": " "}).status_code == 422

    page.post(url("cancel", record), {"reason": "Never came"})
    assertRedirects(page.post(url("cancel", record), {"reason": "again"}), url("detail", record))

    assert RecordChange.objects.count() == 1
    shown = page.get(url("detail", record))
    assertContains(shown, "This record is cancelled")
    assertContains(shown, "Never came")
    assertNotContains(shown, url("correct", record))
    assertRedirects(page.get(url("correct", record)), url("detail", record))


def test_a_main_guest_is_not_cancelled_before_the_companions(page, hotel, record):
    send(hotel, GuestFactory(companion_of=record.client_reference))

    response = page.post(url("cancel", record), {"reason": "x"})

    assertContains(response, "companions of this guest", status_code=422)
    assert RecordChange.objects.count() == 0


def test_what_the_centre_refused_is_shown_until_it_is_corrected(page, refused):
    assertContains(page.get(reverse("guests:list")), "has refused 1 record.")
    assertContains(page.get(reverse("home")), "has refused 1 record.")
    listed = page.get(reverse("guests:to_correct"))
    assertContains(listed, "Unknown &lt;n&gt;")
    assertContains(listed, url("correct", refused))
    assertContains(page.get(url("detail", refused)), "sent again automatically")

    values = shown_values(page.get(url("correct", refused)).content.decode())
    page.post(url("correct", refused), values | {"room": "9", "reason": "Put right"})

    assertNotContains(page.get(reverse("guests:list")), "has refused")
    assertNotContains(page.get(reverse("home")), "has refused")
    assertContains(page.get(reverse("guests:to_correct")), "has refused nothing")
    assertContains(page.get(url("detail", refused)), "Waiting to be transferred")


def test_the_list_asks_as_often_for_one_record_as_for_three(
    page, hotel, refused, django_assert_max_num_queries
):
    def queries(address):
        with django_assert_max_num_queries(25) as asked:
            page.get(address)
        return len(asked)

    before = [queries(reverse("guests:to_correct")), queries(url("detail", refused))]
    send(hotel, *GuestFactory.create_batch(2))
    batch = Batch.objects.get()
    GuestRecord.objects.update(state="refused", batch=batch, acknowledged_at=timezone.now(), to_correct=True)

    assert [queries(reverse("guests:to_correct")), queries(url("detail", refused))] == before


@pytest.mark.parametrize("name", ["correct", "cancel"])
def test_strangers_find_nothing_to_change(hotel, record, name):
    stranger = sign_in(EstablishmentFactory().owner.user)

    assert stranger.get(url(name, record)).status_code == 404
    assert stranger.post(url(name, record), {"reason": "x"}).status_code == 404
    assert RecordChange.objects.count() == 0


@pytest.mark.parametrize("name", ["correct", "cancel"])
def test_others_than_owners_and_their_people_may_not(supervisor_client, record, name):
    assert supervisor_client.get(url(name, record)).status_code == 403


def test_opening_a_form_with_somebodys_data_is_a_look(page, record):
    page.get(url("correct", record))
    page.get(url("cancel", record))

    subject = f"guests.guestrecord:{record.pk}"
    assert set(Look.objects.filter(subject=subject).values_list("action", flat=True)) == {
        "correct guest record",
        "cancel guest record",
    }


def test_a_departure_is_a_version_without_a_reason(page, owner, record):
    changes.depart(record, timezone.now(), by=owner, door=Door.FORM)

    shown = page.get(url("detail", record)).content.decode()

    article = re.search(r'<article.*?id="version-2".*?</article>', shown, re.DOTALL)[0]
    assert "Departure" in article
    assert "Reason" not in article
