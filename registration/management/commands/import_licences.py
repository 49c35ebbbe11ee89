"""`manage.py import_licences FILE.csv`: a register of licences, of any authority's."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from registration.models import ImportStatus, RegisterImport
from registration.register_import import PIECE, read, stop, store
from registration.registers.refusals import findings_of
from registration.registers.wording import FileRefused, problem_sentence
from shumoos import progress
from shumoos.accounts.access_log import operating


class Command(BaseCommand):
    help = (
        "Take a CSV file of licences into the register, and print as JSON how many were new, changed and as "
        "before, and every line that was refused. The same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument(
            "--language",
            choices=[code for code, _name in settings.LANGUAGES],
            default=settings.LANGUAGE_CODE,
            help="the language of the sentences; Arabic by default",
        )

    def handle(self, *args: Any, file: Path, language: str, **options: Any) -> None:
        with override(language):
            try:
                with operating("import_licences"):
                    register_import, _is_new = store(pieces_of(file), file_name=file.name[:100], claimed=True)
            except OSError as error:
                raise CommandError(f"{file}: {error.strerror}") from error
            except FileRefused as refusal:
                raise CommandError(str(refusal)) from refusal
            self.read(register_import)
            register_import.refresh_from_db()
            if register_import.status != ImportStatus.DONE:
                raise CommandError(problem_sentence(register_import.problem))
            self.print(register_import)

    def read(self, register_import: RegisterImport) -> None:
        """Read the file, and show how far it is; whoever stops that ends the import, unless it is through."""
        with progress.shown(self, "lines", stopped="Nothing of the file was taken.") as tell:
            try:
                read(register_import, tell=tell)
            except KeyboardInterrupt:
                with operating("import_licences"):
                    if stop(register_import):
                        raise

    def print(self, register_import: RegisterImport) -> None:
        """Print the report, the refused lines one by one, however many there are."""
        counts = {name: getattr(register_import, name) for name in ("created", "updated", "unchanged")}
        self.stdout.write(json.dumps(counts)[:-1] + ', "rejected": [', ending="")
        as_json = json.JSONEncoder(ensure_ascii=False).encode
        for position, finding in enumerate(findings_of(register_import)):
            self.stdout.write((",\n" if position else "\n") + as_json(finding), ending="")
        self.stdout.write("]}")


def pieces_of(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(PIECE):
            yield piece
