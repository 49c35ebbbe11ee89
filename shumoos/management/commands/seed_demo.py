from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from shumoos import demo, progress


class Command(BaseCommand):
    help = "Load the demo (once) and print its sign-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HTTPS:
            raise CommandError(
                "The demo's password is known to everybody: a portal at an https address does not load it."
            )
        with progress.shown(self, "parts of the demo", stopped="Nothing was loaded: run this again.") as tell:
            demo.seed(tell)
        for name, role in demo.sign_ins():
            self.stdout.write(f"  {name:<20} {role}")
        self.stdout.write(f"  password of all: {demo.PASSWORD}")
