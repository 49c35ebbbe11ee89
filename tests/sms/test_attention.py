"""Credentials that did not arrive are seen, with the reason in plain words."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import translation

from shumoos.accounts.models import Role
from shumoos.accounts.people import create_person
from shumoos.sms.models import Status, TextMessage
from shumoos.sms.outbox import queue_sms
from shumoos.sms.outcomes import Refused, Sent
from shumoos.sms.tasks import send_due_texts
from tests.conftest import sign_in
from tests.sms.conftest import MOBILE

pytestmark = pytest.mark.usefixtures("transactional_db")


def needing_attention():
    return list(TextMessage.objects.needing_attention())


@pytest.fixture
def send(owner):
    """Queue credentials for the owner, and have this come of them."""

    def queue_and_record(outcome, *, kind="test_secret", about=owner):
        text = queue_sms(kind=kind, to=MOBILE, about=about)
        if outcome is not None:
            [claimed] = TextMessage.objects.claim(limit=1)
            assert claimed.record(outcome)
        text.refresh_from_db()
        return text

    return queue_and_record


def test_credentials_that_were_refused_need_attention(send):
    text = send(Refused("21614"))

    assert needing_attention() == [text]
    with translation.override("en"):
        assert text.reason == "This is not a mobile number. Ask for the right one."
    with translation.override("ar"):
        assert text.reason.startswith("هذا ليس رقم جوال")


def test_credentials_without_a_receipt_need_attention_after_half_an_hour(send, age):
    text = send(Sent("SM1"))

    age(text, sent_at=timedelta(minutes=29))
    assert needing_attention() == []
    assert text.reason == ""

    age(text, sent_at=timedelta(minutes=31))
    assert needing_attention() == [text]
    with translation.override("en"):
        assert text.reason == "Sent, but after 30 minutes there is no receipt that it was delivered."
    with translation.override("ar"):
        assert text.reason == "أُرسلت، ولم يصل خلال 30 دقيقة ما يؤكد تسليمها."


def test_a_code_that_nobody_knows_is_told_in_both_languages_too(send):
    text = send(Refused("29999"))

    with translation.override("en"):
        assert text.reason == "The gateway refused the text with its code 29999."
    with translation.override("ar"):
        assert text.reason == "رفضت بوابة الرسائل الرسالة برمزها 29999."


def test_a_receipt_that_comes_late_ends_it(send, age):
    text = send(Sent("SM1"))
    age(text, sent_at=timedelta(hours=1))

    text.report(Status.DELIVERED, sid="SM1")

    assert needing_attention() == []


@pytest.mark.parametrize("kind", ["test_note", "test_code"])
def test_other_kinds_that_fail_need_none(send, kind):
    send(Refused("21614"), kind=kind)

    assert needing_attention() == []


def test_a_resend_that_goes_out_clears_it(send):
    failed = send(Refused("21614"))
    resent = send(None)
    assert needing_attention() == [failed]

    [claimed] = TextMessage.objects.claim(limit=1)
    claimed.record(Sent("SM2"))

    assert needing_attention() == []
    resent.report(Status.DELIVERED, sid="SM2")
    assert needing_attention() == []


def test_a_resend_that_fails_takes_the_place_of_the_first(send):
    send(Refused("21614"))
    again = send(Refused("21610"))

    assert needing_attention() == [again]


def test_a_resend_about_somebody_else_clears_nothing(send):
    failed = send(Refused("21614"))
    other = create_person(username="o-2", full_name="مالك آخر", role=Role.OWNER, mobile=MOBILE)

    send(Sent("SM2"), about=other)

    assert needing_attention() == [failed]


def test_a_password_chosen_in_the_meantime_clears_it(send, owner, twilio):
    send(Refused("21614"))
    send(None)
    owner.set_password("chosen by the owner")
    owner.save()

    send_due_texts()

    assert needing_attention() == []


def test_they_are_narrowed_to_what_they_are_about(send, owner):
    text = send(Refused("21614"))
    people = get_user_model().objects.all()

    assert list(TextMessage.objects.needing_attention().about_any_of(people)) == [text]
    assert not TextMessage.objects.needing_attention().about_any_of(people.exclude(pk=owner.pk))


def test_the_number_that_brings_on_30003_comes_back_through_the_real_report(public, twilio, owner):
    text = queue_sms(kind="test_secret", to="+966500555103", about=owner)

    send_due_texts()
    twilio.finish_callbacks()

    assert needing_attention() == [text]
    text.refresh_from_db()
    with translation.override("en"):
        assert text.reason == "The mobile was switched off or out of reach. Ask the holder to switch it on."


def test_the_admin_finds_them(send, client):
    failed = send(Refused("21614"))
    send(Refused("21614"), kind="test_note")
    sign_in(create_person(username="auditor", full_name="مدقق تجريبي", role=Role.AUDITOR), client)

    page = client.get(
        reverse("admin:sms_textmessage_changelist"),
        {"attention": "needed"},
        headers={"Accept-Language": "en"},
    )

    assert [row.pk for row in page.context["cl"].result_list] == [failed.pk]
    assert "هذا ليس رقم جوال" in page.content.decode()
