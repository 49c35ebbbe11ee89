"""The sweep over the cases for not subscribing, and the two ways in and out of such a case by hand."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext

from registration.models import Licence
from shumoos.accounts.models import User
from shumoos.celery import ring
from shumoos.sms.models import Urgency
from shumoos.sms.tasks import send_due_texts
from violations import statements
from violations.models import Case, CaseKind, Stage
from violations.notices import SMS_KIND

# Any number that no other lock of the portal bears.
SWEEP_LOCK = 7_301_148
MOST_CASES_REPORTED = 1000


class CaseRefused(Exception):
    """Raised with a sentence for the person who asked for what the rules do not allow."""


class Move(NamedTuple):
    """One case's step in a run; `old` is None for a case that the run opened."""

    licence_number: str
    old: str | None
    new: str
    amount: Decimal
    due_on: date | None

    def as_json(self) -> dict[str, Any]:
        return {
            "licence_number": self.licence_number,
            "from": self.old,
            "to": self.new,
            "amount": f"{self.amount:.2f}",
            "due_on": self.due_on.isoformat() if self.due_on else None,
        }


@dataclass
class Report:
    """What one run did; its cases are the first of them only."""

    on: date
    warned: int = 0
    fined: int = 0
    suspended: int = 0
    complied: int = 0
    paused: int = 0
    moves: list[Move] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the report as `manage.py escalate` prints it."""
        report = {
            "on": self.on.isoformat(),
            "warned": self.warned,
            "fined": self.fined,
            "suspended": self.suspended,
            "complied": self.complied,
            "paused": self.paused,
            "cases": [move.as_json() for move in self.moves[:MOST_CASES_REPORTED]],
        }
        if self.warned + self.fined + self.suspended + self.complied > MOST_CASES_REPORTED:
            report["truncated"] = True
        return report


@transaction.atomic
def escalate(on: date, *, dry_run: bool = False) -> Report:
    """Take every case whose last day is before `on` one step on, and return what happened.

    As of that day: cases of subscribed licences are closed as complied, the overdue ones take their next step
    (one at most, its term counting from `on`), unsubscribed licences are warned where the schedule lets the
    sweep do so, and the cases are shown how their clocks stand. Notices, fines and texts are written in the
    same transaction. The same day again changes nothing; of two runs at once, the second finds the work done.
    A dry run reports the same and writes nothing.
    """
    with connection.cursor() as cursor:
        # Held to the end of the transaction; the statements after it see what the run before has written.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SWEEP_LOCK])
    before = transaction.savepoint()
    report = Report(on)
    complied, report.complied, _suspended = run(statements.COMPLY, on)
    moved, taken, report.suspended = run(statements.MOVE, on)
    report.fined = taken - report.suspended
    warned, report.warned, _suspended = run(statements.WARN, on)
    report.moves = [*moved, *complied, *warned]
    with connection.cursor() as cursor:
        cursor.execute(statements.SHOW_CLOCKS, {"on": on})
        (report.paused,) = cursor.fetchone()
    if dry_run:
        transaction.savepoint_rollback(before)
        return report
    transaction.savepoint_commit(before)
    if taken or report.warned:
        ring(send_due_texts)
    return report


def open_case(licence: Licence, by: User, on: date) -> Case:
    """Issue a warning to a licence without subscription, on a supervisor's behalf, and return its new case.

    Raises `CaseRefused` where the licence does not hold on that day, is subscribed, has an application with
    the office, or has had a case that day.
    """
    with transaction.atomic():
        warned, _total, _suspended = run(statements.WARN, on, licence=licence.pk, by=by.pk)
        if not warned:
            raise CaseRefused(
                gettext(
                    "No warning was issued. The licence has expired, is subscribed, has an application with "
                    "the office, or has a case already."
                )
            )
        ring(send_due_texts)
        return Case.objects.open().get(licence=licence, kind=CaseKind.NOT_SUBSCRIBED)


@transaction.atomic
def comply(licence: Licence, *, on: date) -> Case | None:
    """Close the licence's case as complied, and return it; None where there is none.

    For the activation of a subscription, in its transaction. Fines already assessed stay due. Repeating it
    changes nothing.
    """
    case = (
        Case.objects.open()
        .filter(licence=licence, kind=CaseKind.NOT_SUBSCRIBED)
        .select_for_update(of=("self",))
        .first()
    )
    if case is None:
        return None
    case.stage = Stage.COMPLIED
    case.closed_on = on
    case.due_on = case.days_left = None
    case.establishment = licence.establishment
    case.save(update_fields=["stage", "closed_on", "due_on", "days_left", "establishment"])
    return case


def run(
    statement: str, on: date, *, licence: int | None = None, by: int | None = None
) -> tuple[list[Move], int, int]:
    """Return the first moves of a statement; of all of them, how many there were and how many suspended."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "on": on,
                "licence": licence,
                "by": by,
                "limit": MOST_CASES_REPORTED,
                "sms_kind": SMS_KIND,
                "sms_urgency": Urgency.NOTICE,
            },
        )
        rows = cursor.fetchall()
    total, suspended = rows[0][5:] if rows else (0, 0)
    return [Move(*row[:5]) for row in rows], total, suspended
