import signal
import subprocess
import sys
from datetime import timedelta
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from guests import changes, keeping
from guests.models import (
    Door,
    GuestRecord,
    Inspection,
    KeepingRule,
    PurgedDay,
    RecordChange,
    Submission,
)
from guests.tasks import purge_records
from shumoos.accounts.models import Look, Role
from shumoos.saudi import calendar
from shumoos.stack import BASE_DIR
from tests.conftest import sign_in
from tests.factories import UserFactory
from tests.guests.factories import GuestFactory, send
from tests.races import at_once
from tests.workers import child_environment

pytestmark = pytest.mark.django_db

START = reverse("admin:guests_inspection_start")


def age(days, *, years=5):
    """Let every record be received so many days before the first day that is kept."""
    then = timezone.now() - timedelta(days=days + round(years * 365.25))
    GuestRecord.objects.update(created_at=then)


def stated(hotel, **values):
    return {"number": hotel.number, "case_number": "1448/77", "reason": "Theft"} | values


def begin(client, hotel):
    response = client.post(START, stated(hotel))
    return Inspection.objects.get(pk=response.url.split("/")[-3])


@pytest.fixture
def record(hotel):
    send(hotel, GuestFactory(full_name="نزيل مخترع", id_number="1000000008"))
    return GuestRecord.objects.get()


@pytest.mark.parametrize("client", ["supervisor_client", "head_client", "auditor_client"], indirect=False)
def test_officers_see_records_for_a_stated_reason_and_every_look_is_logged(request, hotel, record, client):
    client = request.getfixturevalue(client)
    inspection = begin(client, hotel)
    listed = client.get(reverse("admin:guests_inspection_records", args=[inspection.pk]))
    assertContains(listed, record.client_reference)
    assertNotContains(listed, "نزيل مخترع")

    shown = client.get(reverse("admin:guests_inspection_record", args=[inspection.pk, record.pk]))

    assertContains(shown, "نزيل مخترع")
    look = Look.objects.get(action="inspect guest record")
    assert (look.subject, look.reason) == (f"guests.guestrecord:{record.pk}", "1448/77: Theft")
    inspection.refresh_from_db()
    assert inspection.looks == 1


def test_a_record_seen_leads_to_an_occurrence_with_what_is_known_filled_in(
    supervisor_client, head_client, hotel, record
):
    inspection = begin(supervisor_client, hotel)
    address = reverse("admin:guests_inspection_record", args=[inspection.pk, record.pk])
    link = f"{reverse('admin:violations_record')}?inspection={inspection.pk}&amp;seen={record.pk}"
    assertContains(supervisor_client.get(address), link)

    form = supervisor_client.get(unescape(link)).context["form"]
    assert (form["establishment"].value(), form["record"].value()) == (hotel.number, record.client_reference)

    # Not for another officer, nor once the hour is over.
    assert head_client.get(unescape(link)).context["form"]["record"].value() is None
    Inspection.objects.update(begun_at=timezone.now() - timedelta(minutes=61))
    assert supervisor_client.get(unescape(link)).context["form"]["record"].value() is None


def test_an_auditor_is_not_led_to_what_they_cannot_do(auditor_client, hotel, record):
    inspection = begin(auditor_client, hotel)
    address = reverse("admin:guests_inspection_record", args=[inspection.pk, record.pk])
    assertNotContains(auditor_client.get(address), reverse("admin:violations_record"))


def test_the_time_left_of_the_hour_is_shown(supervisor_client, hotel, record):
    inspection = begin(supervisor_client, hotel)
    Inspection.objects.update(begun_at=timezone.now() - timedelta(minutes=47, seconds=30))
    for name, keys in (("records", [inspection.pk]), ("record", [inspection.pk, record.pk])):
        shown = supervisor_client.get(reverse(f"admin:guests_inspection_{name}", args=keys))
        assertContains(shown, "وبقيت 13 دقيقة")


