from datetime import UTC, datetime

import pytest

from shumoos.letters.issue import issue
from shumoos.letters.models import Kind, Letter

STATEMENT = {
    "authority": "وزارة السياحة",
    "office": "إدارة التحريات والبحث الجنائي بمنطقة الرياض",
    "supervisor": "سالم بن ناصر التجريبي",
    "reference": "26-4821-9037-45",
    "period_from": "2026-11-24",
    "period_until": "2027-11-23",
    "commercial_registration": "1010101010",
    "city": "الرياض",
}
NOTICE = {
    "title": "إشعار غرامة",
    "paragraphs": ["نشعركم بتغريم المنشأة بتاريخ 2026-02-01 مبلغًا قدره 10,000.00 ريال.", "وللمنشأة التظلم."],
    "rows": [["مبلغ الغرامة", "10,000.00 ريال"], ["آخر موعد", "2026-03-03"]],
}


@pytest.fixture
def issue_statement():
    def issue_one(**changes):
        fields = {
            "kind": Kind.STATEMENT,
            "series": "RUH",
            "establishment": "فندق النور",
            "licence_number": "TL-2026/0042",
            "content": STATEMENT,
        }
        return issue(**fields | changes)

    return issue_one


@pytest.fixture
def make_letter():
    """A letter that is not stored."""

    def make(**changes):
        fields = {
            "kind": Kind.STATEMENT,
            "series": "RUH",
            "year": 2026,
            "sequence": 17,
            "code": "23456789ABCDEFGH",
            "establishment": "فندق النور Al Noor Hotel (A)",
            "licence_number": "TL-2026/0042",
            "content": STATEMENT,
            "issued_at": datetime(2026, 11, 23, 22, tzinfo=UTC),
        }
        return Letter(**fields | changes)

    return make
