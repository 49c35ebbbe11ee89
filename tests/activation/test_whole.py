"""Each decision happens whole or not at all, and what was decided stays as it was decided."""

import pytest
from django.db import DatabaseError, connection, transaction

from activation import decisions
from activation import office as office_decisions
from activation.models import DocumentCheck, Review
from registration.models import Application, ApplicationChange, ApplicationEvent, Flag, Sector
from shumoos.accounts.models import Look, Role
from shumoos.sms.models import TextMessage
from tests.activation.reviewing import claimed
from tests.factories import ApplicationFactory, OfficerFactory, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def head():
    return OfficerFactory(role=Role.HEAD)


@pytest.fixture
def application(supervisor):
    return claimed(ApplicationFactory(), supervisor)


def rows():
    """Everything that a decision writes, as it stands."""
    tables = (Application, ApplicationEvent, ApplicationChange, Flag, Review, TextMessage, Look)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def returned(application, supervisor, head):
    flags = {"name_ar": "كما في الترخيص"}
    decisions.return_to_owner(application, by=supervisor, reason="ناقص", flags=flags)


def rejected(application, supervisor, head):
    decisions.reject(application, by=supervisor, reason="السبب")


def given_away(application, supervisor, head):
    office_decisions.reassign(application, to=office("MKK"), by=head, reason="السبب")


def reopened(application, supervisor, head):
    office_decisions.reopen(application, by=head, reason="رُفض بالخطأ")


def proposed(application, supervisor, head):
    decisions.propose(application, by=supervisor)


def confirmed(application, supervisor, head):
    decisions.confirm(application, by=head)


def sent_back(application, supervisor, head):
    decisions.send_back(application, by=head, reason="السبب")


def released(application, supervisor, head):
    decisions.release(application, by=supervisor)


def taken_back(application, supervisor, head):
    office_decisions.take_back(application, by=head)


BEFORE = {reopened: [rejected], confirmed: [proposed], sent_back: [proposed]}
# A decision, and the last thing that it does.
LAST = [
    (returned, "decisions.raise_flags"),
    (rejected, "decisions.queue_sms"),
    (given_away, "office.queue_sms"),
    (reopened, "office.queue_sms"),
    (proposed, "decisions.log_change"),
    (confirmed, "decisions.close"),
    (sent_back, "decisions.log_change"),
    (released, "decisions.close"),
    (taken_back, "office.close"),
]


def fail(*args, **kwargs):
    raise ConnectionError("the database went away here")


@pytest.mark.parametrize(("decision", "last"), LAST)
def test_a_decision_whose_last_step_fails_leaves_nothing(
    application, supervisor, head, monkeypatch, decision, last
):
    Sector.objects.filter(code="hotels").update(needs_second_review=decision in (proposed, *BEFORE))
    for earlier in BEFORE.get(decision, []):
        earlier(application, supervisor, head)
    before = rows()
    with monkeypatch.context() as patched:
        patched.setattr(f"activation.{last}", fail)
        with pytest.raises(ConnectionError):
            decision(application, supervisor, head)

    assert rows() == before
    assert not connection.needs_rollback
    decision(Application.objects.get(pk=application.pk), supervisor, head)
    assert rows() != before


@pytest.mark.parametrize("decision", [returned, rejected, released, given_away])
@pytest.mark.parametrize(
    "change", [{"decision": "", "decided_at": None}, {"reason": "سبب آخر"}, {"person_checked": False}]
)
def test_the_database_refuses_to_change_what_was_decided(application, supervisor, head, decision, change):
    decision(application, supervisor, head)

    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Review.objects.update(**change)


def test_the_database_refuses_to_delete_what_was_decided(application, supervisor, head):
    rejected(application, supervisor, head)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM activation_documentcheck")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM activation_review")
    assert Review.objects.get().decision == "reject"


def test_a_checklist_stays_as_it_was_at_the_decision(application, supervisor, head):
    decisions.activate(application, by=supervisor)
    check = DocumentCheck.objects.first()

    for change in ({"legible": False}, {"valid_until": None}):
        with pytest.raises(DatabaseError, match="decided review"), transaction.atomic():
            DocumentCheck.objects.filter(pk=check.pk).update(**change)
    assert not [each for each in DocumentCheck.objects.all() if each.open_points]