@pytest.mark.parametrize("missing", ["case_number", "reason", "number"])
def test_without_reason_and_case_number_nothing_is_shown(supervisor_client, hotel, missing):
    response = supervisor_client.post(START, stated(hotel, **{missing: " "}))

    assert response.status_code == 422
    assert Inspection.objects.count() == 0


def test_another_office_s_establishment_is_none(makkah_client, hotel, record):
    assert makkah_client.post(START, stated(hotel)).status_code == 422
    assert Inspection.objects.count() == 0


def test_a_reason_holds_for_its_officer_its_establishment_and_an_hour(
    supervisor_client, auditor_client, hotel, record
):
    inspection = begin(supervisor_client, hotel)
    address = reverse("admin:guests_inspection_record", args=[inspection.pk, record.pk])
    assert supervisor_client.get(address).status_code == 200
    assert auditor_client.get(address).status_code == 404
    GuestRecord.objects.all().delete()
    assert supervisor_client.get(address).status_code == 404

    Inspection.objects.update(begun_at=timezone.now() - timedelta(minutes=61))
    records = reverse("admin:guests_inspection_records", args=[inspection.pk])
    assert supervisor_client.get(records).status_code == 404


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMINISTRATOR, Role.SUPPORT])
def test_others_have_no_way_to_records(hotel, role):
    client = sign_in(UserFactory(role=role))

    assert client.get(START).status_code in (302, 403)
    assert client.post(START, stated(hotel)).status_code in (302, 403)
    assert Inspection.objects.count() == 0


def test_a_search_by_identity_number_is_a_look_too(supervisor_client, hotel, record):
    inspection = begin(supervisor_client, hotel)
    address = reverse("admin:guests_inspection_records", args=[inspection.pk])

    assertContains(supervisor_client.post(address, {"id_number": "١٠٠٠٠٠٠٠٠٨"}), record.client_reference)
    assertNotContains(supervisor_client.post(address, {"id_number": "2"}), record.client_reference)

    assert Look.objects.filter(action="search guest records", reason="1448/77: Theft").count() == 2
    assert not Look.objects.filter(subject__contains="1000000008").exists()


def test_the_next_page_of_a_search_is_asked_for_with_the_same_number(supervisor_client, hotel, monkeypatch):
    monkeypatch.setattr("guests.views.common.PAGE", 1)
    for room in ("1", "2"):
        send(hotel, GuestFactory(id_number="1000000008", room=room))
    send(hotel, GuestFactory())
    later, earlier = GuestRecord.objects.filter(id_number="1000000008").order_by("-pk")
    inspection = begin(supervisor_client, hotel)
    address = reverse("admin:guests_inspection_records", args=[inspection.pk])

    first = supervisor_client.post(address, {"id_number": "1000000008"})
    assert first.context["rows"] == [later]
    assertContains(first, f'name="before" value="{later.pk}"')
    second = supervisor_client.post(address, {"id_number": "1000000008", "before": later.pk})
    assert second.context["rows"] == [earlier]
    assertNotContains(second, 'name="before"')


def test_the_owner_sees_how_often_and_not_by_whom(supervisor_client, supervisor, owner_client, hotel, record):
    inspection = begin(supervisor_client, hotel)
    address = reverse("admin:guests_inspection_record", args=[inspection.pk, record.pk])
    for _ in range(3):
        supervisor_client.get(address)

    shown = owner_client.get(reverse("accounts:account")).content.decode()

    assert '<dd class="number">3</dd>' in shown
    for secret in (supervisor.full_name, "1448/77", "Theft"):
        assert secret not in shown
    assertRedirects(supervisor_client.get(reverse("admin:guests_inspection_changelist")), START)


