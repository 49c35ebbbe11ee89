"""`manage.py make_api_key`: a key of the API, for operators and tests."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from guests import keys
from registration.models import Establishment
from shumoos.accounts.access_log import operating


class Command(BaseCommand):
    help = "Make an API key for an establishment and print it, this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--establishment", required=True, metavar="NUMBER")
        parser.add_argument("--test", action="store_true", help="what it sends stays in the sandbox")
        parser.add_argument("--name", default="made by an operator")
        parser.add_argument("--per-minute", type=int, help="how many requests a minute it may send")

    def handle(self, *args: Any, **options: Any) -> None:
        establishment = Establishment.objects.filter(number=options["establishment"]).first()
        if establishment is None:
            raise CommandError("There is no establishment with this number.")
        limit = {"per_minute": options["per_minute"]} if options["per_minute"] else {}
        try:
            with operating("make_api_key"):
                _key, secret = keys.make(
                    establishment=establishment,
                    name=options["name"],
                    is_test=options["test"],
                    by=None,
                    **limit,
                )
        except keys.KeyRefused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(secret)
