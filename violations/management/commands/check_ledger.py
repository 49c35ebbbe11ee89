"""`manage.py check_ledger`: whether the ledger of fines adds up."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shumoos import progress
from violations.ledger_check import first_break


class Command(BaseCommand):
    help = "Recompute every chain and every fine from the entries; exit with 1 and name the first broken one."

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = "Whether the ledger adds up is not known: run this again."
        with progress.shown(self, "accounts and cases", stopped=stopped) as tell:
            found = first_break(tell)
        if found:
            raise CommandError(str(found))
        self.stdout.write("The ledger adds up.")
