"""The office's clock: when it starts, that it stands still while the owner has the application."""

from datetime import date

import pytest
import time_machine
from django.db import IntegrityError

from activation import decisions
from registration import corrections, office_time
from registration.models import Holiday, Status
from registration.moves import move_application
from registration.reference import load_reference_data
from tests.factories import ApplicationFactory, OfficerFactory, office

pytestmark = pytest.mark.django_db

SUNDAY, MONDAY, TUESDAY = "2026-11-08 09:00Z", "2026-11-09 09:00Z", "2026-11-10 09:00Z"


def left(application, on):
    application.refresh_from_db()
    clock = office_time.clocks([application.office_id])[application.office_id]
    return clock.days_left(application.clock_from, on=date.fromisoformat(on))


def test_the_day_it_comes_does_not_count():
    with time_machine.travel(SUNDAY, tick=False):
        application = ApplicationFactory()

    assert [left(application, f"2026-11-{day:02}") for day in (8, 9, 10, 11)] == [2, 1, 0, -1]


def test_weekend_and_holidays_do_not_count_and_a_new_holiday_counts_at_once():
    with time_machine.travel("2026-11-12 09:00Z", tick=False):  # a Thursday
        application = ApplicationFactory()
    assert left(application, "2026-11-15") == 1

    Holiday.objects.create(day=date(2026, 11, 15), name_ar="إجازة", name_en="Holiday")
    assert left(application, "2026-11-15") == 2


def test_another_offices_holiday_is_no_holiday():
    with time_machine.travel(SUNDAY, tick=False):
        application = ApplicationFactory()
    Holiday.objects.create(day=date(2026, 11, 9), name_ar="إجازة", name_en="Holiday", office=office("MKK"))
    assert left(application, "2026-11-09") == 1


def test_the_clock_stands_still_while_the_owner_has_it():
    supervisor = OfficerFactory()
    with time_machine.travel(SUNDAY, tick=False):
        application = ApplicationFactory()
    with time_machine.travel(MONDAY, tick=False):
        decisions.claim(application, by=supervisor)
        decisions.return_to_owner(application, by=supervisor, reason="ناقص", flags={"name_ar": "صحح"})
    with time_machine.travel("2026-11-24 09:00Z", tick=False):
        corrections.send_corrections(application, typed={"name_ar": "الاسم الصحيح"})

    assert [left(application, f"2026-11-{day}") for day in (24, 25, 26)] == [1, 0, -1]


def test_putting_it_back_into_the_queue_does_not_start_it_anew():
    supervisor = OfficerFactory()
    with time_machine.travel(SUNDAY, tick=False):
        application = ApplicationFactory()
    with time_machine.travel(TUESDAY, tick=False):
        decisions.claim(application, by=supervisor)
        decisions.release(application, by=supervisor)
    assert application.clock_from == date(2026, 11, 8)


def test_a_day_is_a_holiday_once():
    Holiday.objects.create(day=date(2026, 11, 15), name_ar="إجازة", name_en="Holiday")
    with pytest.raises(IntegrityError):
        Holiday.objects.create(day=date(2026, 11, 15), name_ar="إجازة", name_en="Holiday")


def test_holidays_ship_with_the_portal_and_one_that_was_taken_out_stays_out():
    national_day = Holiday.objects.filter(day=date(2026, 9, 23))
    assert national_day.get().name_en == "National Day"
    national_day.delete()

    load_reference_data()

    assert not national_day.exists()


def test_a_reopened_application_gets_the_days_anew():
    with time_machine.travel(SUNDAY, tick=False):
        application = ApplicationFactory()
        move_application(application, Status.UNDER_REVIEW, by=None)
        move_application(application, Status.REJECTED, by=None, reason="السبب")
    with time_machine.travel("2026-11-22 09:00Z", tick=False):
        move_application(application, Status.SUBMITTED, by=None)
    assert (application.clock_from, application.decided_at) == (date(2026, 11, 22), None)
