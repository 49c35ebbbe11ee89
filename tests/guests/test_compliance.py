"""Which days are reported, late or missing; deadlines, outages, reminders, and standing nil returns."""

from datetime import date, datetime, time

import pytest

from activation import life
from activation.models import Act, SubscriptionEvent
from guests import changes, compliance, nil_returns, reminders, standing
from guests.compliance import DayState
from guests.models import (
    Deadline,
    DeadlineReminder,
    Door,
    GuestRecord,
    NilReturn,
    Outage,
    Part,
    StandingNilReturn,
)
from guests.tasks import file_standing_nil_returns, tell_of_deadlines
from shumoos.celery import app
from shumoos.saudi.calendar import RIYADH
from shumoos.sms import kinds as text_kinds
from shumoos.sms.models import TextMessage
from tests.factories import EstablishmentFactory, OfficerFactory
from tests.guests.factories import GuestFactory, SubscribedFactory, send, subscribe
from tests.races import at_once

pytestmark = pytest.mark.django_db

# Noon in Riyadh, on a Sunday.
NOW = datetime(2026, 3, 15, 12, 0, tzinfo=RIYADH)


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)


def on(day, hour=15):
    return f"2026-03-{day:02} {hour:02}:00"


def state(establishment, day, kind="lodging"):
    [found] = compliance.days(establishment, kind, date(2026, 3, day), date(2026, 3, day))
    return found


def missing(first=1, last=15):
    return [
        (found.establishment_id, found.kind, found.day.day)
        for found in compliance.missing(date(2026, 3, first), date(2026, 3, last))
    ]


def sent_at(submission, moment):
    GuestRecord.objects.filter(submission=submission).update(created_at=moment)


def test_a_day_of_which_records_came_in_time_is_reported(hotel):
    sent_at(send(hotel, GuestFactory(arrived_at=on(10))), datetime(2026, 3, 11, 14, 59, tzinfo=RIYADH))

    found = state(hotel, 10)

    assert (found.state, found.records, found.late) == (DayState.REPORTED, 1, 0)


def test_a_record_that_came_after_its_deadline_makes_its_day_late(hotel):
    sent_at(send(hotel, GuestFactory(arrived_at=on(10))), datetime(2026, 3, 11, 15, 1, tzinfo=RIYADH))
    send(hotel, GuestFactory(arrived_at=on(10)))
    GuestRecord.objects.filter(pk=GuestRecord.objects.latest("pk").pk).update(
        created_at=datetime(2026, 3, 10, 16, 0, tzinfo=RIYADH)
    )

    found = state(hotel, 10)

    assert (found.state, found.records, found.late) == (DayState.LATE, 2, 1)


def test_days_are_those_of_riyadh(hotel):
    send(hotel, GuestFactory(arrived_at="2026-03-13T22:30:00Z"))

    assert (state(hotel, 13).records, state(hotel, 14).records) == (0, 1)


def test_a_day_is_due_until_its_deadline_and_missing_afterwards(hotel):
    assert state(hotel, 14).deadline == datetime(2026, 3, 16, 0, 0, tzinfo=RIYADH)
    assert [state(hotel, day).state for day in (13, 14, 15, 16)] == [
        DayState.MISSING,
        DayState.OPEN,
        DayState.OPEN,
        DayState.UPCOMING,
    ]


def test_a_nil_return_covers_its_day_until_a_record_voids_it(hotel, owner):
    nil_returns.file(hotel, "lodging", date(2026, 3, 14), by=owner, door=Door.FORM)
    assert state(hotel, 14).state == DayState.NIL

    send(hotel, GuestFactory(arrived_at=on(14)))

    assert (state(hotel, 14).state, state(hotel, 14).nil_return) == (DayState.REPORTED, None)


def test_a_nil_return_after_the_deadline_is_late(hotel, owner):
    nil_returns.file(hotel, "lodging", date(2026, 3, 10), by=owner, door=Door.FORM)

    assert state(hotel, 10).state == DayState.LATE


