"""The rules in plain Python, as the domain's page says them.

No SQL and nothing of the portal's own code: what the sweep does in sets, and what is recorded of inaccurate
data, is held to it. For not subscribing it goes day by day, with no dates beyond counting days.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from hijridate import Gregorian, Hijri

DAY = timedelta(days=1)
# Stage, days of its term, cap, basis.
STEPS = [
    ("warned", 30, 0, "none"),
    ("fined_first", 30, 10_000, "add"),
    ("fined_raised", 30, 25_000, "raise_to"),
    ("suspended", None, 0, "none"),
]


@dataclass(frozen=True)
class Objecting:
    """An objection to the notice of a stage: filed so many days after it, decided so many days later."""

    stage: str
    after: int
    lasts: int


@dataclass(frozen=True)
class History:
    """What happens to one licence. Spells are with the office: from a day up to another, None for still
    there."""

    issued_on: date
    spells: tuple[tuple[date, date | None], ...] = ()
    subscribed_on: date | None = None
    objections: tuple[Objecting, ...] = ()


@dataclass
class Model:
    """One licence's case, as sweeps on some days leave it. Days are asked for in order."""

    history: History
    stage: str | None = None
    noticed_on: date = date.min
    # The days of the term that have counted before `counted_to`, and the one that was its last.
    used: int = 0
    counted_to: date = date.min
    last_day: date | None = None
    fined: int = 0
    closed_on: date | None = None
    notices: list[tuple[str, date, int]] = field(default_factory=list)
    objected: list[tuple[date, date]] = field(default_factory=list)

    def is_with_office(self, day: date) -> bool:
        """Whether an application is there at the end of the day."""
        return any(came <= day and (left is None or day < left) for came, left in self.history.spells)

    def is_stopped(self, day: date) -> bool:
        return self.is_with_office(day) or any(filed <= day < decided for filed, decided in self.objected)

    def is_subscribed(self, day: date) -> bool:
        return self.history.subscribed_on is not None and self.history.subscribed_on <= day

    @property
    def step(self) -> int:
        return [stage for stage, _days, _cap, _basis in STEPS].index(self.stage)

    def days_used(self, on: date) -> int:
        """The days of the term that have counted: a stopped day does not, unless the term is over already."""
        days = STEPS[self.step][1]
        while self.counted_to < on:
            if self.used > days or not self.is_stopped(self.counted_to):
                self.used += 1
                if self.used == days + 1:
                    self.last_day = self.counted_to
            self.counted_to += DAY
        return self.used

    def sweep(self, on: date) -> None:
        """Close, take one step at most, or warn."""
        if self.stage is None:
            if self.history.issued_on <= on and not self.is_subscribed(on) and not self.is_with_office(on):
                self.take(0, on)
        elif self.closed_on is None:
            if self.is_subscribed(on):
                self.closed_on = on
            elif STEPS[self.step][1] is not None and self.days_used(on) > STEPS[self.step][1]:
                self.take(self.step + 1, on)

    def take(self, step: int, on: date) -> None:
        stage, _days, cap, basis = STEPS[step]
        amount = cap if basis == "add" else max(cap - self.fined, 0) if basis == "raise_to" else 0
        self.stage, self.noticed_on = stage, on
        self.used, self.counted_to, self.last_day = 0, on, None
        self.fined += amount
        self.notices.append((stage, on, amount))
        for objecting in self.history.objections:
            if objecting.stage == stage:
                filed = on + objecting.after * DAY
                self.objected.append((filed, filed + objecting.lasts * DAY))

    def clock(self, on: date) -> tuple[date | None, int | None]:
        """The last day where the clock runs, or the days left where it stands still; neither without a
        clock."""
        if self.stage is None or self.closed_on or STEPS[self.step][1] is None:
            return None, None
        days, used = STEPS[self.step][1], self.days_used(on)
        if used > days:
            return self.last_day, None
        if self.is_stopped(on):
            return None, days - used
        return on + (days - used) * DAY, None


# Inaccurate data -------------------------------------------------------------------------------------------

FINES = [("warned", 0), ("fined_first", 5_000), ("fined_raised", 25_000)]


def half_a_year_after(day: date, *, hijri: bool) -> date:
    """The same day of the month six months later, or that month's last."""
    if hijri:
        first = Gregorian.fromdate(day).to_hijri()
        year, month = divmod(first.year * 12 + first.month + 5, 12)
        length = Hijri(year, month + 1, 1).month_length()
        last = Hijri(year, month + 1, min(first.day, length)).to_gregorian()
        return date(last.year, last.month, last.day)
    year, month = divmod(day.year * 12 + day.month + 5, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + (day.day - 1) * DAY, first_of_next - DAY)


@dataclass
class Fact:
    """One occurrence: its window's last day, its step, what it was fined, and whether it counts."""

    on: date
    ends_on: date
    stage: str
    amount: int
    counts: bool = True


@dataclass
class Facts:
    """One establishment's occurrences, in the order of their days."""

    hijri: bool
    facts: list[Fact] = field(default_factory=list)
    # The last day of the window that is open now.
    ends_on: date | None = None
    window: list[Fact] = field(default_factory=list)

    def record(self, on: date) -> Fact:
        if self.ends_on is None or on > self.ends_on:
            self.ends_on, self.window = half_a_year_after(on, hijri=self.hijri), []
        stage, amount = self.following
        fact = Fact(on, self.ends_on, stage, amount)
        self.window.append(fact)
        self.facts.append(fact)
        return fact

    @property
    def following(self) -> tuple[str, int]:
        """The step and the fine of another one in this window."""
        return FINES[min(sum(fact.counts for fact in self.window), 2)]

    def annul(self, number: int) -> None:
        """One that is annulled does not count; a window in which none counts has not been opened."""
        self.facts[number].counts = False
        if not any(fact.counts for fact in self.window):
            self.ends_on = None
