"""What the texts of the desk say: the answer itself where it is short, and where the rest is read."""

import pytest
from django.urls import reverse

from shumoos.sms import bodies, kinds
from shumoos.sms.models import TextMessage
from support import acts, handling, tickets
from support.models import ActKind, Ticket
from support.texts import LONGEST_ANSWER

pytestmark = pytest.mark.django_db


def body(kind):
    return bodies.write(TextMessage.objects.get(kind=kind), kinds.get(kind))


def test_a_short_answer_stands_in_the_text_with_the_number(ticket, agent):
    handling.answer(ticket, by=agent, text="أطفئ الجهاز\nثم شغّله.")
    said = body("ticket_answered")
    assert "أطفئ الجهاز ثم شغّله." in said
    assert str(ticket) in said
    assert reverse("support:tickets") in said


def test_a_long_answer_is_read_on_the_page(ticket, agent):
    words = "س" * (LONGEST_ANSWER + 1)
    handling.answer(ticket, by=agent, text=words)
    said = body("ticket_answered")
    assert words not in said
    assert str(ticket) in said
    assert reverse("support:tickets") in said


def test_it_is_in_the_language_of_whoever_opened_the_ticket(ticket, agent):
    Ticket.objects.update(language="en")
    ticket.refresh_from_db()
    handling.answer(ticket, by=agent, text="Restart it.")
    assert body("ticket_answered").startswith(f"Shumoos: ticket {ticket}: Restart it.")


def test_whoever_has_no_account_reads_it_with_their_reference_number(application, agent):
    mine = tickets.open_ticket(by=None, application=application, category="texts", subject="س", text="ن")
    handling.answer(mine, by=agent, text="تم.")
    assert reverse("support:ask") in body("ticket_answered")


def test_what_the_desk_sends_again_has_what_the_caller_asked_for(application, agent):
    TextMessage.objects.all().delete()
    acts.perform(ActKind.REFERENCE, application, by=agent)
    acts.perform(ActKind.STATUS_LINK, application, by=agent)
    assert application.shown_reference in body("application_received")
    assert reverse("registration:status") in body("status_link")
