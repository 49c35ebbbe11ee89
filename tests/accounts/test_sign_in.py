"""Signing in, the temporary password, and choosing one's own."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from shumoos.accounts import lockout
from shumoos.accounts.models import Role
from shumoos.accounts.people import choose_password, create_person, give_temporary_password

pytestmark = pytest.mark.django_db

LOGIN = reverse("accounts:login")
CHOOSE = reverse("accounts:choose_password")
OWN = "three-green-lanterns"


@pytest.fixture
def person():
    return create_person(
        username="481290337", full_name="Invented Person", role=Role.STAFF, mobile="+966500000001"
    )


def sign_in(client, password, username="481290337"):
    return client.post(LOGIN, {"username": username, "password": password})


def test_a_person_without_a_password_cannot_sign_in(client, person):
    assert sign_in(client, "").status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_temporary_password_leads_to_choosing_ones_own_and_nowhere_else(client, person):
    password = give_temporary_password(person)

    assertRedirects(sign_in(client, password), reverse("home"), fetch_redirect_response=False)
    assertRedirects(client.get(reverse("home")), CHOOSE)
    assertRedirects(client.get(reverse("accounts:account")), CHOOSE)

    response = client.post(CHOOSE, {"new_password1": OWN, "new_password2": OWN})
    assertRedirects(response, reverse("home"))
    assert client.get(reverse("accounts:account")).status_code == 200


@pytest.mark.parametrize(("before", "after"), [("", " "), ("\u2066", "\u2069"), (" \u200f", "\u00a0\n")])
def test_the_temporary_password_may_be_pasted_with_what_stands_around_it(client, person, before, after):
    password = give_temporary_password(person)

    assert sign_in(client, f"{before}{password}{after}").status_code == 302
    assert client.session["_auth_user_id"] == str(person.pk)


def test_ones_own_password_is_taken_as_it_was_chosen(client, person):
    choose_password(person, f"{OWN} ")

    assert sign_in(client, OWN).status_code == 200
    assert sign_in(client, f"{OWN} ").status_code == 302


def test_user_names_can_be_typed_in_arabic_digits_and_with_spaces(client, person):
    choose_password(person, OWN)
    sign_in(client, OWN, username=" ٤٨١٢٩٠٣٣٧ ")
    assert client.session["_auth_user_id"] == str(person.pk)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("green-lamp3", "password_too_short"),  # one character
        ("password1234", "password_too_common"),
        ("556566556656", "password_entirely_numeric"),
        ("a481290337bc", "password_too_similar"),
        ("Inventedperson", "password_too_similar"),
    ],
)
def test_weak_passwords_are_refused_each_for_its_own_reason(client, person, password, why):
    give_temporary_password(person)
    client.force_login(person)

    response = client.post(CHOOSE, {"new_password1": password, "new_password2": password})

    errors = response.context["form"].errors.as_data()
    assert {error.code for error in errors["new_password2"]} == {why}
    person.refresh_from_db()
    assert person.must_change_password


def test_twelve_characters_will_do(client, person):
    give_temporary_password(person)
    client.force_login(person)

    client.post(CHOOSE, {"new_password1": "green-lamp37", "new_password2": "green-lamp37"})

    person.refresh_from_db()
    assert not person.must_change_password
    assert person.check_password("green-lamp37")


def test_the_temporary_password_cannot_be_chosen_again(client, person):
    password = give_temporary_password(person)
    sign_in(client, password)

    response = client.post(CHOOSE, {"new_password1": password, "new_password2": password})

    assertContains(response, "اختر كلمة مرور غير التي أُرسلت إليك.")
    person.refresh_from_db()
    assert person.must_change_password


def test_a_new_temporary_password_ends_the_one_before(client, person):
    first = give_temporary_password(person)
    second = give_temporary_password(person)

    assert sign_in(client, first).status_code == 200
    assert sign_in(client, second).status_code == 302


def test_a_temporary_password_ends_after_72_hours(client, person, time_machine):
    password = give_temporary_password(person)
    time_machine.move_to(timezone.now() + timedelta(hours=72, seconds=1))

    response = sign_in(client, password)

    assertContains(response, "انتهت صلاحية كلمة المرور المؤقتة")
    assert "_auth_user_id" not in client.session


def test_a_session_begun_with_a_temporary_password_ends_with_it(client, person, time_machine):
    password = give_temporary_password(person)
    time_machine.move_to(timezone.now() + timedelta(hours=71))
    sign_in(client, password)
    time_machine.move_to(timezone.now() + timedelta(hours=1, seconds=1))

    assertRedirects(client.get(reverse("home")), LOGIN, fetch_redirect_response=False)


def test_a_wrong_password_says_nothing_of_the_user(client, person):
    unknown = sign_in(client, "not it at all", username="nobody").content
    known = sign_in(client, "not it at all").content
    strip = lambda page: page.replace(b"481290337", b"").replace(b"nobody", b"")  # noqa: E731
    assert len(strip(unknown)) == len(strip(known))


def test_guessing_is_locked_out_with_a_sentence(client, person):
    choose_password(person, OWN)
    for _attempt in range(lockout.FREE):
        response = sign_in(client, "a wrong guess")

    assert response.status_code == 429
    assert int(response["Retry-After"]) in (59, 60)
    assert sign_in(client, OWN).status_code == 429


def test_nothing_but_signing_out_works_by_get_or_post_alone(client, person):
    client.force_login(person)
    assert client.get(reverse("accounts:logout")).status_code == 405
    assertRedirects(client.post(reverse("accounts:logout")), reverse("front"))


def test_the_role_decides_who_is_in_the_admin(db):
    supervisor = create_person(username="s1", full_name="Invented", role=Role.SUPERVISOR)
    owner = create_person(username="o1", full_name="Invented", role=Role.OWNER)
    assert supervisor.is_staff
    assert not owner.is_staff
    owner.is_staff = True
    with pytest.raises(Exception, match="user_in_the_admin_by_role"):
        owner.save()


def test_passwords_are_kept_as_argon2(person):
    password = give_temporary_password(person)
    stored = get_user_model().objects.get(pk=person.pk).password
    assert stored.startswith("argon2")
    assert password not in stored


def test_a_password_that_is_too_short_and_typed_differently_is_told_both(client, person):
    sign_in(client, give_temporary_password(person))
    form = client.post(CHOOSE, {"new_password1": "short", "new_password2": "shorter"}).context["form"]
    assert form.has_error("new_password1", "password_too_short")
    assert form.has_error("new_password2", "password_mismatch")

    form = client.post(CHOOSE, {"new_password1": OWN, "new_password2": f"{OWN}s"}).context["form"]
    assert set(form.errors) == {"new_password2"}
    # What is the same twice is told of once.
    form = client.post(CHOOSE, {"new_password1": "short", "new_password2": "short"}).context["form"]
    assert sum(len(errors) for errors in form.errors.as_data().values()) == 1
