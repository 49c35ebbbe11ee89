"""The office at a glance: each number against rows made by hand, whose they are, and who may see them."""

import csv
import io
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from pytest_django.asserts import assertContains, assertNotContains

from activation import decisions, figures
from activation import office as office_decisions
from activation.figures import OLDER, Decided, Period, Times, Waiting
from activation.models import Review, Subscription
from registration import corrections
from registration.models import Application, Holiday
from shumoos import charts
from shumoos.accounts.models import Look, Role
from shumoos.saudi import calendar, working_days
from shumoos.sms.models import TextMessage
from shumoos.tables import Table
from tests.activation.reviewing import claimed
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, OfficerFactory, city, office, sector

FIGURES = reverse("admin:activation_figures")
QUEUE = reverse("admin:activation_queue")
# Wednesday. Sunday the 22nd is the first working day of the week.
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))

pytestmark = pytest.mark.django_db


def at(moment):
    return time_machine.travel(datetime.fromisoformat(f"{moment}+03:00"), tick=False)


@pytest.fixture
def riyadh():
    return [office("RUH").pk]


@pytest.fixture
def colleague(db):
    return OfficerFactory(full_name="زميل مخترع")


def sent(moment, **typed):
    with at(moment):
        return ApplicationFactory(**typed)


def activated(moment, application, by):
    with at(moment):
        decisions.activate(claimed(application, by), by=by)
    return application


def returned(moment, application, by, flags=None, codes=None):
    with at(moment):
        decisions.claim(application, by=by)
        decisions.return_to_owner(
            application, by=by, reason="ناقص", flags=flags or {"name_ar": "صحح"}, codes=codes
        )
    return application


def corrected(moment, application, **typed):
    with at(moment):
        corrections.send_corrections(application, typed=typed or {"name_ar": "اسم صحيح"})
    return application


def rejected(moment, application, by):
    with at(moment):
        decisions.reject(claimed(application, by), by=by, reason="السبب", code="not_the_owner")
    return application


# Waiting ---------------------------------------------------------------------------------------------------


def test_what_waits_is_counted_by_the_working_days_of_the_offices_clock(riyadh, supervisor):
    for day in ("25", "24", "24", "23", "22", "19", "18"):
        sent(f"2026-11-{day} 10:00", sector=sector("hotels"))
    sent("2026-11-09 10:00", sector=sector("gold_jewellery"))
    Application.objects.filter(clock_from="2026-11-09").update(clock_from="2026-11-01")
    taken = sent("2026-11-24 11:00")
    with at("2026-11-25 12:00"):
        decisions.claim(taken, by=supervisor)
        by_age, by_sector = figures.waiting(riyadh)

    assert by_age == {
        0: Waiting(free=1),
        1: Waiting(free=2, taken=1),
        2: Waiting(free=1),
        5: Waiting(free=3, overdue=3),
        10: Waiting(),
        OLDER: Waiting(free=1, overdue=1),
    }
    assert by_sector == {
        sector("hotels").pk: Waiting(free=7, taken=1, overdue=3),
        sector("gold_jewellery").pk: Waiting(free=1, overdue=1),
    }
    with at("2026-11-25 12:00"):
        assert figures.taken_up(riyadh) == {supervisor.pk: 1}


def test_a_holiday_makes_what_waits_younger(riyadh):
    sent("2026-11-22 10:00")
    Holiday.objects.create(day=date(2026, 11, 23), name_ar="إجازة", name_en="Holiday")
    Holiday.objects.create(day=date(2026, 11, 24), name_ar="إجازة", name_en="Holiday", office=office("MKK"))
    with at("2026-11-25 12:00"):
        by_age, _by_sector = figures.waiting(riyadh)
    assert by_age[2] == Waiting(free=1)


def test_what_is_with_the_owner_or_decided_does_not_wait(riyadh, supervisor):
    returned("2026-11-23 10:00", sent("2026-11-22 10:00"), supervisor)
    activated("2026-11-23 10:00", sent("2026-11-22 10:00"), supervisor)
    with at("2026-11-25 12:00"):
        by_age, by_sector = figures.waiting(riyadh)
    assert set(map(repr, by_age.values())) == {repr(Waiting())}
    assert by_sector == {}


