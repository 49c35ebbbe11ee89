"""Staff accounts come about by invitation: who invites whom, the link, and what becomes of it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertRedirects

from registration.models import Authority, Provider
from registration.providers import headed_by
from shumoos.accounts import invitations
from shumoos.accounts.models import Invitation, InvitationStatus, Role, User
from shumoos.sms import bodies, kinds
from shumoos.sms.models import TextMessage
from tests.conftest import sign_in
from tests.factories import OfficerFactory, UserFactory, office
from tests.races import at_once

pytestmark = pytest.mark.django_db

STAFF = reverse("accounts:staff")
INVITE = reverse("accounts:invite")
MOBILE = "+966501234567"
OWN = "three-green-lanterns"


@pytest.fixture
def head():
    return OfficerFactory(role=Role.HEAD)


@pytest.fixture
def administrator():
    return UserFactory(role=Role.ADMINISTRATOR)


@pytest.fixture
def invitation(head):
    return invite(head)


def invite(by, *, role=Role.SUPERVISOR, place="RUH", mobile=MOBILE):
    where = office(place) if isinstance(place, str) else place
    return invitations.invite(by=by, role=role, place=where, full_name="شخص مخترع", mobile=mobile)


def receive_link(mobile=MOBILE):
    """Let the worker's part of the last invitation happen, and return the path of its link."""
    text = TextMessage.objects.filter(kind="invitation", to=mobile).order_by("-pk").first()
    return re.search(r"/invitation/\w+/", bodies.write(text, kinds.get("invitation")))[0]


def accept(client, link, *, username="new-officer", password=OWN):
    return client.post(link, {"username": username, "new_password1": password, "new_password2": password})


def test_a_head_invites_a_supervisor_who_makes_their_account(head, client):
    form = {
        "role": "supervisor",
        "place": f"registration.office:{office('RUH').pk}",
        "full_name": "شخص مخترع",
        "mobile": "٠٥٠١٢٣٤٥٦٧",
        "language": "ar",
    }
    assertRedirects(sign_in(head).post(INVITE, form), STAFF)
    link = receive_link()
    assertContains(client.get(link), "شخص مخترع")

    assertRedirects(accept(client, link), reverse("home"), fetch_redirect_response=False)

    person = User.objects.get(username="new-officer")
    assert (person.role, person.mobile, person.is_staff) == (Role.SUPERVISOR, MOBILE, True)
    assert [place.code for place in person.offices.all()] == ["RUH"]
    assert person.check_password(OWN)
    assert Invitation.objects.get().status == InvitationStatus.ACCEPTED
    assert client.get("/admin/")["Location"].startswith(reverse("accounts:enrol"))


@pytest.mark.parametrize("role", invitations.BY_ADMINISTRATOR)
def test_an_administrator_invites_everybody_else(administrator, client, role):
    provider = Provider.objects.create(
        name_ar="شركة مخترعة", name_en="Invented Co.", commercial_registration="1010999999"
    )
    place = {
        Role.HEAD: office("MKK"),
        Role.AUTHORITY: Authority.objects.first(),
        Role.PROVIDER: provider,
    }.get(role)
    invite(administrator, role=role, place=place)
    accept(client, receive_link())

    person = User.objects.get(username="new-officer")
    assert person.role == role
    assert (headed_by(person) == provider) == (role == Role.PROVIDER)
    assert list(person.offices.all()) == ([office("MKK")] if role == Role.HEAD else [])
    assert person.authorities.count() == (role == Role.AUTHORITY)


def test_nobody_invites_beyond_their_own(head, administrator):
    for by, role, place in (
        (head, Role.SUPERVISOR, office("MKK")),
        (head, Role.SUPERVISOR, None),
        (head, Role.HEAD, office("RUH")),
        (head, Role.ADMINISTRATOR, None),
        (administrator, Role.SUPERVISOR, office("RUH")),
        (administrator, Role.OWNER, None),
        (administrator, Role.HEAD, None),
        (administrator, Role.HEAD, Authority.objects.first()),
        (administrator, Role.AUDITOR, office("RUH")),
        (OfficerFactory(), Role.SUPERVISOR, office("RUH")),
    ):
        with pytest.raises(invitations.InvitationRefused):
            invitations.invite(by=by, role=role, place=place, full_name="x", mobile=MOBILE)
    assert not Invitation.objects.exists()
    assert not TextMessage.objects.exists()


