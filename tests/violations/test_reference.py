"""The first schedules ship with the portal."""

from datetime import date

import pytest
from django.db import Error, connection, transaction

from tests.violations.factories import make_licence, warn
from violations.models import Case, Schedule, Step
from violations.reference import create_first_schedules

pytestmark = pytest.mark.django_db


def steps(kind):
    schedule = Schedule.objects.in_force(kind, date(2026, 1, 1))
    return list(schedule.steps.values_list("stage", "days", "cap", "basis"))


def test_the_schedules_are_those_of_the_regulation():
    assert steps("not_subscribed") == [
        ("warned", 30, 0, "none"),
        ("fined_first", 30, 10_000, "add"),
        ("fined_raised", 30, 25_000, "raise_to"),
        ("suspended", None, 0, "none"),
    ]
    assert steps("inaccurate_data") == [
        ("warned", None, 0, "none"),
        ("fined_first", None, 5_000, "add"),
        ("fined_raised", None, 25_000, "add"),
    ]


def test_loading_them_again_changes_nothing():
    Schedule.objects.update(warns_by_sweep=False)
    create_first_schedules()
    assert list(Schedule.objects.values_list("kind", "warns_by_sweep").order_by("kind")) == [
        ("inaccurate_data", False),
        ("not_subscribed", False),
    ]


def test_the_latest_schedule_before_the_day_is_in_force():
    newer = Schedule.objects.create(kind="not_subscribed", valid_from=date(2026, 7, 1))
    assert Schedule.objects.in_force("not_subscribed", date(2026, 6, 30)) != newer
    assert Schedule.objects.in_force("not_subscribed", date(2026, 7, 1)) == newer
    with pytest.raises(Schedule.DoesNotExist):
        Schedule.objects.in_force("not_subscribed", date(2019, 12, 31))
    assert not Case.objects.exists()


# What a case was opened under does not change ---------------------------------------------------------------

CHANGES = {
    "the schedule's days": "UPDATE violations_schedule SET objection_days = 60 WHERE id = {schedule}",
    "its first day": "UPDATE violations_schedule SET valid_from = '2020-02-01' WHERE id = {schedule}",
    "the schedule": "DELETE FROM violations_schedule WHERE id = {schedule}",
    "a step's cap": "UPDATE violations_step SET cap = 1 WHERE schedule_id = {schedule} AND position = 2",
    "a step's words": "UPDATE violations_step SET notice_ar = '' WHERE schedule_id = {schedule}",
    "a step": "DELETE FROM violations_step WHERE schedule_id = {schedule} AND position = 4",
    "another step": """
        INSERT INTO violations_step (schedule_id, position, stage, days, cap, basis, notice_ar, notice_en)
        SELECT {schedule}, 9, 'other', NULL, 0, 'none', '', ''
    """,
    "a step of another schedule's": "UPDATE violations_step SET schedule_id = {schedule}, position = 9, "
    "stage = 'other' WHERE schedule_id <> {schedule} AND position = 1",
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_a_schedule_in_use_is_changed_by_nobody(statement):
    case = warn(make_licence(), date(2026, 1, 1))
    before = list(Schedule.objects.values()), list(Step.objects.values())

    with (
        pytest.raises(Error, match="in use and cannot be changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(schedule=case.schedule_id))

    assert (list(Schedule.objects.values()), list(Step.objects.values())) == before


@pytest.mark.parametrize("change", ["the schedule's days", "a step's cap", "a step", "another step"])
def test_a_schedule_that_no_case_goes_by_may_still_change(change):
    schedule = Schedule.objects.in_force("not_subscribed", date(2026, 1, 1))
    with connection.cursor() as cursor:
        cursor.execute(CHANGES[change].format(schedule=schedule.pk))
        assert cursor.rowcount == 1