# Decisions -------------------------------------------------------------------------------------------------


def test_decisions_are_counted_by_day_supervisor_and_sector(riyadh, supervisor, colleague):
    gold = sector("gold_jewellery")
    for moment in ("2026-11-23 09:00", "2026-11-23 15:00"):
        activated(moment, sent("2026-11-22 10:00"), supervisor)
    activated("2026-11-24 09:00", sent("2026-11-22 10:00"), colleague)
    returned("2026-11-24 10:00", sent("2026-11-22 10:00", sector=gold), colleague)
    rejected("2026-11-24 11:00", sent("2026-11-22 10:00"), supervisor)
    with at("2026-11-24 12:00"):  # neither is a decision
        released, open_one = ApplicationFactory(), ApplicationFactory()
        decisions.claim(released, by=colleague)
        decisions.release(released, by=colleague)
        decisions.claim(open_one, by=colleague)

    period = Period(date(2026, 11, 22), date(2026, 11, 24))
    assert figures.decisions_a_day(riyadh, period) == {
        date(2026, 11, 22): Decided(),
        date(2026, 11, 23): Decided(activated=2),
        date(2026, 11, 24): Decided(activated=1, returned=1, rejected=1),
    }
    assert figures.decisions_by_supervisor(riyadh, period) == {
        supervisor.pk: Decided(activated=2, rejected=1),
        colleague.pk: Decided(activated=1, returned=1),
    }
    assert figures.decisions_by_sector(riyadh, period) == {
        sector("hotels").pk: Decided(activated=3, rejected=1),
        gold.pk: Decided(returned=1),
    }


def test_the_first_and_the_last_day_count_in_full_as_days_in_riyadh(riyadh, supervisor):
    moments = (
        "2026-11-21 23:59:59.999999",  # 20:59 in Greenwich
        "2026-11-22 00:00:00",
        "2026-11-23 23:59:59.999999",
        "2026-11-24 00:00:00",
    )
    for moment in moments:
        rejected(moment, sent("2026-11-19 10:00"), supervisor)

    period = Period(date(2026, 11, 22), date(2026, 11, 23))
    assert figures.decisions_a_day(riyadh, period) == {
        date(2026, 11, 22): Decided(rejected=1),
        date(2026, 11, 23): Decided(rejected=1),
    }
    assert figures.decisions_by_supervisor(riyadh, period) == {supervisor.pk: Decided(rejected=2)}


def test_the_last_days_end_today_in_riyadh():
    with time_machine.travel("2026-11-24 21:30Z", tick=False):  # half past midnight in Riyadh
        assert Period.of_last(7) == Period(date(2026, 11, 19), date(2026, 11, 25))


# Time to activation ----------------------------------------------------------------------------------------


def test_median_and_ninetieth_percentile_in_working_days_and_hours(riyadh, supervisor, colleague):
    activated("2026-11-22 14:00", sent("2026-11-22 10:00"), supervisor)  # 0 days, 4 hours
    activated("2026-11-23 10:00", sent("2026-11-22 10:00"), supervisor)  # 1 day, 24 hours
    gold = sent("2026-11-19 10:00", sector=sector("gold_jewellery"))
    activated("2026-11-23 22:00", gold, colleague)  # 2 days over the weekend, 108 hours

    found = figures.activation_times(riyadh, NOVEMBER)

    assert found.overall == Times(3, 1.0, pytest.approx(1.8), 24.0, pytest.approx(91.2))
    assert found.by_day == {
        date(2026, 11, 22): Times(1, 0.0, 0.0, 4.0, 4.0),
        date(2026, 11, 23): Times(2, 1.5, pytest.approx(1.9), 66.0, pytest.approx(99.6)),
    }
    assert found.by_supervisor == {
        supervisor.pk: Times(2, 0.5, pytest.approx(0.9), 14.0, pytest.approx(22.0)),
        colleague.pk: Times(1, 2.0, 2.0, 108.0, 108.0),
    }
    assert found.by_sector == {
        sector("hotels").pk: Times(2, 0.5, pytest.approx(0.9), 14.0, pytest.approx(22.0)),
        sector("gold_jewellery").pk: Times(1, 2.0, 2.0, 108.0, 108.0),
    }