def test_a_cancelled_record_covers_nothing(hotel, owner):
    send(hotel, GuestFactory(arrived_at=on(13)))
    changes.cancel(GuestRecord.objects.get(), reason="خطأ", by=owner, door=Door.FORM)

    assert state(hotel, 13).state == DayState.MISSING
    assert (hotel.pk, "lodging", 13) in missing()


def test_another_kind_and_another_establishment_cover_nothing(hotel):
    send(SubscribedFactory(owner=hotel.owner), GuestFactory(arrived_at=on(13)))

    assert state(hotel, 13).state == DayState.MISSING


def test_days_before_the_subscription_and_without_one_are_not_due(establishment):
    subscribe(establishment, period=(date(2026, 3, 12), date(2027, 3, 12)))

    assert [state(establishment, day).state for day in (10, 11, 12, 13)] == [
        DayState.NOT_DUE,
        DayState.NOT_DUE,
        DayState.MISSING,
        DayState.MISSING,
    ]
    assert missing() == [(establishment.pk, "lodging", 12), (establishment.pk, "lodging", 13)]
    assert EstablishmentFactory().pk not in {pk for pk, _kind, _day in missing()}


def test_days_of_a_suspension_are_not_due(hotel, time_machine):
    subscription = hotel.subscriptions.get()
    head = OfficerFactory(role="head")
    time_machine.move_to(datetime(2026, 3, 8, 10, 0, tzinfo=RIYADH), tick=False)
    life.suspend(subscription, by=head, order_number="1447/1", reason="سبب")
    time_machine.move_to(datetime(2026, 3, 11, 10, 0, tzinfo=RIYADH), tick=False)
    life.reinstate(subscription, by=head, reason="سبب")
    time_machine.move_to(NOW, tick=False)

    assert [day for _pk, _kind, day in missing(6, 13)] == [6, 7, 12, 13]
    assert state(hotel, 9).state == DayState.NOT_DUE


def test_while_it_is_suspended_nothing_is_due(hotel, time_machine):
    time_machine.move_to(datetime(2026, 3, 11, 10, 0, tzinfo=RIYADH), tick=False)
    life.suspend(hotel.subscriptions.get(), by=OfficerFactory(role="head"), order_number="1", reason="سبب")
    time_machine.move_to(NOW, tick=False)

    assert [day for _pk, _kind, day in missing(9, 14)] == [9, 10]


def test_a_closed_subscription_owes_nothing_afterwards(hotel):
    subscription = hotel.subscriptions.get()
    subscription.status = "closed"
    subscription.end_by(date(2026, 3, 12))
    subscription.save()
    SubscriptionEvent.objects.create(
        subscription=subscription,
        act=Act.CLOSED,
        old="active",
        new="closed",
        reason="سبب",
        by=OfficerFactory(),
        at=datetime(2026, 3, 12, 9, 0, tzinfo=RIYADH),
    )

    assert [day for _pk, _kind, day in missing(10, 14)] == [10, 11]


def test_days_of_grace_are_due_and_those_after_it_are_not(establishment):
    subscribe(establishment, period=(date(2025, 1, 1), date(2026, 3, 8)), grace_days=3)

    assert [day for _pk, _kind, day in missing(6, 14)] == [6, 7, 8, 9, 10]


def test_missing_looks_at_every_kind_of_the_sector(hotel):
    hotel.sector.record_kinds = ["lodging", "vehicle_rental"]
    hotel.sector.save()
    send(hotel, GuestFactory(arrived_at=on(13)))

    assert missing(13, 13) == [(hotel.pk, "vehicle_rental", 13)]


def test_missing_asks_as_much_for_many_establishments_as_for_one(
    hotel, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8) as captured:
        assert len(missing(13, 13)) == 1
    for _number in range(3):
        SubscribedFactory()

    with django_assert_num_queries(len(captured)):
        assert len(missing(13, 13)) == 4


