"""What stands in a file: encodings, separators, headers, cells, and files that are no table."""

import io
import tracemalloc
from datetime import date, datetime

import pytest
import xlsxwriter
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from guests.files import templates
from guests.files.layout import coded
from guests.files.reading import XLSX, Examination, open_table
from guests.files.wording import FileRefused
from guests.kinds import KINDS
from guests.kinds.lodging import LODGING
from shumoos.encodings import UTF_8, UTF_16, WINDOWS
from tests.guests.files.bad_files import BAD, GOOD, HEADER, repacked, sheet_of, workbook

ROW = ["G-1", "national_id", "1000000008", "سارة المخترعة", "SAU", "1990-03-15", "f", "2026-03-15 14:30"]


def pieces_of(content, size=512 * 1024):
    return [content[at : at + size] for at in range(0, len(content), size)]


def table_of(content, kind=LODGING, size=512 * 1024):
    examination = Examination()
    pieces = pieces_of(content, size)
    for piece in pieces:
        examination.feed(piece)
    return open_table(lambda: pieces, examination.encoding, kind)


def rows_of(content, kind=LODGING, size=512 * 1024):
    """Every row of a file: its number and its cells by field, and the broken ones with their rules."""
    rows, broken = [], []
    for chunk in table_of(content, kind, size).chunks:
        rows += [(number, chunk.cells(at)) for at, number in enumerate(chunk.rows)]
        broken += [(line.row, line.rule) for line in chunk.broken]
    return rows, broken


def csv_of(*rows, delimiter=",", end="\n"):
    return "".join(delimiter.join(row) + end for row in rows)


RECORD = dict(zip(HEADER, ROW, strict=True))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1256", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_is_read_however_it_was_saved(encoding, delimiter, end):
    content = csv_of(HEADER, ROW, delimiter=delimiter, end=end).encode(encoding)
    assert rows_of(content) == ([(2, RECORD)], [])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_pieces_may_end_anywhere(size):
    content = csv_of(HEADER, ROW, ROW).encode()
    assert rows_of(content, size=size) == ([(2, RECORD), (3, RECORD)], [])


def test_the_encoding_is_told_by_the_bytes():
    def encoding_of(content):
        examination = Examination()
        examination.feed(content)
        return examination.encoding

    text = csv_of(HEADER, ROW)
    assert encoding_of(text.encode()) == encoding_of(text.encode("utf-8-sig")) == UTF_8
    assert encoding_of(text.encode("cp1256")) == WINDOWS
    assert encoding_of(text.encode("utf-16")) == UTF_16
    assert encoding_of(GOOD) == XLSX


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_labels_of_either_language_are_headers_in_any_order(kind, language):
    with override(language):
        labels = [str(field.shown.label) for field in kind.fields.values()][::-1]
    names = list(kind.fields)[::-1]
    values = [f"v{number}" for number in range(len(names))]
    with override("ar" if language == "en" else "en"):
        assert rows_of(csv_of(labels, values).encode(), kind) == (
            [(2, dict(zip(names, values, strict=True)))],
            [],
        )


def test_a_title_and_a_separator_line_may_stand_before_the_header():
    content = "sep=;\nسجل العملاء\n\n" + csv_of(HEADER, ROW, delimiter=";")
    assert rows_of(content.encode()) == ([(5, RECORD)], [])


def test_other_columns_are_passed_over_and_named():
    content = csv_of(["Row", "What is wrong", "Loyalty card", *HEADER], ["7", "x", "Gold", *ROW]).encode()
    assert table_of(content).layout.ignored == ["Loyalty card"]
    assert rows_of(content) == ([(2, RECORD)], [])


def test_a_row_may_be_short_or_have_blanks_behind_it():
    content = csv_of([*HEADER, "room"], ROW, [*ROW, "12", "", " "]).encode()
    assert rows_of(content) == ([(2, RECORD), (3, RECORD | {"room": "12"})], [])


def test_a_broken_row_spoils_no_other():
    content = csv_of(
        HEADER, ROW, [*ROW, "more"], ['"open', *ROW[1:]], ROW, ["x" * 20_000], ['"G,1"', *ROW[1:]]
    ).encode()
    rows, broken = rows_of(content)
    assert rows == [(2, RECORD), (5, RECORD), (7, RECORD | {"client_reference": "G,1"})]
    assert broken == [(3, "cells"), (4, "quotes"), (6, "long_line")]


