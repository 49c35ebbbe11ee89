"""The figures of an office as its head reads them: each as a chart, as a table, and as a file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from activation import figures
from activation.figures import Decided, Period, Times
from activation.models import ReasonTemplate
from registration.models import Office, Sector
from shumoos import charts
from shumoos.accounts.models import Role, User
from shumoos.saudi import calendar
from shumoos.tables import Cell, Section, Table, shown


@dataclass
class Glance:
    """The figures of some offices in a period. Each is counted when it is first asked for, and once."""

    offices: list[Office]
    period: Period

    @property
    def keys(self) -> list[int]:
        return [office.pk for office in self.offices]

    @cached_property
    def waiting(self) -> tuple[dict[int | str, figures.Waiting], dict[int, figures.Waiting]]:
        return figures.waiting(self.keys)

    @cached_property
    def by_day(self) -> dict[date, Decided]:
        return figures.decisions_a_day(self.keys, self.period)

    @cached_property
    def times(self) -> figures.ActivationTimes:
        return figures.activation_times(self.keys, self.period)

    @cached_property
    def failed(self) -> figures.FailedTexts:
        return figures.failed_texts(self.keys, self.period)

    @property
    def waiting_now(self) -> int:
        return sum(line.total for line in self.waiting[0].values())

    @property
    def overdue_now(self) -> int:
        return sum(line.overdue for line in self.waiting[0].values())

    @property
    def decided(self) -> int:
        return sum(day.total for day in self.by_day.values())

    @property
    def time_sums(self) -> list[tuple[str, str]]:
        """How long activations took in the whole period, each with its name."""
        named = zip(time_headers(), time_cells(self.times.overall), strict=True)
        return [(_("To activation · %(figure)s") % {"figure": name}, shown(value)) for name, value in named]

    @property
    def sections(self) -> list[Section]:
        return [make(self) for make in SECTIONS.values()]


def day_and_month(day: date) -> str:
    arabic = (get_language() or "ar") == "ar"
    months = calendar.GREGORIAN_MONTHS_AR if arabic else calendar.GREGORIAN_MONTHS_EN
    return f"{day.day} {months[day.month - 1]}"


def decisions() -> list[str]:
    return [_("Activations"), _("Returns"), _("Rejections")]


def time_headers() -> list[str]:
    return [
        _("Working days, median"),
        _("Working days, 90th percentile"),
        _("Hours, median"),
        _("Hours, 90th percentile"),
    ]


def time_cells(times: Times) -> list[Cell]:
    return [times.median_days, times.ninth_days, times.median_hours, times.ninth_hours]


def age_labels() -> dict[int | str, str]:
    return {
        0: _("Came today"),
        1: _("1 working day"),
        2: _("2 working days"),
        5: _("3 to 5 working days"),
        10: _("6 to 10 working days"),
        figures.OLDER: _("More than 10 working days"),
    }


def waiting_section(glance: Glance) -> Section:
    title, series = _("Waiting by age"), [_("Nobody has taken it up"), _("Under review")]
    by_age = glance.waiting[0]
    rows = [(label, by_age[age]) for age, label in age_labels().items()]
    told = [f"{label} {line.total}" for label, line in rows if line.total]
    return Section(
        "waiting",
        title,
        charts.bars(
            "waiting",
            charts.spoken(title, told),
            [(label, [line.free, line.taken]) for label, line in rows],
            series,
        )
        if told
        else None,
        Table(
            [_("Age"), *series, _("All"), _("Overdue")],
            [[label, line.free, line.taken, line.total, line.overdue] for label, line in rows],
        ),
        note=_("Now, in working days of the office; the time with the owner does not count."),
    )


def decisions_section(glance: Glance) -> Section:
    title = _("Decisions a day")
    slots = [(day_and_month(day), decided.values) for day, decided in glance.by_day.items()]
    sums = [sum(values) for values in zip(*(values for _label, values in slots), strict=True)]
    told = [f"{label} {number}" for label, number in zip(decisions(), sums, strict=True)]
    return Section(
        "decisions",
        title,
        charts.columns("decisions", charts.spoken(title, told), slots, decisions()) if any(sums) else None,
        Table(
            [_("Day"), *decisions(), _("All")],
            [[day, *decided.values, decided.total] for day, decided in glance.by_day.items()],
        ),
        note=_("Each day in Riyadh, from midnight to midnight."),
    )


def times_section(glance: Glance) -> Section:
    title, series = _("Time to activation"), [_("Median"), _("90th percentile")]
    by_day, overall = glance.times.by_day, glance.times.overall
    slots = [
        (day_and_month(day), [found.median_days, found.ninth_days])
        for day in glance.period.days
        for found in [by_day.get(day, Times())]
    ]
    told = [
        f"{label} {charts.number(value)}"
        for label, value in zip(time_headers(), time_cells(overall), strict=True)
        if isinstance(value, float)
    ]
    return Section(
        "times",
        title,
        charts.lines("times", charts.spoken(title, told), slots, series) if overall.count else None,
        Table(
            [_("Day"), _("Activations"), *time_headers()],
            [[day, by_day[day].count, *time_cells(by_day[day])] for day in sorted(by_day)],
        ),
        note=_(
            "In working days from sending to activation, by the day of the activation; the time with the "
            "owner does not count. Nine in ten activations are within the 90th percentile."
        ),
    )


def returns_section(glance: Glance) -> Section:
    title = _("Returns by reason")
    found = figures.returns_by_reason(glance.keys, glance.period)
    words = {row.code: str(row) for row in ReasonTemplate.objects.filter(code__in=found)}
    words[""] = _("In own words")
    rows = [(words.get(code, code), code, number) for code, number in found.items()]
    told = [f"{charts.first_sentence(label)} {number}" for label, _code, number in rows]
    return Section(
        "returns",
        title,
        charts.bars(
            "returns", charts.spoken(title, told), [(label, [number]) for label, _code, number in rows]
        )
        if rows
        else None,
        Table([_("Reason"), _("Code"), _("Returns")], [list(row) for row in rows]),
        note=_("A return for several reasons counts once for each of them."),
    )


def texts_section(glance: Glance) -> Section:
    title = _("Texts that failed")
    rows = list(glance.failed.by_reason.items())
    told = [f"{label} {number}" for label, number in rows]
    return Section(
        "texts",
        title,
        charts.bars("texts", charts.spoken(title, told), [(label, [number]) for label, number in rows])
        if rows
        else None,
        Table([_("Reason"), _("Texts")], [list(row) for row in rows]),
        note=_("Texts of the period to the office's owners that will not be tried again."),
    )


def people(glance: Glance, keys: set[int]) -> list[User]:
    """Return who works at the offices now, and who else has figures there, by name."""
    works = Q(offices__in=glance.keys, role__in=[Role.SUPERVISOR, Role.HEAD], is_active=True)
    return list(User.objects.filter(works | Q(pk__in=keys)).distinct().order_by("full_name", "pk"))


def supervisors_section(glance: Glance) -> Section:
    title = _("By supervisor")
    decided = figures.decisions_by_supervisor(glance.keys, glance.period)
    taken, failed = figures.taken_up(glance.keys), glance.failed.by_supervisor
    known = {*decided, *taken, *(key for key in failed if key)}
    rows: list[list[Cell]] = []
    bars = []
    for user in people(glance, known):
        line, times = decided.get(user.pk, Decided()), glance.times.by_supervisor.get(user.pk, Times())
        rows.append(
            [user.full_name, taken.get(user.pk, 0), *line.values, *time_cells(times), failed.get(user.pk, 0)]
        )
        bars.append((user.full_name, line.values))
    if failed.get(None):
        rows.append([_("Taken up by nobody"), 0, 0, 0, 0, None, None, None, None, failed[None]])
    headers = [_("Supervisor"), _("Under review now"), *decisions(), *time_headers(), _("Failed texts")]
    return Section(
        "supervisors",
        title,
        by_whom("supervisors", title, bars),
        Table(headers, rows),
        note=_("An activation that the head has confirmed is the supervisor's who proposed it."),
    )


def sectors_section(glance: Glance) -> Section:
    title = _("By sector")
    decided = figures.decisions_by_sector(glance.keys, glance.period)
    waiting, failed = glance.waiting[1], glance.failed.by_sector
    rows: list[list[Cell]] = []
    bars = []
    for sector in Sector.objects.filter(pk__in={*decided, *waiting, *failed}):
        line, times = decided.get(sector.pk, Decided()), glance.times.by_sector.get(sector.pk, Times())
        now = waiting.get(sector.pk, figures.Waiting())
        rows.append(
            [
                sector.name,
                now.total,
                now.overdue,
                *line.values,
                *time_cells(times),
                failed.get(sector.pk, 0),
            ]
        )
        bars.append((sector.name, line.values))
    headers = [
        _("Sector"),
        _("Waiting now"),
        _("Overdue now"),
        *decisions(),
        *time_headers(),
        _("Failed texts"),
    ]
    return Section(
        "sectors",
        title,
        by_whom("sectors", title, bars),
        Table(headers, rows),
        note=_("Only sectors in which something waits or was done."),
    )


def by_whom(name: str, title: str, rows: list[tuple[str, list[int]]]) -> charts.Chart | None:
    told = [f"{label} {sum(values)}" for label, values in rows if sum(values)]
    return charts.bars(name, charts.spoken(title, told), rows, decisions()) if told else None


SECTIONS: dict[str, Callable[[Glance], Section]] = {
    "waiting": waiting_section,
    "decisions": decisions_section,
    "times": times_section,
    "returns": returns_section,
    "texts": texts_section,
    "supervisors": supervisors_section,
    "sectors": sectors_section,
}


def offices_of(user: User) -> list[Any]:
    """Return the offices whose figures a person may see: one's own, and for auditors all."""
    if user.role == Role.AUDITOR:
        return list(Office.objects.all())
    return list(user.offices.all())
