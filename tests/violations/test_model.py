"""The sweep's SQL against the rules in plain Python: thousands of random histories, each case, each sweep."""

from collections import defaultdict
from datetime import date, datetime, time

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from activation.models import Subscription
from registration.models import Application, ApplicationEvent, Licence
from shumoos.letters.models import Letter
from shumoos.saudi import reference_number
from shumoos.saudi.calendar import RIYADH, add_hijri_months, to_hijri
from tests.violations.factories import (
    make_draft,
    make_establishment,
    make_licence,
    make_owner,
    make_supervisor,
    numbers,
    rng,
)
from tests.violations.rules_model import DAY, STEPS, Facts, History, Model, Objecting
from violations.escalation import escalate
from violations.ledger_check import first_break
from violations.models import Case, LedgerEntry, Notice, Objection, Schedule
from violations.occurrences import annul, record_occurrence
from violations.rules import window_end
from violations.standing import standings, with_all

pytestmark = pytest.mark.django_db

HISTORIES = 2_000
# Around a leap day, month ends and the turn of a year.
FIRST = date(2027, 11, 20)
# Sweeps every few days, by pairs, after a long pause, every day, and seldom. Licences are issued all along,
# so that histories meet the calendar at every place.
CALENDAR = [
    *range(0, 84, 4),
    *(day for day in range(84, 150) if day % 9 in (0, 1)),
    *range(215, 240, 3),
    *range(240, 262),
    *range(262, 340, 11),
]


@st.composite
def histories(draw):
    issued = FIRST + draw(st.integers(-5, 200)) * DAY
    day, spells = issued - 3 * DAY, []
    for gap, length in draw(st.lists(st.tuples(st.integers(1, 45), st.integers(0, 40)), max_size=4)):
        came = day + gap * DAY
        left = came + length * DAY
        spells.append((came, left))
        day = left
    if spells and draw(st.integers(0, 9)) == 0:
        spells[-1] = (spells[-1][0], None)
    subscribed = None
    if draw(st.integers(0, 2)) == 0 and (not spells or spells[-1][1]):
        subscribed = (spells[-1][1] if spells else issued) + draw(st.integers(0, 40)) * DAY
    objecting = [
        Objecting(stage, draw(st.integers(0, 30)), draw(st.integers(0, 45)))
        for stage, _days, _cap, _basis in STEPS[:3]
        if draw(st.integers(0, 3)) == 0
    ]
    return History(issued, tuple(spells), subscribed, tuple(objecting))


def random_histories(number):
    found = []

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(histories())
    def collect(history):
        found.append(history)

    collect()
    return found


def at(day, hour=12):
    return datetime.combine(day, time(hour), RIYADH)


