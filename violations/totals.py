"""The ledger in sums: by office, by sector and by month, each as a chart with its table behind.

Counted when they are asked for, from the entries themselves: one query over those of the period, found by
their day.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registration.models import Office, Sector
from shumoos import charts
from shumoos.accounts.models import Role, User
from shumoos.saudi import calendar
from shumoos.tables import Cell, Section, Table
from violations.models import EntryKind, LedgerEntry
from violations.models.ledger import FINES, RELIEFS

PAYMENTS = [EntryKind.PAYMENT, EntryKind.REFUND]


@dataclass
class Sums:
    """What was fined, taken off again, and paid less what was paid back; all of them above zero, in SAR."""

    fined: Decimal = Decimal(0)
    relieved: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        return self.fined - self.relieved - self.paid

    @property
    def values(self) -> list[Decimal]:
        return [self.fined, self.relieved, self.paid]

    def add(self, kind: str, amount: Decimal) -> None:
        if kind in FINES:
            self.fined += amount
        elif kind in RELIEFS:
            self.relieved -= amount
        else:
            self.paid -= amount


@dataclass
class Totals:
    """The sums of some offices' cases, of entries from `first` to `last`."""

    offices: Collection[Office]
    first: date
    last: date

    @cached_property
    def rows(self) -> list[tuple[int, int, date, str, Decimal]]:
        """Office, sector, first day of the month, kind of entry and sum: one query."""
        found = (
            LedgerEntry.objects.filter(
                on__gte=self.first,
                on__lte=self.last,
                licence__city__region__office__in=[office.pk for office in self.offices],
            )
            .order_by()
            .annotate(month=TruncMonth("on"))
            .values_list("licence__city__region__office", "licence__sector", "month", "kind")
            .annotate(Sum("amount"))
        )
        return list(found)

    def by(self, place: int) -> dict[Any, Sums]:
        sums: dict[Any, Sums] = defaultdict(Sums)
        for row in self.rows:
            sums[row[place]].add(row[3], row[4])
        return sums

    @property
    def overall(self) -> Sums:
        sums = Sums()
        for row in self.rows:
            sums.add(row[3], row[4])
        return sums

    @property
    def sections(self) -> list[Section]:
        return [make(self) for make in SECTIONS.values()]


def labels() -> list[str]:
    return [_("Fined"), _("Reduced or waived"), _("Paid")]


def above_zero(values: list[Decimal]) -> list[float]:
    return [float(max(value, Decimal(0))) for value in values]


def section(name: str, title: str, heading: str, lines: list[tuple[str, Sums]], *, is_time: bool) -> Section:
    headers = [heading, *[_("%(sum)s (SAR)") % {"sum": label} for label in [*labels(), _("Left to pay")]]]
    rows: list[list[Cell]] = [[label, *sums.values, sums.left] for label, sums in lines]
    told = [f"{label} {sums.fined:,.2f}" for label, sums in lines if any(sums.values)]
    chart = None
    if told and is_time:
        shown = [(label, above_zero(sums.values)) for label, sums in lines]
        chart = charts.lines(name, charts.spoken(title, told), shown, labels())
    elif told:
        # The pieces of a bar are what became of a fine, so that the number at its end is what was fined.
        shown = [(label, above_zero([sums.paid, sums.relieved, sums.left])) for label, sums in lines]
        pieces = [_("Paid"), _("Reduced or waived"), _("Left to pay")]
        chart = charts.bars(name, charts.spoken(title, told), shown, pieces)
    return Section(name, title, chart, Table(headers, rows))


def months_section(totals: Totals) -> Section:
    found = totals.by(2)
    months = [date(*month, 1) for month in months_between(totals.first, totals.last)]
    lines = [(month_name(month), found.get(month, Sums())) for month in months]
    return section("months", _("By month"), _("Month"), lines, is_time=True)


def offices_section(totals: Totals) -> Section:
    found = totals.by(0)
    lines = [(office.name, found[office.pk]) for office in totals.offices if office.pk in found]
    return section("offices", _("By investigation office"), _("Investigation office"), lines, is_time=False)


def sectors_section(totals: Totals) -> Section:
    found = totals.by(1)
    lines = [(sector.name, found[sector.pk]) for sector in Sector.objects.filter(pk__in=list(found))]
    return section("sectors", _("By sector"), _("Sector"), lines, is_time=False)


SECTIONS = {"months": months_section, "offices": offices_section, "sectors": sectors_section}


def months_between(first: date, last: date) -> list[tuple[int, int]]:
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [(number // 12, number % 12 + 1) for number in numbers]


def month_name(month: date) -> str:
    is_arabic = (get_language() or "ar").startswith("ar")
    names = calendar.GREGORIAN_MONTHS_AR if is_arabic else calendar.GREGORIAN_MONTHS_EN
    return f"{names[month.month - 1]} {month.year}"


def offices_of(user: User) -> list[Office]:
    """Return the offices whose sums a person may see: one's own, and for auditors all."""
    if user.role == Role.AUDITOR:
        return list(Office.objects.all())
    return list(user.offices.all())
