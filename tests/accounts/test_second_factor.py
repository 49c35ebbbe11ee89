"""The code after the password: who owes it, what it opens, what it refuses, and how it is set up."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from shumoos.accounts import second_factor
from shumoos.accounts.models import STAFF_ROLES, Authenticator, RecoveryCode, Result, Role
from tests.authenticators import asks_again, code_of, draft_of, give_authenticator
from tests.conftest import sign_in, verify
from tests.factories import PASSWORD, AuthorityOfficerFactory, OfficerFactory, OwnerFactory, UserFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db

LOGIN = reverse("accounts:login")
CODE = reverse("accounts:code")
ENROL = reverse("accounts:enrol")
ACCOUNT = reverse("accounts:account")
CODES = reverse("accounts:recovery_codes")
PAGES = ["/home/", "/admin/", "/desk/", "/directory/", "/account/", "/staff/", "/account/sessions/", "/"]


@pytest.fixture
def clock(time_machine):
    time_machine.move_to("2026-11-20 09:00:10+03:00", tick=False)
    return time_machine


@pytest.fixture
def officer():
    return OfficerFactory()


@pytest.fixture
def device(officer):
    return give_authenticator(officer)


def type_password(client, user):
    return client.post(LOGIN, {"username": user.username, "password": PASSWORD})


def type_code(client, code, **more):
    return client.post(CODE, {"code": code, **more})


def is_open(client):
    return client.get(ACCOUNT).status_code == 200


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_with_the_password_alone_staff_reach_nothing(client, role):
    user = {Role.SUPERVISOR: OfficerFactory, Role.AUTHORITY: AuthorityOfficerFactory}.get(role, UserFactory)(
        role=role
    )
    give_authenticator(user)
    type_password(client, user)

    for page in PAGES:
        assertRedirects(client.get(page), f"{CODE}?next={page}", fetch_redirect_response=False)
        assertRedirects(client.post(page), CODE, fetch_redirect_response=False)
    assertRedirects(client.get(ENROL), CODE)
    assertRedirects(client.post(CODES), CODE)
    assert client.get(reverse("accounts:choose_password"))["Location"].startswith(CODE)


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_staff_without_an_authenticator_are_led_to_setting_one_up(client, role):
    type_password(client, UserFactory(role=role))

    for page in PAGES:
        assertRedirects(client.get(page), f"{ENROL}?next={page}", fetch_redirect_response=False)


def test_the_demo_can_do_without(client, settings, officer):
    settings.REQUIRE_STAFF_OTP = False
    type_password(client, officer)
    assert is_open(client)


def test_the_code_opens_the_session_under_a_new_key(client, officer, device):
    type_password(client, officer)
    before = client.session.session_key

    assertRedirects(
        type_code(client, code_of(device), next="/account/sessions/"), reverse("accounts:sessions")
    )
    assert client.session.session_key != before
    assert is_open(client)


def test_nowhere_else_is_led_to_after_the_code(client, officer, device):
    type_password(client, officer)
    response = type_code(client, code_of(device), next="https://elsewhere.example/")
    assert response["Location"] == reverse("home")


def test_a_code_works_once(client, officer, device):
    code = code_of(device)
    type_password(client, officer)
    type_code(client, code)
    client.post(reverse("accounts:logout"))
    type_password(client, officer)

    assert type_code(client, code).status_code == 422
    assert not is_open(client)


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 302), (0, 302), (1, 302), (2, 422)])
def test_a_clock_may_be_one_step_off(clock, client, officer, device, steps, status):
    type_password(client, officer)
    assert type_code(client, code_of(device, steps=steps)).status_code == status


def test_wrong_codes_have_to_wait_twice_as_long_each_time(clock, client, officer, device):
    type_password(client, officer)
    client.cookies["django_language"] = "en"
    wrong = f"{(int(code_of(device)) + 1) % 10**6:06}"

    for seconds in (1, 2, 4, 8):
        assertContains(type_code(client, wrong), "not the code that is shown now", status_code=422)
        refused = type_code(client, code_of(device))
        assertContains(refused, f"in {seconds} second", status_code=422)
        clock.shift(seconds)
    assert type_code(client, code_of(device)).status_code == 302
    assert officer.sign_ins.filter(result=Result.WRONG_CODE).count() == 8


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "²²²²²²", "\x00" * 6, "9" * 500])
def test_what_is_no_code_is_refused(client, officer, device, typed):
    type_password(client, officer)
    assert type_code(client, typed).status_code == 422
    assert not is_open(client)


def test_somebody_elses_code_opens_nothing(client, officer, device):
    other = give_authenticator(OfficerFactory())
    type_password(client, officer)
    assert type_code(client, code_of(other)).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_of_two_uses_of_a_code_at_once_one_counts(officer, device):
    code = code_of(device)

    def use():
        return second_factor.verify(officer, code)

    outcomes = at_once(use, use)
    assert sorted(isinstance(outcome, Authenticator) for outcome in outcomes) == [False, True]


# Setting it up ---------------------------------------------------------------------------------------------


def test_setting_up_shows_the_secret_and_ten_codes_once(client, officer):
    type_password(client, officer)
    page = client.get(ENROL)
    draft = draft_of(officer)
    assertContains(page, 'src="data:image/svg+xml')
    assertContains(page, second_factor.shown_secret(draft))

    response = client.post(ENROL, {"code": code_of(draft), "next": ACCOUNT})

    codes = response.context["codes"]
    assert len(set(codes)) == 10
    assertContains(response, codes[0])
    stored = set(RecoveryCode.objects.values_list("code_hash", flat=True))
    assert len(stored) == 10
    assert not stored & set(codes)
    assert is_open(client)
    assertNotContains(client.get(ACCOUNT), codes[0])
    assert Authenticator.objects.get().confirmed


def test_a_wrong_first_code_sets_up_nothing(client, officer):
    type_password(client, officer)
    client.get(ENROL)
    wrong = f"{(int(code_of(draft_of(officer))) + 1) % 10**6:06}"

    assert client.post(ENROL, {"code": wrong}).status_code == 422
    assert not Authenticator.objects.get().confirmed
    assert not is_open(client)


def test_the_secret_stays_the_same_until_it_is_confirmed(client, officer):
    type_password(client, officer)
    client.get(ENROL)
    client.get(ENROL)
    assert Authenticator.objects.count() == 1


def test_a_new_authenticator_takes_the_old_ones_place_and_ends_other_sessions(client, officer, device):
    elsewhere = sign_in(officer)
    type_password(client, officer)
    type_code(client, code_of(device))
    client.get(ENROL)
    draft = draft_of(officer)

    client.post(ENROL, {"code": code_of(draft)})

    assert Authenticator.objects.get().pk == draft.pk
    assert is_open(client)
    assert not is_open(elsewhere)


def test_setting_up_asks_again_after_ten_minutes(clock, client, officer):
    type_password(client, officer)
    clock.shift(601)
    led_to = client.get(ENROL)["Location"]
    assert led_to == f"{reverse('accounts:confirm')}?next=%2Faccount%2Fauthenticator%2F"
    assertRedirects(
        client.post(reverse("accounts:confirm"), {"password": PASSWORD, "next": ENROL}),
        ENROL,
        fetch_redirect_response=False,
    )
    assert client.get(ENROL).status_code == 200


# Recovery codes --------------------------------------------------------------------------------------------


def test_a_recovery_code_stands_in_once(client, officer, device):
    code, other = second_factor.make_recovery_codes(officer)[:2]
    type_password(client, officer)
    assert type_code(client, code.upper()).status_code == 302
    client.post(reverse("accounts:logout"))
    type_password(client, officer)

    assert type_code(client, code).status_code == 422
    device.refresh_from_db()
    device.throttle_reset()
    assert type_code(client, other.replace("-", " ")).status_code == 302


def test_wrong_recovery_codes_are_slowed_down_like_wrong_codes(clock, client, officer, device):
    code = second_factor.make_recovery_codes(officer)[0]
    type_password(client, officer)
    type_code(client, "abcd-efgh-jkmn")
    assert type_code(client, code).status_code == 422
    clock.shift(1)
    assert type_code(client, code).status_code == 302


def test_somebody_elses_recovery_code_opens_nothing(client, officer, device):
    code = second_factor.make_recovery_codes(OfficerFactory())[0]
    type_password(client, officer)
    assert type_code(client, code).status_code == 422


def test_new_recovery_codes_end_the_old_ones(officer, device):
    client = sign_in(officer)
    old = second_factor.make_recovery_codes(officer)[0]
    new = client.post(CODES).context["codes"][0]

    with pytest.raises(second_factor.FactorRefused):
        second_factor.verify(officer, old)
    assert old != new
    assert second_factor.recovery_codes_left(officer) == 10


# Owners ----------------------------------------------------------------------------------------------------


def test_owners_do_without_until_they_choose_one(client):
    owner = OwnerFactory().user
    type_password(client, owner)
    assert is_open(client)

    client.get(ENROL)
    device = draft_of(owner)
    client.post(ENROL, {"code": code_of(device)})
    client.post(reverse("accounts:logout"))
    type_password(client, owner)

    assertRedirects(client.get(ACCOUNT), f"{CODE}?next={ACCOUNT}")
    assert type_code(client, code_of(device, steps=1)).status_code == 302
    assert is_open(client)


def test_owners_may_remove_theirs_and_staff_may_not(officer):
    owner = OwnerFactory().user
    give_authenticator(owner)
    client = sign_in(owner)
    verify(client, owner)
    client.post(reverse("accounts:remove_authenticator"))
    assert not Authenticator.objects.filter(user=owner).exists()

    sign_in(officer).post(reverse("accounts:remove_authenticator"))
    assert Authenticator.objects.filter(user=officer).exists()


def test_a_removed_authenticator_closes_the_sessions_it_opened(officer):
    client = sign_in(officer)
    assert is_open(client)
    second_factor.remove(officer)
    assert client.get(ACCOUNT)["Location"].startswith(ENROL)


def test_the_admin_has_no_door_of_its_own(client, officer):
    assertRedirects(
        client.get("/admin/login/?next=/admin/"), f"{LOGIN}?next=%2Fadmin%2F", fetch_redirect_response=False
    )
    assert (
        client.post("/admin/login/", {"username": officer.username, "password": PASSWORD}).status_code == 405
    )
    assert sign_in(OwnerFactory().user).get("/admin/login/").status_code == 403
    changed = sign_in(officer).get("/admin/password_change/")
    assertRedirects(changed, reverse("accounts:choose_password"))


def test_a_code_typed_long_ago_asks_again_and_goes_on(time_machine, officer, device):
    time_machine.move_to(timezone.now(), tick=False)
    client = sign_in(officer)
    time_machine.shift(timedelta(minutes=10))
    act = reverse("accounts:end_other_sessions")

    assert asks_again(client.post(act))
    response = client.post(reverse("accounts:confirm"), {"again-code": code_of(device), "again-act": act})
    assert (response.status_code, response["Location"]) == (307, act)
    assert client.post(act)["Location"] == reverse("accounts:sessions")


@pytest.mark.parametrize("named", ["https://elsewhere.example/", "//elsewhere.example", "javascript:x"])
def test_asking_again_leads_nowhere_else(officer, named):
    client = sign_in(officer)
    device = Authenticator.objects.get()
    response = client.post(reverse("accounts:confirm"), {"code": code_of(device), "next": named})
    assert response["Location"] == reverse("home")


def test_a_file_follows_on_a_page_that_leads_back(officer, device):
    client = sign_in(officer)
    asked = {"next": "/violations/account/1.csv", "back": "/violations/account/1/"}
    page = client.post(reverse("accounts:confirm"), asked | {"code": code_of(device)})

    assertContains(page, '<meta http-equiv="refresh" content="0; url=/violations/account/1.csv">')
    assertContains(page, 'href="/violations/account/1/"')


def test_a_file_leads_back_nowhere_else(officer, device):
    client = sign_in(officer)
    asked = {"next": "/home/", "back": "https://elsewhere.example/"}
    assert client.post(reverse("accounts:confirm"), asked | {"code": code_of(device)})["Location"] == "/home/"
