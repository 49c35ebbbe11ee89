"""`manage.py escalate`: one sweep over the cases for not subscribing, as of a day."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from shumoos import progress
from shumoos.saudi import calendar
from violations.escalation import escalate
from violations.statements import SWEEP


def day(text: str) -> date:
    """Return the day of `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day. Write it as YYYY-MM-DD.") from error


class Progress:
    """Tells how far a sweep is, by the places of the statements that it runs in a whole one."""

    def __init__(self, tell: progress.Tell) -> None:
        self.tell = tell
        self.done = 0

    def __call__(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if sql in SWEEP[self.done :]:
            place = SWEEP.index(sql, self.done)
            self.tell(place, len(SWEEP))
            self.done = place + 1
        return execute(sql, *arguments)


class Command(BaseCommand):
    help = "Take every overdue case one step on, warn the unsubscribed, and print what was done as JSON."
    # They would read every page's code into memory, for a run that shows none.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=day, metavar="YYYY-MM-DD", help="as of this day; today by default")
        parser.add_argument("--dry-run", action="store_true", help="print the same and write nothing")

    def handle(self, *args: Any, on: date | None, dry_run: bool, **options: Any) -> None:
        stopped = "Nothing was written: run this again."
        with (
            progress.shown(self, "statements of the sweep", stopped=stopped) as tell,
            connection.execute_wrapper(Progress(tell)),
        ):
            report = escalate(on or calendar.today(), dry_run=dry_run)
        self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
