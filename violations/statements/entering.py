"""The ledger's entries of a sweep: each account's go on from where its chain ends."""

from violations.chain import HASH

COLUMNS = """
    account_id, number, previous_hash, hash, licence_id, case_id, notice_id, letter_id, by_id, kind, "on",
    amount, cap, reason, reference, entered_at
"""


def end_of(account: str) -> str:
    """Return what the next entry of an account has as its previous hash."""
    return (
        f"CASE {account}.last_number WHEN 0 THEN decode(repeat('00', 32), 'hex') ELSE {account}.last_hash END"
    )


# Nearly every account gets one fine: its end is moved on, which holds it, and what it becomes is the entry.
# One with several on a day gets them one after another, each with the hash of the one before it.
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
            row_number() OVER (PARTITION BY told.account_id ORDER BY told.case_id) AS place,
            count(*) OVER (PARTITION BY told.account_id) AS places
        FROM sweep_told AS told
        WHERE told.amount > 0
    ),
    single AS (
        UPDATE violations_account AS account
        SET (last_number, last_hash) = (
            SELECT link.number, {HASH.format(row="link")}
            FROM (
                SELECT lines.*, account.last_number + 1 AS number, {end_of("account")} AS previous_hash
            ) AS link
        )
        FROM lines
        WHERE account.id = lines.account_id AND lines.places = 1
        RETURNING
            lines.*, new.last_number AS number, {end_of("old")} AS previous_hash, new.last_hash AS hash
    ),
    held AS MATERIALIZED (
        SELECT id, last_number, last_hash
        FROM violations_account
        WHERE id IN (SELECT account_id FROM lines WHERE places > 1)
        ORDER BY id
        FOR UPDATE
    ),
    chained AS (
        SELECT link.*, {HASH.format(row="link")} AS hash
        FROM (
            SELECT lines.*, held.last_number + 1 AS number, {end_of("held")} AS previous_hash
            FROM lines JOIN held ON held.id = lines.account_id
            WHERE lines.place = 1
        ) AS link
        UNION ALL
        SELECT link.*, {HASH.format(row="link")} AS hash
        FROM (
            SELECT lines.*, chained.number + 1 AS number, chained.hash AS previous_hash
            FROM chained
            JOIN lines ON lines.account_id = chained.account_id AND lines.place = chained.place + 1
        ) AS link
    ),
    entered AS (
        INSERT INTO violations_ledgerentry ({COLUMNS})
        SELECT {COLUMNS} FROM single
        UNION ALL
        SELECT {COLUMNS} FROM chained
    )
    UPDATE violations_account AS account
    SET last_number = chained.number, last_hash = chained.hash
    FROM chained
    WHERE account.id = chained.account_id AND chained.place = chained.places
"""  # noqa: S608  put together from constants
