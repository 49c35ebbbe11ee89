"""Where the marks of a chart stand. The templates draw them as SVG, without scripts and without styles.

What goes across is in per cent of the width, so that a chart fits a telephone and a sheet of paper and its
words keep their size; what goes down is in pixels. In a language written from the right all is mirrored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import floor, log10
from textwrap import wrap

from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

ROW = 44
BAR = 14
LABEL = 14  # from a row's top to the foot of its words
DEEPEST = 8  # what Arabic letters reach below that, and a little
PLOT = 160
ABOVE = 20  # for the words at the topmost line
BELOW = 28  # for the words under the axis
LINE = 22
LONGEST_LINE = 42  # letters, beside the number on a telephone


@dataclass(frozen=True)
class Mark:
    """A bar's piece, a stroke or a point, of the series with that number."""

    series: int
    x: str
    y: str
    width: str = ""
    height: str = ""
    to_x: str = ""
    to_y: str = ""


@dataclass(frozen=True)
class Words:
    text: str
    x: str
    y: str
    anchor: str = "start"


@dataclass
class Chart:
    """One chart. `series` are the names of what is told apart; without any there is one, and no key to it."""

    name: str
    label: str
    height: int
    series: list[str]
    bars: list[Mark] = field(default_factory=list)
    strokes: list[Mark] = field(default_factory=list)
    points: list[Mark] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    @property
    def is_lines(self) -> bool:
        return bool(self.points)


def percent(value: float) -> str:
    # Never in the notation of the page's language.
    return f"{value:.2f}%"


def across(start: float, width: float = 0) -> str:
    """Return the left edge, in per cent, of what begins so far from where lines of text begin."""
    return percent(100 - start - width if get_language_bidi() else start)


def first_sentence(text: str) -> str:
    """Return what stands for a text of several sentences: the table behind has it whole."""
    return text.split(". ")[0].rstrip(".")


def top_of(most: float) -> float:
    """Return a round number that is at least as large: 1, 2 or 5 times a power of ten."""
    if most <= 1:
        return 1
    power = 10 ** floor(log10(most))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= most)


def number(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def bars(
    name: str, label: str, rows: Sequence[tuple[str, Sequence[float]]], series: Sequence[str] = ()
) -> Chart:
    """Return lying bars, a row each, in pieces where there are several series; the sum stands at the end."""
    chart = Chart(name, label, 0, list(series))
    most = max((sum(values) for _label, values in rows), default=0) or 1
    for text, values in rows:
        told = wrap(first_sentence(text), LONGEST_LINE)
        foot, start = chart.height + LABEL, 0.0
        chart.words += [Words(line, across(0), str(foot + place * LINE)) for place, line in enumerate(told)]
        chart.words.append(Words(number(sum(values)), across(100), str(foot), "end"))
        foot += max(len(told) - 1, 0) * LINE
        for place, value in enumerate(values):
            width = 100 * value / most
            if value:
                chart.bars.append(
                    Mark(place, across(start, width), str(foot + DEEPEST), percent(width), str(BAR))
                )
            start += width
        chart.height = foot - LABEL + ROW
    return chart


def frame(name: str, label: str, slots: Sequence[str], top: float, series: Sequence[str]) -> Chart:
    """Return what columns and lines have in common: the axis, the topmost line, and words below."""
    chart = Chart(name, label, ABOVE + PLOT + BELOW, list(series), lines=[ABOVE, ABOVE + PLOT])
    chart.words.append(Words(number(top), across(0), str(ABOVE - 6)))
    last, foot = len(slots) - 1, str(ABOVE + PLOT + 22)
    chart.words.append(Words(slots[0], across(0), foot))
    if last:
        chart.words.append(Words(slots[last], across(100), foot, "end"))
    return chart


def columns(
    name: str, label: str, slots: Sequence[tuple[str, Sequence[float]]], series: Sequence[str] = ()
) -> Chart:
    """Return standing columns, one for each slot, in the order of reading."""
    top = top_of(max((sum(values) for _label, values in slots), default=0))
    chart = frame(name, label, [text for text, _values in slots], top, series)
    slot = 100 / len(slots)
    for position, (_text, values) in enumerate(slots):
        foot = float(ABOVE + PLOT)
        for place, value in enumerate(values):
            height = PLOT * value / top
            foot -= height
            if value:
                x = across((position + 0.15) * slot, slot * 0.7)
                chart.bars.append(Mark(place, x, f"{foot:.1f}", percent(slot * 0.7), f"{height:.1f}"))
    return chart


def lines(
    name: str, label: str, slots: Sequence[tuple[str, Sequence[float | None]]], series: Sequence[str]
) -> Chart:
    """Return a line for each series, over the slots that have a value."""
    known = [value for _label, values in slots for value in values if value is not None]
    top = top_of(max(known, default=0))
    chart = frame(name, label, [text for text, _values in slots], top, series)
    slot = 100 / len(slots)
    for place in range(len(series)):
        before: tuple[str, str] | None = None
        for position, (_text, values) in enumerate(slots):
            value = values[place]
            if value is None:
                continue
            here = across((position + 0.5) * slot), f"{ABOVE + PLOT * (1 - value / top):.1f}"
            chart.points.append(Mark(place, *here))
            if before:
                chart.strokes.append(Mark(place, *before, to_x=here[0], to_y=here[1]))
            before = here
    return chart


def spoken(label: str, told: Sequence[str]) -> str:
    """Return what a screen reader says of a chart: what it is about and what stands out."""
    return _("%(chart)s: %(figures)s") % {"chart": label, "figures": _(", ").join(told)} if told else label
