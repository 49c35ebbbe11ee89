"""The one matrix, read from its table: by page, who gets in with each method to each side's rows."""

from pathlib import Path

MATRIX = Path(__file__).parent / "matrix.txt"
COLUMNS = [("get", "own"), ("get", "other"), ("post", "own"), ("post", "other")]


def matrix():
    lines = [line for line in MATRIX.read_text().splitlines() if not line.startswith("#")]
    rows = {}
    for line in lines:
        name, *cells = line.split()
        assert name not in rows, f"{name} is in the matrix twice"
        rows[name] = dict(zip(COLUMNS, cells, strict=True))
    return rows
