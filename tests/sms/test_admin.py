import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shumoos.accounts.models import Role
from shumoos.accounts.people import create_person
from shumoos.sms.models import Status, TextMessage
from shumoos.sms.outbox import queue_sms
from tests.activation.subscribing import subscribe
from tests.conftest import sign_in
from tests.factories import OfficerFactory, city
from tests.sms.conftest import MOBILE

LIST = reverse("admin:sms_textmessage_changelist")


@pytest.fixture
def auditor_client(client, db):
    sign_in(create_person(username="auditor", full_name="مدقق تجريبي", role=Role.AUDITOR), client)
    return client


@pytest.fixture
def failed(db):
    text = queue_sms(kind="test_note", to=MOBILE)
    TextMessage.objects.update(status=Status.FAILED, error="21610")
    return text


def test_the_list_shows_what_became_of_each_text_but_no_mobile(auditor_client, failed):
    page = auditor_client.get(LIST)

    assert page.status_code == 200
    shown = page.content.decode()
    assert "ألغى صاحب هذا الجوال استقبال رسائلنا." in shown
    assert "test_note" in shown
    assert MOBILE not in shown
    assert "•67" in shown


def test_one_text_shows_no_mobile_and_no_body(auditor_client, failed):
    page = auditor_client.get(reverse("admin:sms_textmessage_change", args=[failed.pk]))

    assert page.status_code == 200
    assert MOBILE not in page.content.decode()
    assert "it's on" not in page.content.decode()


@pytest.mark.parametrize(("status", "count"), [("failed", 1), ("sent", 0)])
def test_texts_are_found_by_status(auditor_client, failed, status, count):
    page = auditor_client.get(LIST, {"status__exact": status, "kind": "test_note"})

    assert page.context["cl"].result_count == count


def test_the_list_takes_the_same_queries_however_many(auditor_client, failed, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        auditor_client.get(LIST)
    queue_sms(kind="test_note", to=MOBILE)
    queue_sms(kind="test_code", to=MOBILE)
    with django_assert_num_queries(len(few)):
        auditor_client.get(LIST)


def test_nothing_can_be_added_changed_or_deleted(auditor_client, failed):
    assert auditor_client.get(reverse("admin:sms_textmessage_add")).status_code == 403
    change = reverse("admin:sms_textmessage_change", args=[failed.pk])
    assert auditor_client.post(change, {"status": "sent"}).status_code == 403
    assert auditor_client.post(reverse("admin:sms_textmessage_delete", args=[failed.pk])).status_code == 403
    failed.refresh_from_db()
    assert failed.status == Status.FAILED


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OWNER])
def test_others_do_not_see_the_texts(client, failed, role):
    sign_in(create_person(username="somebody", full_name="شخص تجريبي", role=role), client)

    assert client.get(LIST).status_code in (302, 403)


# Whose texts an officer sees --------------------------------------------------------------------------------


@pytest.fixture
def texts_of_two_offices(db):
    """A text about a subscription of Riyadh and one of Makkah."""
    riyadh = subscribe()
    makkah = subscribe(in_register=False, city=city("jeddah"), supervisor=OfficerFactory(office="MKK"))
    return [TextMessage.objects.about(each).get() for each in (riyadh, makkah)]


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.HEAD])
def test_an_officer_sees_the_texts_of_their_own_office_alone(texts_of_two_offices, role):
    own, other = texts_of_two_offices
    officer = sign_in(OfficerFactory(role=role))
    shown = {text.pk for text in officer.get(LIST).context["cl"].result_list}
    assert own.pk in shown
    assert other.pk not in shown
    change = "admin:sms_textmessage_change"
    assert officer.get(reverse(change, args=[own.pk])).status_code == 200
    assert officer.get(reverse(change, args=[other.pk])).status_code == 302
    assert officer.get(reverse("admin:sms_textmessage_history", args=[other.pk])).status_code in (302, 404)


def test_an_officer_sees_no_codes_and_no_texts_about_nobodys_establishment(supervisor_client, failed):
    queue_sms(kind="staff_credentials", to=MOBILE, about=OfficerFactory())
    assert supervisor_client.get(LIST).context["cl"].result_count == 0


def test_an_auditor_sees_the_texts_of_every_office(auditor_client, texts_of_two_offices, failed):
    shown = {text.pk for text in auditor_client.get(LIST).context["cl"].result_list}
    assert {failed.pk, *(text.pk for text in texts_of_two_offices)} <= shown


def test_a_text_is_found_by_its_number_in_ones_own_office_alone(texts_of_two_offices, supervisor_client):
    own, other = texts_of_two_offices
    found = [
        supervisor_client.post(LIST, {"q": str(text.pk)}, follow=True).context["cl"].result_count
        for text in (own, other)
    ]
    assert found == [1, 0]
