"""Whether the ledger adds up: every chain, every hash and every fine computed anew from the entries."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Max, Model

from shumoos.progress import Tell
from violations.chain import HASH
from violations.models import Account, Case

# So many accounts, or cases, are checked by one statement, which ends soon for whoever wants to stop it.
AT_ONCE = 5_000


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


def first_break(tell: Tell = lambda done, total: None) -> Break | None:
    """Recompute everything from the entries, and return the first place where they disagree, None for none.

    Each account's entries are numbered without gaps, hold the hash of the one before and their own, and end
    where the account says. An entry is on its case's licence and account and has the sign of its kind, a fine
    is within its cap and the amount of its case's notice, none takes the case's fine below zero or above its
    cap, and after the last the fine is what the case says. No trigger and no constraint is trusted.

    Accounts and cases are checked a range at a time, each as it stands when its turn comes; `tell` hears how
    many of them are done, and of how many.
    """
    total = Account.objects.count() + Case.objects.count()
    done = 0
    found = []
    with connection.cursor() as cursor:
        for breaks, model in ((BROKEN_CHAINS, Account), (BROKEN_FINES, Case)):
            for after, last, rows in ranges(model):
                tell(done, total)
                cursor.execute(breaks, {"after": after, "last": last})
                found += cursor.fetchall()
                done += rows
    return Break(*min(found, key=place)[:3]) if found else None


def ranges(model: type[Model]) -> Iterator[tuple[int, int, int]]:
    """Yield all keys of a table in ranges: the key before, the last one, and how many rows that are."""
    after = 0
    while True:
        rows = model._default_manager.order_by("pk").filter(pk__gt=after)[:AT_ONCE]
        range_ = rows.aggregate(last=Max("pk"), rows=Count("pk"))
        if not range_["rows"]:
            return
        yield after, range_["last"], range_["rows"]
        after = range_["last"]


def place(row: tuple[int | None, int | None, str, int]) -> tuple[float, float, int]:
    """Return what puts breaks in order: the first entry first, then what has none."""
    case, entry, _why, check = row
    return entry or float("inf"), case or float("inf"), check


# Of the accounts of a range, the first break.
BROKEN_CHAINS = f"""
    WITH links AS (
        SELECT
            entry.*,
            lag(entry.hash, 1, decode(repeat('00', 32), 'hex')) OVER chain AS hash_before,
            lag(entry.number, 1, 0) OVER chain AS number_before,
            lead(entry.id) OVER chain IS NULL AS is_last
        FROM violations_ledgerentry AS entry
        WHERE entry.account_id > %(after)s AND entry.account_id <= %(last)s
        WINDOW chain AS (PARTITION BY entry.account_id ORDER BY entry.number)
    ),
    found AS (
        SELECT links.case_id, links.id AS entry_id, 1 AS check_number, CASE
            WHEN links.number <> links.number_before + 1 THEN 'comes after a gap in its account'
            WHEN links.previous_hash <> links.hash_before THEN 'does not go on from the entry before it'
            WHEN links.hash <> {HASH.format(row="links")} THEN 'is not what its hash was made of'
            WHEN links.is_last
                AND (chain_end.number, chain_end.hash) IS DISTINCT FROM (links.number, links.hash)
                THEN 'is not the one with which its account ends'
            WHEN violations_case.id IS NULL THEN 'is of a case that there is not'
            WHEN links.account_id <> violations_case.account_id THEN 'is on another account than its case'
            WHEN links.licence_id <> violations_case.licence_id THEN 'is on another licence than its case'
            WHEN (links.amount > 0) <> (links.kind IN ('assessment', 'raise', 'refund', 'reversal'))
                THEN 'has the sign of another kind'
            WHEN links.kind IN ('assessment', 'raise') AND (links.amount <= links.cap) IS NOT TRUE
                THEN 'is above its cap'
            WHEN links.kind IN ('assessment', 'raise') AND notice.id IS NULL THEN 'is a fine without a notice'
            WHEN notice.case_id <> links.case_id THEN 'bears the notice of another case'
            WHEN notice.amount <> links.amount THEN 'is not the amount of its notice'
        END AS why
        FROM links
        LEFT JOIN violations_case ON violations_case.id = links.case_id
        LEFT JOIN violations_chainend AS chain_end ON chain_end.account_id = links.account_id
        LEFT JOIN violations_notice AS notice ON notice.id = links.notice_id
        UNION ALL
        SELECT NULL, NULL, 6, format('Account %%s says that it ends with number %%s', account_id, number)
        FROM violations_chainend AS chain_end
        WHERE account_id > %(after)s AND account_id <= %(last)s AND number <> 0
          AND NOT EXISTS (
              SELECT FROM violations_ledgerentry AS entry WHERE entry.account_id = chain_end.account_id
          )
    )
    SELECT case_id, entry_id, why, check_number
    FROM found
    WHERE why IS NOT NULL
    ORDER BY entry_id NULLS LAST, case_id, check_number
    LIMIT 1
"""  # noqa: S608  put together from constants

# Of the cases of a range, the first break.
BROKEN_FINES = """
    WITH sums AS (
        SELECT
            entry.id,
            entry.case_id,
            coalesce(
                sum(entry.amount) FILTER (WHERE kind IN ('assessment', 'raise', 'reduction', 'waiver'))
                    OVER (PARTITION BY entry.case_id ORDER BY entry.id),
                0
            ) AS fined
        FROM violations_ledgerentry AS entry
        WHERE entry.case_id > %(after)s AND entry.case_id <= %(last)s
    ),
    totals AS (
        SELECT DISTINCT ON (case_id) case_id, id AS entry_id, fined FROM sums ORDER BY case_id, id DESC
    ),
    found AS (
        SELECT sums.case_id, sums.id AS entry_id, 2 AS check_number, CASE
            WHEN sums.fined < 0 THEN 'takes the fine of its case below zero'
            WHEN sums.fined > violations_case.cap THEN 'takes the fine of its case above its cap'
        END AS why
        FROM sums
        JOIN violations_case ON violations_case.id = sums.case_id
        UNION ALL
        SELECT violations_case.id, totals.entry_id, 3, 'is the last of a case that says another fine'
        FROM violations_case
        JOIN totals ON totals.case_id = violations_case.id
        WHERE violations_case.fined <> totals.fined
        UNION ALL
        SELECT violations_case.id, NULL, 4, 'says a fine without an entry'
        FROM violations_case
        LEFT JOIN totals ON totals.case_id = violations_case.id
        WHERE violations_case.id > %(after)s AND violations_case.id <= %(last)s
          AND violations_case.fined <> 0 AND totals.case_id IS NULL
        UNION ALL
        SELECT notice.case_id, NULL, 5, 'has a notice of a fine that was not entered'
        FROM violations_notice AS notice
        LEFT JOIN violations_ledgerentry AS entry ON entry.notice_id = notice.id
        WHERE notice.case_id > %(after)s AND notice.case_id <= %(last)s
          AND notice.amount > 0 AND entry.id IS NULL
    )
    SELECT case_id, entry_id, why, check_number
    FROM found
    WHERE why IS NOT NULL
    ORDER BY entry_id NULLS LAST, case_id, check_number
    LIMIT 1
"""
