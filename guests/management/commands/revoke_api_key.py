"""`manage.py revoke_api_key`: a key that got into other hands, where its owner cannot be reached."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from guests import keys
from guests.models import ApiKey
from shumoos.accounts.access_log import operating


class Command(BaseCommand):
    help = "Revoke an establishment's API keys, or the one that begins so. They open nothing from now on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--establishment", required=True, metavar="NUMBER")
        parser.add_argument("--prefix", default="", help="how the key begins, as the owner's page shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        found = ApiKey.objects.in_force().filter(
            establishment__number=options["establishment"], prefix__startswith=options["prefix"]
        )
        revoked = 0
        with operating("revoke_api_key"):
            for key in found.order_by("pk"):
                keys.revoke(key, by=None)
                revoked += 1
        if not revoked:
            raise CommandError("There is no such key in force.")
        self.stdout.write(f"{revoked} revoked")
