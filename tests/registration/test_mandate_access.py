"""What a mandate opens and closes, and what history, letters and log say of it."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from activation import decisions
from guests.models import GuestRecord, Submission
from registration import corrections, intake, mandates
from registration.mandates import MandateRefused, NewOwner
from registration.models import Application, Establishment, ProviderAgent, Scope
from registration.moves import MoveRefused, withdraw
from shumoos.accounts.models import Look, Role
from shumoos.letters.render import printed
from tests.activation.reviewing import claimed, everything_ticked, page
from tests.conftest import sign_in
from tests.factories import (
    ApplicationFactory,
    LicenceFactory,
    OwnerFactory,
    TypedFactory,
    UserFactory,
    make_draft,
)
from tests.guests.factories import GuestFactory, send
from tests.registration.mandating import ALL, ProviderFactory, agent_of, asked, granted, run_out

pytestmark = pytest.mark.django_db

NEW = reverse("guests:new")


def new_owner(typed):
    return NewOwner(typed["owner_national_id"], typed["owner_name"], typed["owner_mobile"])


# What a mandate opens --------------------------------------------------------------------------------------


def test_guests_are_entered_under_a_mandate_and_the_receipt_says_for_whom(agent_client, agent, hotel):
    mandate = granted(agent, hotel, scopes=["submit_guests"])

    agent_client.post(NEW, GuestFactory())

    submission = Submission.objects.get()
    assert (submission.by, submission.mandate) == (agent, mandate)
    words = f"by agent {agent} of Enjaz for owner {hotel.owner}"
    agent_client.cookies["django_language"] = "en"
    assertContains(agent_client.get(reverse("guests:receipt", args=[submission.receipt])), words)
    owner_client = sign_in(hotel.owner.user)
    owner_client.cookies["django_language"] = "en"
    assertContains(owner_client.get(reverse("guests:receipt", args=[submission.receipt])), words)
    agent_client.get(reverse("guests:detail", args=[submission.records.get().pk]))
    look = Look.objects.filter(action="view guest record").latest("pk")
    assert look.by == agent
    assert all(str(name) in look.reason for name in (agent, "شركة إنجاز", hotel.owner))


def test_a_company_sees_what_was_returned_and_what_to_correct(agent_client, agent, supervisor):
    application = ApplicationFactory()
    mandate = granted(agent, application)
    shown = reverse("registration:mandate_detail", args=[mandate.pk])
    assertNotContains(agent_client.get(reverse("home")), shown + "#correct")
    decisions.return_to_owner(
        claimed(application, supervisor), by=supervisor, reason="ناقص", flags={"letter": "الخطاب غير واضح."}
    )

    assertContains(agent_client.get(reverse("home")), shown + "#correct")
    page = agent_client.get(shown)
    for words in ("ناقص", "الخطاب غير واضح.", reverse("registration:status")):
        assertContains(page, words)

    run_out(mandate)
    assertNotContains(agent_client.get(reverse("home")), shown + "#correct")
    assertNotContains(agent_client.get(shown), "الخطاب غير واضح.")


@pytest.mark.parametrize("scopes", [["register"], ["present_documents"], ["register", "present_documents"]])
def test_guests_need_their_own_scope(agent_client, agent, hotel, scopes):
    granted(agent, hotel, scopes=scopes)

    assert agent_client.get(f"{NEW}?establishment={hotel.number}").status_code == 404
    agent_client.post(NEW, GuestFactory())
    assert not Submission.objects.exists()


def test_the_agent_sees_only_the_guests_their_company_has_entered(agent_client, agent, hotel):
    [theirs] = send(hotel, GuestFactory()).results
    granted(agent, hotel)
    agent_client.post(NEW, GuestFactory())

    visible = GuestRecord.objects.visible_to(agent)
    assert [record.submission.by for record in visible] == [agent]
    assert agent_client.get(reverse("guests:detail", args=[theirs.record_id])).status_code == 404


def test_sending_again_what_the_owner_has_sent_shows_nothing_of_theirs(agent_client, agent, hotel):
    guest = GuestFactory()
    send(hotel, guest)
    granted(agent, hotel)

    page = agent_client.post(NEW, guest, follow=True)

    assert page.status_code == 200
    assertNotContains(page, guest["full_name"])


def test_the_application_opens_under_a_mandate_and_the_look_is_logged_with_the_reason(agent_client, agent):
    application = ApplicationFactory()
    mandate = granted(agent, application, scopes=["present_documents"])

    response = agent_client.get(reverse("registration:mandate_detail", args=[mandate.pk]))

    assertContains(response, application.shown_reference)
    look = Look.objects.get(action="view application")
    assert (look.by, look.subject) == (agent, f"registration.application:{application.pk}")
    assert all(str(name) in look.reason for name in (agent, "شركة إنجاز", application.owner_name))


def test_a_mandate_reaches_the_establishment_once_it_is_activated(agent, supervisor):
    application = ApplicationFactory()
    granted(agent, application)

    assert list(Establishment.objects.visible_to(agent)) == []
    decisions.activate(claimed(application, supervisor), by=supervisor)

    application.refresh_from_db()
    assert list(Establishment.objects.visible_to(agent)) == [application.establishment]


def opened(agent, hotel, application):
    """What an agent gets to see and do, by page and by row."""
    client = sign_in(agent)
    return [
        client.get(f"{NEW}?establishment={hotel.number}").status_code == 200,
        Establishment.objects.visible_to(agent).exists(),
        Application.objects.visible_to(agent).exists(),
        Submission.objects.visible_to(agent).exists(),
        GuestRecord.objects.visible_to(agent).exists(),
    ]


@pytest.mark.parametrize(
    "end",
    [
        run_out,
        lambda mandate: mandates.revoke(mandate, by=None),
        lambda mandate: mandates.revoke(mandate, by=mandate.asked_by),
        lambda mandate: ProviderAgent.objects.update(ended_at="2026-01-01T00:00Z"),
    ],
    ids=["expired", "revoked by the owner", "revoked by the agent", "agent ended"],
)
def test_nothing_is_open_from_the_very_next_request(agent_client, agent, hotel, end):
    application = ApplicationFactory()
    first, second = granted(agent, hotel), granted(agent, application)
    agent_client.post(NEW, GuestFactory())
    assert opened(agent, hotel, application) == [True] * 5

    end(first)
    end(second)

    assert opened(agent, hotel, application) == [False] * 5
    agent_client.post(NEW, GuestFactory())
    assert Submission.objects.count() == 1


def test_another_companys_agent_gets_nothing_of_it(agent, hotel):
    application = ApplicationFactory()
    granted(agent, hotel)
    granted(agent, application)
    send(hotel, GuestFactory(), by=agent)

    assert opened(agent_of(ProviderFactory()), hotel, application) == [False] * 5
    assert opened(UserFactory(role=Role.PROVIDER), hotel, application) == [False] * 5


def test_an_unanswered_mandate_opens_nothing(agent, hotel):
    application = ApplicationFactory()
    asked(agent, hotel)
    asked(agent, application)

    assert opened(agent, hotel, application) == [False] * 5


def test_a_mandate_ends_with_the_owner_who_gave_it(agent, hotel):
    granted(agent, hotel)
    hotel.owner = OwnerFactory()
    hotel.save()

    assert list(Establishment.objects.visible_to(agent)) == []
    assert mandates.over_establishment(agent, hotel, Scope.SUBMIT_GUESTS) is None


def test_the_last_day_counts_in_full(agent, hotel):
    granted(agent, hotel, days=0)

    assert list(Establishment.objects.visible_to(agent)) == [hotel]


# Registering -----------------------------------------------------------------------------------------------


def test_an_agent_registers_and_the_history_says_for_whom(agent, supervisor_client):
    typed = TypedFactory()
    mandate = granted(agent, new_owner(typed), scopes=["register"])

    application = intake.submit(make_draft(**typed), by=agent)

    event = application.events.get()
    words = f"by agent {agent} of Enjaz for owner {typed['owner_name']}"
    assert (event.by, event.mandate) == (agent, mandate)
    mandate.agreement.refresh_from_db()
    assert mandate.agreement.application == application
    assert [duty.kind for duty in mandate.agreement.duties.all()] == ["registered"]
    supervisor_client.cookies["django_language"] = "en"
    assertContains(supervisor_client.get(page("review", application)), words)
    assert list(Application.objects.visible_to(agent)) == [application]


def test_an_agent_without_a_mandate_cannot_send(agent):
    typed = TypedFactory()
    granted(agent, new_owner(TypedFactory()), scopes=["register"])
    granted(agent_of(ProviderFactory()), new_owner(typed), scopes=["register"])
    granted(agent, new_owner(typed), scopes=["submit_guests", "present_documents"])
    draft = make_draft(**typed)

    with pytest.raises(MandateRefused):
        intake.submit(draft, by=agent)

    draft.refresh_from_db()
    assert draft.status == "draft"


def test_one_mandate_to_register_is_for_one_application(agent):
    typed = TypedFactory()
    granted(agent, new_owner(typed), scopes=["register"])
    intake.submit(make_draft(**typed), by=agent)
    again = typed | {"licence_number": "ANOTHER1"}

    with pytest.raises(MandateRefused):
        intake.submit(make_draft(**again), by=agent)


def test_an_ended_application_is_sent_again_under_the_same_mandate(agent):
    typed = TypedFactory()
    mandate = granted(agent, new_owner(typed), scopes=["register"])
    first = intake.submit(make_draft(**typed), by=agent)
    withdraw(first, by=None)

    second = intake.submit(make_draft(**typed), by=agent)

    mandate.agreement.refresh_from_db()
    assert mandate.agreement.application == second


def test_an_agent_registers_anew_for_an_establishment_under_mandate(agent, hotel):
    licence = LicenceFactory(establishment=hotel, sector=hotel.sector)
    granted(agent, hotel, scopes=["register"])
    typed = TypedFactory(
        licence_number=licence.number,
        owner_national_id=hotel.owner.national_id,
        owner_mobile=hotel.owner.mobile,
    )

    application = intake.submit(make_draft(**typed), by=agent)

    assert application.events.get().mandate.agreement.establishment == hotel


def test_owners_send_as_before():
    typed = TypedFactory()

    application = intake.submit(make_draft(**typed))

    assert (application.events.get().by, application.events.get().mandate) == (None, None)


# Presenting documents --------------------------------------------------------------------------------------


def test_history_and_letter_name_the_agent_who_presented(supervisor_client, supervisor, agent):
    application = ApplicationFactory()
    granted(agent, application, scopes=["present_documents"])
    claimed(application, supervisor)
    membership = agent.memberships.get()

    supervisor_client.post(
        page("activate", application),
        everything_ticked(application) | {"presented_by": membership.pk},
    )

    application.refresh_from_db()
    assert application.status == "activated"
    reason = application.events.last().reason
    assert all(str(name) in reason for name in (agent, "شركة إنجاز", application.owner_name))
    letter = application.subscription.statement
    assert letter.content["presented"] == reason
    assert any(str(agent) in value for _label, value, *_english in printed(letter)["rows"])


@pytest.mark.parametrize("scopes", [["register"], ["submit_guests"]])
def test_an_agent_without_that_scope_presents_nothing(supervisor_client, supervisor, agent, scopes):
    application = ApplicationFactory()
    granted(agent, application, scopes=scopes)
    claimed(application, supervisor)

    supervisor_client.post(
        page("activate", application),
        everything_ticked(application) | {"presented_by": agent.memberships.get().pk},
    )

    application.refresh_from_db()
    assert application.status == "under_review"
    with pytest.raises(MoveRefused):
        decisions.activate(application, by=supervisor, presented_by=agent)


def test_letters_for_owners_who_came_themselves_say_nothing_of_agents(supervisor):
    application = ApplicationFactory()

    subscription = decisions.activate(claimed(application, supervisor), by=supervisor)

    labels = [label for label, *_rest in printed(subscription.statement)["rows"]]
    assert "تقديم الوثائق" not in labels


def test_corrections_by_the_owner_stay_the_owners(agent, supervisor):
    application = ApplicationFactory()
    granted(agent, application, scopes=ALL)
    decisions.claim(application, by=supervisor)
    decisions.return_to_owner(application, by=supervisor, reason="صحّح الاسم", flags={"name_ar": "صحّح الاسم"})

    corrections.send_corrections(application, typed={"name_ar": "فندق مصحح"})

    assert application.events.last().mandate is None
