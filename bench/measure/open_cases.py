"""The rows of a sweep to be measured: open cases, one in twenty of which is due, and a ledger's entries."""

from datetime import date, timedelta

WARNED_ON = date(2027, 1, 1)
# The day on which those are due that were warned on that day.
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
    INSERT INTO violations_account (licence_id) SELECT id FROM registration_licence
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
    INSERT INTO violations_chainend (account_id, number, hash)
    SELECT account_id, number, hash FROM chained WHERE number = places
"""


def fill(cases: int) -> None:
    """Make so many open cases, each of a licence of its own."""
    from django.db import connection

    values = {"cases": cases, "warned_on": WARNED_ON}
    with connection.cursor() as cursor:
        # Nobody looks for a name here, and nothing in these rows is wrong.
        cursor.execute("DROP INDEX licence_names")
        cursor.execute("SET session_replication_role = replica")
        for statement in (LICENCES, ACCOUNTS, OPEN_CASES, WARNINGS):
            cursor.execute(statement, values)
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE")
    print(f"{cases:,} cases are there.", flush=True)


def fill_ledger(entries: int) -> int:
    """Make one account of ten thousand entries, and others of ten each; return the first one's key."""
    from django.db import connection

    from violations.chain import HASH

    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM violations_account")
        (key,) = cursor.fetchone()
        cursor.execute("ALTER TABLE violations_ledgerentry DISABLE TRIGGER USER")
        cursor.execute(LEDGER.replace("{hash}", HASH.format(row="link")), {"key": key, "entries": entries})
        cursor.execute("ALTER TABLE violations_ledgerentry ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
    return key
