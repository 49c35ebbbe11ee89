"""Payments: at the desk, from the bank's files, and back to whoever has paid too much."""

import csv
import hashlib
import io
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.letters.issue import revoke
from shumoos.saudi import calendar
from shumoos.saudi.digits import strip_marks, to_ascii
from shumoos.saudi.errors import InvalidDate, InvalidNumber
from violations import bills
from violations.accounts import hold
from violations.ledger import AmountRefused, enter, owed_on
from violations.letters import issue_receipt, issue_refund
from violations.models import BankFile, Case, EntryKind, LedgerEntry, LineOutcome
from violations.notices import REVERSED_KIND, tell_owner

COLUMNS = ["bank_reference", "bill_number", "amount", "paid_on"]
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{2,39}")
AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
MOST_LINES = 20_000


class PaidBefore(Exception):
    """Raised with a sentence where a payment just like it, perhaps the same, has been entered already."""


@transaction.atomic
def pay_at_desk(case: Case, amount: Decimal, *, on: date, by: User, is_another: bool = False) -> LedgerEntry:
    """Enter a payment made at the desk, and issue its receipt.

    Raises `AmountRefused` for more than is owed on the case, or a day to come; `PaidBefore` for the
    amount and day of a payment already entered on the case, unless it is said to be another.
    """
    case = hold(case, with_letter=True)
    owed = owed_on(case)
    if on > calendar.today():
        raise AmountRefused(gettext("This day has not come yet. Enter the day it was paid."))
    if not 0 < amount <= owed:
        raise AmountRefused(
            gettext("A payment is more than nothing and at most what is owed on the case, SAR %(owed)s.")
            % {"owed": f"{max(owed, Decimal(0)):,.2f}"}
        )
    if not is_another and case.entries.standing_payments().filter(amount=-amount, on=on).exists():
        raise PaidBefore(
            gettext(
                "A payment of this amount and day is entered on this case already. If this is another "
                "one, say so below."
            )
        )
    return enter_payment(case, amount, on=on, by=by, reference=f"D{secrets.randbelow(10**12):012}")


def enter_payment(case: Case, amount: Decimal, *, on: date, by: User | None, reference: str) -> LedgerEntry:
    """Enter a payment of a case that the caller holds, with its receipt, whatever is owed."""
    receipt = issue_receipt(
        case, amount=amount, reference=reference, paid_on=on, balance=owed_on(case) - amount
    )
    return enter(case, EntryKind.PAYMENT, -amount, on=on, by=by, letter=receipt, reference=reference)


@transaction.atomic
def refund(case: Case, amount: Decimal, *, on: date, by: User, reason: str, reference: str) -> LedgerEntry:
    """Enter what was paid back, with its notice.

    Raises `AmountRefused` for more than was paid too much on the case, or without a reason.
    """
    case = hold(case, with_letter=True)
    too_much = max(-owed_on(case), Decimal(0))
    if not 0 < amount <= too_much:
        raise AmountRefused(
            gettext("A refund is more than nothing and at most what was paid too much, SAR %(amount)s.")
            % {"amount": f"{too_much:,.2f}"}
        )
    if not reason.strip():
        raise AmountRefused(gettext("Say why it is paid back."))
    reference = reference.strip()
    letter = issue_refund(case, amount=amount, reference=reference, on=on, reason=reason)
    return enter(
        case, EntryKind.REFUND, amount, on=on, by=by, reason=reason, letter=letter, reference=reference
    )


@transaction.atomic
def reverse(payment: LedgerEntry, *, by: User, reason: str) -> LedgerEntry | None:
    """Enter that a payment was entered wrongly: it is owed again, its receipt revoked, and the owner told.

    Nobody gets money back by it: that is a refund. Repeating it changes nothing. Raises ValidationError
    without a reason.
    """
    case = hold(payment.case, with_letter=True)
    if not case.entries.standing_payments().filter(pk=payment.pk).exists():
        return None
    entry = enter(
        case,
        EntryKind.REVERSAL,
        -payment.amount,
        on=calendar.today(),
        by=by,
        reason=reason,
        reference=payment.reference,
    )
    if payment.letter:
        revoke(payment.letter, by=by, reason=reason)
    tell_owner(case, kind=REVERSED_KIND, about=entry)
    return entry


# The bank's file -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of a bank's file as it was written, and what became of it."""

    line: int
    reference: str
    bill: str
    amount: str
    outcome: str
    # What is left to pay after it, or below zero what is to be paid back; None where nothing was entered.
    left: str | None = None

    @property
    def label(self) -> str:
        return str(LineOutcome(self.outcome).label)

    @property
    def is_entered(self) -> bool:
        return self.outcome in (LineOutcome.ENTERED, LineOutcome.PARTIAL, LineOutcome.OVERPAID)

    @property
    def shown_bill(self) -> str:
        """The bill number in its groups, or as it was written where it is none."""
        try:
            return bills.show(bills.clean(self.bill))
        except InvalidNumber:
            return self.bill

    @property
    def paid(self) -> Decimal | None:
        return amount_of(self.amount)

    @property
    def shown_left(self) -> Decimal | None:
        return None if self.left is None else Decimal(self.left)


