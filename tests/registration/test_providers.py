"""Provider companies: the administrator adds them, their head adds and ends the agents."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration import providers
from registration.models import Provider, ProviderAgent
from registration.moves import MoveRefused
from shumoos.accounts.models import Role, User
from shumoos.accounts.people import choose_password
from shumoos.sms import bodies, kinds
from shumoos.sms.models import TextMessage
from tests.conftest import sign_in
from tests.factories import UserFactory
from tests.races import at_once
from tests.registration.mandating import ProviderFactory, agent_of

pytestmark = pytest.mark.django_db

AGENTS = reverse("registration:agents")
NEW = {"full_name": "سامي العنزي", "username": "sami.a", "mobile": "0501234567"}


@pytest.fixture
def head(company):
    return agent_of(company, is_head=True)


@pytest.fixture
def head_of_company(head):
    return sign_in(head)


def in_english(client):
    client.cookies["django_language"] = "en"
    return client


def test_the_administrator_adds_a_company_with_its_head(administrator_client):
    head = UserFactory(role=Role.PROVIDER)
    data = {
        "name_ar": "شركة جديدة",
        "name_en": "New Company",
        "commercial_registration": "1039999999",
        "fee": "700.00",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-user": head.pk,
        "memberships-0-is_head": "on",
    }

    response = administrator_client.post(reverse("admin:registration_provider_add"), data)

    assert response.status_code == 302
    assert providers.headed_by(head) == Provider.objects.get()


def test_only_provider_agents_are_offered_there(administrator_client):
    owner = UserFactory(full_name="مالك لا يُعرض")
    agent = UserFactory(role=Role.PROVIDER)

    page = administrator_client.get(reverse("admin:registration_provider_add"))

    assertContains(page, agent.full_name)
    assertNotContains(page, owner.full_name)


def test_the_head_adds_an_agent_who_gets_credentials_by_text(head_of_company, company):
    response = head_of_company.post(AGENTS, NEW | {"username": " Sami.A "})

    assertRedirects(response, AGENTS)
    agent = User.objects.get(username="sami.a")
    assert (agent.role, agent.mobile) == (Role.PROVIDER, "+966501234567")
    assert Provider.objects.served_by(agent).get() == company
    assert providers.headed_by(agent) is None
    text = TextMessage.objects.get()
    assert (text.kind, text.to, text.about) == ("staff_credentials", "+966501234567", agent)
    body = bodies.write(text, kinds.get("staff_credentials"))
    agent.refresh_from_db()
    assert "sami.a" in body
    assert any(agent.check_password(word) for word in body.split())


def test_a_text_that_comes_late_leaves_the_chosen_password_alone(head_of_company):
    head_of_company.post(AGENTS, NEW)
    choose_password(User.objects.get(username="sami.a"), "a-password-of-my-own")

    with pytest.raises(kinds.Pointless):
        bodies.write(TextMessage.objects.get(), kinds.get("staff_credentials"))


@pytest.mark.parametrize(
    "changes",
    [{"username": "a b"}, {"username": "سامي"}, {"mobile": "123"}, {"full_name": ""}, {"username": "x" * 31}],
)
def test_wrong_details_end_in_a_sentence(head_of_company, changes):
    response = head_of_company.post(AGENTS, NEW | changes)

    assertContains(response, 'role="alert"', status_code=422)
    assert ProviderAgent.objects.count() == 1


def test_a_user_name_that_is_taken_is_refused(head_of_company):
    owner = UserFactory(username="taken.name")
    other = agent_of(ProviderFactory(), username="busy.agent", mobile="+966501234567")

    for person in (owner, other):
        response = head_of_company.post(AGENTS, NEW | {"username": person.username})
        assert response.status_code == 422
    assert ProviderAgent.objects.count() == 2


def test_an_agent_who_left_comes_back_with_their_account(head, company):
    agent = agent_of(company, username="sami.a", mobile="+966501234567")
    providers.end_agent(agent.memberships.get(), by=head)

    providers.add_agent(company, username="sami.a", full_name="سامي", mobile="+966501234567")

    assert Provider.objects.served_by(agent).get() == company
    assert agent.memberships.count() == 2
    assert not TextMessage.objects.exists()


def test_adding_a_present_agent_again_changes_nothing(company):
    first = providers.add_agent(company, username="sami.a", full_name="سامي", mobile="+966501234567")
    second = providers.add_agent(company, username="sami.a", full_name="سامي", mobile="+966501234567")

    assert first == second
    assert TextMessage.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_companies_that_add_an_agent_at_once_one_gets_them(company):
    other = ProviderFactory()
    details = {"username": "sami.a", "full_name": "سامي", "mobile": "+966501234567"}
    person = UserFactory(role=Role.PROVIDER, username="sami.a", mobile="+966501234567")

    at_once(lambda: providers.add_agent(company, **details), lambda: providers.add_agent(other, **details))

    assert person.memberships.count() == 1


def test_the_head_ends_an_agent_at_once(head_of_company, company):
    agent = agent_of(company)
    client = in_english(sign_in(agent))
    assertContains(client.get(reverse("home")), company.name_en)

    address = reverse("registration:end_agent", args=[agent.memberships.get().pk])
    head_of_company.post(address)
    before = agent.memberships.get().ended_at
    head_of_company.post(address)

    assert agent.memberships.get().ended_at == before
    assertNotContains(client.get(reverse("home")), company.name_en)
    assert client.get(reverse("registration:ask_mandate")).status_code == 403


def test_heads_do_not_end_themselves(head, company):
    with pytest.raises(MoveRefused):
        providers.end_agent(head.memberships.get(), by=head)

    assert providers.headed_by(head) == company


def test_credentials_are_sent_again_until_the_agent_has_signed_in(head_of_company):
    head_of_company.post(AGENTS, NEW)
    agent = User.objects.get(username="sami.a")
    address = reverse("registration:resend_agent_credentials", args=[agent.memberships.get().pk])

    head_of_company.post(address)
    assert TextMessage.objects.filter(about_id=agent.pk).count() == 2
    choose_password(agent, "a-password-of-my-own")
    head_of_company.post(address)
    assert TextMessage.objects.filter(about_id=agent.pk).count() == 2


def test_the_page_is_for_the_head_alone(company, head, owner_client, supervisor_client):
    agent = agent_of(company)
    end = reverse("registration:end_agent", args=[head.memberships.get().pk])
    stranger = sign_in(agent_of(ProviderFactory(), is_head=True))
    for client in (sign_in(agent), owner_client, supervisor_client):
        assert client.get(AGENTS).status_code == 404
        assert client.post(end).status_code == 404
    assert stranger.post(end).status_code == 404
    assertNotContains(stranger.get(AGENTS), head.full_name)
    assert sign_in(head).get(end).status_code == 405
