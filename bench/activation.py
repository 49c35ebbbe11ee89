"""What a supervisor waits for with a million applications, 100,000 of them waiting in one office.

`python -m bench.activation`; APPLICATIONS= is how many there are, a million by default. Every person and
establishment is invented. The stock Django admin on the same table is measured beside the queue, in turns.
"""

import os
import random
from collections.abc import Callable
from itertools import cycle
from typing import Any

from bench.measure import results, servers, timing

FULL = 1_000_000
APPLICATIONS = int(os.environ.get("APPLICATIONS") or FULL)
WAITING = APPLICATIONS // 10
TIMES = int(os.environ.get("TIMES") or 9)
ROUNDS = int(os.environ.get("ROUNDS") or timing.ROUNDS)
MOST_QUERIES, MOST_MILLISECONDS = 25, 150
OURS, STOCK = "queue and review", "stock admin"
QUEUE = "/admin/registration/application/queue/"
MEGABYTE = 1024 * 1024
TABS = ("waiting", "mine", "overdue", "returned", "failed", "proposed", "decided")

# The rows are made within the server. Numbers are spread by a prime, so that nothing lies in order.
OWNERS_AND_LICENCES = """
    INSERT INTO registration_licence (
        authority_id, number, sector_id, name_ar, name_en, commercial_registration, owner_name,
        owner_national_id, owner_mobile, city_id, issued_on, expires_on, in_register, former_owner_name,
        former_owner_national_id
    )
    SELECT sector.authority_id, 'BL' || lpad(n::text, 8, '0'), sector.id, 'فندق ' || n, '',
        '10' || lpad(n::text, 8, '0'), 'مالك مخترع ' || n, '1' || lpad(n::text, 9, '0'),
        '+9665' || lpad((n * 104729 %% 100000000)::text, 8, '0'), city.id, '2025-01-01', '2035-01-01', true,
        '', ''
    FROM generate_series(1, %(licences)s::bigint) AS n
    JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM registration_sector) AS sector
        ON sector.place = n %% (SELECT count(*) FROM registration_sector)
    JOIN (
        SELECT city.id, row_number() OVER (ORDER BY city.id) - 1 AS place FROM registration_city AS city
    ) AS city ON city.place = n %% (SELECT count(*) FROM registration_city)
"""
APPLICATIONS_OF_LICENCES = """
    INSERT INTO registration_application (
        id, key, reference, status, language, authority_id, licence_number, licence_issued_on,
        licence_expires_on, sector_id, name_ar, name_en, commercial_registration, city_id, short_address,
        owner_name, owner_national_id, owner_mobile, licence_id, office_id, created_at, submitted_at,
        saved_at, decided_at, clock_from, reminded_on_day
    )
    SELECT n, lpad(n::text, 32, '0'),
        base::text || lpad((98 - (base * 100) %% 97)::text, 2, '0'),
        CASE WHEN n <= %(decided)s THEN 'rejected' WHEN n %% 50 = 0 THEN 'returned' ELSE 'submitted' END,
        'ar', licence.authority_id, licence.number, '2025-01-01', '2035-01-01', licence.sector_id,
        (ARRAY['فندق', 'شقق', 'منتجع', 'مخيم', 'نزل', 'محل'])[1 + n %% 6] || ' '
        || (ARRAY['أضواء', 'إشراق', 'آفاق', 'أمواج', 'واحة', 'روضة', 'نخبة', 'ملتقى', 'سحاب', 'نسيم',
            'لؤلؤة'])[1 + n * 7919 %% 11] || ' '
        || (ARRAY['المدينة', 'الأندلس', 'الروابي', 'الشفا', 'الميناء', 'السلام', 'النخيل'])
            [1 + n * 104729 %% 7]
        || ' ' || n %% 1000, '', licence.commercial_registration, licence.city_id, 'RRRD2929',
        licence.owner_name, licence.owner_national_id, licence.owner_mobile, licence.id,
        CASE WHEN n > %(decided)s THEN %(office)s ELSE office.id END, at, at, at,
        CASE WHEN n <= %(decided)s THEN at + interval '2 days' END,
        -- One in a hundred of those that wait is overdue.
        CASE WHEN n <= %(decided)s OR n %% 100 = 1 THEN at::date ELSE current_date END, 0
    FROM generate_series(1, %(applications)s::bigint) AS n
    CROSS JOIN LATERAL (SELECT 2600000000 + n * 7919 %% 100000000 AS base) AS number
    CROSS JOIN LATERAL (SELECT now() - (%(applications)s - n) * interval '20 seconds' AS at) AS moment
    JOIN registration_licence AS licence
        ON licence.number = 'BL' || lpad((1 + n %% %(licences)s)::text, 8, '0')
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM registration_office) AS office
        ON office.place = n %% (SELECT count(*) FROM registration_office)
"""
HISTORY = """
    INSERT INTO registration_applicationevent (application_id, old, new, at, reason)
    SELECT id, 'draft', 'submitted', submitted_at, '' FROM registration_application
    UNION ALL
    SELECT id, 'under_review', 'returned', submitted_at, 'ناقص' FROM registration_application
    WHERE status = 'returned'
"""
DOCUMENTS = """
    INSERT INTO registration_document (
        application_id, kind, file, thumbnail, original, content_type, size, sha256, warning_codes,
        is_current, is_sent, scan_state, uploaded_at
    )
    SELECT id, kind, 'x', '', '', 'image/jpeg', 1, '', '[]', true, true, 'unscanned', submitted_at
    FROM registration_application, unnest(ARRAY['licence', 'letter', 'owner_id']) AS kind
    WHERE status <> 'rejected'
"""


