"""Run a sweep as of a day and kill the process right after one of its statements: `python -m … DAY
STATEMENT`."""

import os
import signal
import sys
from datetime import date

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from violations import statements  # noqa: E402
from violations.escalation import escalate  # noqa: E402


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(day: str, last: str) -> None:
    wanted = getattr(statements, last, None)

    def dying(execute, sql, parameters, many, context):
        found = execute(sql, parameters, many, context)
        if sql == wanted:
            die()
        return found

    with connection.execute_wrapper(dying), transaction.atomic():
        escalate(date.fromisoformat(day))
        # Everything is written and nothing is committed.
        die()


if __name__ == "__main__":
    main(*sys.argv[1:])
