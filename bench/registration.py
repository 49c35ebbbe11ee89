"""What looking up costs with a million applications, compared with a thousand.

`python -m bench.registration`; APPLICATIONS= is how many the large database has, a million by default. Every
person and establishment is invented. A side is one database of the same server; three of them: 10
applications, 1,000, and all. Each job is run with other numbers and names every time.
"""

import io
import itertools
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from bench.measure import results, servers, sizes, timing

FULL = 1_000_000
APPLICATIONS = int(os.environ.get("APPLICATIONS") or FULL)
SMALLEST, SMALL, LARGE = "ten", "thousand", "all"
SIZES = {SMALLEST: 10, SMALL: 1_000, LARGE: APPLICATIONS}
TIMES = 11
MOST_TIMES_SLOWER, MOST_MILLISECONDS = 1.5, 100
# Licences and establishments for each application.
LICENCES, ESTABLISHMENTS = 0.3, 0.2
BATCH = 20_000
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)

# Each with the spellings that people use for it; the first one is how it is looked for.
KINDS = [("فندق",), ("شقق",), ("منتجع",), ("مخيم",), ("نزل",), ("محل",)]
WORDS = [
    ("أضواء", "اضواء"), ("إشراق", "اشراق"), ("آفاق", "افاق"), ("أمواج", "امواج"), ("إبداع", "ابداع"),
    ("واحة", "واحه"), ("روضة", "روضه"), ("نخبة", "نخبه"), ("درة", "دره"), ("قمة", "قمه"),
    ("ملتقى", "ملتقي"), ("مرسى", "مرسي"), ("ذكرى", "ذكري"), ("بشرى", "بشري"), ("منتهى", "منتهي"),
    ("سحاب",), ("نسيم",), ("ياسمين",), ("ريحان",), ("سنابل",), ("ربيع",), ("شروق",), ("خزامى", "خزامي"),
    ("أصالة", "اصاله", "أصاله"), ("لؤلؤة", "لولوه", "لؤلؤه"), ("رؤى", "روي"), ("هناء", "هنا"),
    ("كوكبة", "كوكبه"), ("غيمة", "غيمه"), ("رمال",),
]  # fmt: skip
PLACES = [
    ("المدينة", "المدينه"), ("الأندلس", "الاندلس"), ("الروابي",), ("الشفا",), ("الضفة", "الضفه"),
    ("الميناء", "المينا"), ("الأصيل", "الاصيل"), ("المها",), ("الوادى", "الوادي"), ("السلام",),
    ("الإحسان", "الاحسان"), ("المروة", "المروه"), ("النخيل",), ("البحيرة", "البحيره"), ("القمر",),
]  # fmt: skip
# What is typed: a whole name in one spelling, parts of words, other spellings, one word that many have.
SEARCHES = [
    "اضواء المدينه", "أضواء المدينة", "ضواء مدين", "اصاله الاندلس", "لولوه البحيره", "لؤلؤة البح",
    "ملتقي الشفا", "مرسى المين", "خزام", "فندق اشراق", "شقق رؤى الأصيل", "النخيل", "فندق",
]  # fmt: skip


