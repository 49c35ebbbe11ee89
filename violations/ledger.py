"""Writing to the ledger of fines, and reading what is owed from it."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils.translation import gettext

from registration.models import Licence
from shumoos.accounts.models import User
from violations.models import Basis, Case, EntryKind, LedgerEntry, Notice
from violations.models.ledger import FINES, RELIEFS


class AmountRefused(Exception):
    """Raised with a sentence for the person who entered an amount that the ledger does not take."""


def balance(licence: Licence) -> Decimal:
    """Return what is owed on the licence's account, in SAR; below zero, what is to be paid back."""
    return LedgerEntry.objects.filter(licence=licence).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


@transaction.atomic
def assess(notice: Notice, *, cap: Decimal, basis: str, by: User) -> LedgerEntry | None:
    """Enter the fine of which the notice tells; None where it tells of none.

    Raises ValidationError where the fine is above the step's cap, IntegrityError where the case's would be
    above its own.
    """
    if not notice.amount:
        return None
    kind = EntryKind.ASSESSMENT if basis == Basis.ADD else EntryKind.RAISE
    return enter(notice.case, kind, notice.amount, on=notice.issued_on, by=by, notice=notice, cap=cap)


@transaction.atomic
def reduce(case: Case, amount: Decimal, *, on: date, by: User, reason: str) -> LedgerEntry:
    """Take `amount` off the case's fine. Raises `AmountRefused` where that is all of it, or more."""
    fined = lock(case).fined
    if not 0 < amount < fined:
        raise AmountRefused(
            gettext("A reduction is more than nothing and less than the fine of SAR %(fined)s.")
            % {"fined": f"{fined:,.2f}"}
        )
    return enter(case, EntryKind.REDUCTION, -amount, on=on, by=by, reason=reason)


@transaction.atomic
def waive(case: Case, *, on: date, by: User, reason: str) -> LedgerEntry:
    """Take the whole of the case's fine off. Raises `AmountRefused` where there is none."""
    fined = lock(case).fined
    if not fined:
        raise AmountRefused(gettext("This case has no fine to waive."))
    return enter(case, EntryKind.WAIVER, -fined, on=on, by=by, reason=reason)


@transaction.atomic
def record_payment(
    case: Case, amount: Decimal, *, on: date, by: User | None, reason: str = ""
) -> LedgerEntry:
    """Enter a payment of the case's fine. Raises `AmountRefused` for more than is owed on it."""
    lock(case)
    owed = case.entries.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    if not 0 < amount <= owed:
        raise AmountRefused(
            gettext("A payment is more than nothing and at most what is owed on the case, SAR %(owed)s.")
            % {"owed": f"{owed:,.2f}"}
        )
    return enter(case, EntryKind.PAYMENT, -amount, on=on, by=by, reason=reason)


def lock(case: Case) -> Case:
    """Return the case as it is now, held until the end of the transaction."""
    return Case.objects.select_for_update().get(pk=case.pk)


def enter(
    case: Case,
    kind: EntryKind,
    amount: Decimal,
    *,
    on: date,
    by: User | None,
    reason: str = "",
    notice: Notice | None = None,
    cap: Decimal | None = None,
) -> LedgerEntry:
    """Write an entry, and the case's fine where the entry changes it."""
    entry = LedgerEntry(
        licence_id=case.licence_id,
        case=case,
        notice=notice,
        kind=kind,
        on=on,
        amount=amount,
        cap=cap,
        by=by,
        reason=reason.strip(),
    )
    entry.full_clean(exclude=["by"] if by is None else None)
    if kind in [*FINES, *RELIEFS]:
        Case.objects.filter(pk=case.pk).update(fined=F("fined") + amount)
    entry.save()
    return entry


class Break(NamedTuple):
    """Where the ledger does not add up: the case, the entry if there is one, and why."""

    case: int
    entry: int | None
    why: str

    def __str__(self) -> str:
        place = f"Entry {self.entry} of case {self.case}" if self.entry else f"Case {self.case}"
        return f"{place} {self.why}."


def first_break() -> Break | None:
    """Recompute every case from its entries, and return the first place where they disagree, None for none.

    An entry is on its case's licence, a fine is the amount of its case's notice, none takes the case's fine
    below zero or above its cap, and after the last the fine is what the case says. No trigger is trusted.
    """
    with connection.cursor() as cursor:
        cursor.execute(BREAKS)
        row = cursor.fetchone()
    return Break(*row) if row else None


BREAKS = """
    WITH sums AS (
        SELECT
            entry.*,
            coalesce(
                sum(entry.amount) FILTER (WHERE kind IN ('assessment', 'raise', 'reduction', 'waiver'))
                    OVER (PARTITION BY entry.case_id ORDER BY entry.id),
                0
            ) AS fined
        FROM violations_ledgerentry AS entry
    ),
    totals AS (
        SELECT DISTINCT ON (case_id) case_id, id AS entry_id, fined FROM sums ORDER BY case_id, id DESC
    ),
    found AS (
        SELECT sums.case_id, sums.id AS entry_id, 1 AS check_number, CASE
            WHEN sums.licence_id <> violations_case.licence_id THEN 'is on another licence than its case'
            WHEN notice.case_id <> sums.case_id THEN 'bears the notice of another case'
            WHEN notice.amount <> sums.amount THEN 'is not the amount of its notice'
            WHEN sums.fined < 0 THEN 'takes the fine of its case below zero'
            WHEN sums.fined > violations_case.cap THEN 'takes the fine of its case above its cap'
        END AS why
        FROM sums
        JOIN violations_case ON violations_case.id = sums.case_id
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
    )
    SELECT case_id, entry_id, why
    FROM found
    WHERE why IS NOT NULL
    ORDER BY entry_id NULLS LAST, case_id, check_number
    LIMIT 1
"""
