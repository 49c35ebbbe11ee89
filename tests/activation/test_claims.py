"""Claims: what nobody works on goes back, and of two who decide one does."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from activation import claims, decisions
from activation.models import Review
from activation.tasks import give_back_idle_claims
from registration.models import Application
from registration.moves import MoveRefused
from shumoos.celery import app
from tests.activation.reviewing import answers, claimed, page
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, OfficerFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(supervisor):
    application = ApplicationFactory()
    decisions.claim(application, by=supervisor)
    return application


def idle(application, minutes):
    at = timezone.now() - timedelta(minutes=minutes)
    Review.objects.filter(application=application).update(last_active_at=at)


def test_a_claim_goes_back_after_two_hours_without_work(application):
    idle(application, 121)
    give_back_idle_claims()

    application.refresh_from_db()
    review, event = application.reviews.get(), application.events.last()
    assert (application.status, review.decision) == ("submitted", "lapse")
    assert (event.new, event.by) == ("submitted", None)


def test_a_claim_stays_while_it_is_worked_on(application):
    idle(application, 119)
    assert claims.give_back_idle() == 0
    application.refresh_from_db()
    assert application.status == "under_review"


@pytest.mark.parametrize("work", ["look", "document", "tick"])
def test_any_work_counts(supervisor, supervisor_client, application, work):
    idle(application, 121)
    if work == "look":
        supervisor_client.get(page("review", application))
    elif work == "document":
        supervisor_client.get(page("document", application, application.documents.first().pk))
    else:
        decisions.tick(application, by=supervisor, person_checked=True, checks={})

    assert claims.give_back_idle() == 0


def test_what_waits_for_the_head_stays(supervisor, application):
    decisions.tick(application, by=supervisor, person_checked=True, checks=answers(application.reviews.get()))
    decisions.propose(application, by=supervisor)
    idle(application, 121)
    assert claims.give_back_idle() == 0


def test_the_beat_looks_for_them_every_minute():
    schedules = {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}
    assert schedules[give_back_idle_claims.name] <= 60


def test_a_colleagues_look_is_not_work(application):
    idle(application, 121)
    sign_in(OfficerFactory()).get(page("review", application))
    assert claims.give_back_idle() == 1


def test_the_time_is_a_setting(application, settings):
    settings.CLAIM_IDLE_MINUTES = 10
    idle(application, 11)
    assert claims.give_back_idle() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_being_decided_is_not_given_back():
    supervisor = OfficerFactory()
    application = ApplicationFactory()
    decisions.claim(application, by=supervisor)
    idle(application, 121)
    with transaction.atomic():
        decisions.locked_review(application, by=supervisor)
        assert at_once(claims.give_back_idle) == [0]
    assert at_once(claims.give_back_idle, claims.give_back_idle) in ([0, 1], [1, 0])


def test_a_claim_that_lapsed_is_anothers_to_take(application):
    idle(application, 121)
    claims.give_back_idle()
    other = OfficerFactory()
    decisions.claim(application, by=other)
    with pytest.raises(MoveRefused, match=other.full_name):
        decisions.activate(application, by=application.reviews.last().supervisor)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_does_and_the_other_sees_who():
    application = ApplicationFactory()
    supervisors = [OfficerFactory(), OfficerFactory()]

    def decide(supervisor):
        def job():
            own = Application.objects.get(pk=application.pk)
            return decisions.activate(claimed(own, supervisor), by=supervisor)

        return job

    outcomes = at_once(*map(decide, supervisors))

    [refusal] = [outcome for outcome in outcomes if isinstance(outcome, MoveRefused)]
    [subscription] = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    assert subscription.activated_by.full_name in str(refusal)


@pytest.mark.parametrize("decision", ["activate", "return_to_owner", "reject"])
def test_who_comes_after_a_decision_sees_whose_it_was(supervisor, decision):
    application = claimed(ApplicationFactory(), supervisor)
    words = {} if decision == "activate" else {"reason": "السبب"}
    getattr(decisions, decision)(application, by=supervisor, **words)

    for late in (
        decisions.claim,
        lambda *args, **kwargs: getattr(decisions, decision)(*args, **kwargs, **words),
    ):
        with pytest.raises(MoveRefused, match=supervisor.full_name):
            late(application, by=OfficerFactory())
