"""An account as files: a table for a spreadsheet, and a page to print."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from shumoos import tables
from shumoos.letters.render import SOURCES, isolate, left_to_right, typeset
from shumoos.letters.words import WORDS
from shumoos.saudi import calendar
from violations import bills
from violations.models import Account, LedgerEntry

# A printed page holds the latest; the table holds all.
MOST_PRINTED = 500
AT_ONCE = 1000


def entries_of(account: Account) -> Any:
    """Return the account's entries, the latest first, with what a page reads: of letters the number."""
    return (
        account.entries.select_related("letter", "notice__letter", "licence")
        .defer("letter__content", "notice__letter__content")
        .order_by("-number")
    )


def entries_on(account: Account, page: Sequence[int]) -> list[LedgerEntry]:
    """Return the entries of these numbers, which follow one another downwards."""
    return list(entries_of(account).filter(number__range=(page[-1], page[0]))) if page else []


def owed_on(account: Account, *, after: int = 0) -> Decimal:
    """Return what is owed on an account, or what was added to that after the entry of a number."""
    later = account.entries.filter(number__gt=after)
    return later.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def with_balances(
    account: Account, entries: list[LedgerEntry], owed: Decimal
) -> list[tuple[LedgerEntry, Decimal]]:
    """Return entries, the latest first and none left out between, each with what is owed after it.

    `owed` is what is owed on the whole account.
    """
    if not entries:
        return []
    owed -= owed_on(account, after=entries[0].number)
    found = []
    for entry in entries:
        found.append((entry, owed))
        owed -= entry.amount
    return found


def csv_lines(account: Account) -> Iterator[str]:
    """Yield the whole account as a file, in order: debits and credits apart, and what is owed after each."""
    headers = [
        _("Number"),
        _("Date"),
        _("Entry"),
        _("Licence number"),
        _("Bill number"),
        _("Fined or refunded (SAR)"),
        _("Paid or taken off (SAR)"),
        _("Owed (SAR)"),
        _("Reason"),
        _("Reference"),
        _("Document"),
        _("Hash"),
    ]
    return tables.csv_lines(headers, rows_of(account))


def rows_of(account: Account) -> Iterator[list[tables.Cell]]:
    owed = Decimal(0)
    for entry in entries_of(account).order_by("number").iterator(AT_ONCE):
        owed += entry.amount
        letter = entry.letter or (entry.notice.letter if entry.notice else None)
        yield [
            entry.number,
            entry.on,
            entry.get_kind_display(),
            entry.licence.number,
            bills.number(entry.case_id),
            entry.amount if entry.amount > 0 else None,
            -entry.amount if entry.amount < 0 else None,
            owed,
            entry.reason,
            entry.reference,
            letter.number if letter else "",
            bytes(entry.hash).hex(),
        ]


def pdf_of(account: Account) -> bytes:
    """Return the account as PDF, in the language of the moment: its latest entries and what is owed."""
    now = timezone.now()
    inputs = {"account": json.dumps(printed(account, timezone.localdate(now, calendar.RIYADH)))}
    return typeset(SOURCES / "account.typ", inputs, at=now)


def printed(account: Account, on: date) -> dict[str, Any]:
    language = get_language() or "ar"
    latest = list(entries_of(account)[: MOST_PRINTED + 1])
    shown, is_cut = latest[:MOST_PRINTED], len(latest) > MOST_PRINTED
    owed = owed_on(account)
    balances = with_balances(account, shown, owed)
    named = account.establishment or account.licence
    return {
        "language": "ar" if get_language_bidi() else "en",
        "portal": WORDS["portal"] if get_language_bidi() else _("Shumoos"),
        "title": _("Account in the ledger of fines"),
        "facts": [
            [_("Establishment"), isolated(named.name if named else "")],
            [_("Number"), left_to_right(account.number)],
            [_("As of"), isolated(calendar.show_both(on, language))],
            [_("Owed"), left_to_right(f"{owed:,.2f}")],
        ],
        "headers": [_("No."), _("Date"), _("Entry"), _("Bill"), _("Fined"), _("Taken off"), _("Owed")],
        "rows": [
            [
                f"{entry.number}",
                left_to_right(entry.on.isoformat()),
                str(entry.get_kind_display()),
                left_to_right(bills.show(bills.number(entry.case_id))),
                f"{entry.amount:,.2f}" if entry.amount > 0 else "",
                f"{-entry.amount:,.2f}" if entry.amount < 0 else "",
                left_to_right(f"{balance:,.2f}"),
            ]
            for entry, balance in reversed(balances)
        ],
        "note": _("Amounts in Saudi riyals.")
        + (
            " " + _("Only the latest %(most)d entries are printed.") % {"most": MOST_PRINTED}
            if is_cut
            else ""
        ),
        "page": _("Page"),
    }


def isolated(text: str) -> str:
    return isolate(text) if get_language_bidi() else text
