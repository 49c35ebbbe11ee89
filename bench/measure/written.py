"""What a job writes, kept, so that bare statements can write the very same rows."""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack


def keep(job: Callable[[], object], rows: Mapping[str, str]) -> dict[str, int]:
    """Run a job and take it back. Of each table keep, as `kept_TABLE`, the rows that meet a condition.

    Returns how many were kept, by table.
    """
    from django.db import connection, transaction

    counts = {}
    with ExitStack() as stack, connection.cursor() as cursor:
        files = {table: stack.enter_context(tempfile.TemporaryFile()) for table in rows}
        with transaction.atomic():
            job()
            for table, condition in rows.items():
                cursor.copy_expert(f"COPY (SELECT * FROM {table} WHERE {condition}) TO STDOUT", files[table])
            transaction.set_rollback(True)
        for table, file in files.items():
            file.seek(0)
            cursor.execute(f"DROP TABLE IF EXISTS kept_{table}")
            cursor.execute(f"CREATE UNLOGGED TABLE kept_{table} (LIKE {table})")
            cursor.copy_expert(f"COPY kept_{table} FROM STDIN", file)
            counts[table] = cursor.rowcount
            cursor.execute(f"ANALYZE kept_{table}")
    return counts


def again(table: str) -> str:
    """Return the bare statement that writes the rows of `kept_TABLE` into their own table."""
    return f"INSERT INTO {table} TABLE kept_{table}"
