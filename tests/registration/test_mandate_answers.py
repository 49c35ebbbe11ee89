"""What the owner answers: approving a mandate with a code, and revoking it."""

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration import mandates
from registration.mandates import MandateRefused
from registration.models import Agreement, Establishment, Mandate, Scope
from shumoos.accounts.codes import CodeRefused
from shumoos.accounts.models import Role
from shumoos.sms.models import TextMessage
from tests.codes import another, receive_code
from tests.conftest import sign_in
from tests.factories import (
    ApplicationFactory,
    OwnerFactory,
    UserFactory,
)
from tests.races import at_once
from tests.registration.mandating import ProviderFactory, agent_of, asked, granted, run_out

pytestmark = pytest.mark.django_db


def answer_page(mandate):
    return reverse("registration:mandate", args=[mandate.key])


# Approving -------------------------------------------------------------------------------------------------


def test_an_owner_without_an_account_approves_with_the_code(client, agent):
    application = ApplicationFactory()
    mandate = asked(agent, application, scopes=["register"])

    shown = client.get(answer_page(mandate))
    client.post(answer_page(mandate), {"do": "code"})
    code = receive_code(application.owner_mobile)
    response = client.post(answer_page(mandate), {"do": "approve", "code": code})

    assertContains(shown, str(Scope.REGISTER.label))
    assertContains(shown, f"{mandate.ends_on.year}")
    assertRedirects(response, answer_page(mandate))
    mandate.refresh_from_db()
    assert (mandate.state, mandate.approved_by) == ("in_force", None)


def test_an_owner_with_an_account_is_led_there_from_it(owner_client, owner, agent, hotel):
    mandate = asked(agent, hotel)

    assertContains(owner_client.get(reverse("accounts:account")), answer_page(mandate))
    owner_client.post(answer_page(mandate), {"do": "code"})
    owner_client.post(answer_page(mandate), {"do": "approve", "code": receive_code(hotel.owner.mobile)})

    mandate.refresh_from_db()
    assert (mandate.state, mandate.approved_by) == ("in_force", owner)


def test_another_code_approves_nothing(client, agent, hotel):
    mandate = asked(agent, hotel)
    client.post(answer_page(mandate), {"do": "code"})
    code = receive_code(hotel.owner.mobile)

    response = client.post(answer_page(mandate), {"do": "approve", "code": another(code)})

    assertContains(response, 'id="id_code"', status_code=422)
    mandate.refresh_from_db()
    assert mandate.approved_at is None
    assert list(Establishment.objects.visible_to(agent)) == []


def test_five_wrong_codes_spend_the_right_one(client, agent, hotel):
    mandate = asked(agent, hotel)
    client.post(answer_page(mandate), {"do": "code"})
    code = receive_code(hotel.owner.mobile)
    for _time in range(5):
        client.post(answer_page(mandate), {"do": "approve", "code": another(code)})

    client.post(answer_page(mandate), {"do": "approve", "code": code})

    mandate.refresh_from_db()
    assert mandate.approved_at is None


def test_the_code_of_another_mandate_approves_nothing(client, agent, hotel):
    other = asked(agent_of(ProviderFactory()), hotel)
    mandate = asked(agent, hotel)
    client.post(answer_page(other), {"do": "code"})

    with pytest.raises(CodeRefused):
        mandates.approve(mandate, typed=receive_code(hotel.owner.mobile), by=None)


def test_approving_again_changes_nothing(client, agent, hotel):
    mandate = granted(agent, hotel)
    before = mandate.approved_at

    mandates.approve(mandate, typed="", by=hotel.owner.user)

    mandate.refresh_from_db()
    assert (mandate.approved_at, mandate.approved_by) == (before, None)


@pytest.mark.parametrize("end", [run_out, lambda mandate: mandates.revoke(mandate, by=None)])
def test_what_has_ended_is_not_approved(client, agent, hotel, end):
    mandate = asked(agent, hotel)
    mandates.send_code(mandate, address=None, language="ar")
    code = receive_code(hotel.owner.mobile)
    end(mandate)

    with pytest.raises(MandateRefused):
        mandates.approve(mandate, typed=code, by=None)

    mandate.refresh_from_db()
    assert mandate.approved_at is None


def test_the_code_goes_to_the_mobile_the_owner_has_now(agent, hotel):
    mandate = asked(agent, hotel)
    hotel.owner.mobile = "+966500000077"
    hotel.owner.save()

    mandates.send_code(Mandate.objects.get(pk=mandate.pk), address=None, language="ar")

    assert TextMessage.objects.get(kind="code").to == "+966500000077"


