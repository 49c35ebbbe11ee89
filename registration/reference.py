"""The reference data that ships with the portal: places, offices, holidays, authorities, document kinds."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.db import models, transaction

FILES = Path(__file__).parent / "reference"

# In this order, because the later ones point to the earlier by code.
PARENTS = {
    "Region": {},
    "City": {"region": "Region"},
    "Office": {"region": "Region"},
    "Authority": {},
    "Sector": {"authority": "Authority"},
    "DocumentKind": {},
}
NAMES = {
    "Region": "regions",
    "City": "cities",
    "Office": "offices",
    "Authority": "authorities",
    "Sector": "sectors",
    "DocumentKind": "document_kinds",
}


@transaction.atomic
def load_reference_data(apps: Apps = installed_apps, **kwargs: Any) -> None:
    """Create the rows of `reference/*.csv` whose code is not there yet.

    What is there is left alone, because administrators may have changed it. Runs after every migration;
    `apps` are the models as migrated, in which these may be missing.
    """
    for name, parents in PARENTS.items():
        try:
            model = apps.get_model("registration", name)
        except LookupError:
            return
        parent_models = {field: apps.get_model("registration", parent) for field, parent in parents.items()}
        create_missing(model, NAMES[name], parent_models)
    try:
        create_holidays(apps.get_model("registration", "Holiday"))
    except LookupError:
        return


def create_holidays(model: type[models.Model]) -> None:
    """Create the shipped holidays of years that have none yet: a day that was taken out stays out."""
    present = {day.year for day in model._default_manager.values_list("day", flat=True)}
    rows = [row | {"day": date.fromisoformat(row["day"])} for row in read("holidays")]
    new = [model(**row) for row in rows if row["day"].year not in present]
    model._default_manager.bulk_create(new, ignore_conflicts=True)


def create_missing(model: type[models.Model], file_name: str, parents: dict[str, type[models.Model]]) -> None:
    rows = model._default_manager.all()
    present = set(rows.values_list("code", flat=True))
    missing = [row for row in read(file_name) if row["code"] not in present]
    if not missing:
        return
    for field, parent in parents.items():
        keys = dict(parent._default_manager.values_list("code", "pk"))
        for row in missing:
            row[f"{field}_id"] = keys[row.pop(field)]
    many = {row["code"]: row.pop("sectors") for row in missing if "sectors" in row}
    rows.bulk_create([model(**row) for row in missing], ignore_conflicts=True)
    for code, sectors in many.items():
        made: Any = rows.get(code=code)
        made.sectors.set(made.sectors.model._default_manager.filter(code__in=sectors))


def read(file_name: str) -> list[dict[str, Any]]:
    """Return the rows of one file; where a cell holds several codes, spaces stand between them."""
    with (FILES / f"{file_name}.csv").open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    for row in rows:
        for name in {"record_kinds", "sectors"} & row.keys():
            row[name] = row[name].split()
        for name in {"is_required", "expires"} & row.keys():
            row[name] = row[name] == "yes"
    return rows
