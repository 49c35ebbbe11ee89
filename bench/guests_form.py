"""What a reception waits for with ten million records in the table, a million of them of its own hotel.

`python -m bench.guests_form`; RECORDS= is how many there are, ten million by default. Every person and
establishment is invented. Times are the server's, from request to answer, the database's share included.
"""

import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bench.measure import results, servers, timing

FULL = 10_000_000
RECORDS = int(os.environ.get("RECORDS") or FULL)
OWN = RECORDS // 10
# How many are in house now.
IN_HOUSE = 400
TIMES = int(os.environ.get("TIMES") or 200)
MOST_MILLISECONDS = 150
FORM, SAVE = "form page", "save"

OTHERS = """
    INSERT INTO registration_establishment (
        number, name_ar, name_en, commercial_registration, sector_id, city_id, short_address, owner_id
    )
    SELECT '8' || lpad(n::text, 8, '0'), 'فندق ' || n, '', '1010000000', sector_id, city_id, '', %(stranger)s
    FROM registration_establishment CROSS JOIN generate_series(1, 2000) AS n
"""
SUBMISSIONS = """
    INSERT INTO guests_submission (
        receipt, establishment_id, kind, door, received_at, accepted, duplicate, rejected, sha256
    )
    SELECT lpad(id::text, 16, '0'), id, 'lodging', 'file', now(), 1, 0, 0, '' FROM registration_establishment
"""
# The hotel's records are every tenth, so that they lie apart, as they would in a table that all share.
GUESTS = """
    INSERT INTO guests_guestrecord (
        establishment_id, submission_id, kind, client_reference, content, full_name, id_number, occurred_at,
        departed_at, is_open, version, created_at, state, refusal, to_correct, batch_id, acknowledged_at
    )
    SELECT place.id, submission.id, 'lodging', 'B' || n,
        jsonb_build_object(
            'client_reference', 'B' || n, 'id_type', 'passport', 'id_number', person.number,
            'full_name', person.name, 'nationality', 'EGY', 'birth_date', '1990-03-15', 'gender', 'm',
            'room', (100 + n %% 900)::text, 'arrived_at', to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"+03:00"')
        ),
        person.name, person.number, at, CASE WHEN is_open THEN NULL ELSE at + interval '1 day' END, is_open,
        1, at + interval '1 hour', 'transferred', '', false, %(batch)s, at + interval '2 hours'
    FROM generate_series(1, %(records)s::bigint) AS n
    CROSS JOIN LATERAL (
        SELECT now() - (%(records)s - n) * (interval '1460 days' / %(records)s) - interval '2 hours' AS at,
            n %% 10 = 0 AND n > %(records)s - 10 * %(in_house)s AS is_open
    ) AS moment
    CROSS JOIN LATERAL (
        SELECT 'P' || lpad((n * 7919 %% 100000000)::text, 8, '0') AS number,
            (ARRAY['أحمد', 'محمد', 'خالد', 'سعيد', 'نورة', 'ليلى', 'هند'])[1 + n * 31 %% 7] || ' '
            || (ARRAY['يوسف', 'إبراهيم', 'علي', 'حسن', 'فاطمة'])[1 + n * 7919 %% 5] || ' '
            || (ARRAY['الغامدي', 'القحطاني', 'المصري', 'العتيبي', 'الحربي', 'الشهري'])
                [1 + n * 104729 %% 6] || ' ' || chr((1575 + n * 15485863 %% 20)::int) AS name
    ) AS person
    JOIN registration_establishment AS place
        ON place.id = CASE WHEN n %% 10 = 0 THEN %(hotel)s ELSE %(first)s + n * 104729 %% 2000 END
    JOIN guests_submission AS submission ON submission.establishment_id = place.id
"""


def make_hotel() -> Any:
    """Return a subscribed hotel with its owner's account."""
    from activation.models import Subscription
    from registration.models import Application, City, Establishment, Licence, Owner, Sector
    from shumoos.accounts.models import Role, User
    from shumoos.letters.models import Letter
    from shumoos.saudi import calendar

    user = User.objects.create(username="owner", role=Role.OWNER, full_name="مالك مخترع")
    owner = Owner.objects.create(
        national_id="1000000008", full_name="مالك مخترع", mobile="+966500000000", user=user
    )
    sector = Sector.objects.get(code="hotels")
    city = City.objects.get(code="riyadh")
    hotel = Establishment.objects.create(
        number="700000001",
        name_ar="فندق مخترع",
        commercial_registration="1010000001",
        sector=sector,
        city=city,
        owner=owner,
    )
    began, ends = calendar.today() - timedelta(days=1500), calendar.today() + timedelta(days=365)
    licence = Licence.objects.create(
        authority=sector.authority,
        number="B1",
        sector=sector,
        name_ar=hotel.name_ar,
        commercial_registration=hotel.commercial_registration,
        owner_name=owner.full_name,
        owner_national_id=owner.national_id,
        owner_mobile=owner.mobile,
        city=city,
        establishment=hotel,
        issued_on=began,
        expires_on=ends,
    )
    Subscription.objects.create(
        establishment=hotel,
        licence=licence,
        application=Application.objects.create(),
        statement=Letter.objects.create(
            kind="statement", series="RUH", year=2026, sequence=1, establishment=hotel.name_ar, content={}
        ),
        activated_by=user,
        period=(began, ends),
    )
    return hotel


