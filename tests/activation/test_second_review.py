"""Sectors in which the office head confirms what a supervisor proposes."""

import pytest
from pytest_django.asserts import assertContains, assertRedirects

from activation import decisions
from activation.models import Review, Subscription
from registration.models import Sector
from registration.moves import MoveRefused
from shumoos.accounts.models import Role
from tests.activation.reviewing import claimed, everything_ticked, page
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, OfficerFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def application(supervisor):
    Sector.objects.filter(code="hotels").update(needs_second_review=True)
    return claimed(ApplicationFactory(), supervisor)


@pytest.fixture
def head(db):
    return OfficerFactory(role=Role.HEAD)


def test_a_supervisors_activation_becomes_a_proposal(supervisor_client, supervisor, application, head):
    supervisor_client.post(page("activate", application), everything_ticked(application))

    application.refresh_from_db()
    assert (application.status, Subscription.objects.count()) == ("under_review", 0)
    change = application.changes.get()
    assert (change.kind, change.by) == ("proposed", supervisor)
    response = sign_in(head).get("/admin/registration/application/queue/?tab=proposed")
    assert response.context["page"].applications == [application]


def test_the_head_confirms_it(supervisor, application, head):
    decisions.propose(application, by=supervisor)

    response = sign_in(head).post(page("confirm", application))

    assertRedirects(response, page("review", application))
    subscription, review = Subscription.objects.get(), Review.objects.get()
    assert (subscription.activated_by, review.confirmed_by) == (supervisor, head)
    assert application.events.last().by == head
    assert decisions.confirm(application, by=head) == subscription


def test_the_head_sends_it_back_with_a_reason(supervisor, application, head):
    decisions.propose(application, by=supervisor)

    assert sign_in(head).post(page("send_back", application), {"send_back-reason": " "}).status_code == 422
    sign_in(head).post(page("send_back", application), {"send_back-reason": "الخطاب غير مؤرخ"})

    assert not decisions.open_review(application).waits_for_head
    change = application.changes.last()
    assert (change.kind, change.by, change.reason) == ("sent_back", head, "الخطاب غير مؤرخ")
    decisions.propose(application, by=supervisor)


def test_nobody_confirms_their_own_proposal(application, head):
    decisions.release(application, by=application.reviews.get().supervisor)
    claimed(application, head)
    decisions.propose(application, by=head)
    with pytest.raises(MoveRefused):
        decisions.confirm(application, by=head)
    with pytest.raises(MoveRefused):
        decisions.send_back(application, by=head, reason="السبب")


def test_a_supervisor_neither_confirms_nor_activates_alone(supervisor, application):
    decisions.propose(application, by=supervisor)
    client = sign_in(OfficerFactory())
    assert client.post(page("confirm", application)).status_code == 403
    assert client.post(page("send_back", application), {"send_back-reason": "x"}).status_code == 403
    with pytest.raises(MoveRefused):
        decisions.activate(application, by=supervisor)


def test_an_incomplete_checklist_is_not_proposed(supervisor, application):
    application.reviews.get().checks.update(legible=False)
    with pytest.raises(MoveRefused):
        decisions.propose(application, by=supervisor)


def test_what_waits_for_the_head_does_not_change_under_them(supervisor, application):
    decisions.propose(application, by=supervisor)
    for refused in (
        lambda: decisions.tick(application, by=supervisor, person_checked=False, checks={}),
        lambda: decisions.release(application, by=supervisor),
        lambda: decisions.return_to_owner(application, by=supervisor, reason="السبب"),
        lambda: decisions.reject(application, by=supervisor, reason="السبب"),
    ):
        with pytest.raises(MoveRefused):
            refused()
    assert decisions.propose(application, by=supervisor).waits_for_head
    assert application.changes.count() == 1


def test_the_page_says_what_it_waits_for(supervisor_client, supervisor, application, head):
    decisions.propose(application, by=supervisor)
    assertContains(supervisor_client.get(page("review", application)), "يؤكده رئيس الإدارة أو يعيده.")
    assertContains(sign_in(head).get(page("review", application)), page("confirm", application))


def test_without_a_proposal_there_is_nothing_to_confirm(application, head):
    with pytest.raises(MoveRefused):
        decisions.confirm(application, by=head)


@pytest.mark.django_db(transaction=True)
def test_of_two_heads_one_confirms_and_the_other_sees_who():
    Sector.objects.filter(code="hotels").update(needs_second_review=True)
    supervisor, *heads = OfficerFactory(), OfficerFactory(role=Role.HEAD), OfficerFactory(role=Role.HEAD)
    application = claimed(ApplicationFactory(), supervisor)
    decisions.propose(application, by=supervisor)

    at_once(
        lambda: decisions.confirm(type(application).objects.get(pk=application.pk), by=heads[0]),
        lambda: decisions.send_back(
            type(application).objects.get(pk=application.pk), by=heads[1], reason="السبب"
        ),
    )

    application.refresh_from_db()
    is_active = Subscription.objects.exists()
    assert (application.status == "activated") == is_active
    assert application.changes.filter(kind="sent_back").exists() != is_active
    Sector.objects.filter(code="hotels").update(needs_second_review=False)
