"""The compliance calendar as it is seen, and what is done on it."""

import re
from datetime import date, datetime

import pytest
from django.urls import reverse
from django.utils.translation import override
from pytest_django.asserts import assertContains, assertNotContains

from guests.models import GuestRecord, NilReturn, Outage, Part, StandingNilReturn
from guests.views.calendar import title_of
from shumoos.accounts.models import Role
from shumoos.saudi.calendar import RIYADH
from tests.conftest import sign_in
from tests.factories import UserFactory
from tests.guests.factories import GuestFactory, SubscribedFactory, send
from tests.pages import unbroken
from tests.registration.mandating import ProviderFactory, agent_of, granted

pytestmark = pytest.mark.django_db

CALENDAR = reverse("guests:calendar")
NIL = reverse("guests:nil_return")
STANDING = reverse("guests:standing_nil_return")
NOW = datetime(2026, 3, 15, 20, 10, tzinfo=RIYADH)


@pytest.fixture(autouse=True)
def now(time_machine, owner_client):
    time_machine.move_to(NOW, tick=False)
    owner_client.cookies["django_language"] = "en"


def named(establishment, **more):
    return {"establishment": establishment.number, "kind": "lodging", **more}


def staff_client(establishment):
    staff = UserFactory(role=Role.STAFF)
    establishment.staff.add(staff)
    client = sign_in(staff)
    client.cookies["django_language"] = "en"
    return client


def cells(page):
    return {day.day.day: str(day.state) for week in page.context["weeks"] for day in week if day}