def test_the_deadline_is_data_and_holds_from_its_day(hotel):
    Deadline.objects.create(kind="lodging", valid_from=date(2026, 3, 14), hours=6, warn_hours=2)

    assert state(hotel, 13).deadline == datetime(2026, 3, 15, 0, 0, tzinfo=RIYADH)
    assert state(hotel, 14).deadline == datetime(2026, 3, 15, 6, 0, tzinfo=RIYADH)
    assert state(hotel, 14).state == DayState.MISSING
    for day in (13, 14):
        sent_at(
            send(hotel, GuestFactory(arrived_at=on(day))),
            datetime(2026, 3, day + 1, 3, 0, tzinfo=RIYADH),
        )
    assert (state(hotel, 13).late, state(hotel, 14).late) == (0, 1)
    both = compliance.days(hotel, "lodging", date(2026, 3, 13), date(2026, 3, 14))
    assert [(day.records, day.late) for day in both] == [(1, 0), (1, 1)]


def test_every_kind_ships_with_a_deadline_of_a_day(db):
    assert dict(Deadline.objects.values_list("kind", "hours")) == {
        "lodging": 24,
        "vehicle_rental": 24,
        "gold_purchase": 24,
        "used_goods": 24,
    }


def test_an_outage_moves_the_deadline_that_fell_into_it(hotel):
    # The deadline of the 13th was midnight.
    Outage.objects.create(
        part=Part.INTAKE,
        began_at=datetime(2026, 3, 14, 22, 0, tzinfo=RIYADH),
        ended_at=datetime(2026, 3, 15, 11, 0, tzinfo=RIYADH),
    )

    found = state(hotel, 13)

    assert (found.state, found.moved) == (DayState.OPEN, True)
    assert found.deadline == datetime(2026, 3, 15, 13, 0, tzinfo=RIYADH)
    assert not state(hotel, 12).moved
    assert (hotel.pk, "lodging", 13) not in missing()


def test_a_record_that_an_outage_kept_back_is_not_late(hotel):
    Outage.objects.create(
        part=Part.INTAKE,
        began_at=datetime(2026, 3, 11, 14, 0, tzinfo=RIYADH),
        ended_at=datetime(2026, 3, 11, 20, 0, tzinfo=RIYADH),
    )
    for minute in (30, 59):
        sent_at(
            send(hotel, GuestFactory(arrived_at=on(10))),
            datetime(2026, 3, 11, 20 + (minute == 59) * 2, minute, tzinfo=RIYADH),
        )

    found = state(hotel, 10)

    assert (found.records, found.late) == (2, 1)


def test_an_outage_of_the_centre_moves_nothing(hotel):
    Outage.objects.create(
        part=Part.CENTRE,
        began_at=datetime(2026, 3, 14, 22, 0, tzinfo=RIYADH),
        ended_at=datetime(2026, 3, 15, 11, 0, tzinfo=RIYADH),
    )

    assert state(hotel, 13).state == DayState.MISSING


def cover(establishment, *days):
    for day in days:
        nil_returns.file(
            establishment, "lodging", date(2026, 3, day), by=establishment.owner.user, door=Door.FORM
        )


def test_the_owner_is_told_of_a_day_about_to_be_missed_and_once(hotel, time_machine):
    cover(hotel, 13)
    time_machine.move_to(datetime(2026, 3, 15, 17, 59, tzinfo=RIYADH), tick=False)
    assert reminders.tell_owners() == 0

    time_machine.move_to(datetime(2026, 3, 15, 18, 0, tzinfo=RIYADH), tick=False)
    tell_of_deadlines()
    tell_of_deadlines()

    text = TextMessage.objects.get(kind="deadline_nears")
    assert text.to == hotel.owner.mobile
    reminder = DeadlineReminder.objects.get()
    assert (reminder.establishment, reminder.day) == (hotel, date(2026, 3, 14))
    said = text_kinds.get("deadline_nears").context(reminder, "en")
    assert said["day"] == "2026-03-14"
    assert "16 March 2026" in said["until"]
    assert "00:00" in said["until"]


