"""COPY: lines of text into a table; and row numbers kept short, as runs."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection

COPY_BLOCK = 1 << 20
NULL = "\\N"
_JSON = json.JSONEncoder(ensure_ascii=False)


def runs_of(numbers: Iterable[int]) -> list[list[int]]:
    """Return ascending numbers as runs, each by its first and last."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs


def numbers_in(runs: Iterable[Sequence[int]]) -> Iterator[int]:
    """Yield the numbers that stand in runs."""
    for first, last in runs:
        yield from range(first, last + 1)


def lines_of(lines: Iterable[str]) -> bytes:
    return "".join(lines).encode()


def copy(statement: str, lines: bytes) -> None:
    """Run a COPY with these lines; nothing happens where there are none."""
    if lines:
        with connection.cursor() as cursor:
            cursor.copy_expert(statement, io.BytesIO(lines), COPY_BLOCK)


def as_json(value: Any) -> str:
    # jsonb holds no NUL.
    return escaped(_JSON.encode(value).replace("\\u0000", "\ufffd"))


def escaped(text: str) -> str:
    """Return text as COPY reads it."""
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
