"""Ledger entries as only somebody with the keys to the database could write them."""

from django.db import connection
from django.utils import timezone

from violations import chain
from violations.models import Case, ChainEnd, LedgerEntry


def append(case, kind, amount, **fields):
    """Write a well-linked entry past the portal's own functions and their checks."""
    account_id = Case.objects.get(pk=case.pk).account_id
    end, _is_first = ChainEnd.objects.get_or_create(account_id=account_id)
    fields = {"reference": "X-1" if kind in ("payment", "refund") else "", "reason": "", **fields}
    own = {
        "account_id": account_id,
        "number": end.number + 1,
        "previous_hash": bytes(end.hash),
        "licence_id": case.licence_id,
        "case_id": case.pk,
        "kind": kind,
        "amount": amount,
        "entered_at": timezone.now(),
    }
    entry = LedgerEntry(**own | fields)
    entry.hash = chain.hash_of(entry)
    ChainEnd.objects.filter(pk=end.pk).update(number=entry.number, hash=entry.hash)
    entry.save(force_insert=True)
    return entry


def behind_the_triggers(statement, *parameters):
    """Do what only the owner of the database could: without triggers and without the ledger's constraints."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name in (
            "entry_is_hashed",
            "entry_of_relief_has_reason",
            "entry_sign_follows_kind",
            "entry_within_cap",
            "entry_of_fine_has_notice",
            "entry_below_cap_has_reason",
        ):
            cursor.execute(f"ALTER TABLE violations_ledgerentry DROP CONSTRAINT IF EXISTS {name}")
        cursor.execute(statement, parameters)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def rehash(entry):
    """Give an entry the hash of what it says now, as somebody would who hides a change."""
    entry.refresh_from_db()
    behind_the_triggers(
        "UPDATE violations_ledgerentry SET hash = %s WHERE id = %s", chain.hash_of(entry), entry.pk
    )


def link_anew(entry):
    """Put an entry after the one before it as that is now, and its account's end after it."""
    before = LedgerEntry.objects.filter(account_id=entry.account_id, number=entry.number - 1).first()
    previous = bytes(before.hash) if before else chain.START
    behind_the_triggers(
        "UPDATE violations_ledgerentry SET previous_hash = %s WHERE id = %s", previous, entry.pk
    )
    rehash(entry)
    entry.refresh_from_db()
    ChainEnd.objects.filter(pk=entry.account_id).update(number=entry.number, hash=bytes(entry.hash))
