"""The first schedules ship with the portal."""

from datetime import date

import pytest

from violations.models import Case, Schedule
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
