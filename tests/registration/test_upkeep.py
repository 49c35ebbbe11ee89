"""Reminders at 30 and 50 days without a visit, and the end at 60."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from registration import following, upkeep
from registration.models import Application, Status, WrongLookUp
from registration.moves import move_application
from registration.tasks import keep_up
from shumoos.celery import app
from shumoos.saudi import sms_length
from shumoos.sms import bodies, kinds
from shumoos.sms.models import TextMessage
from tests.factories import ApplicationFactory, TypedFactory, make_draft
from tests.races import at_once

pytestmark = pytest.mark.django_db

# Late in the evening in Riyadh, still the day before in London's afternoon.
SENT = "2026-11-01 23:30:00+03:00"


@pytest.fixture
def clock():
    with time_machine.travel(SENT, tick=False) as clock:
        yield clock


def reminders():
    return TextMessage.objects.filter(kind="application_reminder").count()


def on_day(clock, number):
    """Nine in the morning in Riyadh, so many days after the application was sent."""
    clock.move_to("2026-11-01 09:00:00+03:00")
    clock.shift(timedelta(days=number))


@pytest.mark.parametrize(
    ("day", "texts", "status"),
    [
        (29, 0, "submitted"),
        (30, 1, "submitted"),
        (49, 1, "submitted"),
        (50, 2, "submitted"),
        (59, 2, "submitted"),
        (60, 2, "expired"),
    ],
)
def test_day_by_day(clock, day, texts, status):
    application = ApplicationFactory()
    for number in range(day + 1):
        on_day(clock, number)
        keep_up()

    application.refresh_from_db()
    assert (reminders(), application.status) == (texts, status)


def test_expiry_is_told_and_kept_in_the_history(clock):
    application = ApplicationFactory()
    on_day(clock, 60)

    keep_up()
    keep_up()

    application.refresh_from_db()
    event = application.events.last()
    assert (event.old, event.new, event.by) == ("submitted", "expired", None)
    assert application.decided_at == timezone.now()
    text = TextMessage.objects.get(kind="application_expired")
    assert (text.to, text.about) == (application.owner_mobile, application)
    assert not reminders()


def test_after_days_without_a_run_only_the_latest_reminder_is_sent(clock):
    ApplicationFactory()
    on_day(clock, 55)

    keep_up()
    keep_up()

    assert reminders() == 1


@pytest.mark.parametrize("status", [Status.UNDER_REVIEW, Status.RETURNED, Status.WITHDRAWN])
def test_what_does_not_wait_for_a_visit_is_left_alone(clock, supervisor, status):
    application = ApplicationFactory()
    make_draft(**TypedFactory())
    move_application(application, Status.UNDER_REVIEW, by=supervisor)
    move_application(application, status, by=supervisor, reason="السبب")
    on_day(clock, 70)

    keep_up()

    application.refresh_from_db()
    assert application.status == status
    assert not reminders()
    assert Application.objects.filter(status=Status.DRAFT).count() == 1


def test_back_in_the_queue_the_days_begin_anew(clock, supervisor):
    application = ApplicationFactory()
    on_day(clock, 59)
    move_application(application, Status.UNDER_REVIEW, by=supervisor)
    move_application(application, Status.SUBMITTED, by=supervisor)
    on_day(clock, 61)

    keep_up()

    application.refresh_from_db()
    assert application.status == Status.SUBMITTED
    on_day(clock, 59 + 60)
    keep_up()
    application.refresh_from_db()
    assert application.status == Status.EXPIRED


def test_more_than_a_batch_is_done_in_one_run(clock, monkeypatch):
    monkeypatch.setattr(upkeep, "BATCH", 2)
    for _position in range(5):
        ApplicationFactory()
    on_day(clock, 30)
    keep_up()
    assert reminders() == 5

    on_day(clock, 60)
    keep_up()
    assert Application.objects.filter(status=Status.EXPIRED).count() == 5


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_remind_and_expire_once(clock):
    for _position in range(3):
        ApplicationFactory()
    on_day(clock, 30)
    assert at_once(upkeep.keep_up, upkeep.keep_up) == [None, None]
    assert reminders() == 3

    on_day(clock, 60)
    at_once(upkeep.keep_up, upkeep.keep_up)
    assert TextMessage.objects.filter(kind="application_expired").count() == 3
    assert [application.events.count() for application in Application.objects.all()] == [2, 2, 2]


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("kind", ["application_reminder", "application_expired", "application_withdrawn"])
def test_each_text_names_the_application_in_one_part(clock, kind, language):
    application = ApplicationFactory(language=language)
    text = TextMessage.objects.create(kind=kind, to="+966501234567", language=language, urgency=2)
    text.about = application

    body = bodies.write(text, kinds.get(kind))

    assert application.shown_reference in body
    assert sms_length.parts(body) == 1
    if kind == "application_reminder":
        assert "2026-12-31" in body


def test_a_reminder_that_comes_after_the_visit_is_not_sent(supervisor):
    application = ApplicationFactory()
    move_application(application, Status.UNDER_REVIEW, by=supervisor)
    text = TextMessage(kind="application_reminder", to="+966501234567", urgency=3, about=application)

    with pytest.raises(kinds.Pointless):
        bodies.write(text, kinds.get(text.kind))


def test_wrong_look_ups_are_forgotten_after_a_day(clock):
    following.find("264821903741", mobile_ending="0000", address="192.0.2.1")
    clock.shift(timedelta(hours=23))
    keep_up()
    assert WrongLookUp.objects.count() == 1
    clock.shift(timedelta(hours=2))
    keep_up()
    assert not WrongLookUp.objects.exists()


def test_the_beat_rings_for_it():
    assert "registration.tasks.keep_up" in {entry["task"] for entry in app.conf.beat_schedule.values()}
