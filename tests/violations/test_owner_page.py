"""The owner's page: whose cases it shows, and where each stands today."""

import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from shumoos.accounts.models import Role
from shumoos.accounts.people import create_person
from tests.conftest import sign_in
from tests.violations.factories import (
    make_establishment,
    make_licence,
    make_owner,
    make_supervisor,
    reject,
    submit,
    warn,
)
from violations import objections
from violations.escalation import comply, escalate
from violations.models import Case, Schedule
from violations.occurrences import record_occurrence
from violations.payments import pay_at_desk

pytestmark = pytest.mark.django_db

D = date.fromisoformat
PAGE = reverse("violations:mine")


@pytest.fixture
def owner():
    return make_owner()


@pytest.fixture
def licence(owner):
    return make_licence(owner_national_id=owner.national_id)


@pytest.fixture
def read(client, owner, time_machine):
    """The page as its owner reads it on a day, in English, in one line of text."""

    def read(on, language="en", page=PAGE):
        time_machine.move_to(f"{on}T09:00:00+03:00", tick=False)
        sign_in(owner.user, client)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        main = client.get(page).content.decode().partition("<main")[2].partition("</main>")[0]
        words = re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi>", "", main))
        return " ".join(unescape(words).split())

    return read


def test_nothing_to_show_is_said_and_the_rule_is_there(read):
    text = read("2026-01-01")
    assert "There is no violation on your licences" in text
    assert "Not subscribed within 30 days of the warning Fine SAR 10,000.00" in text
    assert "Not subscribed within a further 30 days The fine is raised SAR 25,000.00" in text
    assert "Again within 6 months of the first time Fine SAR 5,000.00" in text


def test_a_warned_owner_reads_the_day_and_what_comes_next(read, licence):
    warn(licence, D("2026-01-01"))

    text = read("2026-01-13")

    assert f"Not subscribed: {licence.name_en} Warning Day 12 of 30." in text
    assert "Last day, which counts in full 31 January 2026 (12 Shaban 1447 AH)" in text
    assert (
        "What comes next First fine not before 1 February 2026 (13 Shaban 1447 AH) "
        "A fine of at most SAR 10,000.00 is added." in text
    )
    assert "Owed in all: SAR 0.00" in text
    assert "Warning 1 January 2026 (12 Rajab 1447 AH)" in text


def test_a_fined_owner_reads_fine_cap_and_difference(read, licence):
    warn(licence, D("2026-01-01"))
    escalate(D("2026-02-01"))

    text = read("2026-02-01")

    assert "First fine The notice was issued today; the days count from tomorrow." in text
    assert "The fine is raised to at most SAR 25,000.00, that is SAR 15,000.00 more." in text
    assert "Fine of this case SAR 10,000.00 At most, at this step SAR 10,000.00" in text
    assert "Owed in all: SAR 10,000.00" in text


def test_the_page_is_right_between_sweeps(read, licence):
    warn(licence, D("2026-01-01"))
    application = submit(licence, D("2026-01-22"))

    assert "The clock stands still" in read("2026-02-20")
    assert "9 days are left if the application comes back to you" in read("2026-02-20")
    reject(application, D("2026-03-01"))
    assert "Last day, which counts in full 10 March 2026" in read("2026-03-01")
    assert "The last day has passed" in read("2026-03-11")


def test_a_suspended_and_a_closed_case(read, licence):
    warn(licence, D("2026-01-01"))
    for on in ["2026-02-01", "2026-03-04", "2026-04-04"]:
        escalate(D(on))

    text = read("2026-04-05")
    assert "Activity suspended The activity is suspended. To end it, subscribe" in text
    assert "What comes next" not in text

    comply(licence, on=D("2026-04-06"))
    text = read("2026-04-06")
    assert "Complied Closed on 6 April 2026" in text
    assert "Owed in all: SAR 25,000.00" in text


def test_a_case_of_inaccurate_data_shows_the_window_and_the_fact(read, owner, licence, time_machine):
    establishment = make_establishment(licence, owner)
    time_machine.move_to("2026-03-20T09:00:00+03:00", tick=False)
    record_occurrence(
        establishment=establishment,
        licence=licence,
        occurred_on=D("2026-03-15"),
        what="<b>Room without a guest</b>",
        by=make_supervisor(),
    )

    text = read("2026-03-21")
    assert "Last day of the window, which counts in full 15 September 2026" in text
    assert "What comes next First fine A fine of at most SAR 5,000.00 is added." in text
    assert "<b>Room without a guest</b>" in text
    assert "The window is over" in read("2026-09-16")