def fill(hotel: Any) -> float:
    """Fill the table, its indexes built at the end, and return the seconds it took."""
    from django.db import connection

    from guests.models import Batch, GuestRecord
    from registration.models import Owner

    batch = Batch.objects.create()
    stranger = Owner.objects.create(national_id="2000000006", full_name="مالك آخر", mobile="+966500000001")
    began = time.perf_counter()
    indexes = GuestRecord._meta.indexes
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.remove_index(GuestRecord, index)
    with connection.cursor() as cursor:
        # The rows fit each other by the way they are made: checking that takes longer than making them.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(OTHERS, {"stranger": stranger.pk})
        cursor.execute(SUBMISSIONS)
        cursor.execute(
            GUESTS,
            {
                "records": RECORDS,
                "in_house": IN_HOUSE,
                "hotel": hotel.pk,
                "first": hotel.pk + 1,
                "batch": batch.pk,
            },
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("SET maintenance_work_mem = '512MB'")
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.add_index(GuestRecord, index)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return time.perf_counter() - began


class Reception:
    """What a reception does, each as a function that does it once."""

    def __init__(self, hotel: Any) -> None:
        from django.test import Client

        self.rng = random.Random(1448)
        self.client = Client()
        self.client.force_login(hotel.owner.user, backend="shumoos.accounts.roles.RoleBackend")
        self.sent = 0
        self.words = ["احمد يوسف", "نوره", "القحطانى", "ليلي حسن", "لا أحد بهذا الاسم"]

    def jobs(self) -> dict[str, Callable[[], object]]:
        return {
            FORM: lambda: self.get("/guests/new/"),
            SAVE: self.save,
            "save, with three companions": lambda: self.save(companions=3),
            "a number checked, a returning guest": self.returning,
            "a document scanned": self.scan,
            "in house now": lambda: self.get("/guests/in-house/"),
            "calendar": lambda: self.get("/guests/calendar/"),
            "search: number": lambda: self.search(id_number=self.number()),
            "search: name": lambda: self.search(name=self.rng.choice(self.words)),
            "search: day": lambda: self.search(first="2025-01-01", last="2025-01-31"),
        }

    def get(self, address: str) -> None:
        assert self.client.get(address).status_code == 200

    def number(self) -> str:
        """The passport of a guest who has been here."""
        return f"P{self.rng.randrange(1, OWN) * 10 * 7919 % 100_000_000:08}"

    def save(self, companions: int = 0) -> None:
        from shumoos.saudi.calendar import RIYADH

        prefixes = [f"c{number}" for number in range(1, companions + 1)]
        typed: dict[str, Any] = {"companion": prefixes, "room": "204"}
        typed["arrived_at"] = f"{datetime.now(RIYADH) - timedelta(hours=1):%Y-%m-%d %H:%M}"
        for prefix in ["", *(f"{prefix}-" for prefix in prefixes)]:
            self.sent += 1
            guest = {
                "client_reference": f"S{self.sent}",
                "id_type": "passport",
                "id_number": f"S{self.sent:08}",
                "full_name": "نزيل مخترع",
                "nationality": "EGY",
                "birth_date": "1990-03-15",
                "gender": "m",
            }
            typed |= {f"{prefix}{name}": value for name, value in guest.items()}
        response = self.client.post("/guests/new/", typed)
        assert response.status_code == 302, "taken"

    def returning(self) -> None:
        response = self.client.post(
            "/guests/new/check/",
            {"id_type": "passport", "id_number": self.number(), "at": "input"},
            headers={"HX-Request": "true", "HX-Trigger-Name": "id_number"},
        )
        assert b"full_name" in response.content, "the guest is known"

    def scan(self) -> None:
        lines = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
        response = self.client.post("/guests/new/", {"do": "scan", "scan": lines})
        assert b"ANNA MARIA ERIKSSON" in response.content

    def search(self, **sought: str) -> None:
        assert self.client.post("/guests/search/", sought).status_code == 200


def percentile(taken: list[float], share: float) -> float:
    return sorted(taken)[min(len(taken) - 1, int(len(taken) * share))]


def measure(jobs: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Return the milliseconds of every job, taken in turns."""
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for _round in range(TIMES):
        for name, job in jobs.items():
            began = time.perf_counter()
            job()
            taken[name].append((time.perf_counter() - began) * 1000)
    return taken


def main() -> None:
    with servers.portal(durable=False):
        hotel = make_hotel()
        filled = fill(hotel)
        jobs = Reception(hotel).jobs()
        taken = measure(jobs)
        queries = {name: timing.queries(job) for name, job in jobs.items()}
    figures = {
        name: {
            "queries": queries[name],
            "median": statistics.median(values),
            "p99": percentile(values, 0.99),
        }
        for name, values in taken.items()
    }
    rows = [[name, row["queries"], row["median"], row["p99"]] for name, row in figures.items()]
    results.table(f"{RECORDS:,} records, {OWN:,} of one hotel", ["what", "queries", "ms", "p99 ms"], rows)
    written = {
        "records": RECORDS,
        "of_one_hotel": OWN,
        "times": TIMES,
        "limits": {"p99_milliseconds": MOST_MILLISECONDS},
        "filled_in_seconds": filled,
        "milliseconds": figures,
    }
    results.write("guests_form", written, is_full=RECORDS == FULL)


if __name__ == "__main__":
    main()
