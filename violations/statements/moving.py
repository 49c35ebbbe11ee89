"""The next step of every case whose last day has passed, and how the clocks stand afterwards."""

from violations.clock import CLOCKS
from violations.statements.telling import OF_LICENCE

# The shortest term that a step has.
SHORTEST_TERM = "SELECT coalesce(min(days), 0) FROM violations_step"

# What is wanted of a case that is due, and of its licence for what is told.
ALONG = """,
    violations_case.ctid AS place,
    violations_case.account_id,
    violations_case.schedule_id,
    violations_case.position,
    violations_case.stage,
    violations_case.fined,
    violations_case.cap,
    violations_case.less_amount,
    violations_case.less_by_id,
    violations_case.less_reason
"""

# The term begins anew with this notice.
FIND_DUE = (
    "CREATE TEMPORARY TABLE sweep_told ON COMMIT DROP AS WITH "
    # A clock that never stood still is the earliest there is: whatever has not run out by it can wait. By
    # the constant the planner knows how many there are.
    + CLOCKS.format(
        along=ALONG,
        narrow="""
            AND (violations_case.due_on IS NOT NULL OR violations_case.days_left IS NOT NULL)
            AND noticed_on < %(on)s::date - step.days
            AND noticed_on < %(begun_before)s::date
        """,
    )
    + f"""
    SELECT
        clocks.case_id,
        clocks.place,
        clocks.account_id,
        clocks.schedule_id,
        step.id AS step_id,
        step.stage,
        clocks.stage AS old_stage,
        step.position,
        clocks.position AS old_position,
        step.basis,
        step.cap AS step_cap,
        amount,
        clocks.fined AS old_fined,
        clocks.fined + amount AS fined,
        CASE step.basis
            WHEN 'add' THEN clocks.cap + step.cap
            WHEN 'raise_to' THEN greatest(clocks.cap, step.cap)
            ELSE clocks.cap
        END AS cap,
        CASE WHEN NOT is_held THEN %(on)s::date + step.days END AS due_on,
        CASE WHEN is_held THEN step.days END AS days_left,
        clocks.less_amount,
        CASE WHEN step.basis <> 'none' THEN clocks.less_by_id END AS entered_by_id,
        CASE WHEN step.basis <> 'none' THEN clocks.less_reason ELSE '' END AS reason,
        NULL::integer AS by_id,
        {OF_LICENCE}
    FROM clocks
    JOIN violations_step AS step
        ON step.schedule_id = clocks.schedule_id AND step.position = clocks.position + 1
    JOIN registration_licence AS licence ON licence.id = clocks.licence_id
    CROSS JOIN LATERAL (
        -- Its cap, or what is missing to it; less where a supervisor has said so.
        SELECT CASE step.basis
            WHEN 'add' THEN least(step.cap, clocks.less_amount)
            WHEN 'raise_to' THEN greatest(least(step.cap, clocks.less_amount) - clocks.fined, 0)
            ELSE 0::numeric(12, 2)
        END AS amount
    ) AS fine
    WHERE clocks.due_on < %(on)s
    """  # noqa: S608  put together from constants
)

# All but those that somebody has changed at this very moment: their step waits for the next run. A case is
# taken from where it was found, and looked for nowhere.
TAKE_STEPS = """
    UPDATE violations_case
    SET stage = told.stage, position = told.position, noticed_on = %(on)s, due_on = told.due_on,
        days_left = told.days_left, fined = told.fined, cap = told.cap,
        less_amount = CASE WHEN told.basis = 'none' THEN violations_case.less_amount END,
        less_reason = CASE WHEN told.basis = 'none' THEN violations_case.less_reason ELSE '' END,
        less_by_id = CASE WHEN told.basis = 'none' THEN violations_case.less_by_id END
    FROM sweep_told AS told
    WHERE violations_case.ctid = told.place
      AND violations_case.id = told.case_id
      AND violations_case.closed_on IS NULL
      AND violations_case.position = told.old_position
      AND violations_case.fined = told.old_fined
      AND violations_case.less_amount IS NOT DISTINCT FROM told.less_amount
"""

# These drop out of the table. Only a sweep changes a position, and there is no other at the same time.
LEAVE_OUT_CHANGED = """
    DELETE FROM sweep_told AS told
    USING violations_case
    WHERE violations_case.id = told.case_id AND violations_case.position <> told.position
"""

# Shows on the cases how their clocks stand, and returns how many stand still.
SHOW_CLOCKS = (
    "WITH "  # noqa: S608
    # Only an application or an objection stops a clock or sets it going again.
    + CLOCKS.format(
        along="",
        # Found first, then taken by their keys: as many as there are, whatever the planner expects.
        narrow="""AND violations_case.id = ANY(ARRAY(
            SELECT running.id
            FROM registration_application AS application
            JOIN violations_case AS running ON running.licence_id = application.licence_id
            WHERE running.kind = 'not_subscribed' AND running.closed_on IS NULL
            UNION
            SELECT case_id FROM violations_objection
        ))""",
    )
    + """
    , shown AS (
        UPDATE violations_case
        SET due_on = CASE WHEN NOT is_paused THEN clocks.due_on END,
            days_left = CASE WHEN is_paused THEN clocks.due_on - %(on)s::date END
        FROM clocks
        WHERE violations_case.id = clocks.case_id
          AND violations_case.closed_on IS NULL
          AND (violations_case.due_on, violations_case.days_left::int) IS DISTINCT FROM (
              CASE WHEN NOT is_paused THEN clocks.due_on END,
              CASE WHEN is_paused THEN clocks.due_on - %(on)s::date END
          )
    )
    SELECT count(*) FILTER (WHERE is_paused) FROM clocks
    """
)
