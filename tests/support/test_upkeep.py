"""What time does to tickets: late ones become urgent, answered ones close, old files go."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from shumoos.sms.models import TextMessage
from support import handling, tasks, upkeep
from support.models import PageAnswer, Ticket
from tests.factories import clean_jpeg
from tests.races import at_once
from tests.support.conftest import kinds_of

pytestmark = pytest.mark.django_db


def test_nothing_happens_before_the_time_is_up(ticket, time_machine):
    time_machine.move_to(ticket.due_at - timedelta(seconds=1), tick=False)
    upkeep.keep_up()
    ticket.refresh_from_db()
    assert (ticket.priority_id, ticket.breached_at) == ("normal", None)


def test_a_late_ticket_becomes_more_urgent_step_by_step(ticket, time_machine):
    due = ticket.due_at
    time_machine.move_to(due, tick=False)
    upkeep.keep_up()
    upkeep.keep_up()
    ticket.refresh_from_db()
    assert (ticket.priority_id, ticket.breached_at, ticket.due_at) == ("high", due, due)
    assert ticket.is_overdue
    assert list(Ticket.objects.overdue()) == [ticket]

    time_machine.move_to(due + timedelta(hours=4), tick=False)
    upkeep.keep_up()
    time_machine.move_to(due + timedelta(hours=6), tick=False)
    upkeep.keep_up()
    upkeep.keep_up()
    ticket.refresh_from_db()
    assert (ticket.priority_id, ticket.escalate_at, ticket.breached_at) == ("urgent", None, due)
    assert kinds_of(ticket).count("escalated") == 3


def test_whoever_had_it_is_told_and_anybody_may_take_it(ticket, agent, colleague, time_machine):
    handling.take(ticket, by=agent)
    time_machine.move_to(ticket.due_at)
    upkeep.keep_up()
    ticket.refresh_from_db()
    assert ticket.assigned_to is None
    text = TextMessage.objects.get(kind="ticket_late")
    assert text.to == agent.mobile
    handling.take(ticket, by=colleague)


def test_what_the_beat_rings_for_escalates(ticket, time_machine):
    time_machine.move_to(ticket.due_at, tick=False)
    tasks.keep_up()
    assert Ticket.objects.get().priority_id == "high"


def test_an_answered_ticket_is_not_late(ticket, agent, time_machine):
    handling.answer(ticket, by=agent, text="هكذا.")
    time_machine.move_to(timezone.now() + timedelta(days=3))
    upkeep.keep_up()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority_id, ticket.breached_at) == ("answered", "normal", None)


def test_what_was_answered_a_week_ago_closes(ticket, agent, time_machine):
    handling.answer(ticket, by=agent, text="هكذا.")
    answered = ticket.answered_at
    time_machine.move_to(answered + timedelta(days=7) - timedelta(seconds=1), tick=False)
    upkeep.keep_up()
    assert Ticket.objects.get().status == "answered"
    time_machine.move_to(answered + timedelta(days=7), tick=False)
    upkeep.keep_up()
    assert Ticket.objects.get().status == "closed"
    assert kinds_of(ticket)[-1] == "closed"


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_escalate_once(ticket):
    Ticket.objects.update(escalate_at=timezone.now(), due_at=timezone.now())
    at_once(upkeep.escalate_some, upkeep.escalate_some)
    assert kinds_of(ticket).count("escalated") == 1


@pytest.mark.django_db(transaction=True)
def test_files_go_a_year_after_the_end_and_the_ticket_stays(open_ticket, agent, time_machine):
    ticket = open_ticket(attached=[clean_jpeg("green")])
    name = ticket.files.get().file.name
    handling.answer(ticket, by=agent, text="تم.", closes=True)
    time_machine.move_to(ticket.closed_at + upkeep.FILES_KEPT_FOR, tick=False)
    upkeep.clean_up()
    assert ticket.files.exists()
    time_machine.move_to(ticket.closed_at + upkeep.FILES_KEPT_FOR + timedelta(minutes=1))
    upkeep.clean_up()
    assert not ticket.files.exists()
    assert not default_storage.exists(name)
    assert Ticket.objects.exists()


def test_what_tells_visitors_apart_is_gone_after_a_day(time_machine):
    answer = PageAnswer.objects.create(page="front", is_useful=True, visitor="v" * 64)
    upkeep.clean_up()
    answer.refresh_from_db()
    assert answer.visitor
    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1))
    upkeep.clean_up()
    answer.refresh_from_db()
    assert answer.visitor == ""
    time_machine.move_to(timezone.now() + upkeep.ANSWERS_KEPT_FOR)
    upkeep.clean_up()
    assert not PageAnswer.objects.exists()
