"""The SQL of the sweep: one statement for each thing it does, however many cases there are.

Each changes the cases and writes what follows from it (notices, ledger entries, texts) from the rows it has
really changed, so that a case that somebody else has closed meanwhile is left alone. Each returns at most
%(limit)s of its moves, and with every one of them the counts of all.

A notice's key is drawn before its row is written. Joining the cases to their new notices instead would take
the square of their number: the planner cannot know how many rows a change returns, and expects one.
"""

from violations.clock import CLOCKS

# From `{told}` (notice_id, licence_id): a text to the owner, to the mobile and in the language of their
# account where there is one, else to the mobile that the authority's register has.
TEXTS = """
    texts AS (
        INSERT INTO sms_textmessage (
            id, kind, "to", language, urgency, about_type_id, about_id,
            status, attempts, next_try_at, sid, error, queued_at
        )
        SELECT
            gen_random_uuid(), %(sms_kind)s, coalesce(owner.mobile, licence.owner_mobile),
            coalesce(person.language, 'ar'), %(sms_urgency)s, about.id, {told}.notice_id,
            'queued', 0, now(), '', '', now()
        FROM {told}
        JOIN registration_licence AS licence ON licence.id = {told}.licence_id
        JOIN django_content_type AS about ON about.app_label = 'violations' AND about.model = 'notice'
        LEFT JOIN registration_establishment AS establishment ON establishment.id = licence.establishment_id
        LEFT JOIN registration_owner AS owner ON owner.id = coalesce(
            establishment.owner_id,
            (SELECT id FROM registration_owner WHERE national_id = licence.owner_national_id)
        )
        LEFT JOIN accounts_user AS person ON person.id = owner.user_id
        WHERE coalesce(owner.mobile, licence.owner_mobile) <> ''
    )
"""

# A licence is subscribed on a day when it, or its establishment, has a subscription that holds on it.
COMPLY = """
    WITH complied AS (
        UPDATE violations_case
        SET stage = 'complied', closed_on = %(on)s, due_on = NULL, days_left = NULL,
            establishment_id = coalesce(violations_case.establishment_id, licence.establishment_id)
        FROM violations_case AS before
        JOIN registration_licence AS licence ON licence.id = before.licence_id
        WHERE before.id = violations_case.id
          AND violations_case.kind = 'not_subscribed'
          AND violations_case.closed_on IS NULL
          AND violations_case.opened_on <= %(on)s
          AND EXISTS (
              SELECT FROM activation_subscription AS subscription
              WHERE subscription.status = 'active'
                AND subscription.period @> %(on)s::date
                AND (
                    subscription.licence_id = licence.id
                    OR subscription.establishment_id = licence.establishment_id
                )
          )
        RETURNING licence.number, before.stage AS old
    )
    SELECT number, old, 'complied', 0::numeric(12, 2), NULL::date, count(*) OVER (), 0
    FROM complied
    ORDER BY number
    LIMIT %(limit)s
"""

# The next step of every case whose last day has passed, the term beginning anew with this notice.
MOVE = (
    "WITH "  # noqa: S608  every statement here is put together from constants
    # A clock that never stood still is the earliest there is: whatever has not run out by it can wait.
    + CLOCKS.format(narrow="AND noticed_on + step.days < %(on)s")
    + """
    , overdue AS (
        SELECT
            clocks.case_id, clocks.with_office, step.stage, step.position, step.days, step.basis,
            step.cap AS step_cap, violations_case.fined, violations_case.position AS old_position,
            violations_case.stage AS old_stage,
            CASE step.basis
                WHEN 'add' THEN step.cap
                WHEN 'raise_to' THEN greatest(step.cap - violations_case.fined, 0)
                ELSE 0::numeric(12, 2)
            END AS amount
        FROM clocks
        JOIN violations_case ON violations_case.id = clocks.case_id
        JOIN violations_step AS step
            ON step.schedule_id = violations_case.schedule_id AND step.position = violations_case.position + 1
        WHERE clocks.due_on < %(on)s
    ),
    moved AS (
        UPDATE violations_case
        SET stage = overdue.stage,
            position = overdue.position,
            noticed_on = %(on)s,
            due_on = CASE WHEN NOT with_office THEN %(on)s::date + days END,
            days_left = CASE WHEN with_office THEN days END,
            fined = violations_case.fined + amount,
            cap = CASE basis
                WHEN 'add' THEN violations_case.cap + step_cap
                WHEN 'raise_to' THEN greatest(violations_case.cap, step_cap)
                ELSE violations_case.cap
            END
        FROM overdue
        WHERE violations_case.id = overdue.case_id
          AND violations_case.closed_on IS NULL
          AND violations_case.position = overdue.old_position
          -- Reduced at this very moment: its step waits for the next run.
          AND violations_case.fined = overdue.fined
        RETURNING
            violations_case.id, violations_case.licence_id, violations_case.stage, violations_case.due_on,
            nextval(pg_get_serial_sequence('violations_notice', 'id')) AS notice_id,
            overdue.old_stage, overdue.basis, overdue.step_cap, overdue.amount
    ),
    issued AS (
        INSERT INTO violations_notice (id, case_id, stage, issued_on, due_on, amount)
        SELECT notice_id, id, stage, %(on)s, due_on, amount FROM moved
    ),
    entered AS (
        INSERT INTO violations_ledgerentry
            (licence_id, case_id, notice_id, kind, "on", amount, cap, reason, entered_at)
        SELECT
            licence_id, id, notice_id, CASE basis WHEN 'add' THEN 'assessment' ELSE 'raise' END,
            %(on)s, amount, step_cap, '', now()
        FROM moved
        WHERE amount > 0
    ),
    """
    + TEXTS.format(told="moved")
    + """
    SELECT
        licence.number, old_stage, stage, amount, due_on,
        count(*) OVER (), count(*) FILTER (WHERE stage = 'suspended') OVER ()
    FROM moved
    JOIN registration_licence AS licence ON licence.id = moved.licence_id
    ORDER BY licence.number
    LIMIT %(limit)s
    """
)

