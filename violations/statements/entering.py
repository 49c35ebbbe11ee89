"""The ledger's entries of a sweep: each account's go on from where its chain ends."""

from violations.chain import HASH

COLUMNS = """
    account_id, number, previous_hash, hash, licence_id, case_id, notice_id, letter_id, by_id, kind, "on",
    amount, cap, reason, reference, entered_at
"""


# Several fines of an account on a day come one after another, each with the hash of the one before it. An
# account without an end gets its first entry; nobody else is writing that, because it comes with a letter,
# whose series the sweep holds.
ENTER = f"""
    WITH RECURSIVE lines AS MATERIALIZED (
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
            row_number() OVER of_account AS place,
            lead(told.case_id) OVER of_account IS NULL AS is_last
        FROM sweep_told AS told
        WHERE told.amount > 0
        WINDOW of_account AS (PARTITION BY told.account_id ORDER BY told.case_id)
    ),
    held AS MATERIALIZED (
        SELECT account_id, number, hash
        FROM violations_chainend
        WHERE account_id IN (SELECT account_id FROM lines)
        ORDER BY account_id
        FOR UPDATE
    ),
    chained AS (
        SELECT link.*, {HASH.format(row="link")} AS hash
        FROM (
            SELECT
                lines.*,
                coalesce(held.number, 0) + 1 AS number,
                coalesce(held.hash, decode(repeat('00', 32), 'hex')) AS previous_hash,
                held.account_id IS NULL AS is_new
            FROM lines
            LEFT JOIN held ON held.account_id = lines.account_id
            WHERE lines.place = 1
        ) AS link
        UNION ALL
        SELECT link.*, {HASH.format(row="link")} AS hash
        FROM (
            SELECT lines.*, chained.number + 1 AS number, chained.hash AS previous_hash, chained.is_new
            FROM chained
            JOIN lines ON lines.account_id = chained.account_id AND lines.place = chained.place + 1
            WHERE NOT chained.is_last
        ) AS link
    ),
    entered AS (
        INSERT INTO violations_ledgerentry ({COLUMNS}) SELECT {COLUMNS} FROM chained
    ),
    moved AS (
        UPDATE violations_chainend AS chain_end
        SET number = chained.number, hash = chained.hash
        FROM chained
        WHERE chain_end.account_id = chained.account_id AND chained.is_last AND NOT chained.is_new
    )
    INSERT INTO violations_chainend (account_id, number, hash)
    SELECT account_id, number, hash FROM chained WHERE is_last AND is_new
"""  # noqa: S608  put together from constants