def test_the_time_with_the_owner_does_not_count(riyadh, supervisor):
    application = sent("2026-11-15 10:00")
    returned("2026-11-16 10:00", application, supervisor)  # one day and 24 hours with the office
    corrected("2026-11-22 10:00", application)
    activated("2026-11-23 16:00", application, supervisor)  # another day, and 30 hours

    assert figures.activation_times(riyadh, NOVEMBER).overall == Times(1, 2.0, 2.0, 54.0, 54.0)


def test_a_rejection_that_was_taken_back_starts_the_clock_anew(riyadh, supervisor):
    head = OfficerFactory(role=Role.HEAD)
    application = rejected("2026-11-16 10:00", sent("2026-11-15 10:00"), supervisor)
    with at("2026-11-22 10:00"):
        office_decisions.reopen(application, by=head, reason="رُفض بالخطأ")
    activated("2026-11-23 10:00", application, supervisor)

    assert figures.activation_times(riyadh, NOVEMBER).overall == Times(1, 1.0, 1.0, 24.0, 24.0)


def test_a_claim_given_back_changes_no_time(riyadh, supervisor, colleague):
    application = sent("2026-11-22 10:00")
    with at("2026-11-22 12:00"):
        decisions.claim(application, by=supervisor)
        decisions.release(application, by=supervisor)
    activated("2026-11-22 15:00", application, colleague)
    assert figures.activation_times(riyadh, NOVEMBER).by_supervisor == {
        colleague.pk: Times(1, 0.0, 0.0, 5.0, 5.0)
    }


def test_days_are_counted_as_the_clock_counts_them(riyadh, supervisor):
    """Over weekends, holidays of everybody, of the office, of both, and of another office."""
    days = [(date(2026, 11, 10), None), (date(2026, 11, 10), "RUH"), (date(2026, 11, 13), None)]
    days += [(date(2026, 11, 16), "RUH"), (date(2026, 11, 17), "MKK")]
    for day, code in days:
        Holiday.objects.create(day=day, name_ar="إجازة", name_en="Holiday", office=code and office(code))
    application = activated("2026-11-20 10:00", sent("2026-11-01 10:00"), supervisor)
    holidays = {day for day, code in days if code != "MKK"}
    for start in (date(2026, 11, 1) + timedelta(days=number) for number in range(20)):
        Application.objects.filter(pk=application.pk).update(clock_from=start)
        found = figures.activation_times(riyadh, NOVEMBER).overall.median_days
        assert found == working_days.days_after(start, date(2026, 11, 20), holidays), start


# Returns ---------------------------------------------------------------------------------------------------


def test_returns_are_counted_once_for_each_reason_given(riyadh, supervisor):
    first = sent("2026-11-22 10:00")
    flags = {"name_ar": "غير مطابق", "owner_name": "غير مطابق", "short_address": "كلمات"}
    codes = {"name_ar": "differs_from_original", "owner_name": "differs_from_original"}
    returned("2026-11-22 11:00", first, supervisor, flags, codes)
    returned("2026-11-22 12:00", sent("2026-11-22 10:00"), supervisor, {"name_en": "x"})
    with at("2026-11-22 13:00"):
        bare = ApplicationFactory()
        decisions.claim(bare, by=supervisor)
        decisions.return_to_owner(bare, by=supervisor, reason="راجعنا")

    assert figures.returns_by_reason(riyadh, NOVEMBER) == {"": 3, "differs_from_original": 1}


def test_the_reasons_of_a_later_return_are_that_ones(riyadh, supervisor):
    application = sent("2026-11-15 10:00")
    returned("2026-11-16 10:00", application, supervisor, {"name_ar": "x"}, {"name_ar": "cut_off"})
    corrected("2026-11-17 10:00", application)
    returned("2026-11-18 10:00", application, supervisor, {"name_ar": "x"}, {"name_ar": "illegible"})

    def on(day):
        return figures.returns_by_reason(riyadh, Period(date(2026, 11, day), date(2026, 11, day)))

    assert (on(16), on(17), on(18)) == ({"cut_off": 1}, {}, {"illegible": 1})


