"""Registers of invented licences, as the authorities give them."""

import csv
import io

COLUMNS = [
    "licence_number",
    "authority",
    "sector",
    "name_ar",
    "name_en",
    "commercial_registration",
    "owner_name",
    "owner_national_id",
    "owner_mobile",
    "region",
    "city",
    "issued_on",
    "expires_on",
]

OWNER, ANOTHER = "1000000008", "1000000016"


def row(**cells):
    """One line's cells; whatever is not said is right."""
    return {
        "licence_number": "LR1001",
        "authority": "tourism",
        "sector": "hotels",
        "name_ar": "فندق مخترع",
        "name_en": "Invented Hotel",
        "commercial_registration": "1010101010",
        "owner_name": "مالك مخترع",
        "owner_national_id": OWNER,
        "owner_mobile": "0512345678",
        "region": "riyadh",
        "city": "riyadh",
        "issued_on": "2025-01-01",
        "expires_on": "2028-01-01",
    } | cells


def register(*rows, columns=COLUMNS, delimiter=",", end="\n"):
    """The file's text."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def many(count, **cells):
    return [row(licence_number=f"LR{number:06}", **cells) for number in range(count)]
