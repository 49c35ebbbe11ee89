"""The receipts for records: for what was sent in one go, and for what was sent in a day."""

from datetime import date, datetime
from typing import Any

from shumoos.letters.models import Kind, Letter
from shumoos.letters.notices import Concerned, Words, about, paragraphs, send, title
from shumoos.saudi import calendar

NOTHING = Words("")

DAILY_COUNTS = {
    "submissions": Words("الإرساليات", "Submissions"),
    "accepted": Words("السجلات المقبولة", "Accepted"),
    "duplicate": Words("السجلات المكررة", "Duplicate"),
    "rejected": Words("السجلات المرفوضة", "Rejected"),
    "nil_returns": Words("إفادات عدم التعامل", "Nil returns"),
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
    nil_return_of: date | None = None,
) -> Letter:
    """Issue the receipt for what an establishment has submitted at once; `receipt` is its number.

    `door` and `sender` say how and by whom it was sent, `sha256` is over the accepted records. With
    `nil_return_of` it was the word that there was nobody on that day.
    """
    local = received_at.astimezone(calendar.RIYADH)
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
            *about(concerned),
            ["رقم الإيصال", receipt, "Receipt number", ""],
            ["تاريخ الاستلام", local.date(), "Received on", ""],
            ["وقت الاستلام", f"{local:%H:%M:%S}", "Received at", ""],
            ["نوع السجل", record_kind.ar, "Record kind", record_kind.en],
            ["السجلات المقبولة", f"{accepted:,}", "Accepted", ""],
            ["السجلات المكررة", f"{duplicate:,}", "Duplicate", ""],
            ["السجلات المرفوضة", f"{rejected:,}", "Rejected", ""],
            *nil_return,
            *([["طريقة الإرسال", door.ar, "Sent by", door.en]] if door.ar else []),
            *([["المرسل", sender, "Sender", ""]] if sender else []),
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
            *about(concerned),
            ["رقم الإيصال", receipt, "Receipt number", ""],
            ["اليوم", day, "Day", ""],
            *([words.ar, f"{counts[name]:,}", words.en, ""] for name, words in DAILY_COUNTS.items()),
            *digest(sha256),
        ],
    }
    return send(Kind.RECEIPT, None, concerned, content)


def digest(sha256: str) -> list[list[Any]]:
    """Return a SHA-256 in two halves, which fit into their column."""
    return [["SHA-256", f"{sha256[:32]} {sha256[32:]}", "SHA-256", ""]] if sha256 else []
