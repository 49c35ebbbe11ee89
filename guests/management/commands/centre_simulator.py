"""Stand in for the information centre on this machine."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from guests.simulator import Behaviour, CentreSimulator


class Command(BaseCommand):
    help = "Runs a local server that behaves as the information centre and shows how many records it took."
    # It needs no database, and starts beside it.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8020)
        parser.add_argument("--drop", action="store_true", help="take every batch and answer nothing")
        parser.add_argument(
            "--slow", type=float, default=0, metavar="SECONDS", help="wait before every answer"
        )
        parser.add_argument("--partial", action="store_true", help="answer for half of every batch only")
        parser.add_argument("--refuse", action="store_true", help="refuse every record")
        parser.add_argument("--twice", action="store_true", help="give every answer twice over")

    def handle(self, *args: Any, **options: Any) -> None:
        behaviour = Behaviour(
            **{name: options[name] for name in ("drop", "slow", "partial", "refuse", "twice")}
        )
        try:
            centre = CentreSimulator(port=options["port"], behaviour=behaviour)
        except OSError as problem:
            raise CommandError(f"Port {options['port']} cannot be had: {problem.strerror}.") from problem
        signals = {signal.SIGINT, signal.SIGTERM}
        # Blocked before the threads start, so that the signal waits for this one.
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        with centre:
            self.stdout.write(f"The information centre is at {centre.url}/")
            self.stdout.flush()
            signal.sigwait(signals)
