"""What the demo holds, made by the portal's own functions."""

import io

import pytest
from django.core.management import call_command
from django.db.models import Count

from shumoos import demo, progress
from violations.ledger_check import first_break
from violations.models import Case, LedgerEntry, Objection, Proposal

pytestmark = pytest.mark.django_db


def counts(queryset, field):
    return dict(queryset.order_by().values_list(field).annotate(Count("pk")))


@pytest.fixture
def documents(settings, tmp_path):
    settings.DOCUMENTS_ROOT = tmp_path


def test_the_demo_shows_violations_on_each_step_and_what_is_done_about_them(documents, monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_ELSEWHERE", 0)
    told = io.StringIO()
    call_command("seed_demo", stdout=io.StringIO(), stderr=told)

    # As many parts as are announced; the commands' other tests show how they are told.
    assert told.getvalue() == "".join(f"{done} of 9 parts of the demo\n" for done in range(10))
    not_subscribed = Case.objects.filter(kind="not_subscribed")
    assert counts(not_subscribed, "stage") == {
        "warned": 3,
        "fined_first": 3,
        "fined_raised": 1,
        "suspended": 1,
        "complied": 1,
    }
    assert not_subscribed.filter(days_left__isnull=False).count() == 2
    assert counts(Case.objects.filter(kind="inaccurate_data"), "stage") == {"fined_first": 1}
    assert counts(Objection.objects.all(), "outcome") == {"": 1, "upheld": 1}
    assert counts(LedgerEntry.objects.filter(amount__lt=0), "kind") == {"reduction": 1, "payment": 3}
    assert counts(Proposal.objects.waiting(), "source") == {"refused_record": 1, "missing_days": 1}
    assert first_break() is None

    cases = Case.objects.count()
    assert demo.seed() is False
    assert Case.objects.count() == cases
