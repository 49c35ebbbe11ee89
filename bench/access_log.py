"""What the access log costs: a line for each request, and the seal of each minute.

`python -m bench.access_log`; LINES= is how many lines are in it before anything is measured, 10 million by
default: a month of the country. Measured are lines a second by one writer and by eight at once, what a line
adds to a request, sealing a minute of a busy hour, checking a day, and the auditor's searches, each beside a
log with a thousand lines.
"""

import os
import statistics
import threading
import time
from datetime import UTC, datetime, timedelta

from bench.measure import results, servers, timing

FULL = 10_000_000
LINES = int(os.environ.get("LINES") or FULL)
WRITERS = 8
SECONDS = 5.0
# A month of ten million has so many in a minute on average; a busy one has ten times as many.
BUSY_MINUTE = FULL // (30 * 24 * 60) * 10

FILL = """
    INSERT INTO accounts_look
        (at, by_id, role, office, action, subject, whose, people, reason, address, request_id)
    SELECT now() - interval '30 days' + n * interval '29 days' / %(lines)s, n %% 500 + 1,
        'supervisor', 'office:RUH', 'view case', 'violations.case:' || n %% 100000,
        'registration.establishment:' || n %% 50000, 1, '',
        '203.0.113.9', md5(n::text)::uuid::text
    FROM generate_series(1, %(lines)s) AS n
"""


def fill(lines):
    """Lines as years of looks leave them, put in without the trigger, and sealed as by the beat."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_look DISABLE TRIGGER USER")
        cursor.execute(FILL, {"lines": lines})
        cursor.execute("ALTER TABLE accounts_look ENABLE TRIGGER USER")
        cursor.execute("ANALYZE accounts_look")


def person():
    from shumoos.accounts.models import Role
    from shumoos.accounts.people import create_person

    return create_person(username="supervisor", full_name="مشرف مخترع", role=Role.SUPERVISOR)


def write_for(seconds, by, counts, position):
    from django.db import connection

    from shumoos.accounts import access_log

    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        access_log.write("review", "registration.application:1", by=by, reason="", people=1, request=None)
        counts[position] += 1
    connection.close()


def lines_a_second(by, writers):
    counts = [0] * writers
    began = time.perf_counter()
    threads = [
        threading.Thread(target=write_for, args=(SECONDS, by, counts, position))
        for position in range(writers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def measure(by):
    """Return the figures of the database that the connection is on."""
    from django.utils import timezone

    from shumoos.accounts import access_log, log_reading, sealing

    def line():
        access_log.write("review", "registration.application:1", by=by, reason="", people=1, request=None)

    def search(**criteria):
        now = timezone.now()
        whole = {"first": now - timedelta(days=30), "last": now + timedelta(minutes=1)} | criteria
        return lambda: log_reading.page(log_reading.find(whole), None)

    figures = {
        "a line, ms": timing.milliseconds(line, 200),
        "lines a second, one writer": lines_a_second(by, 1),
        "lines a second, eight": lines_a_second(by, WRITERS),
        "newest page, ms": timing.milliseconds(search(), 11),
        "one person's, ms": timing.milliseconds(search(person="supervisor"), 11),
        "one row's, ms": timing.milliseconds(search(subject="registration.establishment:77"), 11),
    }
    figures |= sealing_figures(sealing)
    return figures


def sealing_figures(sealing):
    """What a minute of a busy hour takes to seal, and a day to check."""
    from django.db import connection

    from shumoos.accounts.models import Seal

    began = time.perf_counter()
    minutes = sealing.seal_closed_minutes()
    whole = time.perf_counter() - began
    taken = []
    for _step in range(5):
        latest = Seal.objects.order_by("-number").first()
        # The next minutes, which are not over yet, as if they were.
        number = latest.number + 1
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_look DISABLE TRIGGER USER")
            cursor.execute(
                "INSERT INTO accounts_look"
                " (at, role, office, action, subject, whose, people, reason, request_id)"
                " SELECT to_timestamp(%s * 60.0) + n * interval '1 microsecond',"
                " '', '', 'x', 'x', '', 1, '', '' FROM generate_series(1, %s) AS n",
                [number, BUSY_MINUTE],
            )
            cursor.execute("ALTER TABLE accounts_look ENABLE TRIGGER USER")
            began = time.perf_counter()
            values = {"first": number, "last": number, "previous": bytes(latest.hash)}
            cursor.execute(sealing.SEAL, values)
        taken.append((time.perf_counter() - began) * 1000)
    began = time.perf_counter()
    with connection.cursor() as cursor:
        day = Seal.objects.order_by("number").first().number
        cursor.execute(sealing.BREAK, {"first": day, "last": day + 1439, "previous": sealing.START})
    checked = time.perf_counter() - began
    return {
        f"sealing a minute of {BUSY_MINUTE:,} lines, ms": statistics.median(taken),
        "sealing 1,000 minutes, s": whole / max(minutes, 1) * 1000,
        "checking a day, s": checked,
    }


def main():
    sides = {"thousand": 1000, "all": LINES}
    found = {}
    with servers.portal():
        for name, lines in sides.items():
            servers.create_database(f"log_{name}")
            by = person()
            fill(lines)
            found[name] = measure(by)
            print(f"{datetime.now(UTC):%H:%M:%S} measured with {lines:,} lines")
    rows = [[what, *[found[name][what] for name in sides]] for what in found["all"]]
    results.table("The access log", ["", "1,000 lines", f"{LINES:,} lines"], rows)
    results.write("access_log", {"lines": LINES, **found}, is_full=LINES == FULL)


if __name__ == "__main__":
    main()
