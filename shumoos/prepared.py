"""Statements that a connection keeps, so that PostgreSQL reads and plans them once and not for every call.

For those few that come with nearly every request to a door: sent as text, they cost more to plan than to run.
"""

import hashlib
import threading
from collections.abc import Sequence
from functools import cache
from itertools import count
from typing import Any

from django.db import OperationalError, ProgrammingError, connection
from psycopg2 import errors

# How often statements are prepared again before they are sent as text: a pooler may give us another
# connection of the server each time.
TRIES = 3


class _Kept(threading.local):
    """What the thread's connection was asked to keep: the connection itself, and names."""

    connection: Any = None
    names: frozenset[str] = frozenset()


_kept = _Kept()


def execute(cursor: Any, sql: str, values: Sequence[Any]) -> None:
    """Run a statement with its values, so that the cursor has its rows.

    Inside a transaction it is sent as text: one that has gone missing would undo what was done before.
    """
    if not connection.in_atomic_block:
        for _try in range(TRIES):
            prepare(cursor, sql)
            try:
                cursor.execute(call(sql, len(values)), values)
            except OperationalError as error:
                if not isinstance(error.__cause__, errors.InvalidSqlStatementName):
                    raise
                _kept.names = frozenset()
            else:
                return
    cursor.execute(sql, values)


def prepare(cursor: Any, sql: str) -> None:
    """Have the connection keep the statement, if it does not yet."""
    connection.ensure_connection()
    if _kept.connection is not connection.connection:
        _kept.connection, _kept.names = connection.connection, frozenset()
    if (name := name_of(sql)) not in _kept.names:
        try:
            cursor.execute(f"PREPARE {name} AS {numbered(sql)}")
        except ProgrammingError as error:
            if not isinstance(error.__cause__, errors.DuplicatePreparedStatement):
                raise
        _kept.names |= {name}


@cache
def call(sql: str, values: int) -> str:
    places = ", ".join(["%s"] * values)
    return f"EXECUTE {name_of(sql)} ({places})" if values else f"EXECUTE {name_of(sql)}"


@cache
def name_of(sql: str) -> str:
    # By what it says: after an update, a pooler's connections may still keep the one of before.
    return f"shumoos_{hashlib.sha256(sql.encode()).hexdigest()[:32]}"


@cache
def numbered(sql: str) -> str:
    """Return the statement with PostgreSQL's own placeholders instead of psycopg2's."""
    number = count(1)
    pieces = (piece.split("%s") for piece in sql.split("%%"))
    return "%".join(
        "".join(text if not position else f"${next(number)}{text}" for position, text in enumerate(texts))
        for texts in pieces
    )
