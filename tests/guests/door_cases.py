"""What is typed through every door, and what has to come of it: codes by field, or the stored value.

All of it as of one moment. The people are invented.
"""

from dataclasses import dataclass, field, replace

NOW = "2026-03-16T09:00:00+03:00"

PERSON = {
    "client_reference": "B-17",
    "id_type": "national_id",
    "id_number": "1000000008",
    "full_name": "سارة بنت مخترع",
    "nationality": "SAU",
    "birth_date": "1990-03-15",
    "gender": "f",
}
BASES = {
    "lodging": PERSON | {"room": "204", "arrived_at": "2026-03-15 14:30", "departs_on": "2026-03-18"},
    "vehicle_rental": PERSON
    | {
        "contract_number": "C-9",
        "plate": "أ ب ج 1234",
        "driving_licence": "1000000008",
        "picked_up_at": "2026-03-15 14:30",
    },
    "gold_purchase": PERSON
    | {"item": "سوار", "weight": "12.5", "price": "1250.50", "bought_at": "2026-03-15 14:30"},
    "used_goods": PERSON | {"item": "هاتف جوال", "price": "900", "bought_at": "2026-03-15 14:30"},
}


@dataclass(frozen=True)
class Case:
    kind: str
    changes: dict = field(hash=False)
    codes: frozenset = frozenset()
    stored: dict = field(default_factory=dict, hash=False)
    # Whether the kind's whole record is on record already.
    is_known: bool = False

    def __str__(self):
        said = f"{self.kind}-{'-'.join(self.changes) or 'whole'}-{list(self.changes.values())!r:.40}"
        return f"{said}-known" if self.is_known else said

    @property
    def fields(self):
        return BASES[self.kind] | self.changes

    @property
    def rows(self):
        """How many records there are in the end."""
        references = [self.base["client_reference"]] * self.is_known
        references += [self.fields["client_reference"]] * (not self.codes)
        return len(set(references))

    @property
    def base(self):
        return BASES[self.kind]


def good(kind, stored=None, **changes):
    return Case(kind, changes, stored=stored or {})


def bad(kind, *codes, **changes):
    return Case(kind, changes, frozenset(codes))


def known(case):
    """The case after the whole record has been sent."""
    return replace(case, is_known=True)


def required(kind, *names):
    return [bad(kind, (name, "required"), **{name: value}) for name in names for value in ("", " \u200f")]


def same_person(kind):
    """The rules of the fields that every kind has."""
    return [
        good(kind),
        bad(kind, ("id_number", "check_digit"), id_number="1000000000"),
        bad(kind, ("id_type", "unknown"), id_type="library card"),
        bad(kind, ("nationality", "unknown"), nationality="XXX"),
        bad(kind, ("gender", "unknown"), gender="x"),
        bad(kind, ("birth_date", "in_future"), birth_date="2026-03-17"),
        bad(kind, ("full_name", "invalid"), full_name="1234"),
        bad(kind, ("mobile", "invalid"), mobile="12"),
        good(kind, {"mobile": "+966512345678"}, mobile="٠٥١٢٣٤٥٦٧٨"),
        bad(kind, ("client_reference", "too_long"), client_reference="x" * 65),
        *required(kind, "client_reference", "full_name"),
        known(good(kind)),
        known(good(kind, {"full_name": "سارة بنت مخترع"}, full_name=" سارة  بنت مخترع")),
        known(good(kind, client_reference="B-18")),
        known(bad(kind, ("client_reference", "conflict"), full_name="نورة بنت مخترع")),
        known(bad(kind, ("gender", "unknown"), gender="x")),
    ]


