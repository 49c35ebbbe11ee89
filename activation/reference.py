"""The reason templates that ship with the portal."""

import csv
from pathlib import Path
from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps

FILE = Path(__file__).parent / "reference" / "reason_templates.csv"


def load_reason_templates(apps: Apps = installed_apps, **kwargs: Any) -> None:
    """Create the templates whose code is not there yet; what is there is left alone.

    Runs after every migration; `apps` are the models as migrated, in which it may be missing.
    """
    try:
        model = apps.get_model("activation", "ReasonTemplate")
    except LookupError:
        return
    present = set(model.objects.values_list("code", flat=True))
    with FILE.open(encoding="utf-8", newline="") as file:
        new = [model(**row) for row in csv.DictReader(file) if row["code"] not in present]
    model.objects.bulk_create(new, ignore_conflicts=True)
