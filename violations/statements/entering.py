"""The ledger's entries of a sweep: each account's go on from where its chain ends."""

from violations.chain import HASH

# An account with several fines on one day gets them one after another, each with the hash of the one before.
ENTER = f"""
    WITH RECURSIVE held AS MATERIALIZED (
        SELECT id, last_number, last_hash
        FROM violations_account
        WHERE id IN (SELECT account_id FROM sweep_told WHERE amount > 0)
        ORDER BY id
        FOR UPDATE
    ),
    lines AS MATERIALIZED (
        SELECT
            told.account_id,
            told.licence_id,
            told.case_id,
            told.notice_id,
            told.letter_id,
            told.entered_by_id AS by_id,
            CASE told.basis WHEN 'add' THEN 'assessment' ELSE 'raise' END AS kind,
            %(on)s::date AS "on",
            told.amount,
            told.step_cap AS cap,
            told.reason,
            ''::text AS reference,
            now() AS entered_at,
            row_number() OVER chain AS place,
            count(*) OVER (PARTITION BY told.account_id) AS places,
            (held.last_number + row_number() OVER chain)::integer AS number,
            CASE held.last_number
                WHEN 0 THEN decode(repeat('00', 32), 'hex') ELSE held.last_hash
            END AS start_hash
        FROM sweep_told AS told
        JOIN held ON held.id = told.account_id
        WHERE told.amount > 0
        WINDOW chain AS (PARTITION BY told.account_id ORDER BY told.case_id)
    ),
    chained AS (
        SELECT link.*, {HASH.format(row="link")} AS hash
        FROM (SELECT lines.*, start_hash AS previous_hash FROM lines WHERE place = 1) AS link
        UNION ALL
        SELECT link.*, {HASH.format(row="link")} AS hash
        FROM (
            SELECT lines.*, chained.hash AS previous_hash
            FROM chained
            JOIN lines ON lines.account_id = chained.account_id AND lines.place = chained.place + 1
            WHERE chained.place < chained.places
        ) AS link
    ),
    entered AS (
        INSERT INTO violations_ledgerentry (
            account_id, number, previous_hash, hash, licence_id, case_id, notice_id, letter_id, by_id,
            kind, "on",
            amount, cap, reason, reference, entered_at
        )
        SELECT
            account_id, number, previous_hash, hash, licence_id, case_id, notice_id, letter_id, by_id,
            kind, "on",
            amount, cap, reason, reference, entered_at
        FROM chained
    )
    UPDATE violations_account AS account
    SET last_number = chained.number, last_hash = chained.hash
    FROM chained
    WHERE account.id = chained.account_id AND chained.place = chained.places
"""  # noqa: S608  put together from constants
