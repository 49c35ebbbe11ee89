"""Stand in for Twilio on this machine, and show the texts as a phone would."""

import argparse
import signal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter

from shumoos.sms.simulated import E164, numbers_in_words
from shumoos.sms.simulator import TwilioSimulator

HELP = f"""\
Runs a local server that behaves as Twilio's Messages API (POST /2010-04-01/Accounts/AC…/Messages.json with
the account and token of the settings), reports to each text's StatusCallback with Twilio's signature (sent,
then delivered or undelivered), and shows what it took: at / as a phone would, at /messages.json for scripts.

These numbers bring on a fault:
{numbers_in_words()}
Any other number is given one with --number.
"""


class KeptLines(DjangoHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Django's order of the options, under a description whose lines stay as they are."""


def number_and_code(value: str) -> tuple[str, int]:
    to, _equals, code = value.partition("=")
    if not (E164.fullmatch(to) and code.isascii() and code.isdigit()):
        raise argparse.ArgumentTypeError(f"write it as +966501234567=21610, not {value!r}")
    return to, int(code)


class Command(BaseCommand):
    help = HELP
    # It needs no database, and starts beside it.
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, formatter_class=KeptLines, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8010)
        parser.add_argument("--delay", type=float, default=0, help="seconds before every answer")
        parser.add_argument("--report-delay", type=float, default=0, help="seconds before every report")
        parser.add_argument("--no-reports", action="store_true", help="never report how a text went on")
        parser.add_argument(
            "--fail",
            type=int,
            metavar="CODE",
            help="answer every text with this Twilio error, or with this HTTP status (below 1000)",
        )
        parser.add_argument(
            "--number",
            type=number_and_code,
            action="append",
            default=[],
            metavar="+966…=CODE",
            help="answer texts to this number with this Twilio error; from 30000 on, take them and report it "
            "afterwards; may be given more than once",
        )
        parser.add_argument(
            "--keep", type=Path, metavar="FILE", help="keep the texts there for the next start"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            twilio = TwilioSimulator(
                port=options["port"],
                delay=options["delay"],
                report_delay=options["report_delay"],
                numbers=dict(options["number"]),
                keep=options["keep"],
                calls_back=not options["no_reports"],
            )
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
