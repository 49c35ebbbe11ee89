"""The clock of the cases for not subscribing: on any day, a function of notices and applications' history.

The days of a step count from its notice. Days that an application spent with the office, or on which an
objection was open, do not count, so the last day moves on by as many. Days are those of Riyadh. Nothing
needs to run when an application moves: what is read here is right between sweeps as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from violations.models import Case

# The pauses of one case, `found`, up to the day %(on)s: the days of all of them, whether the clock stands
# still, and whether an application is with the office or an objection open.
PAUSES = """
    SELECT ARRAY[
        -- A clock that has run out is not stopped any more: what comes later moves nothing.
        sum(length) FILTER (WHERE from_on <= last_day)::int,
        bool_or(left_on IS NULL AND from_on <= last_day)::int,
        bool_or(left_on IS NULL)::int
    ]
    FROM (
        SELECT
            left_on,
            from_on,
            length,
            -- The last day as the earlier pauses have moved it.
            noticed_on + found.days + (sum(length) OVER (ORDER BY from_on, key) - length)::int
                AS last_day
        FROM (
            SELECT
                key,
                left_on,
                from_on,
                greatest(until_on - from_on, 0) AS length
            FROM (
                SELECT
                    key,
                    left_on,
                    coalesce(left_on, %(on)s::date) AS until_on,
                    -- Where an application and an objection stop it at once, its days count once.
                    greatest(
                        came_on,
                        noticed_on,
                        max(coalesce(left_on, %(on)s::date)) OVER (
                            ORDER BY came_on, key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                        )
                    ) AS from_on
                FROM (
                    SELECT key, came_on, left_on
                    FROM (
                        -- When applications came to the office and when they left it, as of the end
                        -- of the day; one that is there has no `left_on`. A move within it is
                        -- neither.
                        SELECT
                            event.id AS key,
                            event.new IN ('submitted', 'under_review') AS comes,
                            (event.at AT TIME ZONE 'Asia/Riyadh')::date AS came_on,
                            lead((event.at AT TIME ZONE 'Asia/Riyadh')::date)
                                OVER (PARTITION BY event.application_id ORDER BY event.id) AS left_on
                        FROM registration_application AS application
                        JOIN registration_applicationevent AS event
                            ON event.application_id = application.id
                        WHERE application.licence_id = found.licence_id
                          AND event.at < (%(on)s::date + 1)::timestamp AT TIME ZONE 'Asia/Riyadh'
                          AND (event.old IN ('submitted', 'under_review'))
                              <> (event.new IN ('submitted', 'under_review'))
                    ) AS passages
                    WHERE comes
                    UNION ALL
                    SELECT
                        objection.id,
                        objection.filed_on,
                        CASE WHEN objection.decided_on <= %(on)s THEN objection.decided_on END
                    FROM violations_objection AS objection
                    WHERE objection.case_id = found.case_id AND objection.filed_on <= %(on)s
                ) AS stops
                WHERE coalesce(left_on, %(on)s::date) >= noticed_on
            ) AS merged
        ) AS spells
    ) AS dated
"""

# Every open case whose step has a term, and how its clock stands on the day %(on)s: `due_on` is the last day
# if it went on from there, `is_paused` whether it stands still, `is_held` whether an application is with the
# office or an objection open. `{narrow}` narrows it to some cases, `{along}` is what else is wanted of them.
#
# Case by case through the indexes: the planner cannot know how many cases are narrowed to, and joining all of
# them to all spells would take the square of their number where it expects few. Nearly all have never stood
# still, and for those nothing is worked out.
CLOCKS = (
    """
    clocks AS (
        SELECT
            running.*,
            noticed_on + running.days + coalesce(pauses[1], 0) AS due_on,
            coalesce(pauses[2] = 1, false) AS is_paused,
            coalesce(pauses[3] = 1, false) AS is_held
        FROM (
            SELECT found.*, CASE WHEN may_have_stopped THEN (
    """  # noqa: S608  put together from constants
    + PAUSES
    + """
            ) END AS pauses
            FROM (
                SELECT
                    violations_case.id AS case_id,
                    violations_case.licence_id,
                    noticed_on,
                    step.days,
                    EXISTS (
                        SELECT FROM registration_application AS application
                        WHERE application.licence_id = violations_case.licence_id
                    )
                    OR EXISTS (
                        SELECT FROM violations_objection AS objection
                        WHERE objection.case_id = violations_case.id
                    ) AS may_have_stopped
                    {along}
                FROM violations_step AS step
                JOIN violations_case
                    ON violations_case.schedule_id = step.schedule_id
                    AND violations_case.position = step.position
                WHERE violations_case.kind = 'not_subscribed'
                  AND violations_case.closed_on IS NULL
                  AND step.days IS NOT NULL
                  {narrow}
            ) AS found
            OFFSET 0
        ) AS running
    )
    """
)

CLOCKS_OF_CASES = (
    "WITH "  # noqa: S608  put together from constants
    + CLOCKS.format(along="", narrow="AND violations_case.id = ANY(%(cases)s)")
    + "SELECT case_id, noticed_on, days, due_on, is_paused FROM clocks"
)


@dataclass(frozen=True)
class Clock:
    """How the clock of one case stands on one day."""

    on: date
    noticed_on: date
    days: int
    due_on: date
    is_paused: bool

    @property
    def days_left(self) -> int:
        """The days that are left after this one; below zero, those since the last day."""
        return (self.due_on - self.on).days

    @property
    def day(self) -> int:
        """Which day of the term this is: 0 on the day of the notice, never more than there are."""
        return min(max(self.days - self.days_left, 0), self.days)

    @property
    def is_over(self) -> bool:
        return self.days_left < 0

    @property
    def next_on(self) -> date:
        """The first day of the next step."""
        return self.due_on + timedelta(days=1)


def clocks(cases: Iterable[Case], on: date) -> dict[int, Clock]:
    """Return how the clocks of these cases stand on that day, by the case's key; one query.

    A case that is closed, or whose step has no term, has none.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLOCKS_OF_CASES, {"on": on, "cases": [case.pk for case in cases]})
        return {key: Clock(on, *rest) for key, *rest in cursor.fetchall()}
