"""Withdrawing from the status page, and applying again."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration import corrections, intake, moves
from registration.models import Application, Status
from registration.models.applications import TYPED
from registration.moves import MoveRefused, move_application
from shumoos.sms.models import TextMessage
from tests.factories import ApplicationFactory, TypedFactory
from tests.races import at_once
from tests.registration.following import opened, right

WITHDRAW = reverse("registration:status_withdraw")
DETAILS = reverse("registration:status_details")
AGAIN = reverse("registration:status_again")

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    return ApplicationFactory()


def test_withdrawing_asks_first_and_then_ends_the_application(english, application):
    opened(english, application)
    assertContains(english.get(WITHDRAW), application.shown_reference)
    application.refresh_from_db()
    assert application.status == "submitted"

    response = english.post(WITHDRAW, {"reason": "أغلقت المنشأة"})

    assertRedirects(response, DETAILS)
    application.refresh_from_db()
    event = application.events.last()
    assert (application.status, event.reason, event.by) == ("withdrawn", "أغلقت المنشأة", None)
    text = TextMessage.objects.get(kind="application_withdrawn")
    assert text.to == application.owner_mobile


def test_a_reason_is_not_needed_and_a_repeat_changes_nothing(english, application):
    opened(english, application)
    english.post(WITHDRAW)

    assertRedirects(english.post(WITHDRAW), DETAILS)

    assert application.events.count() == 2
    assert TextMessage.objects.filter(kind="application_withdrawn").count() == 1


def test_what_has_ended_cannot_be_withdrawn(english, application, supervisor):
    move_application(application, Status.UNDER_REVIEW, by=supervisor)
    move_application(application, Status.REJECTED, by=supervisor, reason="السبب")
    opened(english, application)

    assertRedirects(english.post(WITHDRAW), DETAILS)

    application.refresh_from_db()
    assert application.status == "rejected"


def test_withdrawing_too_long_a_reason_is_told(english, application):
    opened(english, application)

    assert english.post(WITHDRAW, {"reason": "س" * 501}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_withdrawing_at_the_moment_of_the_claim_leaves_one_truth(supervisor):
    application = ApplicationFactory()

    at_once(
        lambda: moves.withdraw(Application.objects.get(pk=application.pk), by=None),
        lambda: move_application(
            Application.objects.get(pk=application.pk), Status.UNDER_REVIEW, by=supervisor
        ),
    )

    application.refresh_from_db()
    assert application.status == "withdrawn"
    assert application.events.last().new == "withdrawn"


# Again ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["withdrawn", "rejected", "expired"])
def test_applying_again_starts_with_the_data_and_the_documents(english, application, supervisor, status):
    end(application, status, supervisor)
    opened(english, application)

    assertRedirects(english.post(AGAIN), reverse("registration:check"), fetch_redirect_response=False)

    draft = Application.objects.get(again_of=application)
    assert draft.status == Status.DRAFT
    assert [getattr(draft, name) for name in TYPED] == [getattr(application, name) for name in TYPED]
    assert draft.mobile_verified_at is not None
    copies, originals = (each.documents.order_by("kind") for each in (draft, application))
    assert [copy.sha256 for copy in copies] == [original.sha256 for original in originals]
    # Files of their own: removing one takes nothing from the other.
    assert not {copy.file.name for copy in copies} & {original.file.name for original in originals}
    assert copies[0].file.open().read() == originals[0].file.open().read()


def end(application, status, supervisor):
    if status == "expired":
        move_application(application, Status.EXPIRED, by=None)
    else:
        move_application(application, Status.UNDER_REVIEW, by=supervisor)
        move_application(application, Status(status), by=supervisor, reason="السبب")


def test_what_was_applied_for_again_can_be_sent(application):
    moves.withdraw(application, by=None)
    draft = corrections.apply_again(application)

    sent = intake.submit(draft)

    assert sent.status == Status.SUBMITTED
    assert sent.reference != application.reference
    assert sent.licence == application.licence


def test_asking_again_twice_is_one_draft(english, application):
    moves.withdraw(application, by=None)
    opened(english, application)
    english.post(AGAIN)
    english.post(AGAIN)

    assert application.applied_again.count() == 1


@pytest.mark.django_db(transaction=True)
def test_asking_again_at_once_is_one_draft():
    application = ApplicationFactory()
    moves.withdraw(application, by=None)

    at_once(*[lambda: corrections.apply_again(Application.objects.get(pk=application.pk))] * 2)

    assert application.applied_again.count() == 1
    assert application.applied_again.get().documents.count() == 3


def test_what_goes_on_is_not_applied_for_again(english, application):
    with pytest.raises(MoveRefused):
        corrections.apply_again(application)
    opened(english, application)
    assertRedirects(english.post(AGAIN), DETAILS)
    assert not application.applied_again.exists()


def test_strangers_cannot_withdraw_or_apply_again(english, application):
    status = reverse("registration:status")
    assertRedirects(english.post(WITHDRAW), status)
    assertRedirects(english.post(AGAIN), status)
    assert english.get(AGAIN).status_code == 405
    application.refresh_from_db()
    assert application.status == "submitted"


def test_another_owners_session_does_not_reach_it(english, application):
    opened(english, ApplicationFactory(**TypedFactory()))
    english.post(WITHDRAW)

    application.refresh_from_db()
    assert application.status == "submitted"


def test_until_the_office_returns_it_withdrawing_is_said_to_be_the_way(english, application, supervisor):
    told = "the way is to withdraw it and to register again"
    opened(english, application)
    assertContains(english.get(DETAILS), told)

    move_application(application, Status.UNDER_REVIEW, by=supervisor)
    assertContains(english.get(DETAILS), told)

    move_application(application, Status.RETURNED, by=supervisor, reason="السبب")
    assertNotContains(english.get(DETAILS), told)


def test_it_is_said_before_the_code_as_well(english, application):
    found = english.post(reverse("registration:status"), right(application))
    assertContains(found, "the way is to withdraw it and to register again")