# Of each step: a day on it, what has happened, which day it is, what comes next, and how much.
SUBSCRIBE = "To end it, subscribe"
STEPS = [
    (
        "2026-01-13",
        "Warning",
        "Day 12 of 30.",
        "First fine not before 1 February 2026",
        "at most SAR 10,000.00",
    ),
    (
        "2026-02-11",
        "First fine",
        "Day 10 of 30.",
        "Higher fine not before 4 March 2026",
        "raised to at most SAR 25,000.00, that is SAR 15,000.00 more",
    ),
    ("2026-03-24", "Higher fine", "Day 20 of 30.", "Activity suspended not before 4 April 2026", ""),
    ("2026-04-10", "Activity suspended", "The activity is suspended.", None, ""),
]


@pytest.mark.parametrize("row", range(len(STEPS)))
def test_every_step_says_what_happened_what_comes_and_how_to_end_it(read, licence, row):
    warn(licence, D("2026-01-01"))
    for day in ["2026-02-01", "2026-03-04", "2026-04-04"][:row]:
        escalate(D(day))
    on, stage, day, following, amount = STEPS[row]

    text = read(on)

    assert f"{stage} {day}" in text
    assert SUBSCRIBE in text
    assert (f"What comes next {following}" in text) if following else ("What comes next" not in text)
    assert amount in text
    fined = [0, 10_000, 25_000, 25_000][row]
    assert f"Fine of this case SAR {fined:,.2f}" in text
    assert f"Owed in all: SAR {fined:,.2f}" in text
    # A notice of every step so far, to which one may object for thirty days.
    assert text.count("Letter RUH") == row
    assert text.count("Object to this notice") == 1
    assert "The rule in full" in text
    paid_by = {1: "3 March 2026", 2: "3 April 2026"}
    assert row not in paid_by or f"To be paid by {paid_by[row]}" in text


DATA_STEPS = [
    ("Warning", "First fine A fine of at most SAR 5,000.00 is added.", 0),
    ("First fine", "Higher fine A fine of at most SAR 25,000.00 is added.", 5_000),
    ("Higher fine", "Higher fine A fine of at most SAR 25,000.00 is added.", 30_000),
]


@pytest.mark.parametrize("row", range(len(DATA_STEPS)))
def test_every_step_of_inaccurate_data_says_what_comes_next(read, owner, licence, time_machine, row):
    establishment = make_establishment(licence, owner)
    time_machine.move_to("2026-03-20T09:00:00+03:00", tick=False)
    for day in range(row + 1):
        record_occurrence(
            establishment=establishment,
            licence=licence,
            occurred_on=date(2026, 3, 15 + day),
            what=f"Room {day} without a guest",
            by=make_supervisor(),
        )
    stage, following, fined = DATA_STEPS[row]

    text = read("2026-03-21")

    assert f"{stage} Correct the data" in text
    assert f"What comes next {following}" in text
    assert f"Fine of this case SAR {fined:,.2f}" in text
    assert text.count("Correct the data by 30 March 2026") == row + 1
    assert f"Room {row} without a guest" in text


def test_an_annulled_case_and_what_was_paid_too_much(read, owner, licence, time_machine):
    case = warn(licence, D("2026-01-01"))
    escalate(D("2026-02-01"))
    time_machine.move_to("2026-02-05T09:00:00+03:00", tick=False)
    head = make_supervisor(role=Role.HEAD)
    pay_at_desk(case, Decimal(4_000), on=D("2026-02-05"), by=head)
    objection = objections.file(case.notices.latest("id"), text="No.", documents=[], by=owner.user)
    text = read("2026-02-06")
    assert "The clock stands still until your objection is decided. 26 days are left" in text
    assert "The payment term stands still until your objection is decided." in text
    assert "Your objection of 5 February 2026" in text
    assert "How to pay" in text

    objections.decide(objection, "annulled", answer="It was subscribed.", by=head)

    text = read("2026-02-06")
    assert "Annulled: it does not count." in text
    assert "To be paid back to you SAR 4,000.00" in text
    assert "How to pay" not in text


