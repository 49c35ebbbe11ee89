"""Facts of inaccurate data: warning, fine, higher fine within one window."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from shumoos.saudi.calendar import from_hijri
from shumoos.sms.models import TextMessage
from tests.races import at_once
from tests.violations.factories import make_draft, make_establishment, make_licence, make_supervisor
from tests.violations.proposing import refused_record
from violations.ledger import balance
from violations.models import Case, LedgerEntry, Notice, Occurrence, Schedule
from violations.occurrences import annul, record_occurrence
from violations.standing import standings, with_all

pytestmark = pytest.mark.django_db

D = date.fromisoformat

# Occurred on, the window's last day, the step, the fine: the domain's table.
INACCURATE_DATA = [
    ("2026-03-15", "2026-09-15", "warned", 0),
    ("2026-09-15", "2026-09-15", "fined_first", 5_000),
    ("2026-09-16", "2027-03-16", "warned", 0),
    ("2026-10-01", "2027-03-16", "fined_first", 5_000),
    ("2027-03-16", "2027-03-16", "fined_raised", 25_000),
]


@pytest.fixture(autouse=True)
def later(time_machine):
    time_machine.move_to("2029-01-01T09:00:00+03:00", tick=False)


@pytest.fixture
def licence():
    licence = make_licence()
    make_establishment(licence)
    return licence


@pytest.fixture
def supervisor():
    return make_supervisor()


def record(licence, by, on, what="Guest without an identity number"):
    return record_occurrence(
        establishment=licence.establishment, licence=licence, occurred_on=on, what=what, by=by
    )


@pytest.mark.parametrize("row", range(len(INACCURATE_DATA)))
def test_inaccurate_data(licence, supervisor, row):
    for on, _window, _stage, _amount in INACCURATE_DATA[: row + 1]:
        occurrence = record(licence, supervisor, D(on))

    _on, window, stage, amount = INACCURATE_DATA[row]
    assert occurrence.case.window_ends_on == D(window)
    assert (occurrence.notice.stage, occurrence.notice.amount) == (stage, amount)
    assert (occurrence.case.stage, occurrence.case.kind) == (stage, "inaccurate_data")
    assert balance(licence) == sum(fine for _on, _window, _stage, fine in INACCURATE_DATA[: row + 1])
    assert Case.objects.count() == (1 if row < 2 else 2)


def test_every_later_one_in_the_window_takes_the_last_step_again(licence, supervisor):
    for day in range(1, 6):
        record(licence, supervisor, date(2026, 3, day))

    assert list(LedgerEntry.objects.values_list("amount", "cap")) == [
        (5_000, 5_000),
        (25_000, 25_000),
        (25_000, 25_000),
        (25_000, 25_000),
    ]
    case = Case.objects.get()
    assert case.fined == case.cap == 80_000


def test_each_writes_a_notice_and_a_text_to_the_owner(licence, supervisor):
    occurrence = record(licence, supervisor, D("2026-03-15"), what="  two \n spaces ")

    notice = Notice.objects.get()
    assert (notice.issued_on, notice.by, notice.occurrence) == (D("2029-01-01"), supervisor, occurrence)
    text = TextMessage.objects.get()
    assert (text.to, text.about) == (licence.establishment.owner.mobile, notice)
    assert occurrence.what == "two spaces"


def test_a_setting_switches_the_window_to_hijri_months(licence, supervisor):
    Schedule.objects.filter(kind="inaccurate_data").update(hijri_months=True)

    first, last = from_hijri(1447, 9, 30), from_hijri(1448, 3, 29)
    assert record(licence, supervisor, first).case.window_ends_on == last
    assert record(licence, supervisor, last).notice.stage == "fined_first"
    assert record(licence, supervisor, from_hijri(1448, 4, 1)).notice.stage == "warned"


def test_an_annulled_occurrence_does_not_count(licence, supervisor):
    record(licence, supervisor, D("2026-03-15"))
    second = record(licence, supervisor, D("2026-04-15"))
    second.annulled_at = "2026-04-20T00:00:00Z"
    second.save()

    assert record(licence, supervisor, D("2026-05-15")).notice.stage == "fined_first"


def test_what_comes_next_follows_from_what_still_counts(licence, supervisor):
    recorded = [record(licence, supervisor, date(2026, 3, day)) for day in (1, 2, 3)]

    annul(recorded[2], by=supervisor, reason="By mistake")
    case = Case.objects.get()
    assert (case.stage, case.position, case.fined) == ("fined_first", 2, 5_000)
    annul(recorded[0], by=supervisor, reason="By mistake")
    case.refresh_from_db()
    assert (case.stage, case.position, case.fined) == ("fined_first", 1, 5_000)
    [standing] = standings(with_all(Case.objects.all()), D("2026-03-05"))
    assert standing.next_step.stage == "fined_first"
    assert record(licence, supervisor, D("2026-03-04")).notice.stage == "fined_first"


def test_a_case_in_which_nothing_counts_has_ended_and_its_window_with_it(licence, supervisor):
    first = record(licence, supervisor, D("2026-03-15"))
    annul(first, by=supervisor, reason="By mistake")

    case = Case.objects.get()
    assert (case.stage, case.closed_on) == ("annulled", D("2029-01-01"))
    [standing] = standings(with_all(Case.objects.all()), D("2026-03-16"))
    assert standing.next_step is None
    # The next one opens a window of its own, as if the first had never been.
    second = record(licence, supervisor, D("2026-09-10"))
    assert (second.case.window_ends_on, second.notice.stage) == (D("2027-03-10"), "warned")
    assert record(licence, supervisor, D("2026-10-01")).notice.stage == "fined_first"


def test_one_recorded_late_opens_a_window_that_ends_before_the_next(licence, supervisor):
    record(licence, supervisor, D("2026-03-15"))

    late = record(licence, supervisor, D("2026-02-01"))

    assert (late.notice.stage, late.case.window_ends_on) == ("warned", D("2026-03-14"))
    assert record(licence, supervisor, D("2026-03-01")).notice.stage == "fined_first"


def test_establishments_have_windows_of_their_own(licence, supervisor):
    other = make_licence()
    make_establishment(other)
    record(licence, supervisor, D("2026-03-15"))

    assert record(other, supervisor, D("2026-03-16")).notice.stage == "warned"


def test_the_days_to_correct_are_data(licence, supervisor):
    Schedule.objects.filter(kind="inaccurate_data").update(correction_days=3)
    occurrence = record(licence, supervisor, D("2026-03-15"))
    assert occurrence.correct_by == D("2029-01-04")
    rows = {row[2]: row[1] for row in occurrence.notice.letter.content["rows"]}
    assert rows["To be corrected by"] == D("2029-01-04")


# What is refused ------------------------------------------------------------------------------------------


def test_the_same_fact_is_recorded_once(licence, supervisor):
    record(licence, supervisor, D("2026-03-15"), what="Wrong number")

    with pytest.raises(ValidationError, match=r"سبق|already been recorded"):
        record(licence, make_supervisor(), D("2026-03-15"), what="Wrong  number ")
    assert (Occurrence.objects.count(), Notice.objects.count()) == (1, 1)
    record(licence, supervisor, D("2026-03-15"), what="Another number")


@pytest.mark.parametrize("what", ["", "   ", "x" * 2001])
def test_what_is_wrong_is_said_at_a_readable_length(licence, supervisor, what):
    with pytest.raises(ValidationError) as refusal:
        record(licence, supervisor, D("2026-03-15"), what=what)
    assert list(refusal.value.message_dict) == ["what"]
    assert Case.objects.count() == 0


def test_a_day_to_come_is_refused(licence, supervisor):
    with pytest.raises(ValidationError) as refusal:
        record(licence, supervisor, D("2029-01-02"))
    assert list(refusal.value.message_dict) == ["occurred_on"]
    record(licence, supervisor, D("2029-01-01"))


def test_the_licence_is_the_establishments(licence, supervisor):
    other = make_licence()
    with pytest.raises(ValidationError) as refusal:
        record_occurrence(
            establishment=licence.establishment,
            licence=other,
            occurred_on=D("2026-03-15"),
            what="Wrong",
            by=supervisor,
        )
    assert list(refusal.value.message_dict) == ["licence"]


@pytest.mark.parametrize("name", ["record", "submission", "application"])
def test_what_it_was_seen_in_is_the_establishments(licence, supervisor, name):
    other = make_licence()
    theirs = refused_record(make_establishment(other))
    application = make_draft(other)
    application.establishment = theirs.establishment
    application.save()
    seen_in = {"record": theirs, "submission": theirs.submission, "application": application}[name]
    with pytest.raises(ValidationError) as refusal:
        record_occurrence(
            establishment=licence.establishment,
            licence=licence,
            occurred_on=D("2026-03-15"),
            what="Wrong",
            by=supervisor,
            **{name: seen_in},
        )
    assert list(refusal.value.message_dict) == [name]
    assert not Occurrence.objects.exists()


def test_the_database_keeps_windows_apart(licence, supervisor):
    case = record(licence, supervisor, D("2026-03-15")).case
    case.pk, case.opened_on, case.cap = None, D("2026-09-15"), 0
    case.window_ends_on = D("2027-03-15")
    with pytest.raises(IntegrityError, match="case_windows_do_not_overlap"), transaction.atomic():
        case.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_two_supervisors_at_once_take_two_steps(licence):
    supervisors = [make_supervisor(), make_supervisor()]
    at_once(
        *[
            lambda each=each: record(licence, each, D("2026-03-15"), what=f"Seen by {each.username}")
            for each in supervisors
        ]
    )

    assert sorted(Notice.objects.values_list("stage", flat=True)) == ["fined_first", "warned"]
    assert Case.objects.get().fined == 5_000


@pytest.mark.django_db(transaction=True)
def test_two_supervisors_at_once_record_the_same_fact_once(licence):
    supervisors = [make_supervisor(), make_supervisor()]

    outcomes = at_once(*[lambda each=each: record(licence, each, D("2026-03-15")) for each in supervisors])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Occurrence", "ValidationError"]
    assert (Occurrence.objects.count(), Notice.objects.count(), TextMessage.objects.count()) == (1, 1, 1)