class Invented:
    """The rows of one database, made from their numbers."""

    def __init__(self, size: int) -> None:
        from registration.models import City, Office, Sector

        self.size = size
        self.licences = max(3, int(size * LICENCES))
        self.establishments = max(2, int(size * ESTABLISHMENTS))
        self.sectors = list(Sector.objects.order_by("pk").values_list("pk", "authority_id"))
        self.cities = list(
            City.objects.filter(region__office__isnull=False)
            .order_by("pk")
            .values_list("pk", "region__office")
        )
        self.rng = random.Random(1448)
        assert Office.objects.exists()

    def name(self) -> str:
        spell = self.rng.choice
        return f"{spell(KINDS)[0]} {spell(spell(WORDS))} {spell(spell(PLACES))} {self.rng.randrange(1000)}"

    def establishment(self, number: int) -> tuple:
        sector, _authority = self.sectors[number % len(self.sectors)]
        city, _office = self.cities[number % len(self.cities)]
        registration = f"10{number:08}"
        return number, f"7{number:08}", self.name(), "", registration, sector, city, "RRRD2929", number

    def owner(self, number: int) -> tuple:
        return number, f"1{number:09}", f"مالك مخترع {number}", mobile(number)

    def licence(self, number: int) -> tuple:
        sector, authority = self.sectors[number % len(self.sectors)]
        city, _office = self.cities[number % len(self.cities)]
        has_establishment = number <= self.establishments
        return (
            number, authority, licence_number(number), sector, self.name(), "", f"10{number:08}",
            f"مالك مخترع {number}", f"1{number:09}", mobile(number), city, "2025-01-01", "2035-01-01",
            number % 20 != 0, "", "", number if has_establishment else "\\N",
        )  # fmt: skip

    def application(self, number: int) -> tuple:
        licence = (number - 1) % self.licences + 1
        sector, authority = self.sectors[licence % len(self.sectors)]
        city, office = self.cities[licence % len(self.cities)]
        is_latest = number > self.size - self.licences
        has_establishment = is_latest and licence <= self.establishments
        status = "rejected"
        if is_latest:
            status = "activated" if has_establishment else ("submitted", "under_review")[number % 2]
        at = FIRST_DAY + timedelta(seconds=number * 20)
        return (
            number, f"{number:032}", reference(number), status, "ar", authority, licence_number(licence),
            "2025-01-01", "2035-01-01", sector, self.name(), "", f"10{licence:08}", city, "RRRD2929",
            f"مالك مخترع {licence}", f"1{licence:09}", mobile(licence), licence, office,
            licence if has_establishment else "\\N", at, at, at, 0,
            at.date() if status in ("submitted", "under_review") else "\\N",
        )  # fmt: skip


def reference(number: int) -> str:
    base = 2600000000 + number * 7919 % 10**8
    return f"{base}{(1 - base * 100) % 97:02}"


def licence_number(number: int) -> str:
    return f"BL{number:08}"


def mobile(number: int) -> str:
    return f"+9665{number * 104729 % 10**8:08}"


COLUMNS = {
    "registration_owner": ("owner", "id national_id full_name mobile"),
    "registration_establishment": (
        "establishment",
        "id number name_ar name_en commercial_registration sector_id city_id short_address owner_id",
    ),
    "registration_licence": (
        "licence",
        "id authority_id number sector_id name_ar name_en commercial_registration owner_name "
        "owner_national_id owner_mobile city_id issued_on expires_on in_register former_owner_name "
        "former_owner_national_id establishment_id",
    ),
    "registration_application": (
        "application",
        "id key reference status language authority_id licence_number licence_issued_on licence_expires_on "
        "sector_id name_ar name_en commercial_registration city_id short_address owner_name "
        "owner_national_id owner_mobile licence_id office_id establishment_id created_at saved_at "
        "submitted_at reminded_on_day clock_from",
    ),
}


def fill(size: int) -> None:
    """Make a database's rows by COPY. The name indexes are built after them, which is ten times as fast."""
    from django.db import connection

    from registration.models import Application, Establishment, Licence

    invented = Invented(size)
    counts = {
        "owner": invented.establishments,
        "establishment": invented.establishments,
        "licence": invented.licences,
        "application": size,
    }
    models = (Establishment, Licence, Application)
    indexes = [
        (model, index) for model in models for index in model._meta.indexes if index.name.endswith("_names")
    ]
    with connection.schema_editor() as editor:
        for model, index in indexes:
            editor.remove_index(model, index)
    with connection.cursor() as cursor:
        for table, (kind, columns) in COLUMNS.items():
            make = getattr(invented, kind)
            statement = f"COPY {table} ({columns.replace(' ', ', ')}) FROM STDIN"
            for lines in batches(make(number) for number in range(1, counts[kind] + 1)):
                cursor.copy_expert(statement, lines)
    with connection.schema_editor() as editor:
        for model, index in indexes:
            editor.add_index(model, index)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def batches(rows: Iterator[tuple]) -> Iterator[io.StringIO]:
    while batch := list(itertools.islice(rows, BATCH)):
        yield io.StringIO("".join("\t".join(map(str, row)) + "\n" for row in batch))


