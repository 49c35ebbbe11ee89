"""Sessions: begun anew at sign-in, listed, ended by the person, by time and by a new password."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from shumoos.accounts import devices, sessions
from shumoos.accounts.models import Look, Result, SessionLimit
from shumoos.accounts.people import give_temporary_password
from shumoos.saudi.calendar import RIYADH
from shumoos.templatetags.days import both_calendars_time
from tests.conftest import sign_in
from tests.factories import PASSWORD, OfficerFactory, OwnerFactory

pytestmark = pytest.mark.django_db

ACCOUNT = reverse("accounts:account")
SESSIONS = reverse("accounts:sessions")
LOGIN = reverse("accounts:login")
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def owner():
    return OwnerFactory().user


def is_open(client):
    return client.get(ACCOUNT).status_code == 200


def end(sign_in):
    return reverse("accounts:end_session", args=[sign_in.pk])


def test_a_sign_in_gets_a_session_key_of_its_own(client, owner):
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key

    client.post(LOGIN, {"username": owner.username, "password": PASSWORD}, headers={"user-agent": PHONE})

    assert client.session.session_key != planted
    assertContains(client.get(SESSIONS), "Mobile Safari 17 · iOS")


def test_each_session_is_shown_with_its_device_and_when_it_was_last_used(owner, time_machine):
    time_machine.move_to(datetime(2026, 11, 24, 10, 0, tzinfo=RIYADH), tick=False)
    phone = Client(headers={"user-agent": PHONE})
    phone.post(LOGIN, {"username": owner.username, "password": PASSWORD})
    time_machine.shift(timedelta(hours=2))
    phone.get(ACCOUNT)
    time_machine.shift(timedelta(hours=1))

    page = sign_in(owner).get(SESSIONS)

    shown = [(row.device, f"{row.last_used_at.astimezone(RIYADH):%H:%M}") for row in page.context["sessions"]]
    assert shown[1] == ("Mobile Safari 17 · iOS", "12:00")
    assertContains(page, both_calendars_time(page.context["sessions"][1].last_used_at))


def test_ending_one_leaves_the_others(owner):
    first, second, third = sign_in(owner), sign_in(owner), sign_in(owner)
    oldest = owner.sign_ins.order_by("pk").first()

    third.post(end(oldest))
    third.post(end(oldest))

    assert [is_open(browser) for browser in (first, second, third)] == [False, True, True]


def test_ending_all_others_keeps_ones_own(owner):
    first, second = sign_in(owner), sign_in(owner)
    second.post(reverse("accounts:end_other_sessions"))
    assert (is_open(first), is_open(second)) == (False, True)
    assert len(second.get(SESSIONS).context["sessions"]) == 1


def test_nobody_ends_somebody_elses(owner):
    victim = sign_in(owner)
    stranger = sign_in(OwnerFactory().user)
    assert stranger.post(end(owner.sign_ins.get())).status_code == 404
    stranger.post(reverse("accounts:end_other_sessions"))
    assert is_open(victim)
    assert stranger.get(end(owner.sign_ins.get())).status_code == 405


def test_a_new_password_ends_all_others(owner):
    first, second = sign_in(owner), sign_in(owner)
    new = {"new_password1": "three-green-lanterns", "new_password2": "three-green-lanterns"}
    second.post(reverse("accounts:choose_password"), new)
    assert (is_open(first), is_open(second)) == (False, True)
    assert len(second.get(SESSIONS).context["sessions"]) == 1


def test_a_password_that_is_sent_ends_them_all(owner):
    browser = sign_in(owner)
    give_temporary_password(owner)
    assert not is_open(browser)
    assert owner.sign_ins.get().ended_at is not None


def test_choosing_a_password_asks_again_after_ten_minutes(owner):
    client = sign_in(owner)
    session = client.session
    session["verified_at"] -= 601
    session.save()
    page = reverse("accounts:choose_password")
    assert client.get(page)["Location"].startswith(reverse("accounts:confirm"))
    assert client.post(reverse("accounts:confirm"), {"password": "wrong"}).status_code == 422
    client.post(reverse("accounts:confirm"), {"password": PASSWORD})
    assert client.get(page).status_code == 200


def test_staff_sessions_end_after_15_idle_minutes(time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    client = sign_in(OfficerFactory())
    for _quarter in range(3):
        time_machine.shift(timedelta(minutes=14, seconds=59))
        assert is_open(client)
    time_machine.shift(timedelta(minutes=15))
    assert not is_open(client)


def change_limits(client, **figures):
    return client.post(
        reverse("admin:accounts_sessionlimit_change", args=[1]),
        {"staff_idle_minutes": "15", "hours": "8"} | figures,
    )


def test_administrators_say_how_long_staff_may_idle_and_it_holds_at_once(administrator_client, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    client, idle = sign_in(OfficerFactory()), sign_in(OfficerFactory())

    assert change_limits(administrator_client, staff_idle_minutes="5").status_code == 302

    time_machine.shift(timedelta(minutes=4, seconds=59))
    assert is_open(client)
    time_machine.shift(timedelta(seconds=1))
    assert not is_open(idle)
    assert is_open(client)
    change = Look.objects.get(action="change")
    assert (change.role, change.subject) == ("administrator", "accounts.sessionlimit:1")
    assert change.reason == "staff_idle_minutes"


@pytest.mark.parametrize("hours", [2, 12])
def test_administrators_say_after_how_many_hours_every_session_ends(
    administrator_client, owner, time_machine, hours
):
    time_machine.move_to(timezone.now(), tick=False)
    client = sign_in(owner)
    change_limits(administrator_client, hours=str(hours))
    time_machine.shift(timedelta(hours=hours) - timedelta(seconds=1))
    assert is_open(client)
    assert owner.sign_ins.open().count() == 1
    time_machine.shift(timedelta(seconds=1))
    assert owner.sign_ins.open().count() == 0
    assert not is_open(client)


@pytest.mark.parametrize(
    "figures",
    [
        {"staff_idle_minutes": "4"},
        {"staff_idle_minutes": "61"},
        {"hours": "0"},
        {"hours": "13"},
        {"staff_idle_minutes": ""},
    ],
)
def test_limits_beyond_sense_are_refused_beside_their_field(administrator_client, figures):
    response = change_limits(administrator_client, **figures)
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == list(figures)
    limit = SessionLimit.objects.get()
    assert (limit.staff_idle_minutes, limit.hours) == (15, 8)
    assert not Look.objects.filter(action="change").exists()


@pytest.mark.parametrize(
    "figures", [{"staff_idle_minutes": 4}, {"staff_idle_minutes": 61}, {"hours": 0}, {"hours": 13}, {"id": 2}]
)
def test_the_database_refuses_such_limits_and_a_second_row(figures):
    with pytest.raises(IntegrityError), transaction.atomic():
        SessionLimit.objects.update(**figures)


def test_only_administrators_change_limits(auditor_client, supervisor_client):
    for client in (auditor_client, supervisor_client):
        assert change_limits(client, staff_idle_minutes="60").status_code == 403
    assert SessionLimit.objects.get().staff_idle_minutes == 15


def test_without_the_row_the_first_limits_hold(owner, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    SessionLimit.objects.all().delete()
    client, officer = sign_in(owner), sign_in(OfficerFactory())
    time_machine.shift(timedelta(minutes=15))
    assert (is_open(client), is_open(officer)) == (True, False)
    time_machine.shift(timedelta(hours=7, minutes=45))
    assert not is_open(client)


def test_a_session_and_its_limits_are_one_query(owner, django_assert_num_queries):
    request = RequestFactory().get("/")
    request.user, request.session = owner, {"sign_in": owner.sign_ins.create(result=Result.OK).pk}
    with django_assert_num_queries(1):
        assert sessions.current(request) is not None


def test_an_owners_session_ends_after_8_hours_and_not_before(owner, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    client = sign_in(owner)
    time_machine.shift(timedelta(hours=7, minutes=59))
    assert is_open(client)
    time_machine.shift(timedelta(minutes=1))
    assert not is_open(client)


def test_a_session_that_came_from_no_sign_in_is_none(owner):
    client = sign_in(owner)
    session = client.session
    del session["sign_in"]
    session.save()
    assert not is_open(client)


def test_signing_out_ends_it(owner):
    client = sign_in(owner)
    client.post(reverse("accounts:logout"))
    assert owner.sign_ins.get().ended_at is not None


def test_the_account_page_shows_the_last_20_with_their_results(client, owner):
    client.post(LOGIN, {"username": owner.username, "password": "wrong"})
    browser = sign_in(owner)
    rows = browser.get(ACCOUNT).context["sign_ins"]
    assert [row.result for row in rows] == [Result.OK, Result.WRONG_PASSWORD]
    for _more in range(20):
        sign_in(owner)
    assert len(browser.get(ACCOUNT).context["sign_ins"]) == 20


def test_a_refusal_is_noted_once_however_often_it_is_met(client, owner):
    for _attempt in range(8):
        client.post(LOGIN, {"username": owner.username, "password": "wrong"})
    assert owner.sign_ins.filter(result=Result.WRONG_PASSWORD).count() == 4
    assert owner.sign_ins.filter(result=Result.LOCKED).count() == 1


@pytest.mark.parametrize("user_agent", ["", "curl/8.5.0", "x" * 5000, "\x00", PHONE])
def test_any_description_of_a_device_is_taken(user_agent):
    assert len(devices.short_form(user_agent)) <= 120


def test_a_page_costs_the_same_however_many_sessions_there_are(owner, django_assert_num_queries):
    client = sign_in(owner)
    client.get(SESSIONS)
    with django_assert_num_queries(5):
        client.get(SESSIONS)
    for _more in range(3):
        sign_in(owner)
    with django_assert_num_queries(5):
        client.get(SESSIONS)


def test_what_is_sent_after_the_session_leads_back_to_the_page_it_was_written_on(client):
    page, act = reverse("guests:new"), reverse("guests:check")
    sent = client.post(act, {"name": "x"}, headers={"referer": f"http://testserver{page}"})

    assertRedirects(sent, f"{reverse('accounts:login')}?next={page}", fetch_redirect_response=False)
    assertContains(client.get(sent["Location"]), "لم يُحفظ ما أرسلته الآن")