def words_of(page, day):
    """What stands in a day's cell."""
    [cell] = re.findall(rf'<span class="day-number">{day}<.*?</td>', page.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", cell).split())


def test_a_month_is_seen_at_a_glance(hotel, owner_client):
    arrivals = ["2026-03-10 15:00", "2026-03-10 15:30", "2026-03-11 15:00", "2026-03-15 09:00"]
    send(hotel, *[GuestFactory(arrived_at=at) for at in arrivals])
    GuestRecord.objects.filter(occurred_at__day=10).update(
        created_at=datetime(2026, 3, 10, 16, 0, tzinfo=RIYADH)
    )

    page = owner_client.get(CALENDAR)

    assertContains(page, "March 2026 (Ramadan – Shawwal 1447 AH)")
    shown = cells(page)
    assert len(shown) == 31
    assert {day: shown[day] for day in (10, 11, 13, 14, 15, 16)} == {
        10: "reported",
        11: "late",
        13: "missing",
        14: "open",
        15: "reported",
        16: "upcoming",
    }
    for day, said in {10: "Reported 2 records", 11: "Late 1 record late: 1", 13: "Missing"}.items():
        assert said in words_of(page, day)
    # The first of March 2026 is a Sunday.
    assert page.context["weeks"][0][0].day == date(2026, 3, 1)


def test_the_deadline_counts_down(hotel, owner_client):
    page = owner_client.get(CALENDAR)

    assertContains(page, "3 hours and 50 minutes left")
    assertContains(page, unbroken("by 16 March 2026 (27 Ramadan 1447 AH) at 00:00"))


def test_an_outage_is_said_beside_the_deadline_it_moved(hotel, owner_client):
    Outage.objects.create(
        part=Part.INTAKE,
        began_at=datetime(2026, 3, 15, 18, 0, tzinfo=RIYADH),
        ended_at=datetime(2026, 3, 16, 1, 0, tzinfo=RIYADH),
    )

    page = owner_client.get(CALENDAR)

    assertContains(page, "Later than usual, because our intake was away.")
    moved = unbroken("deadline moved by an outage to 16 March 2026 (27 Ramadan 1447 AH) at 07:00")
    assertContains(page, moved)


def test_a_nil_return_is_filed_with_one_click(hotel, owner, owner_client):
    response = owner_client.post(NIL, named(hotel, day="2026-03-14"), follow=True)
    owner_client.post(NIL, named(hotel, day="2026-03-14"))

    filed = NilReturn.objects.get()
    assert (filed.establishment, filed.day, filed.by) == (hotel, date(2026, 3, 14), owner)
    assertContains(response, filed.submission.shown_receipt)
    assert cells(response)[14] == "nil"
    assertContains(response, reverse("guests:receipt", args=[filed.submission.receipt]))


def test_a_day_that_is_not_over_has_no_nil_return(hotel, owner_client):
    pressing = owner_client.get(CALENDAR).content.decode().split('id="deadlines"')[1].split("</section>")[0]
    assert re.findall(r'name="day" value="([^"]*)"', pressing) == ["2026-03-14"]
    assert "filed once the day is over" in pressing

    response = owner_client.post(NIL, named(hotel, day="2026-03-15"), follow=True)

    assertContains(response, "This day is not over yet")
    assert NilReturn.objects.count() == 0


def test_a_refused_nil_return_says_why(hotel, owner_client):
    send(hotel, GuestFactory(arrived_at="2026-03-14 15:00"))

    response = owner_client.post(NIL, named(hotel, day="2026-03-14"), follow=True)

    assertContains(response, "There are records of this day")
    assert NilReturn.objects.count() == 0


@pytest.mark.parametrize(
    "change", [{"day": "x"}, {"kind": "gold_purchase"}, {"establishment": "1"}, {"day": ""}]
)
def test_a_nil_return_of_nothing_is_not_found(hotel, owner_client, change):
    assert owner_client.post(NIL, named(hotel, day="2026-03-14") | change).status_code == 404


def test_a_strangers_calendar_is_not_found(hotel, owner_client):
    stranger = SubscribedFactory()

    assert owner_client.get(CALENDAR, {"establishment": stranger.number}).status_code == 404
    assert owner_client.post(NIL, named(stranger, day="2026-03-14")).status_code == 404
    assert owner_client.post(STANDING, named(stranger, on="yes")).status_code == 404
    assert NilReturn.objects.count() == StandingNilReturn.objects.count() == 0


def test_an_agent_files_under_a_mandate_only(hotel):
    agent = agent_of(ProviderFactory())
    client = sign_in(agent)
    assert client.post(NIL, named(hotel, day="2026-03-14")).status_code == 404

    granted(agent, hotel)
    client.post(NIL, named(hotel, day="2026-03-14"))

    assert NilReturn.objects.get().mandate is not None


def test_the_owner_lets_nil_returns_file_themselves_and_stops_it(hotel, owner_client):
    page = owner_client.post(STANDING, named(hotel, on="yes"), follow=True)
    assert StandingNilReturn.objects.standing().get().establishment == hotel
    assertContains(page, "File them ourselves again")

    owner_client.post(STANDING, named(hotel, on="no"))
    assert not StandingNilReturn.objects.standing().exists()


def test_staff_see_the_setting_and_cannot_change_it(hotel):
    client = staff_client(hotel)

    assertContains(client.get(CALENDAR), "The owner can change this.")
    assert client.post(STANDING, named(hotel, on="yes")).status_code == 403
    assert StandingNilReturn.objects.count() == 0


@pytest.mark.parametrize("month", ["2026-13", "x", "2026-04", "1999-01", "2026-3"])
def test_a_month_that_is_none_is_not_found(hotel, owner_client, month):
    assert owner_client.get(CALENDAR, {"month": month}).status_code == 404


def test_earlier_months_lead_back_again(hotel, owner_client):
    page = owner_client.get(owner_client.get(CALENDAR).context["earlier"])

    assertContains(page, "February 2026 (Shaban – Ramadan 1447 AH)")
    assertContains(owner_client.get(page.context["later"]), "March 2026")


def test_a_month_over_the_turn_of_a_hijri_year_names_both_years():
    with override("en"):
        assert title_of(date(2026, 6, 1)) == "June 2026 (Dhu al-Hijjah 1447 AH – Muharram 1448 AH)"
    with override("ar"):
        assert title_of(date(2026, 6, 1)) == "يونيو 2026 (ذو الحجة 1447هـ – محرم 1448هـ)"


@pytest.mark.parametrize("page", [NIL, STANDING])
def test_changes_are_posted(hotel, owner_client, page):
    assert owner_client.get(page).status_code == 405


def test_a_calendar_asks_as_much_for_many_records_as_for_one(
    hotel, owner_client, django_assert_num_queries, django_assert_max_num_queries
):
    send(hotel, GuestFactory(arrived_at="2026-03-14 15:00"))
    with django_assert_max_num_queries(26) as captured:
        owner_client.get(CALENDAR)
    for day in range(1, 15):
        send(hotel, GuestFactory(arrived_at=f"2026-03-{day:02} 15:00"))

    with django_assert_num_queries(len(captured)):
        owner_client.get(CALENDAR)


@pytest.mark.parametrize("name", ["home", "guests:list", "guests:new"])
def test_a_day_about_to_be_missed_is_on_a_banner(hotel, owner_client, name):
    words = unbroken("has reported nothing (Lodging) for 14 March 2026")
    assertContains(owner_client.get(reverse(name)), words)
    assertContains(staff_client(hotel).get(reverse(name)), words)

    send(hotel, GuestFactory(arrived_at="2026-03-14 15:00"))

    assertNotContains(owner_client.get(reverse(name)), "has reported nothing")