def test_the_form_refuses_what_does_not_fit(administrator):
    client = sign_in(administrator)
    form = {"role": "auditor", "place": "", "full_name": "شخص", "mobile": "0501234567", "language": "ar"}
    for wrong in (
        {"role": "supervisor"},
        {"role": "head"},
        {"place": f"registration.office:{office('RUH').pk}"},
        {"mobile": "12"},
        {"full_name": ""},
    ):
        assert client.post(INVITE, form | wrong).status_code == 422
    assert client.post(INVITE, form).status_code == 302
    assert client.post(INVITE, form).status_code == 422


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR, Role.STAFF, Role.SUPPORT])
def test_others_find_no_such_pages(role, invitation):
    client = sign_in(UserFactory(role=role))
    assert client.get(STAFF).status_code == 404
    assert client.get(INVITE).status_code == 404
    assert client.post(reverse("accounts:revoke_invitation", args=[invitation.pk])).status_code == 404


def test_another_offices_invitations_are_not_there(invitation):
    client = sign_in(OfficerFactory(role=Role.HEAD, office="MKK"))
    for name in ("resend_invitation", "revoke_invitation"):
        assert client.post(reverse(f"accounts:{name}", args=[invitation.pk])).status_code == 404
    assert list(client.get(STAFF).context["invitations"]) == []


def test_the_inviter_sees_where_it_stands(head, invitation, time_machine):
    client = sign_in(head)
    assert [row.status for row in client.get(STAFF).context["invitations"]] == ["open"]
    time_machine.move_to(timezone.now() + timedelta(hours=72))
    assert [row.status for row in invitations.visible_to(head)] == ["expired"]


def test_a_link_works_once(invitation, client):
    link = receive_link()
    accept(client, link)
    client.logout()
    assert client.get(link).status_code == 410
    assert accept(client, link, username="another").status_code == 410
    assert not User.objects.filter(username="another").exists()


def test_a_link_ends_after_72_hours(invitation, client, time_machine):
    link = receive_link()
    time_machine.move_to(timezone.now() + timedelta(hours=72, seconds=1))
    assert accept(client, link).status_code == 410
    assert not User.objects.filter(username="new-officer").exists()


def test_sending_again_ends_the_link_before_and_gives_72_hours_more(head, invitation, client, time_machine):
    first = receive_link()
    time_machine.move_to(timezone.now() + timedelta(hours=80))
    sign_in(head).post(reverse("accounts:resend_invitation", args=[invitation.pk]))
    second = receive_link()

    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200


def test_a_revoked_one_is_no_more(head, invitation, client):
    link = receive_link()
    url = reverse("accounts:revoke_invitation", args=[invitation.pk])
    sign_in(head).post(url)
    sign_in(head).post(url)
    assert client.get(link).status_code == 410
    with pytest.raises(invitations.InvitationRefused):
        invitations.resend(invitation)
    with pytest.raises(kinds.Pointless):
        receive_link()


def test_a_key_is_kept_as_a_hash_alone(invitation):
    key = receive_link().split("/")[2]
    invitation.refresh_from_db()
    assert len(key) == 32
    assert key not in invitation.key_hash


@pytest.mark.parametrize("password", ["short", "password1234", "new-officer-1", "123456789012"])
def test_weak_passwords_are_refused(invitation, client, password):
    assert accept(client, receive_link(), password=password).status_code == 422
    assert not User.objects.filter(username="new-officer").exists()


def test_a_taken_user_name_is_told(invitation, client):
    UserFactory(username="taken-name")
    assert accept(client, receive_link(), username="Taken-Name").status_code == 422


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_taken(transactional_db):
    invitation = invite(OfficerFactory(role=Role.HEAD))
    key = receive_link().split("/")[2]

    def take(name):
        return lambda: invitations.accept(
            Invitation.objects.get(pk=invitation.pk), key=key, username=name, password=OWN
        )

    outcomes = at_once(take("first-one"), take("second-one"))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["InvitationRefused", "User"]