def test_a_case_shows_the_rule_it_goes_by_and_the_list_that_of_today(read, client, licence, owner):
    case = warn(licence, D("2026-01-01"))
    newer = Schedule.objects.create(
        kind="not_subscribed", valid_from=D("2026-01-15"), objection_days=7, payment_days=9
    )
    newer.steps.create(position=1, stage="warned", days=5)
    newer.steps.create(position=2, stage="fined_first", days=5, cap=500, basis="add")
    data = Schedule.objects.get(kind="inaccurate_data")
    Schedule.objects.filter(pk=data.pk).update(window_months=3, hijri_months=True, objection_days=11)

    listed = read("2026-01-20")
    assert "Not subscribed within 5 days of the warning Fine SAR 500.00" in listed
    assert "You may object to every notice within 7 days" in listed
    assert "A fine is to be paid within 9 days of its notice." in listed
    assert "The second fine raises the first" not in listed
    assert "the month 3 months later" in listed
    assert "Months are Hijri ones" in listed
    assert "You may object to every notice within 11 days" in listed
    assert "corrected within 10 days of the notice" in listed

    whole = read("2026-01-20", page=reverse("violations:case", args=[case.pk]))
    assert "This one holds since 1 January 2020" in whole
    assert "Not subscribed within 30 days of the warning Fine SAR 10,000.00" in whole
    assert "You may object to every notice within 30 days" in whole
    assert "The second fine raises the first" in whole
    assert "SAR 500.00" not in whole
    assert "Hijri ones" not in whole


def test_the_page_is_there_in_arabic(read, licence):
    warn(licence, D("2026-01-01"))
    text = read("2026-01-13", language="ar")
    assert "12 شعبان 1447هـ (31 يناير 2026م)" in text


# Whose ----------------------------------------------------------------------------------------------------


def test_an_owner_sees_cases_through_the_establishment_and_through_the_register(owner):
    registered = make_licence(owner_national_id=owner.national_id)
    own = make_licence()
    make_establishment(own, owner)
    cases = {warn(registered, D("2026-01-01")).pk, warn(own, D("2026-01-01")).pk}
    warn(make_licence(), D("2026-01-01"))

    assert set(Case.objects.visible_to(owner.user).values_list("pk", flat=True)) == cases


def test_an_owner_sees_nothing_of_others(client, licence, time_machine):
    time_machine.move_to("2026-01-13T09:00:00+03:00")
    warn(licence, D("2026-01-01"))
    sign_in(make_owner().user, client)
    assertNotContains(client.get(PAGE), licence.number)


def test_supervisors_see_their_region_auditors_all_and_others_nothing():
    riyadh, makkah = make_licence(city="riyadh"), make_licence(city="makkah")
    in_riyadh, in_makkah = warn(riyadh, D("2026-01-01")), warn(makkah, D("2026-01-01"))

    def seen_by(person):
        return set(Case.objects.visible_to(person))

    assert seen_by(make_supervisor("riyadh")) == {in_riyadh}
    assert seen_by(make_supervisor("makkah", role=Role.HEAD)) == {in_makkah}
    for role in Role:
        if role not in (Role.OWNER, Role.SUPERVISOR, Role.HEAD):
            person = create_person(username=f"a-{role.value}", full_name="Invented", role=role)
            assert seen_by(person) == ({in_riyadh, in_makkah} if role == Role.AUDITOR else set())


@pytest.mark.parametrize("role", [Role.STAFF, Role.SUPPORT, Role.SUPERVISOR])
def test_others_have_no_such_page(client, role):
    sign_in(create_person(username="other", full_name="Invented", role=role), client)
    assert client.get(PAGE).status_code == 403


def test_strangers_sign_in_first(client):
    assert client.get(PAGE).headers["Location"].startswith(reverse("accounts:login"))


def test_the_page_cannot_be_posted_to(client, owner):
    sign_in(owner.user, client)
    assert client.post(PAGE).status_code == 405


def test_the_number_of_queries_does_not_grow_with_the_cases(client, owner):
    sign_in(owner.user, client)
    counts = []
    for cases in (1, 3):
        for _number in range(cases):
            licence = make_licence(owner_national_id=owner.national_id)
            warn(licence, D("2026-01-01"))
            submit(licence, D("2026-01-10"))
        with CaptureQueriesContext(connection) as queries:
            assertContains(client.get(PAGE), licence.number)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_case_leads_to_what_ends_it_also_while_its_clock_stands_still(read, owner, licence, client):
    case = warn(licence, D("2026-01-01"))
    register = f"{reverse('registration:register')}?licence={licence.pk}"
    page = reverse("violations:case", args=[case.pk])
    read("2026-01-05")
    assertContains(client.get(page), register)

    objections.file(case.notices.get(), text="x", documents=[], by=owner.user)
    assertContains(client.get(page), register)
    assert "You need not wait for the decision" in read("2026-01-06", page=page)


def test_a_case_with_an_application_at_the_office_leads_to_following_it(read, licence, client):
    case = warn(licence, D("2026-01-01"))
    submit(licence, D("2026-01-05"))
    page = reverse("violations:case", args=[case.pk])
    assert "take the originals to the investigation office" in read("2026-01-06", page=page)
    assertContains(client.get(page), reverse("registration:status"))
    assertNotContains(client.get(page), reverse("registration:register") + "?licence")