@pytest.mark.parametrize(
    ("hours", "warn_hours", "told_at"),
    [
        (6, 2, (15, 22)),  # due at six in the morning
        (10, 4, (15, 22)),  # nearly all of the time would be over in the morning
        (12, 6, (16, 10)),  # the morning is early enough
        (20, 8, (16, 12)),
    ],
)
def test_a_deadline_in_the_night_is_told_in_the_evening_before(
    hotel, time_machine, hours, warn_hours, told_at
):
    Deadline.objects.create(kind="lodging", valid_from=date(2026, 3, 15), hours=hours, warn_hours=warn_hours)
    cover(hotel, 13, 14)
    rung = [(15, hour) for hour in range(18, 23)] + [(16, hour) for hour in range(10, 20)]

    told = []
    for day, hour in rung:
        time_machine.move_to(datetime(2026, 3, day, hour, 10, tzinfo=RIYADH), tick=False)
        told += [(day, hour)] * reminders.tell_owners()

    assert told == [told_at]
    assert DeadlineReminder.objects.get().day == date(2026, 3, 15)
    assert TextMessage.objects.filter(kind="deadline_nears").count() == 1


def test_the_beat_rings_for_texts_from_the_morning_until_the_evening():
    rung = app.conf.beat_schedule["tell of deadlines"]["schedule"]

    assert time(min(rung.hour), min(rung.minute)) == reminders.MORNING
    assert time(max(rung.hour), max(rung.minute)) > reminders.EVENING


def test_a_text_about_a_day_reported_meanwhile_is_pointless(hotel, time_machine):
    time_machine.move_to(datetime(2026, 3, 15, 18, 0, tzinfo=RIYADH), tick=False)
    reminders.tell_owners()
    cover(hotel, 14)

    with pytest.raises(text_kinds.Pointless):
        text_kinds.get("deadline_nears").context(DeadlineReminder.objects.get(day=date(2026, 3, 14)), "ar")


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_once(hotel, time_machine):
    time_machine.move_to(datetime(2026, 3, 15, 18, 0, tzinfo=RIYADH), tick=False)

    assert sorted(at_once(reminders.tell_owners, reminders.tell_owners)) == [0, 1]
    assert TextMessage.objects.filter(kind="deadline_nears").count() == 1


def days_filed(establishment):
    filed = NilReturn.objects.filter(establishment=establishment).order_by("day")
    return [(one.day.day, one.by) for one in filed]


def test_a_standing_nil_return_files_days_without_customers_and_once(hotel, owner, time_machine):
    standing.begin(hotel, "lodging", by=owner)
    standing.begin(hotel, "lodging", by=owner)
    send(hotel, GuestFactory(arrived_at=on(15, 11)))
    assert standing.file_due() == 0

    time_machine.move_to(datetime(2026, 3, 18, 0, 40, tzinfo=RIYADH), tick=False)
    file_standing_nil_returns()
    file_standing_nil_returns()

    assert days_filed(hotel) == [(16, None), (17, None)]
    # Its receipt says that nobody sent it.
    assert set(NilReturn.objects.values_list("door", "submission__door")) == {("auto", "auto")}
    assert StandingNilReturn.objects.count() == 1


def test_without_one_or_once_it_is_ended_nothing_is_filed(hotel, owner, time_machine):
    other = SubscribedFactory()
    standing.begin(hotel, "lodging", by=owner)
    standing.end(hotel, "lodging", by=owner)
    standing.end(hotel, "lodging", by=owner)

    time_machine.move_to(datetime(2026, 3, 17, 1, 0, tzinfo=RIYADH), tick=False)
    assert standing.file_due() == 0

    assert days_filed(hotel) == days_filed(other) == []
    assert StandingNilReturn.objects.get().ended_by == owner


def test_a_suspended_establishments_days_are_not_filed(hotel, owner, time_machine):
    standing.begin(hotel, "lodging", by=owner)
    hotel.subscriptions.update(status="suspended")

    time_machine.move_to(datetime(2026, 3, 17, 1, 0, tzinfo=RIYADH), tick=False)

    assert standing.file_due() == 0


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_file_once(hotel, owner, time_machine):
    standing.begin(hotel, "lodging", by=owner)
    time_machine.move_to(datetime(2026, 3, 16, 1, 0, tzinfo=RIYADH), tick=False)

    at_once(standing.file_due, standing.file_due)

    assert days_filed(hotel) == [(15, None)]


def test_the_beat_knows_both_tasks():
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert {"guests.tasks.file_standing_nil_returns", "guests.tasks.tell_of_deadlines"} <= tasks