def test_records_are_deleted_when_their_time_is_over_and_their_receipts_stay(hotel, owner):
    send(hotel, guest := GuestFactory(room="1"))
    record = GuestRecord.objects.get()
    content = {**record.content, "room": "2"}
    changes.correct(record, content, reason="x", by=owner, door=Door.FORM)
    digest = Submission.objects.get(action="").sha256
    age(2)
    send(hotel, kept := GuestFactory())

    assert keeping.purge() == 1
    assert keeping.purge() == 0

    assert [record.client_reference for record in GuestRecord.objects.all()] == [kept["client_reference"]]
    assert RecordChange.objects.count() == 0
    submission = Submission.objects.order_by("pk").first()
    assert (submission.accepted, submission.sha256) == (1, digest)
    [day] = PurgedDay.objects.all()
    assert (day.records, day.finished_at is not None) == (1, True)
    assert guest["client_reference"] != kept["client_reference"]


def test_how_long_they_are_kept_is_data(hotel, record):
    age(2, years=2)
    assert keeping.purge() == 0

    KeepingRule.objects.create(holds_from=calendar.today() + timedelta(days=1), years=1)
    assert keeping.purge() == 0
    KeepingRule.objects.create(holds_from=calendar.today(), years=2)
    assert keeping.purge() == 1

    with pytest.raises(ValidationError):
        KeepingRule(holds_from=calendar.today(), years=0).full_clean()


@pytest.mark.django_db(transaction=True)
def test_two_purges_at_once_delete_each_record_once(hotel, monkeypatch):
    monkeypatch.setattr(keeping, "ROWS_AT_ONCE", 5)
    send(hotel, *GuestFactory.create_batch(30))
    age(2)

    assert sum(at_once(keeping.purge, keeping.purge)) == 30

    assert GuestRecord.objects.count() == 0
    assert PurgedDay.objects.get().records == 30


def test_many_days_and_rows_are_deleted_in_pieces_of_a_few(hotel, owner, monkeypatch):
    monkeypatch.setattr(keeping, "ROWS_AT_ONCE", 10)
    for number in range(3):
        send(hotel, *GuestFactory.create_batch(25, room="1"))
        latest = GuestRecord.objects.latest("pk")
        content = {**latest.content, "room": "2"}
        changes.correct(latest, content, reason="x", by=owner, door=Door.FORM)
        then = timezone.now() - timedelta(days=10 - number + round(5 * 365.25))
        GuestRecord.objects.filter(submission=latest.submission).update(created_at=then)
    send(hotel, GuestFactory())

    with CaptureQueriesContext(connection) as asked:
        assert keeping.purge() == 75

    deleting = [query["sql"] for query in asked if query["sql"].startswith("DELETE FROM guests_guestrecord")]
    assert [sql.count(",") + 1 for sql in deleting] == [10, 10, 5] * 3
    assert [day.records for day in PurgedDay.objects.order_by("day")] == [25, 25, 25]
    assert all(day.finished_at for day in PurgedDay.objects.all())
    assert (GuestRecord.objects.count(), RecordChange.objects.count()) == (1, 0)
    assert Submission.objects.exclude(sha256="").count() == 7


@pytest.mark.django_db(transaction=True)
def test_a_purge_that_is_killed_is_gone_on_with(hotel):
    digest = send(hotel, *GuestFactory.create_batch(40)).sha256
    age(2)
    killed = """
import django; django.setup()
import os, signal
from guests import keeping
from django.conf import settings
keeping.ROWS_AT_ONCE = 10
step, done = keeping.purge_step, []
def purge_step(*args):
    if len(done) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(step(*args))
    return done[-1]
keeping.purge_step = purge_step
keeping.purge()
"""
    environment = child_environment(DJANGO_SETTINGS_MODULE="shumoos.settings")
    process = subprocess.run([sys.executable, "-c", killed], cwd=BASE_DIR, env=environment, check=False)
    assert process.returncode == -signal.SIGKILL
    assert (GuestRecord.objects.count(), PurgedDay.objects.get().records) == (20, 20)
    assert PurgedDay.objects.get().finished_at is None

    purge_records()

    assert (GuestRecord.objects.count(), PurgedDay.objects.get().records) == (0, 40)
    assert PurgedDay.objects.get().finished_at is not None
    submission = Submission.objects.get()
    assert (submission.accepted, submission.sha256) == (40, digest)
