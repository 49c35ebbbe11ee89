"""`manage.py shut_out`: an account that is in other hands, at once and without asking whose it is."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from shumoos.accounts import people
from shumoos.accounts.access_log import log_change, operating
from shumoos.accounts.models import User


class Command(BaseCommand):
    help = (
        "End every session of an account and take its password away. An owner gets in again by the code of "
        "“Forgotten password”; others by a reset that two people agree on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError("There is no account of this name.")
        with operating("shut_out"), transaction.atomic():
            people.take_password_away(person)
            log_change("shut out", person)
        self.stdout.write("Shut out.")
