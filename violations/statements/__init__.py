"""The SQL of the sweep: a fixed number of statements, however many cases there are.

What a run does is first worked out into a temporary table, `sweep_told`: a row for each case that is opened
or takes a step, with the keys that its notice and its letter will have. Cases, letters, notices, ledger
entries and texts are then written from it, each by one statement. A case that somebody else has changed
meanwhile drops out of it before anything is written. Statistics are taken of the table, because a planner
that expects one row where there are fifty thousand takes the square of their number.
"""

from violations.statements.complying import COMPLY, FIND_LIFTED, LIFT, TELL_AUTHORITIES
from violations.statements.entering import ENTER
from violations.statements.moving import FIND_DUE, LEAVE_OUT_CHANGED, SHORTEST_TERM, SHOW_CLOCKS, TAKE_STEPS
from violations.statements.telling import (
    ANALYZE,
    DROP,
    ISSUE_LETTERS,
    ISSUE_NOTICES,
    LOCK_SERIES,
    PLAN_FOR_MANY,
    QUEUE_TEXTS,
    REPORT,
)
from violations.statements.warning import FIND_UNWARNED, LEAVE_OUT_TAKEN, OPEN_ACCOUNTS, OPEN_CASES

# What a whole sweep runs, in order. A run leaves out what it finds nothing for.
SWEEP = (
    LOCK_SERIES,
    COMPLY,
    FIND_LIFTED,
    TELL_AUTHORITIES,
    LIFT,
    FIND_UNWARNED,
    OPEN_ACCOUNTS,
    OPEN_CASES,
    LEAVE_OUT_TAKEN,
    ISSUE_LETTERS,
    ISSUE_NOTICES,
    QUEUE_TEXTS,
    REPORT,
    FIND_DUE,
    TAKE_STEPS,
    ISSUE_LETTERS,
    ISSUE_NOTICES,
    ENTER,
    QUEUE_TEXTS,
    REPORT,
    SHOW_CLOCKS,
)

__all__ = [
    "ANALYZE",
    "COMPLY",
    "DROP",
    "ENTER",
    "FIND_DUE",
    "FIND_LIFTED",
    "FIND_UNWARNED",
    "ISSUE_LETTERS",
    "ISSUE_NOTICES",
    "LEAVE_OUT_CHANGED",
    "LEAVE_OUT_TAKEN",
    "LIFT",
    "LOCK_SERIES",
    "OPEN_ACCOUNTS",
    "OPEN_CASES",
    "PLAN_FOR_MANY",
    "QUEUE_TEXTS",
    "REPORT",
    "SHORTEST_TERM",
    "SHOW_CLOCKS",
    "SWEEP",
    "TAKE_STEPS",
    "TELL_AUTHORITIES",
]
