"""The sweep over the cases for not subscribing, and the two ways in and out of such a case by hand."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext

from registration.models import Licence
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.celery import ring
from shumoos.saudi import calendar
from shumoos.sms.models import Urgency
from shumoos.sms.tasks import send_due_texts
from violations import statements
from violations.accounts import hold
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
    """Run one sweep as of a day, and return what it did.

    Cases whose licence is subscribed are closed as complied, and the suspension orders of such licences
    lifted; overdue ones take their next step (one at most, its term counting from `on`), unsubscribed
    licences are warned where the schedule lets the sweep do so, and the cases are shown how their clocks
    stand. Notices, letters, fines and texts are written in the same transaction. The same day again changes
    nothing; of two runs at once, the second finds the work done. A dry run reports the same and writes
    nothing.
    """
    with connection.cursor() as cursor:
        # Held to the end of the transaction; the statements after it see what the run before has written.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SWEEP_LOCK])
        cursor.execute(statements.PLAN_FOR_MANY)
    before = transaction.savepoint()
    report = Report(on)
    run(statements.LOCK_SERIES, on)
    complied, report.complied, _suspended = moves_of(statements.COMPLY, on)
    lift_orders(on)
    # Before the steps: these change pages all over the cases, which would then have to be read one by one to
    # see who has none.
    warned, report.warned, _suspended = warn(on)
    moved, taken, report.suspended = take_steps(on)
    report.fined = taken - report.suspended
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


def take_steps(on: date) -> tuple[list[Move], int, int]:
    """Take every overdue case one step on; return as `moves_of` does."""
    with connection.cursor() as cursor:
        cursor.execute(statements.SHORTEST_TERM)
        (days,) = cursor.fetchone()
    found = find(statements.FIND_DUE, on, begun_before=on - timedelta(days=days))
    if not found:
        return [], 0, 0
    if run(statements.TAKE_STEPS, on) < found:
        run(statements.LEAVE_OUT_CHANGED, on)
    run(statements.ISSUE_LETTERS, on)
    run(statements.ISSUE_NOTICES, on)
    run(statements.ENTER, on)
    run(statements.QUEUE_TEXTS, on)
    return moves_of(statements.REPORT, on)


def warn(on: date, *, licence: int | None = None, by: int | None = None) -> tuple[list[Move], int, int]:
    """Warn the unsubscribed, or one licence on a supervisor's behalf; return as `moves_of` does."""
    if not find(statements.FIND_UNWARNED, on, licence=licence, by=by):
        return [], 0, 0
    run(statements.OPEN_ACCOUNTS, on)
    run(statements.OPEN_CASES, on)
    run(statements.LEAVE_OUT_TAKEN, on)
    run(statements.ISSUE_LETTERS, on)
    run(statements.ISSUE_NOTICES, on)
    run(statements.QUEUE_TEXTS, on)
    return moves_of(statements.REPORT, on)


def lift_orders(on: date, *, case: int | None = None) -> None:
    """Lift the suspension orders of closed cases, or one case's, and tell their authorities by letter."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS sweep_lifted")
        cursor.execute(statements.FIND_LIFTED, {"case": case})
        cursor.execute("SELECT count(*) FROM sweep_lifted")
        (orders,) = cursor.fetchone()
    if orders:
        run(statements.TELL_AUTHORITIES, on)
        run(statements.LIFT, on)


def find(statement: str, on: date, **values: Any) -> int:
    """Work out into `sweep_told` what is to be done, and return for how many cases."""
    run(statements.DROP, on)
    found = run(statement, on, **values)
    run(statements.ANALYZE, on)
    return found


def open_case(licence: Licence, by: User, on: date) -> Case:
    """Issue a warning to a licence without subscription, on a supervisor's behalf, and return its new case.

    Raises `CaseRefused` where the licence does not hold on that day, is subscribed, has an application with
    the office, or has had a case that day.
    """
    with transaction.atomic():
        run(statements.LOCK_SERIES, on)
        warned, _total, _suspended = warn(on, licence=licence.pk, by=by.pk)
        if not warned:
            raise CaseRefused(
                gettext(
                    "No warning was issued. The licence has expired, is subscribed, has an application with "
                    "the office, or has a case already."
                )
            )
        ring(send_due_texts)
        case = Case.objects.open().get(licence=licence, kind=CaseKind.NOT_SUBSCRIBED)
        log_change("warn", case, by=by)
        return case


@transaction.atomic
def comply(licence: Licence, *, on: date) -> Case | None:
    """Close the licence's case as complied, and return it; None where there is none.

    For the activation of a subscription, in its transaction. Fines already assessed stay due; a suspension
    order is lifted. Repeating it changes nothing.
    """
    case = Case.objects.open().filter(licence=licence, kind=CaseKind.NOT_SUBSCRIBED).first()
    if case is None:
        return None
    case = hold(case, with_letter=case.stage == Stage.SUSPENDED)
    if case.closed_on is not None:
        return None
    was_suspended = case.stage == Stage.SUSPENDED
    end(case, Stage.COMPLIED, on=on)
    case.establishment = licence.establishment
    case.save(update_fields=["establishment"])
    if was_suspended:
        lift_orders(on, case=case.pk)
    return case


def end(case: Case, stage: Stage, *, on: date) -> None:
    """Close a case that the caller holds."""
    case.stage = stage
    case.closed_on = on
    case.due_on = case.days_left = None
    case.less_amount, case.less_reason, case.less_by = None, "", None
    case.save(
        update_fields=["stage", "closed_on", "due_on", "days_left", "less_amount", "less_reason", "less_by"]
    )


def run(statement: str, on: date, **values: Any) -> int:
    """Run a statement, and return how many rows it has written."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters(on) | values)
        return cursor.rowcount


def moves_of(statement: str, on: date) -> tuple[list[Move], int, int]:
    """Return the first moves of a statement; of all of them, how many there were and how many suspended."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters(on))
        rows = cursor.fetchall()
    total, suspended = rows[0][5:] if rows else (0, 0)
    return [Move(*row[:5]) for row in rows], total, suspended


def parameters(on: date) -> dict[str, Any]:
    return {
        "on": on,
        "year": calendar.today().year,
        "limit": MOST_CASES_REPORTED,
        "sms_kind": SMS_KIND,
        "sms_urgency": Urgency.NOTICE,
    }
