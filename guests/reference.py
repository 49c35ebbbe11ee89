"""The deadlines that ship with the portal."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps

FILE = Path(__file__).parent / "reference" / "deadlines.csv"


def load_deadlines(apps: Apps = installed_apps, **kwargs: Any) -> None:
    """Create the deadlines of kinds that have none yet; what is there is left alone.

    Runs after every migration; `apps` are the models as migrated, in which it may be missing.
    """
    try:
        model = apps.get_model("guests", "Deadline")
    except LookupError:
        return
    present = set(model.objects.values_list("kind", flat=True))
    with FILE.open(encoding="utf-8", newline="") as file:
        new = [
            model(**row | {"valid_from": date.fromisoformat(row["valid_from"])})
            for row in csv.DictReader(file)
            if row["kind"] not in present
        ]
    model.objects.bulk_create(new, ignore_conflicts=True)