LODGING = [
    *required("lodging", "id_type", "id_number", "nationality", "birth_date", "gender", "arrived_at"),
    good("lodging", {"id_number": "1000000008"}, id_number="١٠٠٠٠٠٠٠٠٨"),
    good("lodging", {"id_number": "1000000008"}, id_number="۱۰۰۰۰۰۰۰۰۸"),
    good("lodging", {"id_number": "1000000008"}, id_number=" 1000-0000-08\u200f"),
    good("lodging", {"id_number": "2000000006"}, id_type="iqama", id_number="2000000006"),
    good("lodging", {"id_number": "78419901"}, id_type="gcc_id", id_number="٧٨٤١٩٩٠١"),
    good("lodging", {"id_number": "K77120045"}, id_type="passport", id_number="k7712 0045"),
    good("lodging", {"id_number": "3123456789"}, id_type="border_number", id_number="3123456789"),
    bad("lodging", ("id_number", "invalid"), id_number="2000000006"),
    bad("lodging", ("id_number", "invalid"), id_number="--"),
    bad("lodging", ("id_number", "invalid"), id_number="10000"),
    bad("lodging", ("id_number", "check_digit"), id_type="iqama", id_number="2000000007"),
    bad("lodging", ("id_number", "invalid"), id_type="passport", id_number="AB-12"),
    bad("lodging", ("id_number", "too_long"), id_type="passport", id_number="A" * 13),
    bad("lodging", ("id_number", "too_long"), id_type="gcc_id", id_number="1" * 16),
    bad("lodging", ("id_number", "invalid"), id_type="border_number", id_number="5123456789"),
    good("lodging", {"id_type": "national_id"}, id_type="NATIONAL_ID"),
    good("lodging", {"full_name": "سارة بنت مخترع"}, full_name="  سارة   بنت\tمخترع "),
    bad("lodging", ("full_name", "invalid"), full_name="س"),
    bad("lodging", ("full_name", "invalid"), full_name="<b>Sara</b>"),
    bad("lodging", ("full_name", "invalid"), full_name="Sara\x07 Bint"),
    bad("lodging", ("full_name", "too_long"), full_name="س" * 151),
    good("lodging", {"full_name": "Anne-Marie O'Neill"}, full_name="Anne-Marie O'Neill"),
    good("lodging", {"nationality": "GBR"}, nationality="gbr"),
    bad("lodging", ("nationality", "unknown"), nationality="SA"),
    good("lodging", {"birth_date": "1990-03-15"}, birth_date="15/03/1990"),
    good("lodging", {"birth_date": "1990-03-15"}, birth_date="1410-08-18"),
    good("lodging", {"birth_date": "1990-03-15"}, birth_date="١٤١٠/٠٨/١٨"),
    good("lodging", birth_date="2026-03-16"),
    bad("lodging", ("birth_date", "invalid"), birth_date="1990-02-30"),
    bad("lodging", ("birth_date", "invalid"), birth_date="yesterday"),
    bad("lodging", ("birth_date", "out_of_range"), birth_date="1890-01-01"),
    good("lodging", {"gender": "f"}, gender="F"),
    good("lodging", {"mobile": "+447400123456"}, mobile="+44 7400 123456"),
    good("lodging", {"mobile": "+966512345678"}, mobile="966512345678"),
    good("lodging", {"mobile": None}, mobile=" "),
    bad("lodging", ("mobile", "invalid"), mobile="0412345678"),
    bad("lodging", ("mobile", "invalid"), mobile="call me"),
    good("lodging", {"room": "204"}, room="٢٠٤"),
    good("lodging", {"room": None}, room=""),
    bad("lodging", ("room", "too_long"), room="x" * 21),
    bad("lodging", ("room", "invalid"), room="2\x0004"),
    good("lodging", {"arrived_at": "2026-03-15T14:30:00+03:00"}, arrived_at="2026-03-15T11:30:00Z"),
    good("lodging", {"arrived_at": "2026-03-15T14:30:00+03:00"}, arrived_at="2026-03-15T13:30:00+02:00"),
    good("lodging", {"arrived_at": "2026-03-15T14:30:00+03:00"}, arrived_at="15/03/2026 14:30"),
    good("lodging", {"arrived_at": "2026-03-15T14:30:00+03:00"}, arrived_at="٢٠٢٦-٠٣-١٥ ١٤:٣٠"),
    good("lodging", {"arrived_at": "2026-03-15T14:30:00+03:00"}, arrived_at="2026-03-15 14:30:00.987"),
    good("lodging", arrived_at="2026-03-16 09:14"),
    bad("lodging", ("arrived_at", "in_future"), arrived_at="2026-03-16 09:16"),
    bad("lodging", ("arrived_at", "invalid"), arrived_at="2026-03-15"),
    bad("lodging", ("arrived_at", "invalid"), arrived_at="2026-03-15 25:00"),
    bad("lodging", ("arrived_at", "invalid"), arrived_at="14:30"),
    bad("lodging", ("arrived_at", "out_of_range"), arrived_at="2021-03-15 14:30", departs_on=""),
    good("lodging", {"departs_on": "2026-03-18"}, departs_on="18-03-2026"),
    good("lodging", departs_on="2026-03-15"),
    bad("lodging", ("departs_on", "before_arrival"), departs_on="2026-03-14"),
    bad("lodging", ("departs_on", "out_of_range"), departs_on="2031-03-16"),
    bad("lodging", ("departs_on", "invalid"), departs_on="soon"),
    good("lodging", {"departed_at": "2026-03-16T08:00:00+03:00"}, departed_at="2026-03-16 08:00"),
    bad("lodging", ("departed_at", "before_arrival"), departed_at="2026-03-15 14:29"),
    bad("lodging", ("departed_at", "in_future"), departed_at="2026-03-16 10:00"),
    bad("lodging", ("companion_of", "unknown_companion"), companion_of="nobody"),
    known(good("lodging", {"companion_of": "B-17"}, client_reference="B-18", companion_of="B-17")),
    known(bad("lodging", ("companion_of", "unknown_companion"), client_reference="B-18", companion_of="x")),
    bad("lodging", ("companion_of", "unknown_companion"), companion_of="B-17"),
    good("lodging", {"client_reference": "ح 12/أ"}, client_reference="ح ١٢/أ"),
    bad("lodging", ("id_number", "check_digit"), ("gender", "unknown"), id_number="1000000000", gender="x"),
    bad("lodging", ("id_type", "required"), ("arrived_at", "invalid"), id_type="", arrived_at="now"),
]