def fill() -> None:
    """Make the rows. The name index is built after them, which is ten times as fast."""
    from django.db import connection

    from registration.models import Application, Office

    index = next(index for index in Application._meta.indexes if index.name == "application_names")
    values = {
        "applications": APPLICATIONS,
        "licences": APPLICATIONS,
        "decided": APPLICATIONS - WAITING,
        "office": Office.objects.get(code="RUH").pk,
    }
    with connection.schema_editor() as editor:
        editor.remove_index(Application, index)
    with connection.cursor() as cursor:
        for statement in (OWNERS_AND_LICENCES, APPLICATIONS_OF_LICENCES, HISTORY, DOCUMENTS):
            cursor.execute(statement, values)
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('registration_application', 'id'), %s)", [APPLICATIONS]
        )
    with connection.schema_editor() as editor:
        editor.add_index(Application, index)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


class Jobs:
    """What a supervisor waits for, each as a function that does it once; and the stock admin's own."""

    def __init__(self) -> None:
        from django.test import Client

        from activation import decisions
        from registration.models import Application, Office
        from shumoos.accounts.models import Role, User

        self.rng = random.Random(1448)
        head = User.objects.create(username="head", role=Role.HEAD, full_name="رئيس مخترع", is_staff=True)
        office = Office.objects.get(code="RUH")
        office.members.add(head)
        self.client = Client()
        self.client.force_login(head, backend="shumoos.accounts.roles.RoleBackend")
        waiting = Application.objects.filter(status="submitted", office=office)
        columns = ("pk", "reference", "licence_number", "owner_national_id", "owner_mobile")
        self.waiting = list(waiting.order_by("-pk").values_list(*columns)[:5000])
        for row in self.waiting[:30]:
            decisions.claim(Application.objects.get(pk=row[0]), by=head)
        self.names = cycle(["أضواء المدينة", "ضواء مدين", "لؤلؤة البح", "نسيم الشفا 12", "ملتقى", "فندق"])

    def ours(self) -> dict[str, Callable[[], object]]:
        tabs = {f"tab: {tab}": self.getter({"tab": tab}) for tab in TABS}
        return {
            **tabs,
            "queue, a later page": self.later_page,
            "queue, filtered": self.getter({"sector": "3", "premium": "on"}),
            "search: reference": lambda: self.search(1),
            "search: licence": lambda: self.search(2),
            "search: national ID": lambda: self.search(3),
            "search: mobile": lambda: self.search(4),
            "search: name": self.search_name,
            "review page": lambda: self.review(self.rng.choice(self.waiting)[0]),
            "review page, own": lambda: self.review(self.rng.choice(self.waiting[:30])[0]),
        }

    def stock(self) -> dict[str, Callable[[], object]]:
        address = "/stock/registration/application/"
        last = (APPLICATIONS - 1) // 50 + 1
        return {
            "first page": lambda: self.get({}, address),
            "last page": lambda: self.get({"p": str(last)}, address),
            "search: name": lambda: self.get({"q": next(self.names)}, address),
        }

    def getter(self, query: dict[str, str]) -> Callable[[], object]:
        return lambda: self.get(query)

    def get(self, query: dict[str, str], address: str = QUEUE) -> object:
        response = self.client.get(address, query)
        assert response.status_code in (200, 302), response.status_code
        return response

    def later_page(self) -> None:
        from activation.queue import make_key
        from registration.models import Application

        if not hasattr(self, "key"):
            middle = Application.objects.get(pk=self.waiting[len(self.waiting) // 2][0])
            self.key = make_key(middle, "submitted_at")
        self.get({"after": self.key})

    def search(self, column: int) -> None:
        response = self.client.post(QUEUE, {"q": self.rng.choice(self.waiting)[column]})
        assert "/review/" in response["Location"], "goes straight to the match"

    def search_name(self) -> None:
        """What a person waits for: the search, and the page that it leads to."""
        response = self.client.post(QUEUE, {"q": next(self.names)}, follow=True)
        assert response.status_code == 200, response.status_code

    def review(self, pk: int) -> None:
        assert self.client.get(f"/admin/registration/application/{pk}/review/").status_code == 200


def measure_documents(client: Any, times: int = 25) -> dict[str, float]:
    """Return the milliseconds in which a page of common size is opened: photographed, and scanned as PDF.

    Of a PDF the viewer asks for the list of its pages, and then for the first of them.
    """
    import io

    from django.conf import settings
    from django.core.files.base import ContentFile
    from PIL import Image

    from registration.models import Document

    sheet = Image.effect_noise((2480, 3508), 60).convert("RGB")
    opened = {}
    for name, form, content_type, pages in (
        ("photographed", "JPEG", "image/jpeg", []),
        ("the first of a PDF as large as one may be", "PDF", "application/pdf", ["read/", "pages/1/"]),
    ):
        content = io.BytesIO()
        sheet.save(content, form, quality=80)
        if form == "PDF":
            sheets = max(settings.DOCUMENT_MAX_BYTES // len(content.getvalue()), 1)
            content = io.BytesIO()
            sheet.save(content, form, quality=80, save_all=True, append_images=[sheet] * (sheets - 1))
        document = Document.objects.filter(application__office__code="RUH").order_by("-pk")[0]
        document.content_type = content_type
        document.file.save("document", ContentFile(content.getvalue()))
        address = f"/admin/registration/application/{document.application_id}/documents/{document.pk}/"
        addresses = [address + page for page in pages or [""]]

        def open_it(addresses: list[str] = addresses) -> None:
            answers = [client.get(each) for each in addresses]
            assert [answer.status_code for answer in answers] == [200] * len(addresses)
            assert len(answers[-1].content) > MEGABYTE

        opened[name] = timing.milliseconds(open_it, times)
    return opened


def main() -> None:
    with servers.portal(durable=False):
        from django.conf import settings

        settings.ROOT_URLCONF = "bench.peers.stock_admin"
        fill()
        jobs = Jobs()
        by_side = {OURS: jobs.ours(), STOCK: jobs.stock()}
        queries = {name: timing.queries(job) for name, job in by_side[OURS].items()}
        medians = timing.interleaved(
            [OURS, STOCK],
            lambda side: {name: timing.milliseconds(job, TIMES) for name, job in by_side[side].items()},
            ROUNDS,
        )
        opened = measure_documents(jobs.client)
    report(queries, medians, opened)


def report(queries: dict[str, int], medians: dict[str, dict[str, float]], opened: dict[str, float]) -> None:
    head = ["what", "queries", "ms"]
    rows = [[name, queries[name], value] for name, value in medians[OURS].items()]
    results.table(f"{APPLICATIONS:,} applications, {WAITING:,} waiting in one office", head, rows)
    results.table("the stock admin beside it", ["what", "ms"], [list(row) for row in medians[STOCK].items()])
    results.table("a page of 8.7 megapixels, opened", ["what", "ms"], [list(row) for row in opened.items()])
    figures = {
        "applications": APPLICATIONS,
        "waiting_in_one_office": WAITING,
        "rounds": ROUNDS,
        "limits": {"queries": MOST_QUERIES, "milliseconds": MOST_MILLISECONDS},
        "queries": queries,
        "milliseconds": medians,
        "document_milliseconds": opened,
    }
    results.write("activation", figures, is_full=APPLICATIONS == FULL)


if __name__ == "__main__":
    main()
