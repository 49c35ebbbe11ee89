"""What is done with a ticket: each step, its repeat, its refusals, and two people at once."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InternalError, connection, transaction
from django.utils import timezone

from registration.moves import MoveRefused
from shumoos.accounts.models import Role
from shumoos.sms.models import TextMessage
from support import handling, numbers, tickets
from support.models import Category, Priority, Ticket, TicketEntry, TicketLink
from tests.factories import ApplicationFactory, EstablishmentFactory, UserFactory, clean_jpeg
from tests.races import at_once
from tests.support.conftest import kinds_of

pytestmark = pytest.mark.django_db


def closed(ticket, agent):
    handling.answer(ticket, by=agent, text="حُلّت.", closes=True)
    return ticket


def with_code(code):
    return Priority.objects.get(code=code)


# Opening ----------------------------------------------------------------------------------------------------


def test_a_ticket_gets_a_number_a_clock_and_a_text(ticket, texts):
    assert len(ticket.number) == 10
    assert (int(ticket.number) % 97, ticket.number[:2]) == (1, f"{timezone.now():%y}")
    assert (ticket.priority_id, ticket.door, ticket.status) == ("normal", "owner", "open")
    assert ticket.due_at - ticket.opened_at == timedelta(hours=24)
    assert texts() == ["ticket_opened"]
    assert TextMessage.objects.get().to == ticket.establishment.owner.mobile
    assert kinds_of(ticket) == ["opened"]


@pytest.mark.parametrize(("code", "hours"), [("urgent", 1), ("high", 4), ("normal", 24), ("low", 72)])
def test_each_priority_has_its_hours(open_ticket, code, hours):
    ticket = open_ticket(priority=code)
    assert ticket.due_at - ticket.opened_at == timedelta(hours=hours)


def test_the_hours_are_data(open_ticket):
    Priority.objects.filter(code="low").update(hours=48)
    ticket = open_ticket(priority="low")
    assert ticket.due_at - ticket.opened_at == timedelta(hours=48)


def test_a_category_brings_its_priority(open_ticket):
    assert open_ticket(category="outage").priority_id == "urgent"
    assert open_ticket(category="outage", priority="low").priority_id == "low"


def test_a_ticket_is_about_somebody(owner):
    with pytest.raises(ValidationError, match="منشأة"):
        tickets.open_ticket(by=owner, category="receipts", subject="س", text="ن")
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("missing", ["subject", "text"])
def test_an_empty_ticket_is_refused(open_ticket, missing):
    with pytest.raises(ValidationError) as refusal:
        open_ticket(**{missing: ""})
    assert list(refusal.value.message_dict) == [missing]
    assert not Ticket.objects.exists()


def test_a_number_that_is_taken_is_not_given_twice(open_ticket, monkeypatch):
    first = open_ticket()
    made = iter([first.number, first.number, "2612345665"])
    monkeypatch.setattr("support.numbers.make", lambda: next(made))
    assert open_ticket().number == "2612345665"


def test_files_are_kept_once_and_few(open_ticket):
    red, blue = clean_jpeg("red"), clean_jpeg("blue")
    ticket = open_ticket(attached=[red, blue, red])
    assert ticket.files.count() == 2
    handling.ask_again(ticket, by=ticket.opened_by, text="مرة أخرى", attached=[red])
    assert ticket.files.count() == 2

    many = [clean_jpeg(color) for color in ("green", "white", "black", "yellow", "gray", "cyan")]
    with pytest.raises(ValidationError) as refusal:
        handling.ask_again(ticket, by=ticket.opened_by, text="كثيرة", attached=many)
    assert "attached" in refusal.value.message_dict
    assert ticket.files.count() == 2
    assert not ticket.entries.filter(text="كثيرة").exists()


def test_a_file_is_stored_encrypted(open_ticket):
    file = open_ticket(attached=[clean_jpeg("red")]).files.get()
    with file.file.open() as kept:
        assert kept.read() == clean_jpeg("red").content
    assert file.file.storage.sealed(file.file.name) != clean_jpeg("red").content


def test_whoever_writes_too_much_is_told(open_ticket, agent, owner, establishment, monkeypatch):
    monkeypatch.setattr(tickets, "MOST_A_DAY", 2)
    ticket = open_ticket()
    open_ticket()
    with pytest.raises(MoveRefused):
        open_ticket()
    # The desk may, for somebody who calls.
    open_ticket(by=agent)
    assert Ticket.objects.count() == 3

    monkeypatch.setattr(handling, "MOST_MESSAGES_A_DAY", 1)
    handling.ask_again(ticket, by=owner, text="أولاً")
    with pytest.raises(MoveRefused):
        handling.ask_again(ticket, by=owner, text="ثانياً")
    assert kinds_of(ticket) == ["opened", "message"]


# Taking and assigning ---------------------------------------------------------------------------------------


def test_a_ticket_is_taken_once_and_not_from_a_colleague(ticket, agent, colleague):
    handling.take(ticket, by=agent)
    handling.take(ticket, by=agent)
    assert ticket.assigned_to == agent
    assert kinds_of(ticket).count("assigned") == 1
    with pytest.raises(MoveRefused, match=agent.full_name):
        handling.take(ticket, by=colleague)


def test_a_ticket_is_assigned_to_agents_only(ticket, agent, colleague, supervisor):
    handling.assign(ticket, to=colleague, by=agent)
    assert ticket.assigned_to == colleague
    handling.assign(ticket, to=None, by=agent)
    assert ticket.assigned_to is None
    for stranger in (supervisor, UserFactory(role=Role.SUPPORT, is_active=False)):
        with pytest.raises(MoveRefused):
            handling.assign(ticket, to=stranger, by=agent)
    assert Ticket.objects.get().assigned_to is None


def test_nobody_takes_what_has_ended(ticket, agent, colleague):
    handling.assign(closed(ticket, agent), to=agent, by=agent)
    with pytest.raises(MoveRefused):
        handling.assign(ticket, to=colleague, by=agent)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_at_once_one_has_it(ticket, agent, colleague):
    outcomes = at_once(
        lambda: handling.take(Ticket.objects.get(), by=agent),
        lambda: handling.take(Ticket.objects.get(), by=colleague),
    )
    assert [type(outcome) for outcome in outcomes if outcome] == [MoveRefused]
    assert kinds_of(ticket).count("assigned") == 1


# Answering --------------------------------------------------------------------------------------------------


def test_an_answer_stops_the_clock_and_goes_out_by_text(ticket, agent, texts):
    entry = handling.answer(ticket, by=agent, text="  هكذا. ")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.due_at, ticket.assigned_to) == ("answered", None, agent)
    assert ticket.answered_at is not None
    assert entry.text == "هكذا."
    assert texts() == ["ticket_opened", "ticket_answered"]


def test_an_answer_on_screen_alone_sends_no_text(ticket, agent, texts):
    handling.answer(ticket, by=agent, text="هكذا.", by_text=False)
    assert texts() == ["ticket_opened"]


def test_an_answer_sent_twice_is_written_once(ticket, agent, texts):
    for _again in range(2):
        handling.answer(ticket, by=agent, text="هكذا.")
    assert kinds_of(ticket).count("answer") == 1
    assert texts().count("ticket_answered") == 1
    handling.answer(ticket, by=agent, text="وكذلك.")
    assert kinds_of(ticket).count("answer") == 2


def test_an_empty_answer_is_refused(ticket, agent):
    with pytest.raises(ValidationError):
        handling.answer(ticket, by=agent, text="  ")
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_nothing_is_answered_after_the_end(ticket, agent):
    closed(ticket, agent)
    with pytest.raises(MoveRefused):
        handling.answer(ticket, by=agent, text="بعد الإغلاق")
    with pytest.raises(MoveRefused):
        handling.ask_again(ticket, by=ticket.opened_by, text="بعد الإغلاق")
    assert kinds_of(ticket) == ["opened", "answer"]


def test_a_late_answer_stays_on_record(ticket, agent, time_machine):
    due = ticket.due_at
    time_machine.move_to(due + timedelta(hours=1))
    handling.answer(ticket, by=agent, text="عذراً.")
    assert ticket.breached_at == due


def test_writing_again_starts_the_clock_anew(ticket, agent, owner, time_machine):
    handling.answer(ticket, by=agent, text="هكذا.")
    later = timezone.now() + timedelta(days=2)
    time_machine.move_to(later, tick=False)
    handling.ask_again(ticket, by=owner, text="لم ينجح.")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.due_at) == ("open", later + timedelta(hours=24))


def test_more_words_while_it_waits_do_not_move_its_clock(ticket, owner, time_machine):
    due = ticket.due_at
    time_machine.move_to(timezone.now() + timedelta(hours=5))
    for _again in range(2):
        handling.ask_again(ticket, by=owner, text="وأيضاً.")
    assert ticket.due_at == due
    assert kinds_of(ticket) == ["opened", "message"]


def test_a_note_is_for_the_desk_alone(ticket, agent):
    handling.note(ticket, by=agent, text="المتصل غاضب.")
    assert not ticket.entries.shown_outside().filter(text="المتصل غاضب.").exists()
    handling.note(closed(ticket, agent), by=agent, text="بعد الإغلاق")
    with pytest.raises(ValidationError):
        handling.note(ticket, by=agent, text=" ")


def test_another_priority_counts_from_when_the_clock_was_started(ticket, agent, time_machine):
    time_machine.move_to(ticket.opened_at + timedelta(hours=3), tick=False)
    handling.change(ticket, by=agent, category=ticket.category, priority=with_code("high"))
    assert ticket.due_at == ticket.opened_at + timedelta(hours=4)
    handling.change(ticket, by=agent, category=ticket.category, priority=with_code("high"))
    assert kinds_of(ticket).count("changed") == 1
    handling.change(ticket, by=agent, category=Category.objects.get(code="texts"), priority=with_code("high"))
    assert ticket.due_at == ticket.opened_at + timedelta(hours=4)


def test_what_has_ended_is_not_changed(ticket, agent):
    with pytest.raises(MoveRefused):
        handling.change(
            closed(ticket, agent), by=agent, category=ticket.category, priority=with_code("urgent")
        )


# The end, and after it --------------------------------------------------------------------------------------


def test_the_owner_closes_once(ticket, owner):
    handling.close(ticket, by=owner)
    handling.close(ticket, by=owner)
    assert (ticket.status, ticket.due_at) == ("closed", None)
    assert kinds_of(ticket) == ["opened", "closed"]


def test_it_is_reopened_within_seven_days(ticket, agent, owner, time_machine):
    closed(ticket, agent)
    handling.rate(ticket, by=owner, stars=5)
    time_machine.move_to(ticket.closed_at + timedelta(days=7) - timedelta(minutes=1))
    handling.reopen(ticket, by=owner, text="عادت المشكلة.")
    handling.reopen(ticket, by=owner, text="عادت المشكلة.")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.closed_at, ticket.rating) == ("open", None, None)
    assert ticket.due_at is not None
    assert kinds_of(ticket).count("reopened") == 1


def test_after_seven_days_it_stays_closed(ticket, agent, owner, time_machine):
    closed(ticket, agent)
    time_machine.move_to(ticket.closed_at + timedelta(days=7))
    with pytest.raises(MoveRefused, match="سبعة أيام"):
        handling.reopen(ticket, by=owner, text="عادت المشكلة.")
    assert Ticket.objects.get().status == "closed"


def test_reopening_needs_words(ticket, agent, owner):
    with pytest.raises(ValidationError):
        handling.reopen(closed(ticket, agent), by=owner, text="")
    assert Ticket.objects.get().status == "closed"


@pytest.mark.django_db(transaction=True)
def test_reopened_twice_at_once_is_reopened_once(ticket, agent, owner):
    closed(ticket, agent)
    at_once(*[lambda: handling.reopen(Ticket.objects.get(), by=owner, text="عادت.")] * 2)
    assert kinds_of(ticket).count("reopened") == 1


def test_it_is_rated_once_and_only_at_the_end(ticket, agent, owner):
    with pytest.raises(MoveRefused):
        handling.rate(ticket, by=owner, stars=4)
    closed(ticket, agent)
    for _again in range(2):
        handling.rate(ticket, by=owner, stars=4, words="جيد")
    with pytest.raises(MoveRefused):
        handling.rate(ticket, by=owner, stars=1)
    ticket.refresh_from_db()
    assert (ticket.rating, ticket.rating_words) == (4, "جيد")
    assert kinds_of(ticket).count("rated") == 1


@pytest.mark.parametrize("stars", [0, 6])
def test_another_number_is_no_rating(ticket, agent, owner, stars):
    with pytest.raises(ValidationError):
        handling.rate(closed(ticket, agent), by=owner, stars=stars)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.update(rating=stars)


# Merging and linking ----------------------------------------------------------------------------------------


def test_a_ticket_is_merged_into_another_about_the_same(open_ticket, agent):
    one, other = open_ticket(), open_ticket()
    for _again in range(2):
        handling.merge(one, into=other, by=agent)
    assert (one.status, one.merged_into, one.due_at) == ("merged", other, None)
    assert kinds_of(one) == ["opened", "merged"]
    assert kinds_of(other) == ["opened", "took_in"]
    with pytest.raises(MoveRefused, match=numbers.show(other.number)):
        handling.ask_again(one, by=one.opened_by, text="هنا؟")
    with pytest.raises(MoveRefused):
        handling.reopen(one, by=one.opened_by, text="هنا؟")


def test_the_one_that_goes_on_is_as_urgent_and_due_as_early_as_either(open_ticket, agent):
    usual, urgent = open_ticket(), open_ticket(priority="urgent")
    due = urgent.due_at
    handling.merge(urgent, into=usual, by=agent)
    usual.refresh_from_db()
    assert (usual.priority_id, usual.due_at, usual.escalate_at) == ("urgent", due, due)

    low = open_ticket(priority="low")
    handling.merge(low, into=usual, by=agent)
    usual.refresh_from_db()
    assert (usual.priority_id, usual.due_at, usual.escalate_at) == ("urgent", due, due)


def test_what_waits_still_waits_once_it_is_merged_into_an_answered_ticket(open_ticket, agent):
    answered, waiting = open_ticket(), open_ticket(priority="high")
    handling.answer(answered, by=agent, text="هكذا.")
    due = waiting.due_at
    handling.merge(waiting, into=answered, by=agent)
    answered.refresh_from_db()
    assert (answered.status, answered.priority_id, answered.due_at) == ("open", "high", due)


def test_a_ticket_is_not_merged_into_one_that_has_ended(open_ticket, agent):
    one, other = open_ticket(), closed(open_ticket(), agent)
    with pytest.raises(MoveRefused):
        handling.merge(one, into=other, by=agent)
    assert Ticket.objects.get(pk=one.pk).status == "open"


def test_a_ticket_about_another_is_not_merged(ticket, agent):
    other = EstablishmentFactory()
    strange = tickets.open_ticket(by=agent, establishment=other, category="receipts", subject="س", text="ن")
    with pytest.raises(MoveRefused):
        handling.merge(ticket, into=strange, by=agent)
    assert Ticket.objects.get(pk=ticket.pk).status == "open"


def test_a_ticket_about_the_application_is_merged_into_one_about_its_establishment(
    establishment, agent, ticket
):
    application = ApplicationFactory()
    type(application).objects.filter(pk=application.pk).update(establishment=establishment)
    application.refresh_from_db()
    one = tickets.open_ticket(by=None, application=application, category="texts", subject="س", text="ن")
    handling.merge(one, into=ticket, by=agent)
    assert one.merged_into == ticket


def test_a_ticket_is_not_merged_into_itself_or_into_a_merged_one(open_ticket, agent):
    one, other, third = open_ticket(), open_ticket(), open_ticket()
    with pytest.raises(MoveRefused):
        handling.merge(one, into=one, by=agent)
    handling.merge(one, into=other, by=agent)
    with pytest.raises(MoveRefused):
        handling.merge(third, into=one, by=agent)


@pytest.mark.django_db(transaction=True)
def test_each_merged_into_the_other_at_once_leaves_one_open(open_ticket, agent):
    one, other = open_ticket().pk, open_ticket().pk

    def merge(this, that):
        get = Ticket.objects.get
        return lambda: handling.merge(get(pk=this), into=get(pk=that), by=agent)

    outcomes = at_once(merge(one, other), merge(other, one))
    assert [type(outcome) for outcome in outcomes if outcome] == [MoveRefused]
    assert sorted(Ticket.objects.values_list("status", flat=True)) == ["merged", "open"]


def test_tickets_are_linked_once_whichever_names_the_other(open_ticket, agent):
    one, other = open_ticket(), open_ticket()
    handling.link(one, to=other, by=agent)
    handling.link(other, to=one, by=agent)
    assert TicketLink.objects.count() == 1
    assert kinds_of(one).count("linked") == kinds_of(other).count("linked") == 1
    with pytest.raises(MoveRefused):
        handling.link(one, to=one, by=agent)


# What the database holds ------------------------------------------------------------------------------------


def test_history_is_neither_changed_nor_deleted(ticket):
    for statement in ("UPDATE support_ticketentry SET text = 'x'", "DELETE FROM support_ticketentry"):
        with (
            pytest.raises(InternalError, match="Cannot update or delete"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert TicketEntry.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"due_at": None}, {"status": "closed"}, {"status": "merged"}])
def test_the_database_refuses_what_must_not_be(ticket, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.update(**wrong)