class World:
    """Many licences in the database, whose applications and subscriptions are there from the beginning."""

    def __init__(self, told):
        self.supervisor, self.owner = make_supervisor(), make_owner()
        self.models = {}
        template = make_licence(issued_on=date(2020, 1, 1), in_register=False)
        rows = [self.licence(template, history) for history in told]
        Licence.objects.bulk_create(rows)
        for licence, history in zip(rows, told, strict=True):
            self.models[licence.pk] = Model(history)
        self.apply(rows, told)
        self.subscribe(rows, told)
        self.analyze()

    def analyze(self):
        """Nobody else does in an open transaction, and to the planner the tables would still be empty."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def licence(self, template, history):
        fields = {
            field.attname: getattr(template, field.attname)
            for field in Licence._meta.concrete_fields
            if field.attname not in ("id", "folded_names") and not getattr(field, "generated", False)
        }
        number = next(numbers)
        return Licence(
            **fields | {"number": f"M{number}", "issued_on": history.issued_on, "in_register": True}
        )

    def apply(self, rows, told):
        """An application for every spell; it comes back to its owner or is rejected by turns."""
        template = make_draft(rows[0])
        fields = {
            field.attname: getattr(template, field.attname)
            for field in Application._meta.concrete_fields
            if field.attname not in ("id", "key", "folded_names")
        }
        template.delete()
        applications, events = [], []
        for licence, history in zip(rows, told, strict=True):
            for came, left in history.spells:
                own = {
                    "reference": reference_number.make(2027, rng),
                    "licence_id": licence.pk,
                    "licence_number": licence.number,
                    "status": "withdrawn" if left else "submitted",
                    "submitted_at": at(came),
                    "clock_from": came,
                }
                applications.append((Application(**fields | own), came, left))
        Application.objects.bulk_create([application for application, _came, _left in applications])
        for position, (application, came, left) in enumerate(applications):
            events.append(
                ApplicationEvent(application=application, old="draft", new="submitted", at=at(came))
            )
            if left:
                events.append(
                    ApplicationEvent(
                        application=application, old="submitted", new="under_review", at=at(left, 13)
                    )
                )
                end = ("returned", "rejected", "withdrawn")[position % 3]
                events.append(
                    ApplicationEvent(application=application, old="under_review", new=end, at=at(left, 14))
                )
        ApplicationEvent.objects.bulk_create(events)

    def subscribe(self, rows, told):
        establishment = make_establishment(make_licence(issued_on=date(2020, 1, 1), in_register=False))
        for licence, history in zip(rows, told, strict=True):
            if history.subscribed_on:
                number = next(numbers)
                letter = Letter.objects.create(
                    kind="statement", series="SUB", year=2027, sequence=number, licence_number="x", content={}
                )
                Subscription.objects.create(
                    establishment=self.place(establishment, number),
                    licence=licence,
                    application=Application.objects.create(),
                    period=DateRange(history.subscribed_on, date(2035, 1, 1), "[)"),
                    statement=letter,
                    activated_by=self.supervisor,
                )

    def place(self, establishment, number):
        """Another establishment: one has one subscription."""
        establishment.pk, establishment.number = None, f"9{number:08}"
        establishment.save(force_insert=True)
        return type(establishment).objects.get(pk=establishment.pk)

    def sweep(self, on):
        escalate(on)
        for model in self.models.values():
            model.sweep(on)
        self.object(on)

    def object(self, on):
        """Make the objections to this day's notices, with the days on which they are filed and decided."""
        rows = []
        for notice in Notice.objects.filter(issued_on=on, case__licence__in=self.models).select_related(
            "case"
        ):
            for objecting in self.models[notice.case.licence_id].history.objections:
                if objecting.stage == notice.stage:
                    filed = on + objecting.after * DAY
                    rows.append(
                        Objection(
                            notice=notice,
                            case=notice.case,
                            text="x",
                            filed_on=filed,
                            filed_by=self.owner.user,
                            outcome="upheld",
                            answer="x",
                            decided_on=filed + objecting.lasts * DAY,
                            decided_by=self.supervisor,
                        )
                    )
        Objection.objects.bulk_create(rows)

    def compare(self, on):
        cases = {case.licence_id: case for case in Case.objects.filter(licence__in=self.models)}
        for licence, model in self.models.items():
            case = cases.get(licence)
            # What was objected to after today's sweep is shown by the next one.
            has_clock = model.closed_on is None and on not in [filed for filed, _decided in model.objected]
            found = case and (
                case.stage if case.stage != "complied" else model.stage,
                case.closed_on,
                case.noticed_on,
                int(case.fined),
                (case.due_on, case.days_left) if has_clock else None,
            )
            expected = model.stage and (
                model.stage,
                model.closed_on,
                model.noticed_on,
                model.fined,
                model.clock(on) if has_clock else None,
            )
            assert found == (expected or None), (on, model.history)


