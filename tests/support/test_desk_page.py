"""The desk's page: what waits under which tab, and the figures with their tables."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from support import figures, handling, listing
from support.models import Macro, Ticket

pytestmark = pytest.mark.django_db

DESK = reverse("support:desk")


MARK = "متأخر</span>"


def shown(client, **query):
    return [ticket.number for ticket in client.get(DESK, query).context["page"].tickets]


def late(ticket):
    Ticket.objects.filter(pk=ticket.pk).update(due_at=timezone.now() - timedelta(minutes=1))


def test_each_tab_has_its_tickets(agent_client, agent, colleague, open_ticket):
    mine, theirs, nobodys, answered, closed = (open_ticket() for _each in range(5))
    handling.take(mine, by=agent)
    handling.take(theirs, by=colleague)
    handling.answer(answered, by=colleague, text="هكذا.")
    handling.answer(closed, by=colleague, text="تم.", closes=True)
    late(theirs)
    assert set(shown(agent_client)) == {mine.number, theirs.number, nobodys.number}
    assert shown(agent_client)[0] == theirs.number
    assert shown(agent_client, tab="mine") == [mine.number]
    assert shown(agent_client, tab="unassigned") == [nobodys.number]
    assert shown(agent_client, tab="late") == [theirs.number]
    assert shown(agent_client, tab="answered") == [answered.number]
    counts = {name: count for name, _label, count in agent_client.get(DESK).context["tabs"]}
    assert counts == {"open": 3, "mine": 1, "unassigned": 1, "late": 1, "answered": 1, "closed": None}


def test_a_late_ticket_is_marked_in_the_list_and_on_its_page(agent_client, open_ticket):
    in_time, tardy = open_ticket(), open_ticket(subject="تأخر")
    late(tardy)
    assertContains(agent_client.get(DESK), MARK, count=1)
    assertContains(agent_client.get(reverse("support:ticket", args=[tardy.number])), MARK)
    assertNotContains(agent_client.get(reverse("support:ticket", args=[in_time.number])), MARK)


def test_a_category_narrows_the_list_and_nonsense_does_not(agent_client, open_ticket):
    one, other = open_ticket(category="texts"), open_ticket(category="api")
    assert shown(agent_client, category="texts") == [one.number]
    assert set(shown(agent_client, category="nothing", tab="nothing", after="x_y")) == {
        one.number,
        other.number,
    }


def test_the_list_goes_on_page_by_page(agent_client, open_ticket, agent, monkeypatch):
    monkeypatch.setattr(listing, "SIZE", 2)
    numbers = [open_ticket().number for _each in range(4)]
    last = open_ticket()
    Ticket.objects.filter(pk=last.pk).update(status="answered", due_at=None)
    seen, key = [], ""
    while True:
        page = listing.page(Ticket.objects.unfinished(), key)
        seen += [ticket.number for ticket in page.tickets]
        key = page.next_key
        if not key:
            break
    assert seen == [*numbers, last.number]
    assertContains(agent_client.get(DESK), "after=")


def test_closed_tickets_have_a_tab_the_last_first_page_by_page(agent_client, open_ticket, agent, monkeypatch):
    monkeypatch.setattr(listing, "SIZE", 2)
    open_ticket()
    ended = [open_ticket() for _each in range(5)]
    for ticket in ended:
        handling.answer(ticket, by=agent, text="تم.", closes=True)
    seen, key = [], ""
    while True:
        response = agent_client.get(DESK, {"tab": "closed", "after": key})
        seen += [ticket.number for ticket in response.context["page"].tickets]
        key = response.context["page"].next_key
        if not key:
            break
    assert seen == [ticket.number for ticket in reversed(ended)]


def test_figures_have_their_tables(agent_client, agent, open_ticket):
    open_ticket(category="texts")
    late(open_ticket(category="texts"))
    handling.answer(open_ticket(category="api"), by=agent, text="هكذا.")
    by_category, by_hour = figures.sections()
    assert by_category.table.rows == [["الرسائل النصية", 1, 1], ["الربط البرمجي ومفاتيحه", 1, 0]]
    assert by_hour.table.rows[-1][1:] == [3, 1]
    assert len(by_hour.table.rows) == 24
    response = agent_client.get(DESK)
    assertContains(response, '<svg class="chart"', count=2)
    assertContains(response, "<details>", count=2)


def test_what_is_older_than_a_day_is_not_in_the_hours(open_ticket):
    open_ticket()
    Ticket.objects.update(opened_at=timezone.now() - timedelta(hours=25))
    assert figures.by_hour().chart is None


def test_ratings_are_averaged(agent_client, agent, owner, open_ticket):
    assert figures.rating() == (None, 0)
    for stars in (5, 2):
        ticket = open_ticket()
        handling.answer(ticket, by=agent, text="تم.", closes=True)
        handling.rate(ticket, by=owner, stars=stars)
    assert figures.rating() == (3.5, 2)
    assertContains(agent_client.get(DESK), "3.5")


def test_the_desk_takes_as_many_queries_for_three_tickets_as_for_one(agent_client, open_ticket):
    open_ticket()
    with CaptureQueriesContext(connection) as one:
        agent_client.get(DESK)
    open_ticket(category="texts")
    open_ticket(category="api")
    with CaptureQueriesContext(connection) as three:
        agent_client.get(DESK)
    assert len(one) == len(three)


@pytest.mark.parametrize("model", ["priority", "category", "macro"])
def test_administrators_keep_the_data_and_delete_none(administrator_client, agent_client, model):
    address = reverse(f"admin:support_{model}_changelist")
    response = administrator_client.get(address)
    assert response.status_code == 200
    row = response.context["cl"].queryset.first()
    change = reverse(f"admin:support_{model}_change", args=[row.pk])
    assert administrator_client.get(change).status_code == 200
    assert (
        administrator_client.post(reverse(f"admin:support_{model}_delete", args=[row.pk])).status_code == 403
    )
    assert agent_client.get(address).status_code in (302, 403)


def test_a_usual_answer_is_in_both_languages_or_not_taken(administrator_client):
    assert Macro.objects.count() >= 5
    for macro in Macro.objects.all():
        for name in ("title", "words"):
            arabic, english = getattr(macro, f"{name}_ar"), getattr(macro, f"{name}_en")
            assert re.search("[\u0621-\u064a]", arabic), macro.code
            assert re.search("[A-Za-z]", english), macro.code
            assert not re.search("[\u0621-\u064a]", english), macro.code
    typed = {"code": "new", "title_ar": "عنوان", "title_en": "Title", "words_ar": "نص", "words_en": "Words"}
    for name in ("title_ar", "title_en", "words_ar", "words_en"):
        response = administrator_client.post(reverse("admin:support_macro_add"), typed | {name: ""})
        assert list(response.context["adminform"].form.errors) == [name]
    assert administrator_client.post(reverse("admin:support_macro_add"), typed).status_code == 302
    assert Macro.objects.filter(code="new").exists()


def test_the_auditor_finds_a_ticket_in_the_admin(auditor_client, ticket):
    address = reverse("admin:support_ticket_changelist")
    shown = f"{ticket.number[:2]}-{ticket.number[2:8]}-{ticket.number[8:]}"
    for typed in (ticket.number, shown):
        response = auditor_client.post(address, {"q": typed}, follow=True)
        assertContains(response, f">{shown}</a>")
    assertNotContains(auditor_client.post(address, {"q": "26-000000-00"}, follow=True), f">{shown}</a>")
    page = auditor_client.get(reverse("admin:support_ticket_change", args=[ticket.pk]))
    assertContains(page, f'<div class="readonly">{shown}</div>', html=True)
