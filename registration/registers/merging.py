"""The SQL that puts a read register into the table of licences, however many lines it has."""

import csv
import json
import tempfile
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from registration.registers.checking import STORED
from registration.registers.wording import Fault

# Any number that no other lock of the portal bears.
MERGE_LOCK = 7_301_149

STAGE = """
    CREATE TEMPORARY TABLE register_rows (
        authority_id bigint, number text, sector_id bigint, name_ar text, name_en text,
        commercial_registration text, owner_name text, owner_national_id text, owner_mobile text,
        city_id bigint, issued_on date, expires_on date
    ) ON COMMIT DROP
"""

# What an authority says of a licence, apart from what the licence is told by.
SAID = [column for column in STORED if column not in ("authority_id", "number")]
COPY_ROWS = f"COPY register_rows ({', '.join(STORED)}) FROM STDIN WITH (FORMAT csv)"
COPY_REFUSED = (
    "COPY registration_refusedline (register_import_id, line, faults, cells) FROM STDIN WITH (FORMAT csv)"
)

# Licences that are as the file has them are not touched. In the order of their numbers, so that whoever locks
# several waits for whoever came first. The establishment a licence belongs to is never changed here.
# A licence that is new has no xmax.
MERGE = f"""
    WITH changed AS (
        SELECT register_rows.*
        FROM register_rows
        LEFT JOIN registration_licence AS licence USING (authority_id, number)
        WHERE licence.id IS NULL
           OR NOT licence.in_register
           OR ({", ".join(f"licence.{column}" for column in SAID)})
              IS DISTINCT FROM ({", ".join(f"register_rows.{column}" for column in SAID)})
    ),
    merged AS (
        INSERT INTO registration_licence AS licence (
            {", ".join(STORED)}, in_register, former_owner_name, former_owner_national_id
        )
        SELECT {", ".join(STORED)}, true, '', '' FROM changed ORDER BY authority_id, number
        ON CONFLICT (authority_id, number) DO UPDATE SET
            {", ".join(f"{column} = excluded.{column}" for column in SAID)},
            in_register = true,
            owner_changed_at = CASE
                WHEN licence.owner_national_id = excluded.owner_national_id THEN licence.owner_changed_at
                ELSE now()
            END,
            former_owner_name = CASE
                WHEN licence.owner_national_id = excluded.owner_national_id THEN licence.former_owner_name
                ELSE licence.owner_name
            END,
            former_owner_national_id = CASE
                WHEN licence.owner_national_id = excluded.owner_national_id
                THEN licence.former_owner_national_id
                ELSE licence.owner_national_id
            END
        RETURNING xmax = 0 AS is_new, owner_changed_at IS NOT DISTINCT FROM now() AS has_other_owner
    )
    SELECT
        count(*) FILTER (WHERE is_new),
        count(*) FILTER (WHERE NOT is_new),
        count(*) FILTER (WHERE has_other_owner)
    FROM merged
"""  # noqa: S608  put together from constants


as_json = json.JSONEncoder(ensure_ascii=False).encode


class Merged(NamedTuple):
    """How many licences a merge made, changed, and gave another owner."""

    created: int
    updated: int
    owner_changes: int


class Findings:
    """What was read so far: licences, and lines that were refused. Kept in files that bear no name.

    They go with the process, however it ends; a context manager that closes them.
    """

    def __init__(self, register_import_id: int) -> None:
        self.taken = self.refused = 0
        self._id = register_import_id
        self._rows = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115 - closed by __exit__
        self._refused = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115 - closed by __exit__
        # In quotation marks nothing is taken for NULL.
        self._write_row = csv.writer(self._rows, quoting=csv.QUOTE_ALL).writerow
        self._write_refused = csv.writer(self._refused, quoting=csv.QUOTE_ALL).writerow

    def __enter__(self) -> "Findings":
        return self

    def __exit__(self, *error: object) -> None:
        self._rows.close()
        self._refused.close()

    def __len__(self) -> int:
        return self.taken + self.refused

    def take(self, licence: Sequence[Any]) -> None:
        self._write_row(licence)
        self.taken += 1

    def refuse(self, line: int, faults: Sequence[Fault], cells: Sequence[str]) -> None:
        # jsonb holds no NUL either.
        kept = [cell.replace("\x00", "\ufffd") for cell in cells]
        self._write_refused([self._id, line, as_json(faults), as_json(kept)])
        self.refused += 1

    def merge(self) -> Merged:
        """Put everything into the database, inside the caller's transaction, and return what has changed.

        One merge at a time: of two files with the same licence, the second finds what the first has made.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MERGE_LOCK])
            # Left over where the caller's transaction merges more than one file.
            cursor.execute("DROP TABLE IF EXISTS pg_temp.register_rows")
            cursor.execute(STAGE)
            for statement, file in ((COPY_ROWS, self._rows), (COPY_REFUSED, self._refused)):
                file.seek(0)
                cursor.copy_expert(statement, file)
            # Without it the planner takes the new table for a small one, and the other too where a register
            # has just filled it: then it may look for each licence among all of its authority's.
            cursor.execute("ANALYZE register_rows")
            cursor.execute("ANALYZE registration_licence (authority_id, number)")
            cursor.execute(MERGE)
            return Merged(*cursor.fetchone())
