"""The letters about violations that are issued one by one: of an occurrence, a payment, a decision."""

from datetime import date
from decimal import Decimal

from shumoos.letters import notices
from shumoos.letters.models import Kind, Letter
from shumoos.letters.notices import Concerned, Sender, Words
from violations import bills
from violations.accounts import office_of
from violations.models import Case, LedgerEntry, Notice, Objection, Outcome, Step

DECISIONS = {
    Outcome.UPHELD: Words("رفض التظلم وبقاء الإشعار", "The objection is dismissed and the notice stands."),
    Outcome.REDUCED: Words("تخفيض الغرامة", "The fine is reduced."),
    Outcome.ANNULLED: Words(
        "قبول التظلم وإلغاء الإشعار", "The objection is accepted and the notice is annulled."
    ),
}


def sender_of(case: Case) -> Sender:
    office = office_of(case.licence)
    return Sender(office.code, Words(office.name_ar, office.name_en))


def concerned_by(case: Case) -> Concerned:
    named = case.establishment or case.licence
    return Concerned(
        Words(named.name_ar, named.name_en),
        case.licence.number,
        case.establishment.number if case.establishment else "",
    )


def issue_occurrence_letter(notice: Notice, step: Step) -> Letter:
    """Issue the warning or the notice of a fine about an occurrence, worded as the step is."""
    case, occurrence = notice.case, notice.occurrence
    if occurrence is None:
        raise ValueError("This notice is about no occurrence.")
    fine = (
        [
            notices.sum_row("fine", notice.amount),
            notices.sum_row("fined", case.fined + notice.amount),
            notices.row("bill", bills.show(bills.number(case.pk))),
        ]
        if notice.amount
        else []
    )
    return notices.issue_notice(
        kind=Kind.FINE if notice.amount else Kind.WARNING,
        title_words=notices.TITLES[notice.stage],
        sender=sender_of(case),
        concerned=concerned_by(case),
        wording=[Words(arabic, english) for arabic, english in step.paragraphs],
        rows=[
            notices.row("occurred_on", occurrence.occurred_on),
            notices.row("occurrence", occurrence.what),
            *([notices.row("correct_by", occurrence.correct_by)] if occurrence.correct_by else []),
            *fine,
            notices.row("objection_until", notice.objection_until),
        ],
    )


def issue_receipt(case: Case, *, amount: Decimal, reference: str, paid_on: date, balance: Decimal) -> Letter:
    """Issue the receipt for a payment; `balance` is what is left on the case, below zero what is too much."""
    return notices.issue_payment_receipt(
        sender=sender_of(case),
        concerned=concerned_by(case),
        amount=amount,
        paid_on=paid_on,
        payment=reference,
        balance=max(balance, Decimal(0)),
    )


def issue_refund(case: Case, *, amount: Decimal, reference: str, on: date, reason: str) -> Letter:
    """Issue the notice that what was paid too much has been paid back."""
    return notices.issue_notice(
        kind=Kind.REFUND,
        title_words=Words("إشعار رد مبلغ", "Notice of a refund"),
        sender=sender_of(case),
        concerned=concerned_by(case),
        wording=[notices.REFUNDED],
        rows=[
            notices.sum_row("refunded", amount),
            notices.row("refunded_on", on),
            notices.row("transfer", reference),
            notices.row("reason", reason),
        ],
    )


def issue_relief(case: Case, title: Words, *, label: str, amount: Decimal, reason: str) -> Letter:
    """Issue the decision that so much is taken off the fine of a case."""
    return notices.issue_notice(
        kind=Kind.RELIEF,
        title_words=title,
        sender=sender_of(case),
        concerned=concerned_by(case),
        wording=[notices.RELIEVED],
        rows=[
            notices.sum_row(label, amount),
            notices.row("reason", reason),
            notices.sum_row("fined", case.fined - amount),
        ],
    )


def issue_decision(objection: Objection, *, fined: Decimal) -> Letter:
    """Issue the decision on an objection, to the owner; `fined` is the case's fine after it."""
    notice, case = objection.notice, objection.case
    decision = DECISIONS[Outcome(objection.outcome)]
    reduced = [notices.sum_row("reduced_by", objection.reduced_by)] if objection.reduced_by else []
    return notices.issue_notice(
        kind=Kind.DECISION,
        title_words=Words("قرار في تظلم", "Decision on an objection"),
        sender=sender_of(case),
        concerned=concerned_by(case),
        wording=[notices.DECIDED],
        rows=[
            *([notices.row("notice", notice.letter.number)] if notice.letter else []),
            notices.row("noticed_on", notice.issued_on),
            notices.row("filed_on", objection.filed_on),
            notices.row("decision", decision.ar, decision.en),
            *reduced,
            notices.row("reason", objection.answer),
            notices.sum_row("fined", fined),
        ],
    )


def entry_letter(entry: LedgerEntry) -> Letter | None:
    """Return the document that an entry rests on."""
    return entry.letter or (entry.notice.letter if entry.notice else None)
