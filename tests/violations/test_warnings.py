"""Who is warned for not subscribing, by the sweep and by hand."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from registration.models import Licence
from shumoos.sms.models import TextMessage
from tests.violations.factories import (
    make_licence,
    make_supervisor,
    reject,
    submit,
    subscribe,
    warn,
)
from tests.violations.written import everything
from violations.escalation import CaseRefused, comply, escalate, open_case
from violations.models import Case, Notice, Schedule

D = date.fromisoformat

pytestmark = pytest.mark.django_db


@pytest.fixture
def only_supervisors_warn():
    Schedule.objects.update(warns_by_sweep=False)


def test_the_sweep_warns_a_licence_without_subscription():
    licence = make_licence(issued_on=D("2026-01-01"))

    report = escalate(D("2026-01-01"))

    assert report.as_json() == {
        "on": "2026-01-01",
        "warned": 1,
        "fined": 0,
        "suspended": 0,
        "complied": 0,
        "paused": 0,
        "cases": [
            {
                "licence_number": licence.number,
                "from": None,
                "to": "warned",
                "amount": "0.00",
                "due_on": "2026-01-31",
            }
        ],
    }
    notice = Notice.objects.get()
    assert (notice.stage, notice.issued_on, notice.due_on) == ("warned", D("2026-01-01"), D("2026-01-31"))


def test_nobody_is_warned_by_the_sweep_where_the_schedule_leaves_it_to_supervisors(only_supervisors_warn):
    make_licence()
    assert escalate(D("2026-01-01")).warned == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"issued_on": D("2026-01-02")},
        {"expires_on": D("2025-12-31")},
        {"in_register": False},
    ],
    ids=["issued later", "expired the day before", "described by an applicant only"],
)
def test_the_sweep_does_not_warn_a_licence(fields):
    make_licence(**fields)
    assert escalate(D("2026-01-01")).warned == 0


@pytest.mark.parametrize("fields", [{"issued_on": D("2026-01-01")}, {"expires_on": D("2026-01-01")}])
def test_the_first_and_the_last_day_of_a_licence_count(fields):
    make_licence(**fields)
    assert escalate(D("2026-01-01")).warned == 1


def test_a_subscribed_licence_is_not_warned_until_the_subscription_is_over():
    licence = make_licence()
    subscription = subscribe(licence, on=D("2026-01-10"))

    assert escalate(D("2026-01-10")).warned == 0
    subscription.status = "closed"
    subscription.end_by(D("2026-01-11"))
    subscription.save()
    assert escalate(D("2026-01-11")).warned == 1


def test_the_subscription_of_its_establishment_covers_a_licence():
    licence = make_licence()
    subscribe(licence, on=D("2026-01-10"))
    make_licence(establishment=licence.establishment)

    assert escalate(D("2026-01-10")).warned == 0


def test_an_application_with_the_office_keeps_the_warning_away_and_a_rejection_lets_it_come():
    licence = make_licence()
    application = submit(licence, D("2026-01-05"))

    assert escalate(D("2026-01-04"), dry_run=True).warned == 1
    assert escalate(D("2026-01-05")).warned == 0
    reject(application, D("2026-01-09"))
    assert escalate(D("2026-01-08")).warned == 0
    assert escalate(D("2026-01-09")).warned == 1


def test_a_day_that_had_its_case_is_not_warned_again_after_the_case_is_closed():
    licence = make_licence()
    closed = warn(licence, D("2026-01-01"))
    comply(licence, on=D("2026-01-20"))

    assert escalate(D("2026-01-20")).warned == 0
    assert escalate(D("2026-01-21")).warned == 1
    # By a new case: the closed one stays as it was.
    assert Case.objects.get(closed_on=None).opened_on == D("2026-01-21")
    closed.refresh_from_db()
    assert (closed.stage, closed.closed_on) == ("complied", D("2026-01-20"))


# By hand --------------------------------------------------------------------------------------------------


def test_a_supervisor_issues_a_warning_whatever_the_schedule_says(only_supervisors_warn):
    licence, supervisor = make_licence(), make_supervisor()

    case = open_case(licence, supervisor, D("2026-01-01"))

    assert (case.stage, case.due_on) == ("warned", D("2026-01-31"))
    assert case.notices.get().by == supervisor
    assert TextMessage.objects.get().to == licence.owner_mobile


def test_no_warning_where_there_is_a_case_an_application_or_a_subscription():
    warned, applied, subscribed, expired = make_licence(), make_licence(), make_licence(), make_licence()
    warn(warned, D("2026-01-01"))
    submit(applied, D("2026-01-01"))
    subscribe(subscribed, on=D("2026-01-01"))
    Licence.objects.filter(pk=expired.pk).update(expires_on=D("2025-12-31"))
    before = everything()

    for licence in (warned, applied, subscribed, expired):
        with pytest.raises(CaseRefused):
            open_case(licence, make_supervisor(), D("2026-01-02"))
    assert everything() == before


def test_a_licence_has_one_open_case():
    licence = make_licence()
    warn(licence, D("2026-01-01"))
    with pytest.raises(IntegrityError), transaction.atomic():
        warn(licence, D("2026-01-02"))
