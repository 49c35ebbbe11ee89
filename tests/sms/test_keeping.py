"""Texts are deleted when their time is over, as the public page says."""

from datetime import timedelta

import pytest
from django.utils import timezone

from shumoos import keeping as rules
from shumoos.celery import app
from shumoos.sms import keeping, tasks
from shumoos.sms.models import Status, TextMessage
from shumoos.sms.outbox import queue_sms
from tests.sms.conftest import MOBILE

pytestmark = pytest.mark.django_db


def a_text(age, status=Status.SENT):
    """A text that was queued so long ago."""
    text = queue_sms(kind="test_note", to=MOBILE)
    queued_at = timezone.now() - age
    sent = {"sent_at": queued_at, "sid": f"SM{text.pk.hex}", "claimed_at": queued_at}
    TextMessage.objects.filter(pk=text.pk).update(queued_at=queued_at, status=status, error="30003", **sent)
    return text


def test_texts_whose_time_is_over_are_deleted_and_others_stay():
    a_text(keeping.KEPT_FOR + timedelta(minutes=1))
    a_text(keeping.KEPT_FOR + timedelta(days=400), Status.FAILED)
    kept = a_text(keeping.KEPT_FOR - timedelta(minutes=1))
    tasks.forget_old_texts()
    assert list(TextMessage.objects.all()) == [kept]
    assert keeping.forget_old() == 0


def test_one_that_is_still_on_its_way_stays():
    waiting = a_text(keeping.KEPT_FOR + timedelta(days=1), Status.QUEUED)
    keeping.forget_old()
    assert list(TextMessage.objects.all()) == [waiting]


def test_more_than_one_step_deletes_all(monkeypatch):
    monkeypatch.setattr(keeping, "ROWS_AT_ONCE", 2)
    for _text in range(5):
        a_text(keeping.KEPT_FOR + timedelta(days=1))
    assert keeping.forget_old() == 5


def test_the_public_page_says_the_time_that_the_deleting_goes_by(client, monkeypatch):
    [rule] = [rule for rule in rules.rules() if rule.name == "texts"]
    assert rule.period() == keeping.KEPT_FOR
    monkeypatch.setattr(keeping, "KEPT_FOR", timedelta(days=77))
    assert rule.period() == timedelta(days=77)


def test_the_beat_deletes_every_day():
    assert "shumoos.sms.tasks.forget_old_texts" in {each["task"] for each in app.conf.beat_schedule.values()}