VEHICLE = [
    *required("vehicle_rental", "contract_number", "plate", "driving_licence", "picked_up_at"),
    good("vehicle_rental", {"plate": "أ ب ج 1234"}, plate="أ ب ج ١٢٣٤"),
    bad("vehicle_rental", ("plate", "too_long"), plate="x" * 21),
    bad("vehicle_rental", ("picked_up_at", "in_future"), picked_up_at="2026-03-17 09:00"),
    good("vehicle_rental", {"returned_at": "2026-03-16T08:00:00+03:00"}, returned_at="16/03/2026 08:00"),
    bad("vehicle_rental", ("returned_at", "before_arrival"), returned_at="2026-03-15 14:00"),
]

PURCHASES = [
    *required("gold_purchase", "item", "weight", "price", "bought_at"),
    *required("used_goods", "item", "price", "bought_at"),
    good("gold_purchase", {"price": "1250.50"}, price="١٬٢٥٠٫٥"),
    good("gold_purchase", {"price": "1250.00"}, price="1,250"),
    good("gold_purchase", {"weight": "12.500"}, weight="12.5"),
    bad("gold_purchase", ("price", "invalid"), price="a lot"),
    bad("gold_purchase", ("price", "invalid"), price="12.345"),
    bad("gold_purchase", ("price", "out_of_range"), price="0"),
    bad("gold_purchase", ("price", "out_of_range"), price="1000000000"),
    bad("gold_purchase", ("weight", "out_of_range"), weight="0.000"),
    bad("gold_purchase", ("weight", "invalid"), weight="-1"),
    bad("gold_purchase", ("item", "too_long"), item="x" * 201),
    good("used_goods", {"serial_number": "356938035643809"}, serial_number="٣٥٦٩٣٨٠٣٥٦٤٣٨٠٩"),
    good("used_goods", {"description": None}, description=""),
    bad("used_goods", ("serial_number", "too_long"), serial_number="9" * 65),
    bad("used_goods", ("bought_at", "out_of_range"), bought_at="2020-01-01 10:00"),
]

CASES = [case for kind in BASES for case in same_person(kind)] + LODGING + VEHICLE + PURCHASES
