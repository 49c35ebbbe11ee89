"""The limits that come with the portal; from then on they are the administrators' to change."""

from datetime import time
from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.db import models

from shumoos.accounts.models import Role

BEGINS, ENDS = time(7), time(17)
LIMITS: dict[Role, tuple[int, bool]] = {
    # By role: people an hour, and whether there are working hours.
    Role.SUPERVISOR: (60, True),
    Role.HEAD: (80, True),
    Role.AUTHORITY: (60, True),
    Role.DIRECTORY: (300, True),
    Role.SUPPORT: (60, False),
    Role.AUDITOR: (300, True),
    Role.ADMINISTRATOR: (30, True),
    Role.PROVIDER: (60, False),
}


def create_first_limits(apps: Apps = installed_apps, **kwargs: Any) -> None:
    """Create the first limits where there are none at all. Runs after every migration, as `apps` has them."""
    limits, of_sessions = rows_of(apps, "ReadingLimit"), rows_of(apps, "SessionLimit")
    if limits is not None and not limits.exists():
        for role, (people, has_hours) in LIMITS.items():
            begins, ends = (BEGINS, ENDS) if has_hours else (None, None)
            limits.create(role=role.value, people_an_hour=people, begins_at=begins, ends_at=ends)
    if of_sessions is not None:
        of_sessions.get_or_create(pk=1)


def rows_of(apps: Apps, model: str) -> models.Manager[Any] | None:
    """Return all rows of a table of ours; None where it is not made yet."""
    try:
        return apps.get_model("accounts", model)._default_manager
    except LookupError:
        return None
