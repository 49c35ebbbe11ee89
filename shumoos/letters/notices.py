"""The other letters: warnings, fine notices, suspension orders and receipts for fines, in both languages.

Each function takes what the letter says, issues it under the next number of its series, and returns it. Call
them as `issue`: late in the caller's transaction. An office's letters of every kind share its one series; a
receipt for records is numbered within its establishment, so that establishments do not wait for each other.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from shumoos.letters.issue import issue
from shumoos.letters.models import Kind, Letter


@dataclass(frozen=True)
class Label:
    """What a row of a letter is called."""

    ar: str
    en: str


class Cause(StrEnum):
    NOT_SUBSCRIBED = "not_subscribed"
    INACCURATE_DATA = "inaccurate_data"


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


@dataclass(frozen=True)
class Fact:
    """What was inaccurate or incomplete, and the day it occurred."""

    occurred_on: date
    what: str


FOUND = {
    Cause.NOT_SUBSCRIBED: Words(
        "تبيَّن أن المنشأة الموضحة بياناتها أدناه مرخصة وليس لها اشتراك مفعَّل في نظام شموس، "
        "والاشتراك فيه إلزامي.",
        "The establishment below holds a licence and has no active subscription to Shumoos, "
        "which is compulsory.",
    ),
    Cause.INACCURATE_DATA: Words(
        "تبيَّن عدم دقة البيانات التي أرسلتها المنشأة الموضحة بياناتها أدناه إلى نظام شموس أو عدم اكتمالها.",
        "The data that the establishment below has submitted to Shumoos was found inaccurate or incomplete.",
    ),
}
WARNED = {
    Cause.NOT_SUBSCRIBED: Words(
        "وعليه نُنذركم بوجوب الاشتراك في النظام، فإن لم تشترك المنشأة في المدة المحددة فُرضت "
        "عليها الغرامة المقررة.",
        "You are hereby warned to subscribe. If the establishment has not subscribed in time, "
        "the fine laid down "
        "for it will follow.",
    ),
    Cause.INACCURATE_DATA: Words(
        "وعليه نُنذركم بوجوب تحرّي الدقة والاكتمال فيما ترسلونه، فإن تكرر ذلك فُرضت على المنشأة "
        "الغرامة المقررة.",
        "You are hereby warned to submit accurate and complete data. If it happens again, the "
        "fine laid down for "
        "it will follow.",
    ),
}
FINED = Words(
    "وعليه فُرضت على المنشأة الغرامة المبينة أدناه، ولا يعفي سدادها من تصحيح الوضع.",
    "The fine below has therefore been imposed on the establishment. Paying it does not "
    "replace putting things "
    "right.",
)
OBJECTION = Words(
    "وللمنشأة أن تتظلم من ذلك عبر نظام شموس أو لدى الإدارة.",
    "The establishment may object to this through Shumoos or at the office.",
)
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


def issue_warning(
    *,
    sender: Sender,
    concerned: Concerned,
    cause: Cause,
    due_on: date | None = None,
    fact: Fact | None = None,
) -> Letter:
    """Issue a warning. Without a last day, one for not subscribing says that the term stands still."""
    content = {
        **title(Words("إنذار", "Warning")),
        **paragraphs(FOUND[cause], WARNED[cause], OBJECTION),
        "rows": [*about(concerned), *facts(fact), *last_day(cause, due_on)],
    }
    return send(Kind.WARNING, sender, concerned, content)


def issue_fine(
    *,
    sender: Sender,
    concerned: Concerned,
    cause: Cause,
    amount: Decimal,
    total: Decimal,
    due_on: date | None = None,
    fact: Fact | None = None,
) -> Letter:
    """Issue the notice of a fine of `amount`, which makes `total` of the case's fine; both in SAR."""
    content = {
        **title(Words("إشعار غرامة", "Notice of a fine")),
        **paragraphs(FOUND[cause], FINED, OBJECTION),
        "rows": [
            *about(concerned),
            *facts(fact),
            money("مبلغ الغرامة", "Fine", amount),
            *([money("إجمالي غرامة المخالفة", "Fine of the case in all", total)] if total != amount else []),
            *last_day(cause, due_on),
        ],
    }
    return send(Kind.FINE, sender, concerned, content)


def issue_suspension(*, sender: Sender, concerned: Concerned, authority: Words, fined: Decimal) -> Letter:
    """Issue the order to suspend an establishment's activity, addressed to its licensing authority."""
    content = {
        **title(Words("أمر إيقاف نشاط", "Order to suspend activity")),
        "addressee": authority.ar,
        "addressee_en": authority.en,
        **paragraphs(
            Words(
                "نفيدكم بأن المنشأة الموضحة بياناتها أدناه لم تشترك في نظام شموس رغم إنذارها وتغريمها "
                "وانقضاء "
                "المدد المحددة.",
                "The establishment below has not subscribed to Shumoos although it was warned and fined "
                "and the "
                "terms have passed.",
            ),
            Words(
                "وعليه تقرر إيقاف نشاطها حتى تشترك في النظام، ونأمل اتخاذ ما يلزم لتنفيذ ذلك وإفادتنا.",
                "Its activity is therefore suspended until it subscribes. Please do what is needed to "
                "carry this "
                "out, and let us know.",
            ),
        ),
        "rows": [*about(concerned), money("إجمالي الغرامات", "Fines in all", fined)],
    }
    return send(Kind.SUSPENSION, sender, concerned, content)


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
            money("المبلغ المسدد", "Amount paid", amount),
            ["تاريخ السداد", paid_on, "Paid on", ""],
            ["رقم عملية السداد", payment, "Payment number", ""],
            money("المتبقي", "Left to pay", balance),
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
    """Return a row with an amount of money under one of the LABELS."""
    return money(LABELS[name].ar, LABELS[name].en, amount)


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
        ["اسم المنشأة", concerned.name.ar, "Establishment", concerned.name.en],
        ["رقم الترخيص", concerned.licence_number, "Licence number", ""],
        *([["رقم المنشأة", concerned.number, "Establishment number", ""]] if concerned.number else []),
    ]


def facts(fact: Fact | None) -> list[list[Any]]:
    if fact is None:
        return []
    return [
        ["تاريخ الواقعة", fact.occurred_on, "Occurred on", ""],
        ["الواقعة", fact.what, "Occurrence", ""],
    ]


def last_day(cause: Cause, due_on: date | None) -> list[list[Any]]:
    if due_on is not None:
        return [["آخر يوم للمهلة", due_on, "Last day of the term", ""]]
    if cause == Cause.NOT_SUBSCRIBED:
        return [["آخر يوم للمهلة", PAUSED.ar, "Last day of the term", PAUSED.en]]
    return []


def money(label: str, label_en: str, amount: Decimal) -> list[Any]:
    return [label, f"{amount:,.2f} ريال", label_en, f"SAR {amount:,.2f}"]
