"""How a case stands for its owner: which day it is of how many, what comes next, and what is owed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Prefetch, QuerySet, Sum
from django.utils.translation import gettext, ngettext

from violations import bills
from violations.clock import Clock, clocks
from violations.models import Basis, Case, CaseKind, LedgerEntry, Notice, Objection, Schedule, Stage, Step
from violations.rules import fine_of_step, step_position

TONES = {
    Stage.WARNED: "warning",
    Stage.FINED_FIRST: "danger",
    Stage.FINED_RAISED: "danger",
    Stage.SUSPENDED: "danger",
    Stage.COMPLIED: "success",
    Stage.ANNULLED: "success",
}
# A page shows so many of a case's notices, the latest; its own page has more.
MOST_NOTICES = 10


class Penalty(NamedTuple):
    """One step of a rule, in words: when it comes, what it is, and in SAR at most how much."""

    when: str
    what: str
    up_to: Decimal | None


class Rule(NamedTuple):
    """What a schedule says: its steps in words, and whether one of them raises the fine of another."""

    schedule: Schedule
    penalties: list[Penalty]
    raises: bool


@dataclass(frozen=True)
class NoticeStanding:
    """One notice on one day: until when to pay, and whether to object."""

    notice: Notice
    case: Case
    on: date

    @property
    def objection(self) -> Objection | None:
        return getattr(self.notice, "objection", None)

    @property
    def is_stopped(self) -> bool:
        """Whether the payment term stands still."""
        return self.objection is not None and not self.objection.outcome

    @property
    def pay_by(self) -> date | None:
        """The last day to pay what it has added; the days of an objection do not count."""
        if not self.notice.amount or self.notice.annulled_on:
            return None
        held_up = self.objection.days_until(self.on) if self.objection else 0
        return self.notice.issued_on + timedelta(days=self.case.schedule.payment_days + held_up)

    @property
    def object_by(self) -> date:
        return self.notice.issued_on + timedelta(days=self.case.schedule.objection_days)

    @property
    def may_object(self) -> bool:
        return (
            self.on <= self.object_by
            and self.objection is None
            and self.notice.annulled_on is None
            and self.case.stage != Stage.ANNULLED
        )


@dataclass(frozen=True)
class Standing:
    """One case on one day. Its schedule's steps and its notices have been fetched."""

    case: Case
    on: date
    clock: Clock | None
    owed: Decimal

    @property
    def tone(self) -> str:
        return TONES[Stage(self.case.stage)]

    @property
    def notices(self) -> list[NoticeStanding]:
        """What the owner was told, in order: of very many the latest."""
        # As `with_all` has fetched them.
        latest: list[Notice] = self.case.latest_notices  # type: ignore[attr-defined]
        return [NoticeStanding(notice, self.case, self.on) for notice in reversed(latest)]

    @property
    def bill(self) -> str:
        """The number by which the case is paid."""
        return bills.show(bills.number(self.case.pk))

    @property
    def is_annulled(self) -> bool:
        return self.case.stage == Stage.ANNULLED

    @property
    def objection_is_open(self) -> bool:
        return any(notice.is_stopped for notice in self.notices)

    @property
    def overpaid(self) -> Decimal:
        return max(-self.owed, Decimal(0))

    @property
    def is_about_data(self) -> bool:
        return self.case.kind == CaseKind.INACCURATE_DATA

    @property
    def window_is_open(self) -> bool:
        return self.case.window_ends_on is not None and self.on <= self.case.window_ends_on

    @property
    def next_step(self) -> Step | None:
        """What follows: by the clock for a case that runs, with the next occurrence in an open window."""
        steps = list(self.case.schedule.steps.all())
        if self.case.closed_on:
            return None
        if self.is_about_data:
            return steps[step_position(self.case.position, len(steps)) - 1] if self.window_is_open else None
        later = [step for step in steps if step.position == self.case.position + 1]
        return later[0] if later and self.clock else None

    @property
    def next_amount(self) -> Decimal:
        """What the next step adds to the fine, at most."""
        step = self.next_step
        if step is None:
            return Decimal(0)
        less = self.case.less_amount
        return fine_of_step(step.basis, step.cap if less is None else min(step.cap, less), self.case.fined)


def with_all(cases: QuerySet[Case], *, most: int = MOST_NOTICES) -> QuerySet[Case]:
    """Fetch along what a standing reads: of each case's notices the latest."""
    notices = (
        Notice.objects.select_related("occurrence", "letter", "objection")
        .defer("letter__content")
        .order_by("-id")[:most]
    )
    return cases.select_related(
        "licence", "establishment", "schedule", "account__establishment", "account__licence"
    ).prefetch_related(Prefetch("notices", notices, to_attr="latest_notices"), "schedule__steps")


def standings(cases: Iterable[Case], on: date) -> list[Standing]:
    """Return how these cases stand on that day; two queries, however many they are."""
    cases = list(cases)
    running = clocks(cases, on)
    owed = dict(
        LedgerEntry.objects.filter(case__in=cases).values_list("case").annotate(Sum("amount")).order_by()
    )
    return [Standing(case, on, running.get(case.pk), owed.get(case.pk, Decimal(0))) for case in cases]


def rules_on(day: date) -> dict[str, Rule]:
    """Return the rules for new cases on a day, by the kind of case."""
    schedules = Schedule.objects.filter(valid_from__lte=day).order_by("valid_from").prefetch_related("steps")
    latest = {schedule.kind: schedule for schedule in schedules}
    return {kind: rule_of(latest[kind]) for kind in CaseKind.values if kind in latest}


def rule_of(schedule: Schedule) -> Rule:
    """Return the schedule's rule in words, in the language of the moment."""
    steps = list(schedule.steps.all())
    when = when_not_subscribed if schedule.kind == CaseKind.NOT_SUBSCRIBED else when_data_inaccurate
    penalties = [Penalty(when(schedule, steps, step), what(step), step.cap or None) for step in steps]
    return Rule(schedule, penalties, any(step.basis == Basis.RAISE_TO for step in steps))


def what(step: Step) -> str:
    if step.basis == Basis.RAISE_TO:
        return gettext("The fine is raised")
    if step.basis == Basis.ADD:
        return gettext("Fine")
    return str(step.get_stage_display())


def when_not_subscribed(schedule: Schedule, steps: list[Step], step: Step) -> str:
    if step.position == 1:
        return gettext("First, to an establishment with a licence and no active subscription")
    days = steps[step.position - 2].days or 0
    if step.position == 2:
        text = ngettext(
            "Not subscribed within %(days)d day of the warning",
            "Not subscribed within %(days)d days of the warning",
            days,
        )
    else:
        text = ngettext(
            "Not subscribed within a further %(days)d day",
            "Not subscribed within a further %(days)d days",
            days,
        )
    return text % {"days": days}


def when_data_inaccurate(schedule: Schedule, steps: list[Step], step: Step) -> str:
    if step.position == 1:
        return gettext("The first time")
    months = schedule.window_months or 0
    if step.position < len(steps):
        text = ngettext(
            "Again within %(months)d month of the first time",
            "Again within %(months)d months of the first time",
            months,
        )
    else:
        text = ngettext(
            "The third time and every time after it, within the same %(months)d month",
            "The third time and every time after it, within the same %(months)d months",
            months,
        )
    return text % {"months": months}