def test_a_return_on_the_page_keeps_the_code_of_the_template(supervisor, supervisor_client, riyadh):
    application = ApplicationFactory()
    decisions.claim(application, by=supervisor)
    form = {
        "return-template_licence": "illegible",
        "return-template_letter": "illegible",
        "return-words_letter": "بكلماتي",
        "return-words_name_ar": "بكلماتي",
        "return-template_name_en": "made_up",
    }
    address = reverse("admin:activation_return", args=[application.pk])
    assert supervisor_client.post(address, form).status_code == 422
    del form["return-template_name_en"]
    supervisor_client.post(address, form)
    assert dict(application.flags.values_list("name", "code")) == {
        "licence": "illegible",
        "letter": "illegible",
        "name_ar": "",
    }


# Texts -----------------------------------------------------------------------------------------------------


def failed(moment, error="21614", **about):
    text = TextMessage.objects.filter(**about).latest("queued_at")
    queued_at = datetime.fromisoformat(f"{moment}+03:00")
    TextMessage.objects.filter(pk=text.pk).update(status="failed", error=error, queued_at=queued_at)


def test_failed_texts_are_counted_by_reason_supervisor_and_sector(riyadh, supervisor, colleague):
    done = activated("2026-11-23 10:00", sent("2026-11-22 10:00"), supervisor)
    failed("2026-11-23 10:00", kind="credentials", about_id=done.subscription.pk)
    untouched = sent("2026-11-22 10:00", sector=sector("gold_jewellery"))
    failed("2026-11-22 10:00", error="21610", kind="application_received", about_id=untouched.pk)
    back = returned("2026-11-24 10:00", sent("2026-11-22 10:00"), colleague)
    failed("2026-11-24 10:00", error="21211", kind="application_returned", about_id=back.pk)

    with translation.override("en"):
        found = figures.failed_texts(riyadh, NOVEMBER)
    assert found.by_reason == {
        "This is not a mobile number. Ask for the right one.": 2,
        "The holder of this mobile has unsubscribed from our texts. Ask for another mobile.": 1,
    }
    assert found.by_supervisor == {supervisor.pk: 1, None: 1, colleague.pk: 1}
    assert found.by_sector == {sector("hotels").pk: 2, sector("gold_jewellery").pk: 1}
    assert found.total == 3
    assert figures.failed_texts(riyadh, Period(date(2026, 11, 23), date(2026, 11, 23))).total == 1


def test_texts_about_anything_else_are_not_the_offices(riyadh, supervisor):
    done = activated("2026-11-23 10:00", sent("2026-11-22 10:00"), supervisor)
    text = TextMessage.objects.create(
        kind="code", urgency=0, to="+966501234567", status="failed", error="21614", about=supervisor
    )
    # The same key, and yet another kind of thing.
    TextMessage.objects.filter(pk=text.pk).update(
        about_id=done.pk, queued_at=calendar.datetime.now(calendar.RIYADH)
    )
    assert figures.failed_texts(riyadh, Period(date(2026, 1, 1), date(2035, 1, 1))).total == 0


# Whose -----------------------------------------------------------------------------------------------------


def everything(offices):
    by_age, by_sector = figures.waiting(offices)
    return (
        [line for line in by_age.values() if line.total],
        by_sector,
        figures.taken_up(offices),
        [day for day in figures.decisions_a_day(offices, NOVEMBER).values() if day.total],
        figures.decisions_by_supervisor(offices, NOVEMBER),
        figures.decisions_by_sector(offices, NOVEMBER),
        figures.activation_times(offices, NOVEMBER).overall,
        figures.returns_by_reason(offices, NOVEMBER),
        figures.failed_texts(offices, NOVEMBER).total,
    )


