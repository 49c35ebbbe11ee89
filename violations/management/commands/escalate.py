"""`manage.py escalate`: one sweep over the cases for not subscribing, as of a day."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from shumoos.saudi import calendar
from violations.escalation import escalate


def day(text: str) -> date:
    """Return the day of `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day. Write it as YYYY-MM-DD.") from error


class Command(BaseCommand):
    help = "Take every overdue case one step on, warn the unsubscribed, and print what was done as JSON."
    # They would read every page's code into memory, for a run that shows none.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--on", type=day, metavar="YYYY-MM-DD", help="as of this day; today by default")
        parser.add_argument("--dry-run", action="store_true", help="print the same and write nothing")

    def handle(self, *args: Any, on: date | None, dry_run: bool, **options: Any) -> None:
        report = escalate(on or calendar.today(), dry_run=dry_run)
        self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