def import_file(content: bytes, *, name: str, by: User) -> BankFile:
    """Enter the payments of a bank's file, and return it with what became of every line.

    A payment is known by the bank's reference: what was entered before is not entered again, whatever the
    file. Each line is a transaction of its own, so that a file broken off is simply read again. Raises
    ValidationError for what is no such file.
    """
    lines = [enter_line(line, row, by=by) for line, row in read(content)]
    with transaction.atomic():
        file = BankFile.objects.create(
            name=name[:200],
            sha256=hashlib.sha256(content).hexdigest(),
            by=by,
            lines=[asdict(line) for line in lines],
        )
        log_change("load bank file", file, by=by)
    return file


def lines_of(file: BankFile) -> list[Line]:
    return [Line(**line) for line in file.lines]


def read(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """Return the lines of the file with their numbers. Raises ValidationError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(gettext("This file is no text in UTF-8. Save it as CSV, UTF-8.")) from None
    if "\0" in text:
        raise ValidationError(gettext("This file is no text in UTF-8. Save it as CSV, UTF-8."))
    reader = csv.DictReader(io.StringIO(text))
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
    if missing:
        raise ValidationError(
            gettext("The first line lacks these columns: %(columns)s.") % {"columns": ", ".join(missing)}
        )
    try:
        rows = [(reader.line_num, {column: row[column] or "" for column in COLUMNS}) for row in reader]
    except csv.Error:
        raise ValidationError(gettext("This file is no table. Save it as CSV, UTF-8.")) from None
    if len(rows) > MOST_LINES:
        raise ValidationError(gettext("A file has at most %(most)d lines. Split it.") % {"most": MOST_LINES})
    return rows


def enter_line(line: int, row: dict[str, str], *, by: User) -> Line:
    """Enter one line's payment, or say why not."""
    reference = typed(row["bank_reference"])
    bill, written = row["bill_number"].strip()[:40], row["amount"].strip()[:40]

    def outcome(found: LineOutcome, left: Decimal | None = None) -> Line:
        return Line(line, reference[:40], bill, written, found.value, None if left is None else f"{left:.2f}")

    if not REFERENCE.fullmatch(reference):
        return outcome(LineOutcome.WRONG_REFERENCE)
    amount = amount_of(written)
    if amount is None:
        return outcome(LineOutcome.WRONG_AMOUNT)
    try:
        paid_on = calendar.parse_day(row["paid_on"])
    except InvalidDate:
        return outcome(LineOutcome.WRONG_DAY)
    if paid_on > calendar.today():
        return outcome(LineOutcome.WRONG_DAY)
    case = bills.case_of(bill)
    if case is None or not case.entries.exists():
        return outcome(LineOutcome.WRONG_BILL)
    return outcome(*enter_once(case, amount, on=paid_on, by=by, reference=reference))


def typed(text: str) -> str:
    """Return what was written, in ASCII digits and without marks; unlike in a number, a dash stays one."""
    return strip_marks(to_ascii(text)).strip()


def amount_of(written: str) -> Decimal | None:
    """Return an amount of the file, in SAR: more than nothing, to the halala; None for anything else."""
    text = typed(written).replace(",", "")
    if not AMOUNT.fullmatch(text):
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount or None


def enter_once(
    case: Case, amount: Decimal, *, on: date, by: User, reference: str
) -> tuple[LineOutcome, Decimal | None]:
    """Enter a payment unless one with its reference has been; two at once enter it once."""
    try:
        with transaction.atomic():
            held = hold(case, with_letter=True)
            if found := known(held, amount, reference):
                return found, None
            owed = owed_on(held) - amount
            enter_payment(held, amount, on=on, by=by, reference=reference)
    except (IntegrityError, ValidationError):
        # Entered at this very moment, for another case.
        found = known(case, amount, reference)
        if found is None:
            raise
        return found, None
    if owed < 0:
        return LineOutcome.OVERPAID, owed
    return (LineOutcome.PARTIAL if owed else LineOutcome.ENTERED), owed


def known(case: Case, amount: Decimal, reference: str) -> LineOutcome | None:
    """Return whether a payment of this reference was entered: this one, or another."""
    entry = LedgerEntry.objects.filter(kind=EntryKind.PAYMENT, reference=reference).first()
    if entry is None:
        return None
    is_same = (entry.case_id, entry.amount) == (case.pk, -amount)
    return LineOutcome.REPEATED if is_same else LineOutcome.CONFLICT
