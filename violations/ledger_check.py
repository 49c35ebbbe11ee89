"""Whether the ledger adds up: every chain, every hash and every fine computed anew from the entries."""

from typing import NamedTuple

from django.db import connection

from violations.chain import HASH


class Break(NamedTuple):
    """Where the ledger does not add up: the case, the entry if there is one, and why."""

    case: int | None
    entry: int | None
    why: str

    def __str__(self) -> str:
        if self.case is None:
            return f"{self.why}."
        place = f"Entry {self.entry} of case {self.case}" if self.entry else f"Case {self.case}"
        return f"{place} {self.why}."


def first_break() -> Break | None:
    """Recompute everything from the entries, and return the first place where they disagree, None for none.

    Each account's entries are numbered without gaps, hold the hash of the one before and their own, and end
    where the account says. An entry is on its case's licence and account, a fine is the amount of its case's
    notice, none takes the case's fine below zero or above its cap, and after the last the fine is what the
    case says. No trigger and no constraint is trusted.
    """
    with connection.cursor() as cursor:
        cursor.execute(BREAKS)
        row = cursor.fetchone()
    return Break(*row) if row else None


BREAKS = f"""
    WITH sums AS (
        SELECT
            entry.*,
            coalesce(
                sum(entry.amount) FILTER (WHERE kind IN ('assessment', 'raise', 'reduction', 'waiver'))
                    OVER (PARTITION BY entry.case_id ORDER BY entry.id),
                0
            ) AS fined,
            lag(entry.hash, 1, decode(repeat('00', 32), 'hex')) OVER chain AS hash_before,
            lag(entry.number, 1, 0) OVER chain AS number_before,
            lead(entry.id) OVER chain IS NULL AS is_last
        FROM violations_ledgerentry AS entry
        WINDOW chain AS (PARTITION BY entry.account_id ORDER BY entry.number)
    ),
    totals AS (
        SELECT DISTINCT ON (case_id) case_id, id AS entry_id, fined FROM sums ORDER BY case_id, id DESC
    ),
    found AS (
        SELECT sums.case_id, sums.id AS entry_id, 1 AS check_number, CASE
            WHEN sums.number <> sums.number_before + 1 THEN 'comes after a gap in its account'
            WHEN sums.previous_hash <> sums.hash_before THEN 'does not go on from the entry before it'
            WHEN sums.hash <> {HASH.format(row="sums")} THEN 'is not what its hash was made of'
            WHEN sums.is_last AND (account.last_number, account.last_hash) <> (sums.number, sums.hash)
                THEN 'is not the one with which its account ends'
            WHEN sums.account_id <> violations_case.account_id THEN 'is on another account than its case'
            WHEN sums.licence_id <> violations_case.licence_id THEN 'is on another licence than its case'
            WHEN notice.case_id <> sums.case_id THEN 'bears the notice of another case'
            WHEN notice.amount <> sums.amount THEN 'is not the amount of its notice'
            WHEN sums.fined < 0 THEN 'takes the fine of its case below zero'
            WHEN sums.fined > violations_case.cap THEN 'takes the fine of its case above its cap'
        END AS why
        FROM sums
        JOIN violations_case ON violations_case.id = sums.case_id
        JOIN violations_account AS account ON account.id = sums.account_id
        LEFT JOIN violations_notice AS notice ON notice.id = sums.notice_id
        UNION ALL
        SELECT violations_case.id, totals.entry_id, 2, 'is the last of a case that says another fine'
        FROM violations_case
        JOIN totals ON totals.case_id = violations_case.id
        WHERE violations_case.fined <> totals.fined
        UNION ALL
        SELECT violations_case.id, NULL, 3, 'says a fine without an entry'
        FROM violations_case
        LEFT JOIN totals ON totals.case_id = violations_case.id
        WHERE violations_case.fined <> 0 AND totals.case_id IS NULL
        UNION ALL
        SELECT notice.case_id, NULL, 4, 'has a notice of a fine that was not entered'
        FROM violations_notice AS notice
        LEFT JOIN violations_ledgerentry AS entry ON entry.notice_id = notice.id
        WHERE notice.amount > 0 AND entry.id IS NULL
        UNION ALL
        SELECT NULL, NULL, 5, format('Account %s says that it ends with number %s', account.id, last_number)
        FROM violations_account AS account
        WHERE last_number <> 0
          AND NOT EXISTS (SELECT FROM violations_ledgerentry AS entry WHERE entry.account_id = account.id)
    )
    SELECT case_id, entry_id, why
    FROM found
    WHERE why IS NOT NULL
    ORDER BY entry_id NULLS LAST, case_id, check_number
    LIMIT 1
"""  # noqa: S608  put together from constants
