"""The limits that come with the portal; from then on they are the administrators' to change."""

from datetime import time
from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps

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
    try:
        limits = apps.get_model("accounts", "ReadingLimit")._default_manager
    except LookupError:
        return
    if not limits.exists():
        for role, (people, has_hours) in LIMITS.items():
            begins, ends = (BEGINS, ENDS) if has_hours else (None, None)
            limits.create(role=role.value, people_an_hour=people, begins_at=begins, ends_at=ends)
