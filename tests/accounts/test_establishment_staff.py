"""An owner's staff: invited by mobile, send guest records alone, and are let go."""

import time

import pytest
from pytest_django.asserts import assertContains, assertRedirects

from shumoos.accounts import fresh, invitations
from shumoos.accounts.models import Invitation, Look, Role, User
from tests.accounts.test_invitations import accept, receive_link
from tests.authenticators import asks_again
from tests.conftest import sign_in
from tests.factories import EstablishmentFactory, UserFactory

pytestmark = pytest.mark.django_db

STAFF = "/staff/"
INVITE = "/staff/invite/"
MOBILE = "+966501234567"


@pytest.fixture
def own(owner):
    client = sign_in(owner)
    session = client.session
    session[fresh.KEY] = time.time()
    session.save()
    return client


def typed(establishment, **changes):
    return {
        "role": "staff",
        "place": f"registration.establishment:{establishment.pk}",
        "full_name": "موظف مخترع",
        "mobile": "0501234567",
        "language": "ar",
    } | changes


def hire(establishment):
    person = UserFactory(role=Role.STAFF)
    establishment.staff.add(person)
    return person


def test_an_owner_invites_somebody_who_sends_records_and_sees_nothing_else(own, owner, establishment, client):
    assertRedirects(own.post(INVITE, typed(establishment)), STAFF)
    assertContains(own.get(STAFF), "موظف مخترع")
    assert accept(client, receive_link(MOBILE), username="front-desk").status_code == 302

    person = User.objects.get(username="front-desk")
    assert (person.role, list(establishment.staff.all())) == (Role.STAFF, [person])
    assertContains(own.get(STAFF), "front-desk")
    assert client.get("/guests/").status_code == 200
    for address in ("/violations/", "/account/keys/", "/tickets/", STAFF, INVITE, "/desk/", "/audit/"):
        assert client.get(address).status_code in (403, 404), address


@pytest.mark.parametrize("role", ["owner", "supervisor", "administrator", "provider"])
def test_an_owner_invites_to_no_other_role(own, establishment, role):
    assert own.post(INVITE, typed(establishment, role=role)).status_code == 422
    assert not Invitation.objects.exists()


def test_an_owner_invites_to_no_establishment_of_another(own, owner):
    other = EstablishmentFactory()
    assert own.post(INVITE, typed(other)).status_code == 422
    with pytest.raises(invitations.InvitationRefused):
        invitations.invite(by=owner, role=Role.STAFF, place=other, full_name="x", mobile=MOBILE)
    assert not Invitation.objects.exists()


def test_inviting_asks_who_is_there_after_ten_minutes(owner, establishment):
    client = sign_in(owner)
    session = client.session
    session[fresh.KEY] = time.time() - fresh.FRESH_SECONDS - 1
    session.save()
    assert asks_again(client.post(INVITE, typed(establishment)))
    assert not Invitation.objects.exists()


def test_an_owner_sees_their_own_staff_and_invitations_alone(own, establishment):
    mine, others = hire(establishment), hire(EstablishmentFactory())
    other_owner = EstablishmentFactory().owner.user
    invitations.invite(
        by=other_owner,
        role=Role.STAFF,
        place=other_owner.owner.establishments.get(),
        full_name="شخص آخر",
        mobile=MOBILE,
    )
    page = own.get(STAFF)
    assert list(page.context["people"]) == [mine]
    assert list(page.context["invitations"]) == []
    assert others.username not in page.content.decode()


def test_whoever_is_let_go_is_out_at_once(own, owner, establishment):
    person = hire(establishment)
    theirs = sign_in(person)
    assert theirs.get("/guests/").status_code == 200
    assertRedirects(own.post(f"/staff/people/{person.pk}/end/"), STAFF)

    person.refresh_from_db()
    assert not person.is_active
    assert not establishment.staff.exists()
    assert theirs.get("/guests/").status_code == 302
    line = Look.objects.get(action="end access")
    assert (line.by, line.subject) == (owner, f"accounts.user:{person.pk}")
    assert (
        own.post(f"/staff/people/{person.pk}/end/").status_code == 404
    )  # there is nobody to let go any more


def test_whoever_works_for_another_owner_as_well_stays_there(own, establishment):
    elsewhere = EstablishmentFactory()
    person = hire(establishment)
    elsewhere.staff.add(person)
    own.post(f"/staff/people/{person.pk}/end/")
    person.refresh_from_db()
    assert person.is_active
    assert list(person.workplaces.all()) == [elsewhere]


def test_nobody_lets_anothers_staff_go(own, head_client):
    person = hire(EstablishmentFactory())
    assert own.post(f"/staff/people/{person.pk}/end/").status_code == 404
    assert head_client.post(f"/staff/people/{person.pk}/end/").status_code == 404
    person.refresh_from_db()
    assert person.is_active


def test_the_access_log_says_whose_owner_it_was(rf, owner, establishment):
    from shumoos.accounts.access_log import log_look

    request = rf.get("/")
    request.user = owner
    log_look(request, "view", establishment)
    assert Look.objects.get().office == f"establishment:{establishment.pk}"
