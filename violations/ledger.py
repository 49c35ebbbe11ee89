"""Writing to the ledger of fines, and reading what is owed from it."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext

from registration.models import Licence
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.letters.models import Letter
from shumoos.letters.notices import Words
from violations import chain
from violations.accounts import hold
from violations.letters import issue_relief
from violations.models import Basis, Case, CaseKind, ChainEnd, EntryKind, LedgerEntry, Notice
from violations.models.ledger import FINES, RELIEFS

REDUCTION = Words("قرار تخفيض غرامة", "Decision to reduce a fine")
WAIVER = Words("قرار إعفاء من غرامة", "Decision to waive a fine")


class AmountRefused(Exception):
    """Raised with a sentence for the person who entered an amount that the ledger does not take."""


def balance(licence: Licence) -> Decimal:
    """Return what is owed for the licence's cases, in SAR; below zero, what is to be paid back."""
    return LedgerEntry.objects.filter(case__licence=licence).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def owed_on(case: Case) -> Decimal:
    """Return what is owed on a case, in SAR; below zero, what is to be paid back."""
    return case.entries.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


@transaction.atomic
def assess(notice: Notice, *, cap: Decimal, basis: str, by: User, reason: str = "") -> LedgerEntry | None:
    """Enter the fine of which the notice tells; None where it tells of none.

    Raises ValidationError where the fine is above the step's cap, or below it without a reason,
    IntegrityError where the case's would be above its own.
    """
    if not notice.amount:
        return None
    kind = EntryKind.ASSESSMENT if basis == Basis.ADD else EntryKind.RAISE
    return enter(
        notice.case,
        kind,
        notice.amount,
        on=notice.issued_on,
        by=by,
        notice=notice,
        letter=notice.letter,
        cap=cap,
        reason=reason,
    )


@transaction.atomic
def reduce(
    case: Case, amount: Decimal, *, on: date, by: User, reason: str, letter: Letter | None = None
) -> LedgerEntry:
    """Take `amount` off the case's fine; it rests on `letter`, or on a decision that is issued for it.

    Raises `AmountRefused` where that is all of the fine, or more, ValidationError without a reason.
    """
    held = hold(case, with_letter=letter is None)
    if not 0 < amount < held.fined:
        raise AmountRefused(
            gettext("A reduction is more than nothing and less than the fine of SAR %(fined)s.")
            % {"fined": f"{held.fined:,.2f}"}
        )
    letter = letter or issue_relief(held, REDUCTION, label="reduced_by", amount=amount, reason=reason)
    return enter(case, EntryKind.REDUCTION, -amount, on=on, by=by, reason=reason, letter=letter)


@transaction.atomic
def waive(
    case: Case,
    *,
    on: date,
    by: User,
    reason: str,
    letter: Letter | None = None,
    amount: Decimal | None = None,
) -> LedgerEntry:
    """Take the whole of the case's fine off, or `amount` of it as an annulled notice has added.

    It rests on `letter`, or on a decision that is issued for it. Raises `AmountRefused` where there is no
    fine, ValidationError without a reason.
    """
    held = hold(case, with_letter=letter is None)
    waived = held.fined if amount is None else min(amount, held.fined)
    if not waived:
        raise AmountRefused(gettext("This case has no fine to waive."))
    letter = letter or issue_relief(held, WAIVER, label="waived", amount=waived, reason=reason)
    return enter(case, EntryKind.WAIVER, -waived, on=on, by=by, reason=reason, letter=letter)


@transaction.atomic
def set_less(case: Case, amount: Decimal, *, by: User, reason: str) -> None:
    """Let the next fine of a case for not subscribing be less than its cap: what is added, or raised to.

    Raises `AmountRefused` where no fine follows, or the amount is not below its cap or adds nothing.
    """
    held = hold(case, with_letter=False)
    following = held.schedule.steps.filter(position=held.position + 1).exclude(basis=Basis.NONE).first()
    # The fine of an occurrence is set when it is recorded.
    by_clock = held.kind == CaseKind.NOT_SUBSCRIBED and held.closed_on is None
    if not by_clock or following is None:
        raise AmountRefused(gettext("No fine follows in this case."))
    # A fine that is raised goes beyond what it is.
    least = held.fined if following.basis == Basis.RAISE_TO else Decimal(0)
    if not least < amount < following.cap:
        raise AmountRefused(
            gettext("The amount is more than SAR %(least)s and less than the cap of SAR %(cap)s.")
            % {"least": f"{least:,.2f}", "cap": f"{following.cap:,.2f}"}
        )
    held.less_amount, held.less_reason, held.less_by = amount, reason.strip(), by
    held.full_clean()
    held.save(update_fields=["less_amount", "less_reason", "less_by"])
    log_change("set less than cap", case, by=by, reason=reason)
    case.refresh_from_db()


def enter(
    case: Case,
    kind: EntryKind,
    amount: Decimal,
    *,
    on: date,
    by: User | None,
    reason: str = "",
    notice: Notice | None = None,
    letter: Letter | None = None,
    cap: Decimal | None = None,
    reference: str = "",
) -> LedgerEntry:
    """Write an entry at the end of its account's chain, and the case's fine where the entry changes it."""
    end, _is_first = ChainEnd.objects.select_for_update().get_or_create(account_id=case.account_id)
    entry = LedgerEntry(
        account_id=case.account_id,
        number=end.number + 1,
        previous_hash=bytes(end.hash),
        licence_id=case.licence_id,
        case=case,
        notice=notice,
        letter=letter,
        kind=kind,
        on=on,
        amount=amount,
        cap=cap,
        by=by,
        reason=reason.strip(),
        reference=reference,
        entered_at=timezone.now(),
    )
    entry.hash = chain.hash_of(entry)
    entry.full_clean(exclude=["by"] if by is None else None)
    if kind in [*FINES, *RELIEFS]:
        Case.objects.filter(pk=case.pk).update(fined=F("fined") + amount)
    ChainEnd.objects.filter(pk=end.pk).update(number=entry.number, hash=entry.hash)
    entry.save(force_insert=True)
    log_change(f"ledger {kind}", entry, by=by, reason=reason)
    return entry
