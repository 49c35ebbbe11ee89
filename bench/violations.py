"""A sweep over a million open cases, of which one in twenty is due; an account of 10,000 entries; a whole
ledger.

`python -m bench.violations`; CASES= is how many cases, a million by default, ENTRIES= how many ledger
entries are checked. Every establishment is invented. Beside the sweep stands what the same rows cost bare:
one UPDATE of the same cases and the plain INSERT of the same notices and texts; then the same with the
letters that notices are printed from and the ledger's entries, without hashes and checks; and a loop over the
ORM that does it case by case, measured on fewer and scaled. The memory is that of `manage.py escalate`.
"""

import os
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.measure import results, servers, timing
from shumoos.stack import BASE_DIR

FULL = 1_000_000
CASES = int(os.environ.get("CASES") or FULL)
ENTRIES = int(os.environ.get("ENTRIES") or CASES)
DUE = CASES // 20
LOOPED = min(int(os.environ.get("LOOPED") or 10_000), DUE)
WARNED_ON = date(2027, 1, 1)
ON = WARNED_ON + timedelta(days=31)
ACCOUNT_ENTRIES = 10_000

LICENCES = """
    INSERT INTO registration_licence (
        authority_id, number, sector_id, name_ar, name_en, commercial_registration, owner_name,
        owner_national_id, owner_mobile, city_id, issued_on, expires_on, in_register, former_owner_name,
        former_owner_national_id
    )
    SELECT sector.authority_id, 'VL' || lpad(n::text, 8, '0'), sector.id, 'فندق ' || n, 'Hotel ' || n,
        '10' || lpad(n::text, 8, '0'), 'مالك مخترع ' || n, '1' || lpad(n::text, 9, '0'),
        '+9665' || lpad((n * 104729 %% 100000000)::text, 8, '0'), city.id, '2025-01-01', '2035-01-01', true,
        '', ''
    FROM generate_series(1, %(cases)s::bigint) AS n
    JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM registration_sector) AS sector
        ON sector.place = n %% (SELECT count(*) FROM registration_sector)
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM registration_city) AS city
        ON city.place = n %% (SELECT count(*) FROM registration_city)
"""
ACCOUNTS = """
    INSERT INTO violations_account (licence_id, last_number, last_hash)
    SELECT id, 0, ''::bytea FROM registration_licence
"""
# One in twenty was warned a month ago, the others since.
OPEN_CASES = """
    INSERT INTO violations_case (
        kind, schedule_id, licence_id, account_id, stage, position, opened_on, noticed_on, due_on, fined, cap,
        less_reason
    )
    SELECT 'not_subscribed', schedule.id, account.licence_id, account.id, 'warned', 1, noticed_on, noticed_on,
        noticed_on + 30, 0, 0, ''
    FROM violations_account AS account
    JOIN violations_schedule AS schedule ON schedule.kind = 'not_subscribed'
    CROSS JOIN LATERAL (
        SELECT %(warned_on)s::date + CASE WHEN account.licence_id %% 20 = 0 THEN 0 ELSE 10 END AS noticed_on
    ) AS dates
"""
WARNINGS = """
    INSERT INTO violations_notice (case_id, stage, issued_on, due_on, amount)
    SELECT id, 'warned', noticed_on, due_on, 0 FROM violations_case
"""
BARE_UPDATE = """
    UPDATE violations_case
    SET stage = 'fined_first', position = 2, noticed_on = %(on)s, due_on = %(on)s::date + 30, fined = 10000,
        cap = 10000
    WHERE closed_on IS NULL AND noticed_on = %(warned_on)s
"""
BARE_NOTICES = """
    INSERT INTO violations_notice (case_id, stage, issued_on, due_on, amount)
    SELECT id, 'fined_first', %(on)s, due_on, 10000 FROM violations_case WHERE noticed_on = %(on)s
"""
BARE_TEXTS = """
    INSERT INTO sms_textmessage (
        id, kind, "to", language, urgency, about_type_id, about_id, status, attempts, next_try_at, sid, error,
        queued_at
    )
    SELECT gen_random_uuid(), 'violation_notice', '+966500000000', 'ar', 2,
        (SELECT id FROM django_content_type WHERE app_label = 'violations' AND model = 'notice'),
        id, 'queued', 0, now(), '', '', now()
    FROM violations_notice WHERE issued_on = %(on)s
"""
BARE_LETTERS = """
    INSERT INTO letters_letter (
        id, kind, series, year, sequence, code, establishment, licence_number, content, status, issued_at,
        pdf, sha256
    )
    SELECT -notice.id, 'fine', 'BARE', 2027, row_number() OVER (), lpad(notice.id::text, 16, '2'),
        licence.name_ar, licence.number, '{}', 'valid', now(), '', ''
    FROM violations_notice AS notice
    JOIN violations_case ON violations_case.id = notice.case_id
    JOIN registration_licence AS licence ON licence.id = violations_case.licence_id
    WHERE notice.issued_on = %(on)s
"""
BARE_ENTRIES = """
    INSERT INTO violations_ledgerentry (
        account_id, number, previous_hash, hash, licence_id, case_id, notice_id, kind, "on", amount, cap,
        reason, reference, entered_at
    )
    SELECT account_id, 1, ''::bytea, ''::bytea, licence_id, violations_case.id, notice.id, 'assessment',
        %(on)s, notice.amount, notice.amount, '', '', now()
    FROM violations_notice AS notice JOIN violations_case ON violations_case.id = notice.case_id
    WHERE notice.issued_on = %(on)s
"""
BARE_ACCOUNTS = """
    UPDATE violations_account SET last_number = 1
    WHERE id IN (SELECT account_id FROM violations_case WHERE noticed_on = %(on)s)
"""


