"""Results: a table on stdout, and the same figures as JSON under `bench/results/`."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent.parent / "results"


def write(name: str, figures: Mapping[str, Any], *, is_full: bool) -> None:
    """Keep a bench's figures as `results/NAME.json`; those of a smaller run under a name that git ignores."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / (f"{name}.json" if is_full else f"{name}.json.tmp")
    whole = {"on": datetime.now(UTC).date().isoformat(), "machine": machine(), **figures}
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")


def machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()}


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table whose first column is text and whose others are figures."""
    cells = [list(head), *[[shown(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    print(f"\n{title}")
    for position, row in enumerate(cells):
        padded = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(padded).rstrip())
        if position == 0:
            print("  " + "  ".join("-" * width for width in widths))


def shown(cell: object) -> str:
    return f"{cell:,.2f}" if isinstance(cell, float) else f"{cell:,}" if isinstance(cell, int) else str(cell)
