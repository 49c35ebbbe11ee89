"""What only a head does: another office, a rejection taken back, an application taken from a colleague."""

import pytest
from django.utils import translation
from pytest_django.asserts import assertContains, assertRedirects

from activation import decisions
from activation import office as office_decisions
from registration import corrections
from registration.moves import MoveRefused
from shumoos.accounts.models import Role
from shumoos.sms import bodies, kinds
from shumoos.sms.models import TextMessage
from tests.activation.reviewing import claimed, page
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, OfficerFactory, office

QUEUE = "/admin/registration/application/queue/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(db):
    return OfficerFactory(role=Role.HEAD)


@pytest.fixture
def head_client(head):
    return sign_in(head)


@pytest.fixture
def application():
    return ApplicationFactory(language="en")


def given_away(head_client, application, to="MKK", reason="المنشأة في مكة المكرمة"):
    form = {"reassign-office": office(to).pk, "reassign-reason": reason}
    return head_client.post(page("reassign", application), form)


def test_another_office_gets_it_and_the_owner_its_address(head_client, head, makkah_client, application):
    assertRedirects(given_away(head_client, application), QUEUE)

    application.refresh_from_db()
    change = application.changes.get()
    assert (application.office.code, change.before, change.after, change.by) == ("MKK", "RUH", "MKK", head)
    assert head_client.get(QUEUE).context["page"].applications == []
    assert makkah_client.get(QUEUE).context["page"].applications == [application]
    assertContains(makkah_client.get(page("review", application)), "المنشأة في مكة المكرمة")
    text = TextMessage.objects.get(kind="application_reassigned")
    with translation.override("en"):
        assert application.office.address in bodies.write(text, kinds.get(text.kind))


def test_an_open_review_ends_with_it(head_client, supervisor, application):
    decisions.claim(application, by=supervisor)
    given_away(head_client, application)

    application.refresh_from_db()
    assert (application.status, application.reviews.get().decision) == ("submitted", "reassign")


def test_giving_it_to_the_same_office_again_changes_nothing(head, application):
    for _time in range(2):
        office_decisions.reassign(application, to=office("MKK"), by=head, reason="السبب")
    assert application.changes.count() == 1
    assert TextMessage.objects.filter(kind="application_reassigned").count() == 1


def test_giving_it_away_needs_a_reason_and_another_office(head_client, application):
    assert given_away(head_client, application, reason=" ").status_code == 422
    assert given_away(head_client, application, to="RUH").status_code == 422


def test_a_correction_leaves_it_with_the_office_it_was_given_to(head, application):
    office_decisions.reassign(application, to=office("MKK"), by=head, reason="السبب")
    supervisor = OfficerFactory(office="MKK")
    decisions.claim(application, by=supervisor)
    decisions.return_to_owner(application, by=supervisor, reason="ناقص", flags={"name_ar": "صحح"})
    corrections.send_corrections(application, typed={"name_ar": "الاسم الصحيح"})
    application.refresh_from_db()
    assert application.office.code == "MKK"


def test_what_is_decided_is_not_given_away(head, supervisor, application):
    decisions.reject(claimed(application, supervisor), by=supervisor, reason="السبب")
    with pytest.raises(MoveRefused):
        office_decisions.reassign(application, to=office("MKK"), by=head, reason="السبب")


def test_a_rejection_is_taken_back_with_a_reason(head_client, head, supervisor, application):
    decisions.reject(claimed(application, supervisor), by=supervisor, reason="السبب")

    head_client.post(page("reopen", application), {"reopen-reason": "رُفض بالخطأ"})

    application.refresh_from_db()
    event = application.events.last()
    assert (event.old, event.new, event.by, event.reason) == ("rejected", "submitted", head, "رُفض بالخطأ")
    assert application.decided_at is None
    assert TextMessage.objects.filter(kind="application_reopened").count() == 1
    head_client.post(page("reopen", application), {"reopen-reason": "رُفض بالخطأ"})
    assert TextMessage.objects.filter(kind="application_reopened").count() == 1
    decisions.activate(claimed(application, supervisor), by=supervisor)


def test_a_rejection_stays_where_the_owner_has_applied_again(head, supervisor, application):
    decisions.reject(claimed(application, supervisor), by=supervisor, reason="السبب")
    ApplicationFactory(licence_number=application.licence_number)

    with pytest.raises(MoveRefused):
        office_decisions.reopen(application, by=head, reason="رُفض بالخطأ")


def test_what_was_not_rejected_is_not_reopened(head, supervisor, application):
    decisions.claim(application, by=supervisor)
    with pytest.raises(MoveRefused):
        office_decisions.reopen(application, by=head, reason="السبب")


def test_a_colleagues_claim_is_taken_back(head_client, head, supervisor, application):
    decisions.claim(application, by=supervisor)
    for _time in range(2):
        head_client.post(page("take_back", application))
    application.refresh_from_db()
    assert (application.status, application.events.last().by) == ("submitted", head)
    assert application.reviews.get().decision == "release"


@pytest.mark.parametrize("name", ["confirm", "send_back", "take_back", "reassign", "reopen"])
def test_these_are_the_own_offices_heads_alone(
    supervisor_client, auditor_client, head_client, application, name
):
    stranger = sign_in(OfficerFactory(role=Role.HEAD, office="MKK"))
    assert stranger.post(page(name, application)).status_code == 404
    assert supervisor_client.post(page(name, application)).status_code == 403
    assert auditor_client.post(page(name, application)).status_code == 403
    assert head_client.get(page(name, application)).status_code == 405
