"""The receipts for records: for what was sent in one go, for a change of one, and for what came in a day."""

from datetime import date, datetime
from typing import Any

from shumoos.letters.models import Kind, Letter
from shumoos.letters.notices import Concerned, Words, paragraphs, send, title
from shumoos.letters.notices import about as establishment
from shumoos.saudi import calendar

NOTHING = Words("")

DAILY_COUNTS = {
    "submissions": Words("الإرساليات", "Submissions"),
    "accepted": Words("السجلات المقبولة", "Accepted"),
    "duplicate": Words("السجلات المكررة", "Duplicate"),
    "rejected": Words("السجلات المرفوضة", "Rejected"),
    "nil_returns": Words("إفادات عدم التعامل", "Nil returns"),
    "changes": Words("تعديلات السجلات", "Changes of records"),
}


def issue_receipt(
    *,
    concerned: Concerned,
    record_kind: Words,
    receipt: str,
    received_at: datetime,
    accepted: int,
    duplicate: int = 0,
    rejected: int = 0,
    sha256: str = "",
    door: Words = NOTHING,
    sender: str = "",
    key: str = "",
    nil_return_of: date | None = None,
) -> Letter:
    """Issue the receipt for what an establishment has submitted at once; `receipt` is its number.

    `door`, `sender` and, of a program, `key` say how and by whom it was sent, `sha256` is over the accepted
    records. With `nil_return_of` it was the word that there was nobody on that day.
    """
    nil_return = [["إفادة عدم تعامل عن يوم", nil_return_of, "Nil return for", ""]] if nil_return_of else []
    content = {
        **title(Words("إيصال استلام سجلات", "Receipt for records")),
        **paragraphs(
            Words(
                "استلم نظام شموس من المنشأة الموضحة بياناتها أدناه السجلات المبينة فيما يلي.",
                "Shumoos has received the records below from the establishment below.",
            )
        ),
        "rows": [
            *establishment(concerned),
            *received(receipt, received_at, record_kind),
            ["السجلات المقبولة", f"{accepted:,}", "Accepted", ""],
            ["السجلات المكررة", f"{duplicate:,}", "Duplicate", ""],
            ["السجلات المرفوضة", f"{rejected:,}", "Rejected", ""],
            *nil_return,
            *sent(door, sender, key),
            *digest(sha256),
        ],
    }
    return send(Kind.RECEIPT, None, concerned, content)


def issue_change_receipt(
    *,
    concerned: Concerned,
    record_kind: Words,
    receipt: str,
    received_at: datetime,
    change: Words,
    about: str,
    sha256: str,
    door: Words = NOTHING,
    sender: str = "",
    key: str = "",
) -> Letter:
    """Issue the receipt for a correction, a departure or a cancellation; `receipt` is its number.

    `about` is the number of the receipt under which the record came, `sha256` is over what the change says.
    """
    content = {
        **title(Words("إيصال تعديل سجل", "Receipt for a change of a record")),
        **paragraphs(
            Words(
                "استلم نظام شموس من المنشأة الموضحة بياناتها أدناه تعديل السجل المبين فيما يلي.",
                "Shumoos has received from the establishment below the change of a record below.",
            )
        ),
        "rows": [
            *establishment(concerned),
            *received(receipt, received_at, record_kind),
            ["التعديل", change.ar, "Change", change.en],
            ["رقم إيصال السجل", about, "Receipt of the record", ""],
            *sent(door, sender, key),
            *digest(sha256),
        ],
    }
    return send(Kind.RECEIPT, None, concerned, content)


def issue_daily_receipt(
    *, concerned: Concerned, receipt: str, day: date, sha256: str, **counts: int
) -> Letter:
    """Issue the receipt that sums up what an establishment has sent on a day; `receipt` is its number.

    `counts` are those of `DAILY_COUNTS`; `sha256` is over the numbers and digests of the day's receipts.
    """
    content = {
        **title(Words("إيصال يومي", "Daily receipt")),
        **paragraphs(
            Words(
                "استلم نظام شموس من المنشأة الموضحة بياناتها أدناه في هذا اليوم ما يلي.",
                "Shumoos has received from the establishment below on this day what follows.",
            )
        ),
        "rows": [
            *establishment(concerned),
            ["رقم الإيصال", receipt, "Receipt number", ""],
            ["اليوم", day, "Day", ""],
            *([words.ar, f"{counts[name]:,}", words.en, ""] for name, words in DAILY_COUNTS.items()),
            *digest(sha256),
        ],
    }
    return send(Kind.RECEIPT, None, concerned, content)


def received(receipt: str, at: datetime, record_kind: Words) -> list[list[Any]]:
    local = at.astimezone(calendar.RIYADH)
    return [
        ["رقم الإيصال", receipt, "Receipt number", ""],
        ["تاريخ الاستلام", local.date(), "Received on", ""],
        ["وقت الاستلام", f"{local:%H:%M:%S}", "Received at", ""],
        ["نوع السجل", record_kind.ar, "Record kind", record_kind.en],
    ]


def sent(door: Words, sender: str, key: str) -> list[list[Any]]:
    return [
        *([["طريقة الإرسال", door.ar, "Sent through", door.en]] if door.ar else []),
        *([["المرسل", sender, "Sender", ""]] if sender else []),
        *([["مفتاح الربط البرمجي", key, "API key", ""]] if key else []),
    ]


def digest(sha256: str) -> list[list[Any]]:
    """Return a SHA-256 in two halves, which fit into their column."""
    return [["SHA-256", f"{sha256[:32]} {sha256[32:]}", "SHA-256", ""]] if sha256 else []