def test_the_sweep_agrees_with_the_rules_on_every_case():
    world = World(random_histories(HISTORIES))
    for number, day in enumerate(CALENDAR):
        on = FIRST + day * DAY
        if number % 10 == 9:
            world.analyze()
        world.sweep(on)
        world.compare(on)

    told = defaultdict(list)
    for notice in Notice.objects.filter(case__licence__in=world.models).select_related("case").order_by("id"):
        told[notice.case.licence_id].append((notice.stage, notice.issued_on, int(notice.amount)))
    assert told == {licence: model.notices for licence, model in world.models.items() if model.notices}
    assert len(world.models) == HISTORIES
    stages = {stage for notices in told.values() for stage, _on, _amount in notices}
    assert stages == {stage for stage, _days, _cap, _basis in STEPS}
    assert LedgerEntry.objects.count() == sum(
        amount > 0 for notices in told.values() for _stage, _on, amount in notices
    )
    assert first_break() is None


# Inaccurate data, in both calendars ------------------------------------------------------------------------


@pytest.fixture(params=[False, True], ids=["Gregorian", "Hijri"])
def hijri(request, time_machine):
    """Whether months are Hijri ones, by the schedule of all that is recorded, long after it all occurred."""
    time_machine.move_to("2035-01-01T09:00:00+03:00", tick=False)
    Schedule.objects.filter(kind="inaccurate_data").update(hijri_months=request.param)
    return request.param


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    day=st.dates(date(2023, 6, 1), date(2025, 6, 1)),
    acts=st.lists(
        st.tuples(st.just("record"), st.integers(0, 120)) | st.tuples(st.just("annul"), st.integers(0, 8)),
        min_size=1,
        max_size=9,
    ),
)
def test_occurrences_and_what_is_annulled_of_them_agree_with_the_rules(hijri, day, acts):
    licence, supervisor = make_licence(), make_supervisor()
    establishment = make_establishment(licence)
    model, recorded = Facts(hijri), []
    for number, (act, value) in enumerate(acts):
        if act == "record":
            day += value * DAY
            recorded.append(
                record_occurrence(
                    establishment=establishment,
                    licence=licence,
                    occurred_on=day,
                    what=f"Number {number}",
                    by=supervisor,
                )
            )
            model.record(day)
        elif recorded:
            annul(recorded[value % len(recorded)], by=supervisor, reason="For the test.")
            model.annul(value % len(recorded))

    for occurrence, fact in zip(recorded, model.facts, strict=True):
        case = Case.objects.get(occurrences=occurrence)
        found = (case.window_ends_on, occurrence.notice.stage, occurrence.notice.amount)
        assert found == (fact.ends_on, fact.stage, fact.amount), acts
    cases = Case.objects.filter(establishment=establishment)
    assert sum(case.fined for case in cases) == sum(fact.amount for fact in model.facts if fact.counts)
    following = [standing.next_step for standing in standings(with_all(cases), day)]
    assert [step.stage for step in following if step] == ([model.following[0]] if model.ends_on else [])


@settings(max_examples=2_000, deadline=None)
@given(day=st.dates(date(2000, 1, 1), date(2070, 1, 1)), months=st.integers(1, 12))
def test_a_window_ends_on_the_same_day_or_the_months_last(day, months):
    end = window_end(day, months, hijri=False)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    assert (end.year, end.month) == (year, month + 1)
    assert end.day == day.day or (end.day < day.day and (end + DAY).month != end.month)


@settings(max_examples=1_000, deadline=None)
@given(day=st.dates(date(2000, 1, 1), date(2070, 1, 1)), months=st.integers(1, 12))
def test_a_hijri_window_ends_on_the_same_day_or_the_months_last(day, months):
    end = window_end(day, months, hijri=True)
    first, last = to_hijri(day), to_hijri(end)
    assert (last.year * 12 + last.month) - (first.year * 12 + first.month) == months
    assert last.day == first.day or (last.day < first.day and to_hijri(end + DAY).day == 1)
    assert end == add_hijri_months(day, months)