def test_a_guessed_page_is_not_there(client):
    assert client.get("/mandates/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_uses_the_code(agent, hotel):
    mandate = asked(agent, hotel)
    mandates.send_code(mandate, address=None, language="ar")
    code = receive_code(hotel.owner.mobile)

    def approve(by):
        return lambda: mandates.approve(Mandate.objects.get(pk=mandate.pk), typed=code, by=by)

    outcomes = at_once(approve(None), approve(hotel.owner.user))

    refused = [outcome for outcome in outcomes if outcome is not None]
    assert len(refused) <= 1
    assert all(isinstance(outcome, CodeRefused) for outcome in refused)
    mandate.refresh_from_db()
    assert mandate.state == "in_force"


@pytest.mark.django_db(transaction=True)
def test_of_an_approval_and_a_revocation_at_once_the_revocation_stays(agent, hotel):
    mandate = asked(agent, hotel)
    mandates.send_code(mandate, address=None, language="ar")
    code = receive_code(hotel.owner.mobile)

    at_once(
        lambda: mandates.approve(Mandate.objects.get(pk=mandate.pk), typed=code, by=None),
        lambda: mandates.revoke(Mandate.objects.get(pk=mandate.pk), by=agent),
    )

    mandate.refresh_from_db()
    assert mandate.state == "revoked"
    assert not Establishment.objects.visible_to(agent).exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_asked_twice_at_once_asks_once(agent, hotel):
    outcomes = at_once(lambda: asked(agent, hotel), lambda: asked(agent, hotel))

    assert outcomes[0] == outcomes[1]
    assert Mandate.objects.count() == Agreement.objects.count() == 1


# Revoking --------------------------------------------------------------------------------------------------


def test_the_owner_revokes_from_the_account_page(owner_client, owner, agent, hotel):
    mandate = granted(agent, hotel)

    response = owner_client.post(reverse("registration:revoke_mandate", args=[mandate.pk]))

    assertRedirects(response, reverse("accounts:account"))
    mandate.refresh_from_db()
    assert (mandate.state, mandate.revoked_by) == ("revoked", owner)


def test_owner_and_company_are_asked_before_a_mandate_ends(owner_client, agent_client, agent, hotel):
    mandate = granted(agent, hotel)
    address = reverse("registration:revoke_mandate", args=[mandate.pk])
    leading = [
        (owner_client, reverse("accounts:account")),
        (agent_client, reverse("registration:mandate_detail", args=[mandate.pk])),
    ]
    for client, page in leading:
        # Only a link there: no button of a form ends it.
        assertContains(client.get(page), f'href="{address}"')
        assertNotContains(client.get(page), f'action="{address}"')
        question = client.get(address)
        assertContains(question, mandate.agreement.provider)
        assertContains(question, hotel.name)
    mandate.refresh_from_db()
    assert mandate.state == "in_force"


def test_a_request_is_taken_back_without_its_owner_being_named(agent_client, agent, hotel):
    mandate = asked(agent, hotel)
    question = agent_client.get(reverse("registration:revoke_mandate", args=[mandate.pk]))
    assertContains(question, mandate.pk)
    assertNotContains(question, hotel.name)


def test_the_page_of_whoever_has_no_account_asks_before_a_mandate_ends(client, agent):
    mandate = granted(agent, ApplicationFactory())
    page = answer_page(mandate)
    assertNotContains(client.get(page), 'value="revoke"')
    assertContains(client.get(f"{page}?revoke=1"), 'value="revoke"')


def test_the_heading_says_whether_a_company_asks_or_may_act(english, agent):
    mandate = asked(agent, ApplicationFactory())
    provider = mandate.agreement.provider.name_en
    assertContains(english.get(answer_page(mandate)), f"{provider} asks to act for you")
    Mandate.objects.update(approved_at=timezone.now())
    assertContains(english.get(answer_page(mandate)), f"{provider} may act for you")
    Mandate.objects.update(revoked_at=timezone.now())
    assertContains(english.get(answer_page(mandate)), f"{provider} may not act for you")


def test_an_owner_without_an_account_revokes_on_the_page_they_were_told(client, agent):
    mandate = granted(agent, ApplicationFactory())

    client.post(answer_page(mandate), {"do": "revoke"})

    mandate.refresh_from_db()
    assert (mandate.state, mandate.revoked_by) == ("revoked", None)


def test_the_company_revokes_and_repeating_it_changes_nothing(agent_client, agent, hotel):
    mandate = granted(agent, hotel)
    address = reverse("registration:revoke_mandate", args=[mandate.pk])

    agent_client.post(address)
    before = Mandate.objects.get().revoked_at
    agent_client.post(address)

    mandate.refresh_from_db()
    assert (mandate.revoked_by, mandate.revoked_at) == (agent, before)


def test_strangers_see_and_revoke_nothing(agent, hotel, supervisor_client, auditor_client):
    mandate = granted(agent, hotel)
    detail = reverse("registration:mandate_detail", args=[mandate.pk])
    revoke = reverse("registration:revoke_mandate", args=[mandate.pk])
    for stranger in (
        sign_in(agent_of(ProviderFactory())),
        sign_in(OwnerFactory().user),
        sign_in(UserFactory(role=Role.PROVIDER)),
        supervisor_client,
    ):
        assert stranger.get(detail).status_code == 404
        assert stranger.post(revoke).status_code == 404
    assert auditor_client.post(revoke).status_code == 404
    assert sign_in(UserFactory(role=Role.PROVIDER)).get(revoke).status_code == 404
    mandate.refresh_from_db()
    assert mandate.state == "in_force"