def fill() -> None:
    from django.db import connection

    values = {"cases": CASES, "warned_on": WARNED_ON}
    with connection.cursor() as cursor:
        for statement in (LICENCES, ACCOUNTS, OPEN_CASES, WARNINGS):
            cursor.execute(statement, values)
        cursor.execute("VACUUM ANALYZE")


def rolled_back(job: Callable[[], object]) -> float:
    """Return the seconds that a job takes, whose rows are then taken back."""
    from django.db import connection, transaction

    with transaction.atomic():
        began = time.perf_counter()
        job()
        with connection.cursor() as cursor:
            # What a commit would check.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return seconds


def vacuum() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "VACUUM violations_case, violations_account, violations_notice, violations_ledgerentry,"
            " letters_letter, sms_textmessage"
        )


def bare() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in (BARE_UPDATE, BARE_NOTICES, BARE_TEXTS):
            cursor.execute(statement, {"on": ON, "warned_on": WARNED_ON})


def bare_with_ledger() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        # Neither triggers nor the constraint that holds a hash.
        cursor.execute("ALTER TABLE violations_ledgerentry DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE violations_ledgerentry DROP CONSTRAINT entry_is_hashed")
        bare()
        for statement in (BARE_LETTERS, BARE_ENTRIES, BARE_ACCOUNTS):
            cursor.execute(statement, {"on": ON})


def loop() -> None:
    """Do for each case what the sweep does, by the portal's own functions for single cases."""
    from registration.models import Licence
    from shumoos.letters import notices
    from shumoos.sms.models import TextMessage
    from violations import ledger
    from violations.clock import clocks
    from violations.letters import concerned_by, sender_of
    from violations.models import Case, Notice

    due = Case.objects.filter(noticed_on=WARNED_ON).select_related("licence", "schedule")[:LOOPED]
    for case in due:
        if not clocks([case], ON)[case.pk].is_over:
            continue
        step = case.schedule.steps.get(position=2)
        case.stage, case.position, case.noticed_on = step.stage, 2, ON
        case.due_on, case.cap = ON + timedelta(days=30), step.cap
        case.save(update_fields=["stage", "position", "noticed_on", "due_on", "cap"])
        letter = notices.issue_fine(
            sender=sender_of(case),
            concerned=concerned_by(case),
            cause=notices.Cause.NOT_SUBSCRIBED,
            amount=step.cap,
            total=step.cap,
            due_on=case.due_on,
        )
        notice = Notice.objects.create(
            case=case, stage=step.stage, issued_on=ON, due_on=case.due_on, amount=step.cap, letter=letter
        )
        ledger.enter(case, "assessment", step.cap, on=ON, by=None, notice=notice, letter=letter, cap=step.cap)
        to = Licence.objects.get(pk=case.licence_id).owner_mobile
        TextMessage.objects.create(kind="violation_notice", urgency=2, to=to, language="ar", about=notice)


