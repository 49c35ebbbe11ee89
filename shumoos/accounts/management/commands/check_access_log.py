"""`manage.py check_access_log`: whether the record of who looked is what it was when it was sealed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shumoos import progress
from shumoos.accounts.sealing import first_break


class Command(BaseCommand):
    help = "Compute every minute's seal anew; exit with 1 and name the first minute that is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--known",
            nargs=2,
            metavar=("MINUTE", "HASH"),
            help="a seal as it was written down: the number of its minute and its hash",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        known = options["known"]
        if known is not None and not known[0].isdecimal():
            raise CommandError("MINUTE is a number of minutes since 1970.")
        stopped = "Whether the access log is whole is not known: run this again."
        with progress.shown(self, "minutes", stopped=stopped) as tell:
            found = first_break((int(known[0]), known[1].lower()) if known else None, tell=tell)
        if found:
            raise CommandError(str(found))
        self.stdout.write("The access log is whole.")
