from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from registration.documents import keys
from shumoos import progress


class Command(BaseCommand):
    help = (
        "Encrypts every document, and all else that is encrypted, with the first of the FIELD_KEYS. Put the "
        "new key before the old one and start the portal again, run this, then take the old key out. It may "
        "be stopped at any moment and run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="Count what is under an older key, no more."
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        stopped = "Run this again: what is under the first key already is left alone."
        with progress.shown(self, "files and rows", stopped=stopped) as tell:
            tally = keys.rotate(dry_run=dry_run, tell=tell)
        self.stdout.write(f"{tally.done:,} of {tally.total:,} looked at.")
        if tally.unreadable:
            for name in tally.unreadable:
                self.stderr.write(f"None of the keys opens {name}.")
            raise CommandError(
                f"{len(tally.unreadable):,} cannot be read with any of the FIELD_KEYS. Add the key they were "
                "encrypted with at the end, and run this again."
            )
        if dry_run:
            self.stdout.write(f"{tally.rotated:,} are not under the first key.")
            return
        self.stdout.write(f"{tally.rotated:,} were encrypted anew.")
        if len(settings.FIELD_KEYS) > 1:
            self.stdout.write(
                "Everything is under the first key. Once every process that was started before it was added "
                "has been started again, the other keys can be taken out of FIELD_KEYS."
            )
        else:
            self.stdout.write("Everything is under the only key.")
