"""An owner's staff: invited by mobile, send guest records alone, and are let go."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from shumoos.accounts import fresh, invitations, people
from shumoos.accounts.models import Invitation, Look, Role, User
from shumoos.saudi import mobile
from shumoos.sms import bodies, kinds
from shumoos.sms.models import Status, TextMessage
from tests.accounts.test_invitations import accept, receive_link
from tests.authenticators import asks_again
from tests.conftest import sign_in
from tests.factories import PASSWORD, EstablishmentFactory, UserFactory

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


def test_the_owner_is_asked_about_the_person_before_they_are_let_go(own, establishment):
    person = hire(establishment)
    address = f"/staff/people/{person.pk}/end/"
    page = own.get(STAFF)
    assertContains(page, f'href="{address}"')
    assertNotContains(page, f'action="{address}"')

    question = own.get(address)

    assertContains(question, person.full_name)
    assertContains(question, person.username)
    person.refresh_from_db()
    assert person.is_active


def test_an_owner_sends_somebody_of_the_staff_a_new_password(own, owner, establishment, client):
    person = hire(establishment)
    theirs = sign_in(person)
    address = f"/staff/people/{person.pk}/password/"
    question = own.get(address)
    assertContains(question, person.full_name)
    assertContains(question, mobile.mask(person.mobile))
    assertNotContains(question, person.mobile)
    assert not TextMessage.objects.exists()

    assertRedirects(own.post(address), STAFF)

    text = TextMessage.objects.get()
    assert (text.kind, text.to, text.about) == ("staff_credentials", person.mobile, person)
    assert theirs.get("/guests/").status_code == 302
    person.refresh_from_db()
    assert not person.check_password(PASSWORD)
    body = bodies.write(text, kinds.get("staff_credentials"))
    password = next(word for word in body.split() if len(word) == people.PASSWORD_LENGTH)
    answer = client.post("/login/", {"username": person.username, "password": password})
    assert answer.status_code == 302
    line = Look.objects.get(action="send credentials")
    assert (line.by, line.subject) == (owner, f"accounts.user:{person.pk}")


def test_no_more_than_three_passwords_are_sent_a_day(own, establishment):
    person = hire(establishment)
    for _time in range(4):
        own.post(f"/staff/people/{person.pk}/password/")

    texts = TextMessage.objects.filter(kind="staff_credentials")
    assert texts.count() == 3
    # One that has not gone out when the next is asked for never does.
    assert [text.status for text in texts.order_by("queued_at")] == [
        Status.CANCELLED,
        Status.CANCELLED,
        Status.QUEUED,
    ]
    TextMessage.objects.update(queued_at=timezone.now() - timedelta(days=1))
    own.post(f"/staff/people/{person.pk}/password/")
    assert texts.count() == 4


def test_whoever_has_no_mobile_gets_no_password(own, establishment):
    person = UserFactory(role=Role.STAFF, mobile="")
    establishment.staff.add(person)
    assertNotContains(own.get(f"/staff/people/{person.pk}/password/"), 'method="post" novalidate')
    own.post(f"/staff/people/{person.pk}/password/")
    assert not TextMessage.objects.exists()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_nobody_sends_a_password_to_anothers_staff(own, establishment, head_client):
    person = hire(EstablishmentFactory())
    mine = hire(establishment)
    address = "/staff/people/{}/password/"
    for client, pk in ((own, person.pk), (head_client, person.pk), (sign_in(mine), mine.pk)):
        assert client.get(address.format(pk)).status_code == 404
        assert client.post(address.format(pk)).status_code == 404
    assert not TextMessage.objects.exists()


def test_staff_are_told_whom_to_ask_for_a_password(english):
    assertContains(english.get("/login/forgotten/"), "Whoever works for an establishment asks its owner")


def test_staff_whose_temporary_password_has_run_out_ask_the_owner(english, establishment):
    person = hire(establishment)
    User.objects.filter(pk=person.pk).update(
        must_change_password=True, password_expires_at=timezone.now() - timedelta(hours=1)
    )
    answer = english.post("/login/", {"username": person.username, "password": PASSWORD})
    assertContains(
        answer, "Ask the establishment&#x27;s owner to send a new one.", status_code=answer.status_code
    )


def test_an_invitation_shows_the_end_of_the_mobile_it_went_to(own, establishment):
    own.post(INVITE, typed(establishment))
    page = own.get(STAFF)
    assertContains(page, mobile.mask(MOBILE))
    assertNotContains(page, MOBILE)


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
