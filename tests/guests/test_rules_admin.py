"""Deadlines and how long records are kept: administrators add them, and nobody changes one that holds."""

from datetime import timedelta

import pytest
from django.db import InternalError, transaction
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from guests.deadlines import Deadlines
from guests.models import Deadline, KeepingRule
from shumoos.accounts.models import Look
from shumoos.saudi.calendar import today

pytestmark = pytest.mark.django_db

ADD = reverse("admin:guests_deadline_add")
LIST = reverse("admin:guests_deadline_changelist")
ADD_RULE = reverse("admin:guests_keepingrule_add")


def in_days(number):
    return today() + timedelta(days=number)


def typed(**more):
    # The admin's date fields take what the page's language writes.
    values = {"kind": "lodging", "valid_from": in_days(1).isoformat(), "hours": "12", "warn_hours": "3"}
    return values | more


@pytest.fixture
def page(administrator_client):
    administrator_client.cookies["django_language"] = "en"
    return administrator_client


def test_an_administrator_adds_a_deadline_which_holds_from_its_day(page):
    response = page.post(ADD, typed())

    assert response.status_code == 302
    added = Deadline.objects.get(hours=12)
    deadlines = Deadlines("lodging", today())
    assert [(deadlines.hours(in_days(n)), deadlines.warn_hours(in_days(n))) for n in (0, 1)] == [
        (24, 6),
        (12, 3),
    ]
    assert Look.objects.filter(action="add", subject=f"guests.deadline:{added.pk}").count() == 1
    shown = page.get(LIST)
    assertContains(shown, "Lodging")
    assertContains(page.get(reverse("admin:guests_deadline_change", args=[added.pk])), "12")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"valid_from": in_days(0).isoformat()}, "valid_from"),
        ({"valid_from": in_days(-30).isoformat()}, "valid_from"),
        ({"kind": "nothing"}, "kind"),
        ({"hours": "0"}, "hours"),
        ({"hours": "169"}, "hours"),
        ({"warn_hours": "13"}, "__all__"),
    ],
    ids=["today", "long ago", "no kind", "no time", "more than a week", "told too early"],
)
def test_what_cannot_hold_is_refused_beside_its_field(page, wrong, field):
    response = page.post(ADD, typed(**wrong))

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]
    assert Deadline.objects.count() == 4


def test_a_day_has_one_deadline_of_a_kind(page):
    page.post(ADD, typed())
    again = page.post(ADD, typed(hours="48"))

    assert list(again.context["adminform"].form.errors) == ["__all__"]
    assert Deadline.objects.count() == 5


@pytest.mark.parametrize(
    ("model", "add", "values"),
    [
        (Deadline, ADD, {"kind": "lodging", "hours": 12, "warn_hours": 3}),
        (KeepingRule, ADD_RULE, {"years": 6}),
    ],
    ids=["deadline", "keeping rule"],
)
def test_what_holds_is_neither_changed_nor_taken_back(page, model, add, values):
    day = "valid_from" if model is Deadline else "holds_from"
    held = model.objects.create(**values, **{day: in_days(-1)})
    coming = model.objects.create(**values, **{day: in_days(2)})

    def address(act, row):
        return reverse(f"admin:guests_{model._meta.model_name}_{act}", args=[row.pk])

    for row in (held, coming):
        assert page.post(address("change", row), typed() | {day: in_days(5).isoformat()}).status_code == 403
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            model.objects.filter(pk=row.pk).update(**{day: in_days(9)})
    assert page.post(address("delete", held), {"post": "yes"}).status_code == 403
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        model.objects.filter(pk=held.pk).delete()

    assert page.post(address("delete", coming), {"post": "yes"}).status_code == 302
    assert set(model.objects.filter(**values)) == {held}
    taken_back = Look.objects.get(action="delete")
    assert taken_back.subject == f"{model._meta.label_lower}:{coming.pk}"


def test_how_long_records_are_kept_is_added_from_tomorrow_on(page):
    def send(**values):
        return page.post(ADD_RULE, values)

    for refused in (
        {"holds_from": in_days(0).isoformat(), "years": "6"},
        {"holds_from": in_days(1).isoformat(), "years": "0"},
        {"holds_from": in_days(1).isoformat(), "years": "101"},
    ):
        assert send(**refused).status_code == 200
    assert KeepingRule.objects.count() == 0

    assert send(holds_from=in_days(1).isoformat(), years="6").status_code == 302
    assert KeepingRule.objects.get().years == 6
    assert (KeepingRule.years_now(), KeepingRule.years_now(in_days(1))) == (5, 6)
    assert Look.objects.filter(action="add").count() == 1


def test_auditors_read_them_and_others_do_not(auditor_client, supervisor_client):
    assertContains(auditor_client.get(LIST), "24")
    assertNotContains(auditor_client.get(LIST), ADD)
    assert auditor_client.post(ADD, typed()).status_code == 403
    assert supervisor_client.get(LIST).status_code == 403
    assert Deadline.objects.count() == 4
