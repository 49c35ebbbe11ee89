"""The tables of the domain's page, row by row."""

from datetime import date
from decimal import Decimal

import pytest

from shumoos.saudi.calendar import from_hijri
from tests.violations.factories import make_licence, reject, submit
from violations.clock import clocks
from violations.escalation import escalate
from violations.models import Case, LedgerEntry
from violations.rules import window_end

pytestmark = pytest.mark.django_db

D = date.fromisoformat

# What happens, on which day, and then: stage, last day, days left while paused, ledger entries.
NOT_SUBSCRIBED = [
    ("sweep", "2026-01-01", ("warned", "2026-01-31", None, [])),
    ("sweep", "2026-01-31", ("warned", "2026-01-31", None, [])),
    ("sweep", "2026-02-01", ("fined_first", "2026-03-03", None, [10_000])),
    ("sweep", "2026-03-03", ("fined_first", "2026-03-03", None, [10_000])),
    ("sweep", "2026-03-20", ("fined_raised", "2026-04-19", None, [10_000, 15_000])),
    ("submit", "2026-04-10", ("fined_raised", None, 9, [10_000, 15_000])),
    ("reject", "2026-05-02", ("fined_raised", "2026-05-11", None, [10_000, 15_000])),
    ("sweep", "2026-05-11", ("fined_raised", "2026-05-11", None, [10_000, 15_000])),
    ("sweep", "2026-05-12", ("suspended", None, None, [10_000, 15_000])),
]


def happen(what, licence, on):
    if what == "sweep":
        escalate(on)
    elif what == "submit":
        submit(licence, on)
    else:
        reject(licence.applications.get(), on)


def shown_and_computed(licence, on):
    """The clock as the owner's page computes it, between sweeps too."""
    case = Case.objects.get(licence=licence)
    clock = clocks([case], on).get(case.pk)
    last_day = clock.due_on if clock and not clock.is_paused else None
    days_left = clock.days_left if clock and clock.is_paused else None
    entries = LedgerEntry.objects.filter(licence=licence).values_list("amount", flat=True)
    return case, last_day, days_left, list(entries)


@pytest.mark.parametrize("row", range(len(NOT_SUBSCRIBED)))
@pytest.mark.parametrize("sweeps_after", [False, True], ids=["as told", "swept after every row"])
def test_not_subscribed(row, sweeps_after):
    licence = make_licence(issued_on=D("2026-01-01"))
    for what, on, _then in NOT_SUBSCRIBED[: row + 1]:
        happen(what, licence, D(on))
        if sweeps_after:
            escalate(D(on))

    _what, on, (stage, last_day, days_left, entries) = NOT_SUBSCRIBED[row]
    case, *computed = shown_and_computed(licence, D(on))
    assert case.stage == stage
    assert computed == [last_day and D(last_day), days_left, entries]
    assert case.fined == sum(entries)
    if sweeps_after:
        assert (case.due_on, case.days_left) == (last_day and D(last_day), days_left)


def test_a_sweep_on_every_day_moves_the_case_on_the_same_days():
    licence = make_licence(issued_on=D("2026-01-01"))
    found = []
    for day in range(D("2026-01-01").toordinal(), D("2026-06-30").toordinal()):
        on = date.fromordinal(day)
        if on == D("2026-03-10"):
            submit(licence, on)
        if on == D("2026-03-20"):
            reject(licence.applications.get(), on)
        found += [(on.isoformat(), step.new, step.amount) for step in escalate(on).moves]

    assert found == [
        ("2026-01-01", "warned", Decimal(0)),
        ("2026-02-01", "fined_first", Decimal(10_000)),
        ("2026-03-04", "fined_raised", Decimal(15_000)),
        ("2026-04-14", "suspended", Decimal(0)),
    ]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-03-15", "2026-09-15"),
        ("2026-08-31", "2027-02-28"),
        ("2027-08-31", "2028-02-29"),
        ("2027-08-29", "2028-02-29"),
        ("2026-12-31", "2027-06-30"),
        ("2028-02-29", "2028-08-29"),
        ("2026-03-31", "2026-09-30"),
        ("2026-01-01", "2026-07-01"),
    ],
)
def test_the_window_ends_on_the_same_day_six_months_later(first, last):
    assert window_end(D(first), 6, hijri=False) == D(last)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ((1447, 9, 15), (1448, 3, 15)),
        ((1447, 8, 1), (1448, 2, 1)),
        # Rabi I of 1448 has 29 days.
        ((1447, 9, 30), (1448, 3, 29)),
    ],
)
def test_a_setting_switches_to_hijri_months(first, last):
    found = window_end(from_hijri(*first), 6, hijri=True)
    assert found == from_hijri(*last)
