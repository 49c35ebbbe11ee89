"""Chunks of a file, sifted: as the declaration has it, whether rows are stored or only looked at."""

import random

from hypothesis import example, given
from hypothesis import strategies as st

from guests.files import csv_file
from guests.files.chunks import Chunk
from guests.files.layout import coded, layout_of
from guests.files.sifting import Seen, Sifter, main_of, number_of, reference_of
from guests.kinds import fields
from guests.kinds.base import canonical_json
from guests.kinds.errors import RecordRefused
from guests.kinds.lodging import LODGING
from tests.guests.test_plain_rows import NOW, right, rows_of

# What choices are called, and what they are not.
called = st.fixed_dictionaries(
    {},
    optional={
        "gender": st.sampled_from(["ذكر", "Male", "female", "أنثى ", "m", "Mann"]),
        "id_type": st.sampled_from(["الهوية الوطنية", "National ID", "passport", "Iqama", "iqama", "?"]),
        "nationality": st.sampled_from(["Saudi Arabia", "SAU", "مصر", "EGYPT", "Utopia", "الهند"]),
        "client_reference": st.sampled_from(["G-1", "G-2", "G-3"]),
        "companion_of": st.sampled_from(["G-1", "G-2"]),
    },
)
rows_called = st.tuples(rows_of(LODGING), st.lists(called, min_size=6, max_size=6)).map(
    lambda pair: [row | changes for row, changes in zip(*pair, strict=False)]
)


def sifted(rows, *, stores):
    """Every range of a file in two chunks."""
    with fields.as_of(NOW):
        sifter = Sifter(LODGING, stores=stores)
        half = len(rows) // 2
        return [
            sifter.sift(number, Chunk(range(2 + first, 2 + first + len(part)), columns_of(part)))
            for number, (first, part) in enumerate([(0, rows[:half]), (half, rows[half:])])
        ]


def columns_of(rows):
    return {name: [row[name] for row in rows] for name in LODGING.fields}


def declared(row):
    """What the declaration makes of a row: its content, or its faults."""
    with fields.as_of(NOW):
        try:
            return LODGING.read(coded(LODGING, row)), []
        except RecordRefused as refusal:
            return None, [(error.field, error.code, error.rule, error.values) for error in refusal.errors]


@given(rows_called)
def test_a_row_is_taken_or_refused_as_the_declaration_has_it(rows):
    taken, refused, seen = {}, {}, {}
    for number, row in enumerate(rows, 2):
        content, faults = declared(row)
        reference = content and content["client_reference"]
        if reference in seen:
            faults = [("client_reference", "duplicate_in_file", "", {"row": seen[reference]})]
        if faults:
            refused[number] = (faults, {name: cell for name, cell in row.items() if cell})
        else:
            seen[reference] = number
            taken[number] = content

    for stores in (True, False):
        ranges = sifted(rows, stores=stores)
        found = [(row, part) for part in ranges for row in part.rows]
        assert [number_of(row) for row, _part in found] == list(taken)
        for row, part in found:
            content = taken[number_of(row)]
            assert reference_of(row) == content["client_reference"]
            assert main_of(row) == content.get("companion_of", "")
            assert part.content(row) == content
            if stores:
                assert row[3:] == (
                    canonical_json(content).decode(), content["full_name"], content["id_number"],
                    content["arrived_at"], content.get("departed_at", ""),
                )  # fmt: skip
        assert {
            one.number: ([tuple(fault) for fault in one.faults], one.cells)
            for part in ranges
            for one in part.refused
        } == refused


def test_the_rows_of_a_range_are_in_their_order():
    rows = [right(LODGING) | {"client_reference": f"G-{number}"} for number in range(5)]
    rows[1]["full_name"] = "سارة \\ نورة"  # right, but not plainly
    first, last = sifted([*rows[:3], *rows[:2], *rows[3:]], stores=False)
    assert [row[:2] for row in first.rows] == [(2, "G-0"), (3, "G-1"), (4, "G-2")]
    assert [row[:2] for row in last.rows] == [(7, "G-3"), (8, "G-4")]
    assert [one.number for one in last.refused] == [5, 6]


# CSV, cut into cells -------------------------------------------------------------------------------------

HEADER = [name for name, field in LODGING.fields.items() if field.required]
LAYOUT = layout_of(LODGING, HEADER)
cells = st.one_of(
    st.sampled_from(["", "a", "ب", " ", '"a"', '"a,b"', '"a""b"', '"', 'a"b', "'=1", '"\'=1"', "'a", ";"]),
    st.text(alphabet="aب,\"' ;=\u200f", max_size=4),
)
lines = st.one_of(
    st.lists(cells, min_size=len(HEADER), max_size=len(HEADER)).map(",".join),
    st.lists(cells, max_size=len(HEADER) + 3).map(",".join),
    st.sampled_from(["", " ", "," * (len(HEADER) - 1), ";,;", "x" * (csv_file.LONGEST_LINE + 1)]),
)


@given(st.lists(lines, max_size=6))
@example([",".join(HEADER), "x" * 20_000])
def test_lines_cut_together_are_those_cut_one_by_one(lines):
    block = "".join(f"{line}\n" for line in lines)
    numbers = range(30, 30 + len(lines))
    width = LAYOUT.width

    together = csv_file.columns_of(block, len(lines), width, ",")
    kept, columns, broken = csv_file.one_by_one(numbers, lines, width, ",")

    if together is not None:
        assert not broken
        blank = [at for at, line in enumerate(lines) if not line.strip(csv_file.BLANK)]
        assert kept == [number for at, number in enumerate(numbers) if at not in blank]
        rows = [row for at, row in enumerate(zip(*together, strict=True)) if at not in blank]
        assert rows == list(zip(*columns, strict=True))
    chunk = csv_file.chunk_of(numbers, block, LAYOUT, ",")
    rows = {
        number: [csv_file.unguard(cell) for cell in row]
        for number, row in zip(kept, zip(*columns, strict=True), strict=True)
        if any(cell.strip(csv_file.BLANK) for cell in row)
    }
    assert list(chunk.broken) == broken
    assert list(chunk.rows) == list(rows)
    assert [[cells[at] for cells in chunk.columns.values()] for at in range(len(rows))] == list(rows.values())


def test_plain_lines_are_cut_together():
    lines = [",".join(f"{name}{number}" for name in HEADER) for number in range(100)]
    for block in ("\n".join([*lines, ""]), '"' + "\n".join([*lines, ""]).replace(",", '",', 1)):
        together = csv_file.columns_of(block, 100, len(HEADER), ",")
        assert [row[99] for row in together] == lines[99].split(",")


# References seen ------------------------------------------------------------------------------------------


def test_a_reference_is_seen_in_the_row_where_it_was_first():
    rng = random.Random(7)
    seen, first = Seen(), {}
    for start in range(0, 60_000, 3_000):
        references = [f"R-{rng.randrange(40_000)}" for _number in range(3_000)]
        rows = list(range(start + 2, start + 3_002))
        expected = {}
        for reference, row in zip(references, rows, strict=True):
            if first.setdefault(reference, row) != row:
                expected[row] = first[reference]
        assert seen.add_all(references, rows) == expected
    assert all(seen.first(reference) == row for reference, row in first.items())
    assert seen.first("R-40000") == 0
