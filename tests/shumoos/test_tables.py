"""Tables on their way out: line by line, in the language in which they were asked for."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext, override

from shumoos import tables


def test_a_file_comes_line_by_line_as_its_rows_do():
    read = []

    def rows():
        for number in range(3):
            read.append(number)
            yield [number, date(2026, 11, 25), Decimal("-1.5"), "=1+1", None]

    lines = tables.csv_lines(["No.", "Day", "Amount", "Words", "Empty"], rows())

    assert next(lines) == "\ufeffNo.,Day,Amount,Words,Empty\r\n"
    assert read == []
    assert next(lines) == "0,2026-11-25,-1.50,'=1+1,\r\n"
    assert read == [0]
    assert len(list(lines)) == 2


def test_its_words_stay_in_the_language_it_was_asked_for_in():
    with override("en"):
        lines = tables.csv_lines([gettext("Day")], ([gettext("Yes")] for _number in range(2)))

    with override("ar"):
        assert list(lines) == ["\ufeffDay\r\n", "Yes\r\n", "Yes\r\n"]
