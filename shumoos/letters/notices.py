"""The other letters: notices worded by data and receipts for fines, in both languages.

Each function takes what the letter says, issues it under the next number of its series, and returns it. Call
them as `issue`: late in the caller's transaction. An office's letters of every kind share its one series; a
receipt for records is numbered within its establishment, so that establishments do not wait for each other.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shumoos.letters.issue import issue
from shumoos.letters.models import Kind, Letter


@dataclass(frozen=True)
class Label:
    """What a row of a letter is called."""

    ar: str
    en: str


@dataclass(frozen=True)
class Words:
    """The same in both languages; the English may be missing."""

    ar: str
    en: str = ""


@dataclass(frozen=True)
class Sender:
    """An investigation office: the code that its letters are numbered by, and its name."""

    code: str
    name: Words


@dataclass(frozen=True)
class Concerned:
    """The establishment that a letter is about. Before it has subscribed it has no number."""

    name: Words
    licence_number: str
    number: str = ""


PAUSED = Words("متوقف ما دام الطلب لدى الإدارة", "Stopped while the application is with the office")

LABELS = {
    "establishment": Label("اسم المنشأة", "Establishment"),
    "licence_number": Label("رقم الترخيص", "Licence number"),
    "number": Label("رقم المنشأة", "Establishment number"),
    "noticed_on": Label("تاريخ الإشعار", "Date of the notice"),
    "occurred_on": Label("تاريخ الواقعة", "Occurred on"),
    "occurrence": Label("الواقعة", "Occurrence"),
    "correct_by": Label("آخر يوم لتصحيح البيانات", "To be corrected by"),
    "fine": Label("مبلغ الغرامة", "Fine"),
    "fined": Label("إجمالي غرامة المخالفة", "Fine of the case in all"),
    "fines": Label("إجمالي الغرامات", "Fines in all"),
    "bill": Label("رقم الفاتورة (سداد)", "Bill number (SADAD)"),
    "due_on": Label("آخر يوم للمهلة", "Last day of the term"),
    "objection_until": Label("آخر يوم للتظلم", "Last day to object"),
    "order": Label("رقم أمر الإيقاف", "Number of the order"),
    "lifted_on": Label("تاريخ رفع الإيقاف", "Lifted on"),
    "notice": Label("رقم الإشعار", "Number of the notice"),
    "filed_on": Label("تاريخ التظلم", "Objection of"),
    "decision": Label("القرار", "Decision"),
    "reason": Label("السبب", "Reason"),
    "reduced_by": Label("مبلغ التخفيض", "Reduced by"),
    "waived": Label("مبلغ الإعفاء", "Waived"),
    "refunded": Label("المبلغ المردود", "Paid back"),
    "refunded_on": Label("تاريخ الرد", "Paid back on"),
    "transfer": Label("رقم الحوالة", "Number of the transfer"),
    "paid": Label("المبلغ المسدد", "Amount paid"),
    "paid_on": Label("تاريخ السداد", "Paid on"),
    "payment": Label("رقم عملية السداد", "Payment number"),
    "left": Label("المتبقي", "Left to pay"),
}
# By stage of a case.
TITLES = {
    "warned": Words("إنذار", "Warning"),
    "fined_first": Words("إشعار غرامة", "Notice of a fine"),
    "fined_raised": Words("إشعار غرامة", "Notice of a fine"),
    "suspended": Words("أمر إيقاف نشاط", "Order to suspend activity"),
}
LIFTING_TITLE = Words("رفع إيقاف نشاط", "Lifting of a suspension of activity")
LIFTED = [
    Words(
        "إلحاقًا بأمر إيقاف نشاط المنشأة الموضحة بياناتها أدناه، نفيدكم بزوال سبب الإيقاف.",
        "With reference to the order to suspend the activity of the establishment below: its reason is gone.",
    ),
    Words(
        "وعليه يُرفع الإيقاف اعتبارًا من التاريخ المبين أدناه، ونأمل اتخاذ ما يلزم.",
        "The suspension is therefore lifted as of the day below. Please do what is needed.",
    ),
]
RELIEVED = Words(
    "قررت الإدارة في غرامة المنشأة الموضحة بياناتها أدناه ما يلي، وقُيِّد ذلك في سجل الغرامات.",
    "The office has decided as follows on the fine of the establishment below, and entered it in the ledger "
    "of fines.",
)
REFUNDED = Words(
    "رُد إلى المنشأة الموضحة بياناتها أدناه ما سُدد عنها بالزيادة، وقُيِّد ذلك في سجل الغرامات.",
    "What was paid too much for the establishment below was paid back and entered in the ledger of fines.",
)
DECIDED = Words(
    "نظرت الإدارة في تظلمكم من الإشعار المبين أدناه، وتقرر ما يلي.",
    "The office has considered your objection to the notice below, and has decided as follows.",
)


def issue_payment_receipt(
    *,
    sender: Sender,
    concerned: Concerned,
    amount: Decimal,
    paid_on: date,
    payment: str,
    balance: Decimal,
) -> Letter:
    """Issue the receipt for a paid fine; `payment` is the payment's number, `balance` what is left."""
    content = {
        **title(Words("إيصال سداد غرامة", "Receipt for the payment of a fine")),
        **paragraphs(
            Words(
                "سُدد عن المنشأة الموضحة بياناتها أدناه المبلغ المبين فيما يلي، وقُيِّد في سجل الغرامات.",
                "The amount below was paid for the establishment below and entered in the ledger of fines.",
            )
        ),
        "rows": [
            *about(concerned),
            sum_row("paid", amount),
            row("paid_on", paid_on),
            row("payment", payment),
            sum_row("left", balance),
        ],
    }
    return send(Kind.PAYMENT, sender, concerned, content)


def issue_notice(
    *,
    kind: Kind,
    title_words: Words,
    sender: Sender,
    concerned: Concerned,
    wording: list[Words],
    rows: list[list[Any]],
) -> Letter:
    """Issue a letter whose paragraphs are data, with rows of its own below what it is about."""
    content = {
        **title(title_words),
        **paragraphs(*wording),
        "rows": [*about(concerned), *rows],
    }
    return send(kind, sender, concerned, content)


def row(name: str, value: Any, value_en: str = "") -> list[Any]:
    """Return a row under one of the LABELS."""
    return [LABELS[name].ar, value, LABELS[name].en, value_en]


def sum_row(name: str, amount: Decimal) -> list[Any]:
    """Return a row with an amount in SAR under one of the LABELS."""
    return row(name, f"{amount:,.2f} ريال", f"SAR {amount:,.2f}")


def send(kind: Kind, sender: Sender | None, concerned: Concerned, content: dict[str, Any]) -> Letter:
    office = {"office": sender.name.ar, "office_en": sender.name.en} if sender else {}
    series = sender.code if sender else concerned.number
    if not series:
        raise ValueError("A receipt for records needs the establishment's number.")
    return issue(
        kind=kind,
        series=series,
        establishment=concerned.name.ar,
        licence_number=concerned.licence_number,
        content={**content, **office, "establishment_en": concerned.name.en},
    )


def title(words: Words) -> dict[str, str]:
    return {"title": words.ar, "title_en": words.en}


def paragraphs(*each: Words) -> dict[str, list[str]]:
    return {"paragraphs": [words.ar for words in each], "paragraphs_en": [words.en for words in each]}


def about(concerned: Concerned) -> list[list[Any]]:
    return [
        row("establishment", concerned.name.ar, concerned.name.en),
        row("licence_number", concerned.licence_number),
        *([row("number", concerned.number)] if concerned.number else []),
    ]