class Jobs:
    """What people wait for, each as a function that does it once with a number of its own."""

    def __init__(self, size: int) -> None:
        from django.test import Client

        from registration.models import Authority
        from shumoos.accounts.models import Role, User

        self.size = size
        self.licences = max(3, int(size * LICENCES))
        self.establishments = max(2, int(size * ESTABLISHMENTS))
        self.rng = random.Random(size)
        self.searches = itertools.cycle(SEARCHES)
        self.visitor = Client()
        self.officer = Client()
        officer, _is_new = User.objects.get_or_create(
            username="officer", defaults={"role": Role.AUTHORITY, "full_name": "موظف مخترع"}
        )
        Authority.objects.get(code="tourism").officers.add(officer)
        self.officer.force_login(officer, backend="shumoos.accounts.roles.RoleBackend")

    def all(self) -> dict[str, Callable[[], object]]:
        return {
            "look-up by reference": self.look_up,
            "status page": self.status_page,
            "first step's duplicate check": self.duplicate_check,
            "authority's list": self.authority_list,
            "authority's list, search": self.authority_search,
            "directory, by name": self.directory,
            "applications, by name": self.named,
            "applications, by name or number": self.called,
        }

    def someone(self) -> tuple[str, str]:
        """Return the reference number of an application and its mobile's last digits."""
        number = self.rng.randint(1, self.size)
        return reference(number), mobile((number - 1) % self.licences + 1)[-4:]

    def look_up(self) -> None:
        from registration import following

        number, ending = self.someone()
        assert following.find(number, mobile_ending=ending, address="127.0.0.1")

    def status_page(self) -> None:
        from shumoos.saudi import reference_number

        number, ending = self.someone()
        response = self.visitor.post("/status/", {"reference": number, "mobile_ending": ending})
        assert response.status_code == 200
        assert reference_number.show(number).encode() in response.content

    def duplicate_check(self) -> None:
        """The first step sent with a licence that has an application in progress."""
        number = self.rng.randint(self.establishments + 1, self.licences)
        sector, _authority = self.sectors[number % len(self.sectors)]
        typed = {
            "sector": sector,
            "licence_number": licence_number(number),
            "owner_national_id": "1000000008",
        }
        response = self.visitor.post("/register/", typed)
        assert response.status_code == 422
        assert b'btn-outline-primary" href="/status/"' in response.content

    @property
    def sectors(self) -> list[tuple[int, int]]:
        return SECTORS

    def authority_list(self) -> None:
        assert self.officer.get("/registers/licences/").status_code == 200

    def authority_search(self) -> None:
        response = self.officer.post("/registers/licences/", {"q": next(self.searches)})
        assert response.status_code == 200

    def directory(self) -> None:
        from registration import directory

        directory.page(directory.find(name=next(self.searches)), "")

    def named(self) -> None:
        from registration.models import Application

        list(Application.objects.sent().named(next(self.searches))[:20])

    def called(self) -> None:
        from registration.models import Application

        list(Application.objects.sent().called(next(self.searches))[:20])


SECTORS: list[tuple[int, int]] = []


def slowest_search() -> dict[str, float]:
    """Return, by what is typed, the median of the slower of the two ways a name is searched, in ms."""
    from registration import directory
    from registration.models import Application

    found = {}
    for text in SEARCHES:
        ways = (
            lambda text=text: directory.page(directory.find(name=text), ""),
            lambda text=text: list(Application.objects.sent().named(text)[:20]),
        )
        found[text] = max(timing.milliseconds(way, 5) for way in ways)
    return found


def main() -> None:
    with servers.portal(durable=False):
        figures = sizes.compare(SIZES, make, small=SMALL, large=LARGE, times=TIMES)
        servers.use_database(LARGE)
        report(figures, slowest_search())


def make(size: int) -> sizes.Jobs:
    from registration.models import Sector

    SECTORS[:] = Sector.objects.order_by("pk").values_list("pk", "authority_id")
    fill(size)
    return Jobs(size).all()


def report(figures: dict[str, dict], searches: dict[str, float]) -> None:
    sizes.table(
        f"{APPLICATIONS:,} applications, and {SIZES[SMALL]:,} (to be within {MOST_TIMES_SLOWER} times)",
        figures,
    )
    results.table(
        f"Name search, the slower of two ways (to be within {MOST_MILLISECONDS} ms)",
        ["typed", "ms"],
        [[text, taken] for text, taken in searches.items()],
    )
    whole = {
        "applications": APPLICATIONS,
        "licences": int(APPLICATIONS * LICENCES),
        "rounds": timing.ROUNDS,
        "jobs": figures,
        "name_search_milliseconds": {text: round(taken, 2) for text, taken in searches.items()},
    }
    results.write("registration", whole, is_full=APPLICATIONS == FULL)


if __name__ == "__main__":
    main()