# A warning to every licence that holds on the day, with neither a subscription, nor an application with the
# office, nor a case. One whose subscription is in its days of grace is not warned, because its renewal may
# wait for us; nor is one that is suspended by order, which its owner cannot end. By the sweep where the
# schedule in force lets it, or by a supervisor for one licence.
WARN = (
    "WITH "  # noqa: S608
    + """
    schedule AS (
        SELECT schedule.id, schedule.warns_by_sweep, step.stage, step.days
        FROM violations_schedule AS schedule
        JOIN violations_step AS step ON step.schedule_id = schedule.id AND step.position = 1
        WHERE schedule.kind = 'not_subscribed' AND schedule.valid_from <= %(on)s
        ORDER BY schedule.valid_from DESC
        LIMIT 1
    ),
    opened AS (
        INSERT INTO violations_case (
            kind, schedule_id, licence_id, establishment_id, stage, position, opened_on, noticed_on, due_on,
            fined, cap
        )
        SELECT
            'not_subscribed', schedule.id, licence.id, licence.establishment_id, schedule.stage, 1, %(on)s,
            %(on)s, %(on)s::date + schedule.days, 0, 0
        FROM registration_licence AS licence, schedule
        WHERE CASE
            -- A licence that only an applicant has described may be a mistake.
            WHEN %(licence)s IS NULL THEN schedule.warns_by_sweep AND licence.in_register
            ELSE licence.id = %(licence)s
        END
          AND licence.issued_on <= %(on)s
          AND licence.expires_on >= %(on)s
          AND NOT EXISTS (
              SELECT FROM violations_case AS earlier
              WHERE earlier.licence_id = licence.id
                AND earlier.kind = 'not_subscribed'
                -- Also one closed later: the day has had its warning.
                AND (earlier.closed_on IS NULL OR earlier.closed_on >= %(on)s)
          )
          AND NOT EXISTS (
              SELECT FROM activation_subscription AS subscription
              WHERE subscription.licence_id = licence.id
                AND subscription.status IN ('active', 'suspended')
                AND lower(subscription.period) <= %(on)s
                AND upper(subscription.period) + subscription.grace_days > %(on)s
          )
          AND NOT EXISTS (
              SELECT FROM activation_subscription AS subscription
              WHERE subscription.establishment_id = licence.establishment_id
                AND subscription.status IN ('active', 'suspended')
                AND lower(subscription.period) <= %(on)s
                AND upper(subscription.period) + subscription.grace_days > %(on)s
          )
          AND NOT EXISTS (
              SELECT FROM registration_application AS application
              WHERE application.licence_id = licence.id
                AND (
                    SELECT event.new
                    FROM registration_applicationevent AS event
                    WHERE event.application_id = application.id
                      AND event.at < (%(on)s::date + 1)::timestamp AT TIME ZONE 'Asia/Riyadh'
                    ORDER BY event.id DESC
                    LIMIT 1
                ) IN ('submitted', 'under_review')
          )
        -- A supervisor may be warning the same licence at this moment.
        ON CONFLICT DO NOTHING
        RETURNING
            id, licence_id, stage, due_on,
            nextval(pg_get_serial_sequence('violations_notice', 'id')) AS notice_id
    ),
    issued AS (
        INSERT INTO violations_notice (id, case_id, stage, issued_on, due_on, amount, by_id)
        SELECT notice_id, id, stage, %(on)s, due_on, 0, %(by)s FROM opened
    ),
    """
    + TEXTS.format(told="opened")
    + """
    SELECT licence.number, NULL, stage, 0::numeric(12, 2), due_on, count(*) OVER (), 0
    FROM opened
    JOIN registration_licence AS licence ON licence.id = opened.licence_id
    ORDER BY licence.number
    LIMIT %(limit)s
    """
)

# Shows on the cases how their clocks stand, and returns how many stand still.
SHOW_CLOCKS = (
    "WITH "  # noqa: S608
    # Only an application stops a clock or sets it going again.
    + CLOCKS.format(
        narrow="AND violations_case.licence_id IN (SELECT licence_id FROM registration_application)"
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