def sweep() -> Any:
    from violations.escalation import escalate

    return escalate(ON)


def nothing_due() -> None:
    from violations.escalation import escalate

    assert escalate(WARNED_ON + timedelta(days=12)).moves == []


def measure_sweep(rounds: int) -> dict[str, float]:
    sides = [
        ("sweep", sweep),
        ("bare", bare),
        ("bare with ledger", bare_with_ledger),
        ("nothing due", nothing_due),
    ]
    seen: dict[str, list[float]] = {name: [] for name, _job in sides}
    for number in range(rounds):
        for name, job in sides if number % 2 == 0 else reversed(sides):
            seen[name].append(rolled_back(job))
            vacuum()
    return {name: sorted(values)[len(values) // 2] for name, values in seen.items()}


def fill_ledger() -> int:
    """Make one account of ten thousand entries, and others of ten each; return the first one's key."""
    from django.db import connection

    from violations.chain import HASH

    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM violations_account")
        (key,) = cursor.fetchone()
        cursor.execute("ALTER TABLE violations_ledgerentry DISABLE TRIGGER USER")
        cursor.execute(LEDGER.replace("{hash}", HASH.format(row="link")), {"key": key, "entries": ENTRIES})
        cursor.execute("ALTER TABLE violations_ledgerentry ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
    return key


# Payments and refunds of a halala by turns: they change no fine.
LEDGER = """
    WITH RECURSIVE wanted AS MATERIALIZED (
        SELECT account.id AS account_id, violations_case.id AS case_id, account.licence_id,
            CASE WHEN account.id = %(key)s THEN 10000 ELSE 10 END AS places
        FROM violations_account AS account JOIN violations_case ON violations_case.account_id = account.id
        WHERE account.id < %(key)s + greatest((%(entries)s - 10000) / 10, 1)
    ),
    chained AS (
        SELECT link.*, {hash} AS hash
        FROM (
            SELECT wanted.*, 1 AS number, decode(repeat('00', 32), 'hex') AS previous_hash,
                NULL::bigint AS notice_id, NULL::bigint AS letter_id, NULL::integer AS by_id,
                0.01::numeric(12, 2) AS amount, NULL::numeric(12, 2) AS cap, DATE '2027-01-05' AS "on",
                now() AS entered_at, 'refund'::text AS kind, 'R' || account_id || '-1' AS reference,
                ''::text AS reason
            FROM wanted
        ) AS link
        UNION ALL
        SELECT link.*, {hash} AS hash
        FROM (
            SELECT account_id, case_id, licence_id, places, number + 1 AS number, hash AS previous_hash,
                notice_id, letter_id, by_id, (-amount)::numeric(12, 2) AS amount, cap, "on", entered_at,
                CASE kind WHEN 'refund' THEN 'payment' ELSE 'refund' END AS kind,
                'R' || account_id || '-' || number + 1 AS reference, reason
            FROM chained WHERE number < places
        ) AS link
    ),
    entered AS (
        INSERT INTO violations_ledgerentry (
            account_id, number, previous_hash, hash, licence_id, case_id, notice_id, letter_id, by_id, kind,
            "on", amount, cap, reason, reference, entered_at
        )
        SELECT account_id, number, previous_hash, hash, licence_id, case_id, notice_id, letter_id, by_id,
            kind, "on", amount, cap, reason, reference, entered_at
        FROM chained
    )
    UPDATE violations_account AS account SET last_number = chained.number, last_hash = chained.hash
    FROM chained WHERE account.id = chained.account_id AND chained.number = chained.places
"""


def measure_pages(key: int) -> dict[str, float]:
    """Return the milliseconds of an owner's pages with an account of ten thousand entries."""
    from django.test import Client

    from registration.models import Owner
    from shumoos.accounts.models import Role, User
    from violations.models import Account

    licence = Account.objects.get(pk=key).licence
    user = User.objects.create(
        username="owner", role=Role.OWNER, full_name="مالك مخترع", mobile="+966500000001"
    )
    Owner.objects.create(
        national_id=licence.owner_national_id, full_name="مالك مخترع", mobile=user.mobile, user=user
    )
    client = Client()
    client.force_login(user, backend="shumoos.accounts.roles.RoleBackend")

    def get(path: str) -> None:
        assert client.get(path).status_code == 200, path

    return {
        "owner's page": timing.milliseconds(lambda: get("/violations/"), 15),
        "account, first page": timing.milliseconds(lambda: get(f"/violations/accounts/{key}/"), 15),
        "account, last page": timing.milliseconds(lambda: get(f"/violations/accounts/{key}/?page=200"), 15),
    }


def command_megabytes(directory: Path) -> float:
    """Return the most memory that the command holds which does the whole sweep and takes it back."""
    command = [sys.executable, str(BASE_DIR / "manage.py"), "escalate", "--dry-run", "--on", ON.isoformat()]
    return timing.run(command, directory / "report.json").megabytes


def main() -> None:
    with servers.portal() as directory:
        from violations.ledger_check import first_break

        fill()
        seconds = measure_sweep(int(os.environ.get("ROUNDS") or 3))
        used = command_megabytes(directory)
        vacuum()
        looped = rolled_back(loop)
        key = fill_ledger()
        began = time.perf_counter()
        found = first_break()
        checked = time.perf_counter() - began
        assert found is None, found
        pages = measure_pages(key)
    scaled = looped * DUE / LOOPED
    figures: dict[str, Any] = {
        "cases": CASES,
        "due": DUE,
        "seconds": seconds,
        "sweep_to_bare": seconds["sweep"] / seconds["bare"],
        "sweep_to_bare_with_ledger": seconds["sweep"] / seconds["bare with ledger"],
        "orm_loop": {"cases": LOOPED, "seconds": looped, "scaled_seconds": scaled},
        "orm_loop_to_sweep": scaled / seconds["sweep"],
        "megabytes_of_the_command": used,
        "ledger": {"entries": ENTRIES, "check_seconds": checked},
        "milliseconds": pages,
    }
    report(figures)
    results.write("violations", figures, is_full=CASES == FULL)


def report(figures: dict[str, Any]) -> None:
    seconds = figures["seconds"]
    rows = [
        ["sweep, with letters and ledger", seconds["sweep"]],
        ["bare UPDATE, notices and texts", seconds["bare"]],
        ["the same, with letters and ledger", seconds["bare with ledger"]],
        ["sweep with nothing due", seconds["nothing due"]],
        [f"ORM loop, {LOOPED:,} scaled", figures["orm_loop"]["scaled_seconds"]],
        ["times the bare statements", figures["sweep_to_bare"]],
        ["times those with the ledger", figures["sweep_to_bare_with_ledger"]],
        ["times as fast as the loop", figures["orm_loop_to_sweep"]],
        ["megabytes of the command", figures["megabytes_of_the_command"]],
        [f"check of {ENTRIES:,} entries", figures["ledger"]["check_seconds"]],
    ]
    results.table(f"{CASES:,} open cases, {DUE:,} due", ["what", "seconds"], rows)
    pages = [list(row) for row in figures["milliseconds"].items()]
    results.table(f"an account of {ACCOUNT_ENTRIES:,} entries", ["page", "ms"], pages)


if __name__ == "__main__":
    main()