def test_an_empty_office_has_no_figures_and_another_regions_are_not_its_own(riyadh, makkah_supervisor):
    jeddah = {"city": city("jeddah")}
    with at("2026-11-24 10:00"):
        decisions.claim(ApplicationFactory(**jeddah), by=makkah_supervisor)
        ApplicationFactory(**jeddah)
    returned("2026-11-24 10:00", sent("2026-11-22 10:00", **jeddah), makkah_supervisor)
    done = activated("2026-11-24 10:00", sent("2026-11-22 10:00", **jeddah), makkah_supervisor)
    failed("2026-11-24 10:00", kind="credentials", about_id=done.subscription.pk)

    with at("2026-11-25 12:00"):
        assert everything(riyadh) == everything([]) == ([], {}, {}, [], {}, {}, Times(), {}, 0)
        theirs = everything([office("MKK").pk])
        assert [line.total for line in theirs[0]] == [2]
        assert everything([*riyadh, office("MKK").pk]) == theirs


def test_a_decision_stays_with_the_office_that_made_it(riyadh, supervisor):
    application = returned("2026-11-23 10:00", sent("2026-11-22 10:00"), supervisor, {"city": "في جدة"})
    corrected("2026-11-24 10:00", application, city=city("jeddah"))
    assert Review.objects.get().office == office("RUH")
    assert figures.decisions_by_supervisor(riyadh, NOVEMBER) == {supervisor.pk: Decided(returned=1)}
    assert figures.decisions_by_supervisor([office("MKK").pk], NOVEMBER) == {}


# The page --------------------------------------------------------------------------------------------------


@pytest.fixture
def head(db):
    return OfficerFactory(role=Role.HEAD, full_name="رئيس مخترع")


@pytest.fixture
def head_client(head):
    return sign_in(head)


def test_the_heads_and_the_auditors_see_it_and_nobody_else(
    head_client, auditor_client, supervisor_client, administrator_client, owner_client, client
):
    for address in (FIGURES, reverse("admin:activation_figures_csv", args=["waiting"])):
        assert head_client.get(address).status_code == 200
        assert auditor_client.get(address).status_code == 200
        assert supervisor_client.get(address).status_code == 403
        assert administrator_client.get(address).status_code == 403
        assert owner_client.get(address).status_code == 302
        assert client.get(address).status_code == 302
        assert head_client.post(address).status_code == 405


def test_a_head_sees_their_own_offices_and_an_auditor_each(head_client, auditor_client, makkah_supervisor):
    assert head_client.get(FIGURES, {"office": "RUH"}).context["chosen"] == [office("RUH")]
    assert head_client.get(FIGURES, {"office": "MKK"}).status_code == 404
    assert head_client.get(FIGURES, {"office": "made-up"}).status_code == 404
    assert auditor_client.get(FIGURES, {"office": "MKK"}).context["chosen"] == [office("MKK")]
    assert len(auditor_client.get(FIGURES).context["chosen"]) == 13
    assertNotContains(head_client.get(FIGURES), makkah_supervisor.full_name)


def test_a_head_without_an_office_has_no_figures(head, head_client):
    office("RUH").members.remove(head)
    assert head_client.get(FIGURES).status_code == 404


def test_the_queue_leads_there_who_may_see_it(head_client, supervisor_client):
    assertContains(head_client.get(QUEUE), f'href="{FIGURES}"')
    assertNotContains(supervisor_client.get(QUEUE), FIGURES)


