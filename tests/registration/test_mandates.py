"""Mandates: who asks whom for what, and what the database refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration import mandates
from registration.mandates import MandateRefused, NewOwner, UnknownOwner
from registration.models import Agreement, Mandate, ProviderAgent
from registration.moves import withdraw
from shumoos.saudi.calendar import today
from shumoos.sms import bodies, kinds
from shumoos.sms.models import TextMessage
from tests.factories import (
    ApplicationFactory,
    EstablishmentFactory,
    OwnerFactory,
    TypedFactory,
)
from tests.registration.mandating import asked, granted

pytestmark = pytest.mark.django_db

ASK = reverse("registration:ask_mandate")


def answer_page(mandate):
    return reverse("registration:mandate", args=[mandate.key])


def wish(**changes):
    return {"scopes": ["submit_guests"], "ends_on": f"{today() + timedelta(days=20)}", "fee": "700"} | changes


# Asking ----------------------------------------------------------------------------------------------------


def test_an_agent_asks_about_an_application_and_its_owner_is_told(agent_client, agent, company):
    application = ApplicationFactory(language="en")

    response = agent_client.post(
        ASK,
        wish(
            number=application.shown_reference,
            last_four=application.owner_mobile[-4:],
            scopes=["register", "present_documents"],
        ),
    )

    mandate = Mandate.objects.get()
    assertRedirects(response, reverse("registration:mandate_detail", args=[mandate.pk]))
    assert (mandate.scopes, mandate.asked_by, mandate.state) == (
        ["register", "present_documents"],
        agent,
        "asked",
    )
    agreement = mandate.agreement
    assert (agreement.provider, agreement.application, agreement.fee) == (company, application, 700)
    text = TextMessage.objects.get(kind="mandate_asked")
    assert (text.to, text.language, text.about) == (application.owner_mobile, "en", mandate)
    body = bodies.write(text, kinds.get("mandate_asked"))
    assert "Enjaz" in body
    assert answer_page(mandate) in body


def test_an_agent_asks_about_an_establishment(agent_client, hotel):
    agent_client.post(ASK, wish(number=hotel.number, last_four=hotel.owner.mobile[-4:], fee="650.50"))

    agreement = Agreement.objects.get()
    assert (agreement.establishment, agreement.owner_national_id) == (hotel, hotel.owner.national_id)
    assert str(agreement.fee) == "650.50"


def test_an_agent_asks_an_owner_who_is_not_registered(agent_client):
    typed = TypedFactory()
    data = {name: typed[name] for name in ("owner_name", "owner_national_id", "owner_mobile")}

    agent_client.post(f"{ASK}?new=1", wish(scopes=["register"], **data))

    agreement = Agreement.objects.get()
    assert (agreement.application, agreement.establishment) == (None, None)
    assert TextMessage.objects.get(kind="mandate_asked").to == typed["owner_mobile"]


@pytest.mark.parametrize(
    "changes",
    [
        {"last_four": "0000"},
        {"number": "700000099"},
        {"number": "26-4821-9037-42"},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"ends_on": "2020-01-01"},
        {"ends_on": "2090-01-01"},
        {"fee": "-1"},
    ],
)
def test_a_wrong_request_ends_in_a_sentence_and_asks_nobody(agent_client, hotel, changes):
    data = wish(number=hotel.number, last_four=hotel.owner.mobile[-4:]) | changes

    response = agent_client.post(ASK, data)

    assert response.status_code == 422
    assertContains(response, 'role="alert"', status_code=422)
    assert not Mandate.objects.exists()
    assert not TextMessage.objects.exists()


def test_unknown_numbers_and_wrong_mobiles_are_answered_alike_and_slowed_down(agent_client, hotel):
    unknown = wish(number="700000099", last_four="0000")
    wrong = wish(number=hotel.number, last_four="0000")

    def errors(data):
        return list(agent_client.post(ASK, data).context["form"].non_field_errors())

    misses = [errors(unknown), *(errors(wrong) for _time in range(9))]
    assert misses == [misses[0]] * 10
    [slowed] = errors(wish(number=hotel.number, last_four=hotel.owner.mobile[-4:]))
    assert [slowed] != misses[0]
    assert not Mandate.objects.exists()


def test_a_known_owner_is_not_asked_at_another_mobile(agent):
    owner = OwnerFactory()

    with pytest.raises(UnknownOwner):
        asked(agent, NewOwner(owner.national_id, owner.full_name, "+966500000001"))

    assert not Agreement.objects.exists()


def test_ended_applications_are_not_found():
    application = ApplicationFactory()
    withdraw(application, by=None)

    assert mandates.find_subject(application.reference, application.owner_mobile[-4:]) is None


def test_asking_the_same_again_asks_once(agent, hotel):
    first, second = asked(agent, hotel), asked(agent, hotel)

    assert first == second
    assert TextMessage.objects.filter(kind="mandate_asked").count() == 1


def test_asking_for_something_else_waits_for_the_answer(agent, hotel):
    asked(agent, hotel, scopes=["register"])

    with pytest.raises(MandateRefused):
        asked(agent, hotel, scopes=["submit_guests"])


def test_nobody_is_asked_more_than_five_times_a_day(agent, hotel):
    for _time in range(5):
        mandates.revoke(asked(agent, hotel), by=agent)

    with pytest.raises(MandateRefused):
        asked(agent, hotel)


def test_two_mandates_share_one_agreement(agent, hotel):
    granted(agent, hotel, scopes=["submit_guests"])
    granted(agent, hotel, scopes=["present_documents"])

    assert Agreement.objects.count() == 1


def test_the_page_is_for_agents_of_a_company(owner_client, supervisor_client, agent_client, agent):
    assert owner_client.get(ASK).status_code == 403
    assert supervisor_client.get(ASK).status_code == 403
    ProviderAgent.objects.update(ended_at="2026-01-01T00:00Z")
    assert agent_client.get(ASK).status_code == 403
    with pytest.raises(MandateRefused):
        asked(agent, EstablishmentFactory())


def test_the_agent_learns_nothing_of_the_owner_before_the_approval(agent_client, agent, hotel):
    mandate = asked(agent, hotel)

    for address in (
        reverse("registration:mandate_detail", args=[mandate.pk]),
        reverse("registration:agreement", args=[mandate.agreement_id]),
        reverse("registration:mandates"),
        reverse("home"),
    ):
        response = agent_client.get(address)
        assertNotContains(response, hotel.owner.full_name)
        assertNotContains(response, hotel.name_ar)


# The database ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scopes", [[], ["everything"], ["register", "everything"]])
def test_the_database_knows_the_scopes(agent, hotel, scopes):
    mandate = asked(agent, hotel)

    with pytest.raises(IntegrityError), transaction.atomic():
        Mandate.objects.filter(pk=mandate.pk).update(scopes=scopes)


def test_lists_take_the_same_queries_for_one_and_for_three(
    agent_client, agent, django_assert_max_num_queries
):
    granted(agent, EstablishmentFactory())
    for address in (reverse("registration:mandates"), reverse("home")):
        agent_client.get(address)
        with django_assert_max_num_queries(30) as first:
            agent_client.get(address)
        granted(agent, EstablishmentFactory())
        granted(agent, ApplicationFactory())
        with django_assert_max_num_queries(len(first)):
            agent_client.get(address)
