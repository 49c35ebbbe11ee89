"""The first schedules, which ship with the portal: the periods and amounts of the regulation."""

from datetime import date
from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.db import transaction

VALID_FROM = date(2020, 1, 1)

# Stage, days to comply, cap in SAR, basis; in their order.
SCHEDULES: dict[str, tuple[dict[str, Any], list[tuple[str, int | None, int, str]]]] = {
    "not_subscribed": (
        {"warns_by_sweep": True},
        [
            ("warned", 30, 0, "none"),
            ("fined_first", 30, 10_000, "add"),
            ("fined_raised", 30, 25_000, "raise_to"),
            ("suspended", None, 0, "none"),
        ],
    ),
    "inaccurate_data": (
        {"window_months": 6},
        [
            ("warned", None, 0, "none"),
            ("fined_first", None, 5_000, "add"),
            # Each occurrence is fined for itself, so that the third adds its own fine to that of the second.
            ("fined_raised", None, 25_000, "add"),
        ],
    ),
}


@transaction.atomic
def create_first_schedules(apps: Apps = installed_apps, **kwargs: Any) -> None:
    """Create the schedule of every kind that has none yet.

    What is there is left alone, because administrators may have added others. Runs after every migration;
    `apps` are the models as migrated, in which these may be missing.
    """
    try:
        schedules = apps.get_model("violations", "Schedule")._default_manager
        steps = apps.get_model("violations", "Step")._default_manager
    except LookupError:
        return
    for kind, (settings, rows) in SCHEDULES.items():
        if schedules.filter(kind=kind).exists():
            continue
        schedule = schedules.create(kind=kind, valid_from=VALID_FROM, **settings)
        for position, (stage, days, cap, basis) in enumerate(rows, start=1):
            steps.create(schedule=schedule, position=position, stage=stage, days=days, cap=cap, basis=basis)