def test_every_figure_is_on_the_page_with_its_table(head_client, head, supervisor):
    activated("2026-11-23 10:00", sent("2026-11-22 10:00"), supervisor)
    returned("2026-11-23 11:00", sent("2026-11-22 10:00"), head, None, {"name_ar": "cut_off"})
    with at("2026-11-25 12:00"):
        response = head_client.get(FIGURES, {"days": "7"}, headers={"Accept-Language": "en"})
    tables = {section.name: section.table.rows for section in response.context["sections"]}
    assert tables["decisions"][4] == [date(2026, 11, 23), 1, 1, 0, 2]
    assert tables["times"] == [[date(2026, 11, 23), 1, 1.0, 1.0, 24.0, 24.0]]
    assert [row[1:] for row in tables["returns"]] == [["cut_off", 1]]
    assert tables["supervisors"] == [
        [head.full_name, 0, 0, 1, 0, None, None, None, None, 0],
        [supervisor.full_name, 0, 1, 0, 0, 1.0, 1.0, 24.0, 24.0, 0],
    ]
    assert [row[1:] for row in tables["sectors"]] == [[0, 0, 1, 1, 0, 1.0, 1.0, 24.0, 24.0, 0]]
    assertContains(response, "<details", count=len([name for name in tables if tables[name]]))
    assertContains(response, 'role="img"', count=5)
    assertNotContains(response, "style=")
    assertNotContains(response, "<details open")
    with at("2026-11-25 12:00"):
        assertContains(head_client.get(FIGURES, {"days": "7", "tables": ""}), "<details open", count=6)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ({}, date(2026, 10, 27), date(2026, 11, 25)),
        ({"days": "7"}, date(2026, 11, 19), date(2026, 11, 25)),
        ({"days": "90"}, date(2026, 8, 28), date(2026, 11, 25)),
        ({"first": "2026-11-01", "last": "٢٠٢٦-١١-٠٢"}, date(2026, 11, 1), date(2026, 11, 2)),
        ({"first": "1448-06-01", "last": "2026-11-30", "days": "7"}, date(2026, 11, 11), date(2026, 11, 30)),
        ({"first": "2025-11-25", "last": "2026-11-25"}, date(2025, 11, 25), date(2026, 11, 25)),
    ],
)
def test_the_period_is_chosen_or_typed(head_client, typed, first, last):
    with at("2026-11-25 12:00"):
        assert head_client.get(FIGURES, typed).context["glance"].period == Period(first, last)


@pytest.mark.parametrize(
    "typed",
    [
        {"first": "2026-11-02", "last": "2026-11-01"},
        {"first": "2026-11-02"},
        {"last": "2026-11-02"},
        {"first": "2026-11-31", "last": "2026-12-01"},
        {"first": "2025-11-24", "last": "2026-11-25"},
        {"days": "8"},
    ],
)
def test_a_period_that_is_none_is_told_and_gives_no_figures_and_no_file(head_client, typed):
    response = head_client.get(FIGURES, typed)
    assert (response.status_code, "glance" in response.context) == (422, False)
    assert response.context["form"].errors
    assert head_client.get(reverse("admin:activation_figures_csv", args=["times"]), typed).status_code == 404


def test_the_page_takes_as_many_queries_for_thirty_as_for_one_and_at_most_25(head, head_client):
    def one_of_each(moment):
        officer = OfficerFactory()
        activated(moment, sent("2026-11-22 10:00", sector=sector("hotels")), officer)
        done = Subscription.objects.latest("pk")
        failed(moment, kind="credentials", about_id=done.pk)
        returned(moment, sent("2026-11-22 10:00"), officer, None, {"name_ar": "cut_off"})
        with at(moment):
            decisions.claim(ApplicationFactory(), by=officer)

    def counted():
        with at("2026-11-25 12:00"), CaptureQueriesContext(connection) as queries:
            assert head_client.get(FIGURES).status_code == 200
        return len(queries)

    one_of_each("2026-11-23 10:00")
    counted()
    one = counted()
    for number in range(29):
        one_of_each(f"2026-11-{number % 5 + 20} 1{number % 10}:00")
    assert counted() == one <= 25


# Files -----------------------------------------------------------------------------------------------------


def test_a_table_is_a_file_that_a_spreadsheet_opens_and_its_export_is_on_record(
    head_client, head, supervisor
):
    activated("2026-11-23 10:00", sent("2026-11-22 10:00"), supervisor)
    address = reverse("admin:activation_figures_csv", args=["decisions"])
    typed = {"first": "2026-11-22", "last": "2026-11-23", "office": "RUH"}
    head_client.cookies["django_language"] = "en"
    response = head_client.get(address, typed)

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="decisions-2026-11-22-2026-11-23.csv"'
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")))) == [
        ["Day", "Activations", "Returns", "Rejections", "All"],
        ["2026-11-22", "0", "0", "0", "0"],
        ["2026-11-23", "1", "0", "0", "1"],
    ]
    look = Look.objects.get(action="figures export")
    assert (look.by, look.subject) == (head, "figures:decisions RUH 2026-11-22 2026-11-23")

    head_client.cookies["django_language"] = "ar"
    assert head_client.get(address, typed).content.decode("utf-8-sig").startswith("اليوم,")


