"""The priorities, categories and usual answers that ship with the portal."""

import csv
from pathlib import Path
from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps

FILES = Path(__file__).parent / "reference"
# In this order, because a category names its priority.
TABLES = {"Priority": "priorities", "Category": "categories", "Macro": "macros"}


def load_reference_data(apps: Apps = installed_apps, **kwargs: Any) -> None:
    """Create the rows whose code is not there yet; what is there is the administrators', and left alone.

    Runs after every migration; `apps` are the models as migrated, in which these may be missing.
    """
    for name, file_name in TABLES.items():
        try:
            model = apps.get_model("support", name)
        except LookupError:
            return
        rows = model._default_manager
        present = set(rows.values_list("code", flat=True))
        new = [row for row in read(file_name) if row["code"] not in present]
        rows.bulk_create([model(**row) for row in new], ignore_conflicts=True)


def read(file_name: str) -> list[dict[str, Any]]:
    with (FILES / f"{file_name}.csv").open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    for row in rows:
        if "is_offered" in row:
            row["is_offered"] = row["is_offered"] == "yes"
        if "priority" in row:
            row["priority_id"] = row.pop("priority")
    return rows
