"""The first terms of subscriptions, which ship with the portal."""

from datetime import date
from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps

VALID_FROM = date(2020, 1, 1)
GRACE_DAYS = 30
REMINDER_DAYS = [60, 30, 7]


def create_first_terms(apps: Apps = installed_apps, **kwargs: Any) -> None:
    """Create the first terms where there are none yet. Runs after every migration, as `apps` has them."""
    try:
        terms = apps.get_model("activation", "Terms")._default_manager
    except LookupError:
        return
    if not terms.exists():
        terms.create(valid_from=VALID_FROM, grace_days=GRACE_DAYS, reminder_days=REMINDER_DAYS)
