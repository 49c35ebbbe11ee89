"""Stand in for Twilio on this machine, and show the texts as a phone would."""

import signal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shumoos.sms.simulator import TwilioSimulator


class Command(BaseCommand):
    help = "Runs a local server that behaves as Twilio's Messages API and shows the texts as a phone would."
    # It needs no database, and starts beside it.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8010)
        parser.add_argument("--delay", type=float, default=0, help="seconds before every answer")
        parser.add_argument(
            "--fail", type=int, metavar="CODE", help="answer every text with this Twilio error"
        )
        parser.add_argument(
            "--keep", type=Path, metavar="FILE", help="keep the texts there for the next start"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            twilio = TwilioSimulator(port=options["port"], delay=options["delay"], keep=options["keep"])
        except OSError as problem:
            raise CommandError(f"Port {options['port']} cannot be had: {problem.strerror}.") from problem
        twilio.fail_always(options["fail"])
        signals = {signal.SIGINT, signal.SIGTERM}
        # Blocked before the threads start, so that the signal waits for this one.
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        with twilio:
            self.stdout.write(f"The texts are at {twilio.url}/")
            self.stdout.flush()
            signal.sigwait(signals)