@pytest.mark.parametrize(
    "name", ["waiting", "decisions", "times", "returns", "texts", "supervisors", "sectors"]
)
def test_each_figure_has_its_file(head_client, name):
    assert head_client.get(reverse("admin:activation_figures_csv", args=[name])).status_code == 200


def test_there_is_no_file_of_another_name_or_another_office(head_client):
    for name, typed in (("people", {}), ("waiting", {"office": "MKK"})):
        address = reverse("admin:activation_figures_csv", args=[name])
        assert head_client.get(address, typed).status_code == 404
    assert not Look.objects.filter(action="figures export").exists()


def test_no_cell_is_a_formula():
    table = Table(["=head"], [["=1+1", 2.25, None, date(2026, 11, 25), 1234]])
    assert table.csv() == "\ufeff'=head\r\n'=1+1,2.2,,2026-11-25,1234\r\n"
    with translation.override("en"):
        assert table.shown[0][:3] == ["=1+1", "2.2", "–"]


def test_a_page_without_anything_says_so(head_client):
    response = head_client.get(FIGURES)
    assertNotContains(response, 'role="img"')
    assert [section.chart for section in response.context["sections"]] == [None] * 7


# Charts ----------------------------------------------------------------------------------------------------


def test_charts_run_from_the_right_in_arabic():
    rows = [("أ", [1, 3]), ("ب", [2])]
    with translation.override("en"):
        chart = charts.bars("x", "x", rows, ["a", "b"])
        assert [(mark.series, mark.x, mark.width) for mark in chart.bars] == [
            (0, "0.00%", "25.00%"),
            (1, "25.00%", "75.00%"),
            (0, "0.00%", "50.00%"),
        ]
        assert [mark.x for mark in charts.columns("x", "x", rows).bars][::2] == ["7.50%", "57.50%"]
    with translation.override("ar"):
        chart = charts.bars("x", "x", rows, ["a", "b"])
        assert [(mark.x, mark.width) for mark in chart.bars] == [
            ("75.00%", "25.00%"),
            ("0.00%", "75.00%"),
            ("50.00%", "50.00%"),
        ]
        assert chart.words[0].x == "100.00%"
        assert [mark.x for mark in charts.columns("x", "x", rows).bars][::2] == ["57.50%", "7.50%"]


def test_a_long_name_takes_lines_and_its_bar_stands_below_them():
    with translation.override("en"):
        chart = charts.bars("x", "x", [("word " * 12, [1]), ("b", [1])])
    assert [words.text for words in chart.words] == [
        "word " * 7 + "word",
        "word word word word",
        "1",
        "b",
        "1",
    ]
    assert [float(words.y) for words in chart.words] == [14, 36, 14, 80, 80]
    assert [float(mark.y) for mark in chart.bars] == [44, 88]
    assert chart.height == 110


def test_a_line_joins_the_days_that_have_a_value():
    slots = [("1", [1.0]), ("2", [None]), ("3", [2.0])]
    with translation.override("en"):
        chart = charts.lines("x", "x", slots, ["a"])
    assert [(mark.x, mark.y) for mark in chart.points] == [("16.67%", "100.0"), ("83.33%", "20.0")]
    [stroke] = chart.strokes
    assert (stroke.x, stroke.y, stroke.to_x, stroke.to_y) == ("16.67%", "100.0", "83.33%", "20.0")


@pytest.mark.parametrize(("most", "top"), [(0, 1), (0.4, 1), (1, 1), (2, 2), (3, 5), (7, 10), (120, 200)])
def test_the_topmost_line_is_a_round_number(most, top):
    assert charts.top_of(most) == top
