"""Texts at 60, 30 and 7 days, at the end, and at the end of the grace: once each, to whom they concern."""

import pytest

from activation import life, upkeep
from activation.models import Subscription
from activation.tasks import keep_up
from shumoos.accounts.models import User
from shumoos.celery import app
from shumoos.saudi import calendar, sms_length
from shumoos.sms import bodies, kinds
from shumoos.sms.models import TextMessage
from tests.activation.days import DAY, go_to
from tests.activation.subscribing import renew_in_register, subscribe
from tests.factories import OfficerFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db

KINDS = ["subscription_expiring", "subscription_in_grace", "subscription_ended"]


def told():
    found = TextMessage.objects.filter(kind__in=KINDS).order_by("queued_at")
    return [text.kind.removeprefix("subscription_") for text in found]


def test_day_by_day_each_is_told_once(clock):
    subscription = subscribe(days_left=100)
    days = []
    for number in range(140):
        go_to(clock, subscription.period.lower + number * DAY)
        keep_up()
        keep_up()
        if len(told()) > len(days):
            days.append(number - 100)

    assert days == [-60, -30, -7, 1, 31]
    assert told() == ["expiring", "expiring", "expiring", "in_grace", "ended"]


@pytest.mark.parametrize(
    ("days", "latest"),
    [(45, "expiring"), (95, "expiring"), (110, "in_grace"), (200, "ended")],
)
def test_after_days_without_a_run_only_the_latest_is_told(clock, days, latest):
    subscription = subscribe(days_left=100)
    go_to(clock, subscription.period.lower + days * DAY)

    keep_up()
    keep_up()

    assert told() == [latest]


def test_the_text_is_in_the_owners_language_and_says_until_when(clock):
    subscription = subscribe(days_left=100, language="en")
    go_to(clock, subscription.ends_on - 60 * DAY)
    keep_up()

    text = TextMessage.objects.get(kind="subscription_expiring")
    assert text.to == subscription.establishment.owner.mobile
    assert bodies.write(text, kinds.get(text.kind)) == (
        f"Shumoos: the subscription of licence {subscription.licence.number} ends on "
        "11 April 2026 (23 Shawwal 1447 AH). Renew the licence."
    )
    User.objects.filter(pk=subscription.establishment.owner.user_id).update(language="ar")
    go_to(clock, subscription.ends_on + DAY)
    keep_up()
    text = TextMessage.objects.get(kind="subscription_in_grace")
    assert (text.language, "11 مايو 2026م" in bodies.write(text, kinds.get(text.kind))) == ("ar", True)


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize(
    "kind",
    [
        *KINDS,
        "subscription_renewed",
        "subscription_suspended",
        "subscription_reinstated",
        "subscription_closed",
        "closing_refused",
    ],
)
def test_no_text_takes_more_than_three_parts(clock, kind, language):
    subscription = subscribe(days_left=100)
    days = {"subscription_expiring": 90, "subscription_in_grace": 101, "subscription_ended": 131}
    go_to(clock, subscription.period.lower + days.get(kind, 0) * DAY)
    text = TextMessage.objects.create(
        kind=kind, urgency=kinds.get(kind).urgency, to="+966500000000", language=language, about=subscription
    )

    body = bodies.write(text, kinds.get(kind))

    assert sms_length.parts(body) <= 3
    assert body.startswith("شموس" if language == "ar" else "Shumoos")


def test_a_renewed_one_is_told_nothing_of_the_old_end(clock, supervisor):
    subscription = subscribe(days_left=100)
    renew_in_register(subscription)
    life.renew(subscription, by=supervisor)

    for days in (40, 70, 93, 101, 131):
        go_to(clock, subscription.period.lower + days * DAY)
        keep_up()

    assert told() == []


def test_a_text_that_waits_when_the_renewal_comes_is_not_sent(clock, supervisor):
    subscription = subscribe(days_left=100)
    go_to(clock, subscription.ends_on - 7 * DAY)
    keep_up()
    renew_in_register(subscription)
    life.renew(subscription, by=supervisor)
    text = TextMessage.objects.get(kind="subscription_expiring")

    with pytest.raises(kinds.Pointless):
        bodies.write(text, kinds.get(text.kind))


def test_a_renewals_own_end_is_told(clock, supervisor):
    subscription = subscribe(days_left=100)
    renew_in_register(subscription)
    renewal = life.renew(subscription, by=supervisor)
    go_to(clock, renewal.ends_on - 60 * DAY)

    keep_up()

    assert TextMessage.objects.get(kind="subscription_expiring").about == renewal


@pytest.mark.parametrize("move", ["suspend", "close"])
def test_what_does_not_hold_is_reminded_of_nothing(clock, move):
    head = OfficerFactory(role="head")
    subscription = subscribe(days_left=100)
    if move == "suspend":
        life.suspend(subscription, by=head, order_number="1", reason="سبب")
    else:
        life.close(subscription.establishment, by=head, reason="سبب")
    go_to(clock, subscription.ends_on - 60 * DAY)

    keep_up()
    assert told() == []

    if move == "suspend":
        life.reinstate(subscription, by=head, reason="سبب")
        keep_up()
        assert told() == ["expiring"]


def test_a_subscription_that_begins_late_is_told_what_is_still_to_come(clock):
    subscription = subscribe(days_left=20)

    keep_up()
    assert told() == []
    go_to(clock, subscription.ends_on - 7 * DAY)
    keep_up()
    assert told() == ["expiring"]


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_tell_each_owner_once(clock, monkeypatch):
    monkeypatch.setattr(upkeep, "BATCH", 1)
    for _number in range(3):
        subscription = subscribe(days_left=100)
    go_to(clock, subscription.ends_on - 60 * DAY)

    assert at_once(keep_up, keep_up) == [None, None]

    assert told() == ["expiring"] * 3


def test_a_batch_takes_the_same_queries_however_many(clock, django_assert_max_num_queries):
    subscription = subscribe(days_left=100)
    go_to(clock, subscription.ends_on - 60 * DAY)
    with django_assert_max_num_queries(12) as one:
        upkeep.tell_some(calendar.today())
    go_to(clock, subscription.period.lower)
    for _number in range(3):
        subscribe(days_left=100)
    go_to(clock, subscription.ends_on - 60 * DAY)

    with django_assert_max_num_queries(len(one)):
        assert upkeep.tell_some(calendar.today()) == 3


def test_the_beat_rings_by_day_only():
    entry = app.conf.beat_schedule["tell of subscriptions"]
    assert entry["task"] == "activation.tasks.keep_up"
    assert min(entry["schedule"].hour) >= 9
    assert max(entry["schedule"].hour) <= 20


def test_what_was_begun_before_there_were_terms_is_left_alone(clock):
    subscription = subscribe(days_left=100)
    Subscription.objects.update(next_text_on=None)
    go_to(clock, subscription.ends_on)

    keep_up()

    assert told() == []
