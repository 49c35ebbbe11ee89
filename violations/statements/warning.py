"""Warnings to those who are not subscribed: by the sweep, or by a supervisor for one licence."""

from violations.statements.telling import OF_LICENCE, next_key

# To every licence that holds on the day, with neither a subscription, nor an application with the office,
# nor a case. One whose subscription is in its days of grace is not warned, because its renewal may wait for
# us; nor is one that is suspended by order, which its owner cannot end. By the sweep where the schedule in
# force lets it, or by a supervisor for one licence.
FIND_UNWARNED = f"""
    CREATE TEMPORARY TABLE sweep_told ON COMMIT DROP AS
    WITH schedule AS (
        SELECT schedule.id, schedule.warns_by_sweep, step.id AS step_id, step.stage, step.days
        FROM violations_schedule AS schedule
        JOIN violations_step AS step ON step.schedule_id = schedule.id AND step.position = 1
        WHERE schedule.kind = 'not_subscribed' AND schedule.valid_from <= %(on)s
        ORDER BY schedule.valid_from DESC
        LIMIT 1
    )
    SELECT
        {next_key("violations_case")} AS case_id,
        NULL::bigint AS account_id,
        schedule.id AS schedule_id,
        schedule.step_id,
        schedule.stage,
        NULL::text AS old_stage,
        'none' AS basis,
        0::numeric(12, 2) AS step_cap,
        0::numeric(12, 2) AS amount,
        0::numeric(12, 2) AS fined,
        %(on)s::date + schedule.days AS due_on,
        NULL::integer AS entered_by_id,
        '' AS reason,
        %(by)s::integer AS by_id,
        {OF_LICENCE}
    FROM (
        -- By two indexes alone: nearly all that are to be warned have been.
        SELECT anyone.id
        FROM registration_licence AS anyone
        WHERE (%(licence)s::bigint IS NULL OR anyone.id = %(licence)s::bigint)
          AND NOT EXISTS (
              SELECT FROM violations_case AS running
              WHERE running.licence_id = anyone.id
                AND running.kind = 'not_subscribed'
                AND running.closed_on IS NULL
          )
        OFFSET 0
    ) AS without_case
    JOIN registration_licence AS licence ON licence.id = without_case.id
    CROSS JOIN schedule
    WHERE CASE
        -- A licence that only an applicant has described may be a mistake.
        WHEN %(licence)s::bigint IS NULL THEN schedule.warns_by_sweep AND licence.in_register
        ELSE true
    END
      AND licence.issued_on <= %(on)s
      AND licence.expires_on >= %(on)s
      -- Nor one closed that day or later: the day has had its warning.
      AND NOT EXISTS (
          SELECT FROM violations_case AS earlier
          WHERE earlier.licence_id = licence.id
            AND earlier.kind = 'not_subscribed'
            AND earlier.closed_on >= %(on)s
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
"""  # noqa: S608  put together from constants

# An account to whoever has none: the establishment's, or the licence's before there is one.
OPEN_ACCOUNTS = """
    INSERT INTO violations_account (establishment_id, licence_id)
    SELECT DISTINCT
        told.establishment_id,
        CASE WHEN told.establishment_id IS NULL THEN told.licence_id END
    FROM sweep_told AS told
    WHERE NOT EXISTS (
        SELECT FROM violations_account AS account WHERE account.establishment_id = told.establishment_id
    )
      AND NOT (
          told.establishment_id IS NULL
          AND EXISTS (SELECT FROM violations_account AS account WHERE account.licence_id = told.licence_id)
      )
    ON CONFLICT DO NOTHING
"""

# A supervisor may be warning the same licence at this moment.
OPEN_CASES = """
    INSERT INTO violations_case (
        id, kind, schedule_id, licence_id, establishment_id, account_id, stage, position, opened_on,
        noticed_on,
        due_on, fined, cap, less_reason
    )
    SELECT
        told.case_id, 'not_subscribed', told.schedule_id, told.licence_id, told.establishment_id,
        coalesce(theirs.id, own.id), told.stage, 1, %(on)s, %(on)s, told.due_on, 0, 0, ''
    FROM sweep_told AS told
    LEFT JOIN violations_account AS theirs ON theirs.establishment_id = told.establishment_id
    LEFT JOIN violations_account AS own
        ON own.licence_id = told.licence_id AND told.establishment_id IS NULL
    WHERE coalesce(theirs.id, own.id) IS NOT NULL
    ON CONFLICT DO NOTHING
"""

# Then it drops out of the table.
LEAVE_OUT_TAKEN = """
    DELETE FROM sweep_told AS told
    WHERE NOT EXISTS (SELECT FROM violations_case WHERE violations_case.id = told.case_id)
"""