def test_the_apostrophe_in_front_of_a_formula_is_no_part_of_the_cell():
    content = csv_of(HEADER, ["'=1+1", *ROW[1:3], "'Abd", *ROW[4:]]).encode()
    [(_number, cells)], _broken = rows_of(content)
    assert (cells["client_reference"], cells["full_name"]) == ("=1+1", "'Abd")


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_templates_own_rows_are_not_records(kind, language):
    with override(language):
        filled = io.BytesIO()
        templates.write_template(kind, filled)
        text = templates.csv_template(kind)
    own = ["R-1" if name == "client_reference" else "x" for name in kind.fields]
    with override("en"):
        assert rows_of(filled.getvalue(), kind) == ([], [])
        assert rows_of((text + csv_of(own)).encode(), kind) == (
            [(4, dict(zip(kind.fields, own, strict=True)))],
            [],
        )


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_whatever_a_template_offers_in_its_lists_is_understood(kind, language):
    file = io.BytesIO()
    with override(language):
        templates.write_template(kind, file)
        choices = {name: field.shown.choices() for name, field in kind.fields.items() if field.shown.choices}
    file.seek(0)
    lists = zip(*CalamineWorkbook.from_filelike(file).get_sheet_by_name("lists").to_python(), strict=True)

    with override("en" if language == "ar" else "ar"):
        for (name, offered), labels in zip(choices.items(), lists, strict=True):
            understood = [coded(kind, {name: label})[name] for label in labels if label]
            assert understood == [code for code, _label in offered]


def test_the_example_is_a_record_once_its_person_is_another():
    with override("ar"):
        text = templates.csv_template(LODGING).replace("نزيل للتمثيل", "سارة المخترعة")
    [(number, cells)], _broken = rows_of(text.encode())
    assert (number, cells["full_name"]) == (3, "سارة المخترعة")


def test_the_example_is_a_record_of_its_kind():
    for kind in KINDS.values():
        for language in ("ar", "en"):
            with override(language):
                example = templates.example_of(kind)
            assert kind.read(coded(kind, example))


def test_cells_of_a_workbook_are_read_as_a_person_would_type_them():
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row(2, 1, [*HEADER, "room", "price"])
    sheet.write_row(3, 1, ["G-1", "national_id", 1000000008, "Sara"])
    moment, day = (book.add_format({"num_format": shape}) for shape in ("yyyy-mm-dd hh:mm", "dd/mm/yyyy"))
    sheet.write_datetime(3, 6, datetime(1990, 3, 15), day)
    sheet.write_datetime(3, 8, datetime(2026, 3, 15, 14, 30), moment)
    sheet.write_formula(3, 9, '="1"&"2"', None, "12")
    book.close()
    [(number, cells)], _broken = rows_of(file.getvalue())
    assert number == 4
    assert cells == {
        "client_reference": "G-1",
        "id_type": "national_id",
        "id_number": "1000000008",
        "full_name": "Sara",
        "birth_date": "1990-03-15",
        "arrived_at": "2026-03-15 14:30:00",
        "room": "12",
    }


def test_formulas_that_give_empty_text_are_worked_out():
    text = (
        b'<row r="3"><c r="A3" t="str"><f>IF(B3=1,B3,"")</f><v></v></c><c r="B3" t="str"><v>x</v></c></row>'
    )
    rows, _broken = rows_of(repacked(GOOD, sheet_of(text)))
    assert [number for number, _cells in rows] == [2, 3]


def test_numbers_and_dates_of_python_become_text():
    from guests.files.xlsx_file import written

    assert [written(cell) for cell in (12.0, 12.5, True, date(2026, 3, 15), 7, 1.5e16)] == [
        "12", "12.5", "TRUE", "2026-03-15", "7", "1.5e+16",
    ]  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_table_ends_in_a_sentence(name):
    make, code = BAD[name]
    with pytest.raises(FileRefused) as refused:
        for _chunk in table_of(make()).chunks:
            pass
    assert refused.value.code == code
    for language in ("ar", "en"):
        with override(language):
            message = refused.value.message
        assert len(message) > 20
        assert "%" not in message


def test_a_large_file_is_never_whole_in_memory():
    line = csv_of(ROW).encode()
    content = [csv_of(HEADER).encode(), *[line * 4000] * 40]
    rows = 0
    tracemalloc.start()
    for chunk in open_table(lambda: content, UTF_8, LODGING).chunks:
        rows += len(chunk.rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == 160_000
    assert peak < 8 * 1024 * 1024
    assert sum(map(len, content)) > 13 * 1024 * 1024


def test_a_workbook_with_a_title_above_the_header():
    assert rows_of(workbook(["سجل العملاء"], [], HEADER, ROW)) == ([(4, RECORD)], [])
