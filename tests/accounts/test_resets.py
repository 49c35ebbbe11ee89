"""A lost authenticator is reset by two people, neither of them alone."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from shumoos.accounts import resets, second_factor
from shumoos.accounts.models import Authenticator, AuthenticatorReset, Look, ResetStatus, Role
from shumoos.sms.models import TextMessage
from tests.authenticators import asks_again, give_authenticator
from tests.conftest import sign_in
from tests.factories import PASSWORD, OfficerFactory, OwnerFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def head():
    return OfficerFactory(role=Role.HEAD)


@pytest.fixture
def officer():
    person = OfficerFactory()
    give_authenticator(person)
    second_factor.make_recovery_codes(person)
    return person


@pytest.fixture
def administrator():
    return UserFactory(role=Role.ADMINISTRATOR)


def confirm_url(reset):
    return reverse("accounts:confirm_reset", args=[reset.pk])


def test_the_person_asks_after_the_password_and_the_head_confirms(client, officer, head):
    open_elsewhere = sign_in(officer)
    client.post(reverse("accounts:login"), {"username": officer.username, "password": PASSWORD})
    client.post(reverse("accounts:lost"))
    client.post(reverse("accounts:lost"))
    reset = AuthenticatorReset.objects.get()
    assert Authenticator.objects.filter(user=officer).exists()

    sign_in(head).post(confirm_url(reset))

    reset.refresh_from_db()
    assert (reset.status, reset.decided_by) == (ResetStatus.CONFIRMED, head)
    assert not Authenticator.objects.filter(user=officer).exists()
    assert not officer.recovery_codes.exists()
    assert open_elsewhere.get("/account/").status_code == 302
    assert [text.to for text in TextMessage.objects.filter(kind="authenticator_reset")] == [officer.mobile]
    assert Look.objects.filter(
        action="confirm_reset", by=head, subject=f"accounts.user:{officer.pk}"
    ).exists()
    client.post(reverse("accounts:login"), {"username": officer.username, "password": PASSWORD})
    assert client.get("/admin/")["Location"].startswith(reverse("accounts:enrol"))


def test_a_head_asks_and_another_person_confirms(officer, head, administrator):
    sign_in(head).post(reverse("accounts:ask_reset", args=[officer.pk]), {"also_password": "on"})
    reset = AuthenticatorReset.objects.get()
    sign_in(head).post(confirm_url(reset))
    reset.refresh_from_db()
    assert reset.status == ResetStatus.ASKED

    client = sign_in(administrator)
    client.post(confirm_url(reset))
    client.post(confirm_url(reset))

    officer.refresh_from_db()
    assert not officer.has_usable_password()
    kinds = TextMessage.objects.filter(to=officer.mobile).values_list("kind", flat=True)
    assert sorted(kinds) == ["authenticator_reset", "staff_credentials"]


def test_nobody_confirms_their_own(administrator):
    give_authenticator(administrator)
    reset = resets.ask(administrator, by=administrator)
    with pytest.raises(resets.ResetRefused):
        resets.confirm(reset, by=administrator)
    resets.confirm(reset, by=UserFactory(role=Role.ADMINISTRATOR))
    assert not Authenticator.objects.filter(user=administrator).exists()


def test_the_database_refuses_one_person_alone(officer, head):
    reset = resets.ask(officer, by=head)
    for alone in (head, officer):
        with pytest.raises(IntegrityError), transaction.atomic():
            resets.decide(reset, ResetStatus.CONFIRMED, alone)


def test_strangers_neither_ask_nor_confirm(officer, head):
    reset = resets.ask(officer, by=officer)
    for stranger in (
        OfficerFactory(role=Role.HEAD, office="MKK"),
        OfficerFactory(),
        UserFactory(role=Role.AUDITOR),
        OwnerFactory().user,
    ):
        client = sign_in(stranger)
        assert client.post(confirm_url(reset)).status_code == 404
        assert client.post(reverse("accounts:ask_reset", args=[officer.pk])).status_code == 404
        with pytest.raises(resets.ResetRefused):
            resets.confirm(reset, by=stranger)
    reset.refresh_from_db()
    assert reset.status == ResetStatus.ASKED


def test_a_head_does_not_reset_an_administrator(head, administrator):
    assert sign_in(head).post(reverse("accounts:ask_reset", args=[administrator.pk])).status_code == 404


def test_a_request_turned_down_changes_nothing_and_can_be_made_again(officer, head):
    reset = resets.ask(officer, by=officer)
    sign_in(head).post(reverse("accounts:refuse_reset", args=[reset.pk]))
    assert Authenticator.objects.filter(user=officer).exists()
    with pytest.raises(resets.ResetRefused):
        resets.confirm(reset, by=head)
    assert resets.ask(officer, by=officer).pk != reset.pk


def test_an_owner_asks_the_support_line(client):
    owner = OwnerFactory().user
    give_authenticator(owner)
    client.post(reverse("accounts:login"), {"username": owner.username, "password": PASSWORD})
    client.post(reverse("accounts:lost"))
    assert not AuthenticatorReset.objects.exists()


def test_confirming_asks_again_after_ten_minutes(officer, head):
    client = sign_in(head)
    reset = resets.ask(officer, by=officer)
    session = client.session
    session["verified_at"] -= 601
    session.save()
    assert asks_again(client.post(confirm_url(reset)))
    reset.refresh_from_db()
    assert reset.status == ResetStatus.ASKED
