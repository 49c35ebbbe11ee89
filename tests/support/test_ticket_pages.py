"""Tickets on both sides' pages: what the owner does, what the desk does, and what neither may."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from shumoos.accounts.models import Look
from shumoos.saudi import digits
from support import handling, tickets
from support.models import EntryKind, Macro, Ticket, TicketFile, TicketLink
from tests.conftest import sign_in
from tests.factories import EstablishmentFactory, LicenceFactory, clean_jpeg, jpeg
from tests.registration import clamd

pytestmark = pytest.mark.django_db

NEW = reverse("support:new_ticket")


def page(ticket):
    return reverse("support:ticket", args=[ticket.number])


def own(ticket, what):
    return reverse("support:ticket_act", args=[ticket.number, what])


def desk(ticket, what):
    return reverse(f"support:{what}", args=[ticket.number])


def said(establishment, **changes):
    form = {"category": "receipts", "subject": "سؤال", "text": "نص", "establishment": establishment.pk}
    return form | changes


def picture(color="red"):
    return SimpleUploadedFile("screen.jpg", jpeg(color, size=(300, 200)), "image/jpeg")


@pytest.fixture
def stranger_client(db):
    return sign_in(EstablishmentFactory().owner.user)


# The owner's side -------------------------------------------------------------------------------------------


def test_an_owner_opens_a_ticket_with_a_file_and_follows_it(owner_client, establishment):
    response = owner_client.post(NEW, said(establishment, attached=[picture("red"), picture("blue")]))
    ticket = Ticket.objects.get()
    assertRedirects(response, page(ticket))
    assert (ticket.establishment, ticket.files.count()) == (establishment, 2)
    shown = owner_client.get(page(ticket))
    assertContains(shown, reverse("support:ticket_file", args=[ticket.number, ticket.files.first().pk]))
    assertContains(owner_client.get(reverse("support:tickets")), page(ticket))


def test_words_of_the_other_language_keep_their_full_stop(owner_client, agent_client, open_ticket):
    ticket = open_ticket(subject="The receipt.", text="It cannot be printed.")

    for client in (owner_client, agent_client):
        shown = client.get(page(ticket))
        assertContains(shown, "<bdi>The receipt.</bdi>")
        assertContains(shown, "<bdi>It cannot be printed.</bdi>")


def test_an_owner_is_asked_to_choose_a_category(owner_client, establishment):
    assertContains(owner_client.get(NEW), '<option value="" selected>اختر</option>', html=True)


def test_an_owner_opens_a_ticket_for_their_establishment_only(owner_client, establishment):
    response = owner_client.post(NEW, said(EstablishmentFactory()))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"establishment"}
    assert not Ticket.objects.exists()


def test_an_empty_ticket_is_refused_beside_its_fields(owner_client, establishment):
    response = owner_client.post(NEW, {"establishment": establishment.pk})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"category", "subject", "text"}


@pytest.mark.parametrize("category", ["rights_copy", "nothing"])
def test_a_category_that_is_not_offered_is_refused(owner_client, establishment, category):
    response = owner_client.post(NEW, said(establishment, category=category))
    assert set(response.context["form"].errors) == {"category"}


def test_a_file_that_is_neither_picture_nor_pdf_is_refused(owner_client, establishment):
    program = SimpleUploadedFile("screen.jpg", b"MZ" + b"\0" * 200, "image/jpeg")
    response = owner_client.post(NEW, said(establishment, attached=[program]))
    assert set(response.context["form"].errors) == {"attached"}
    assert not Ticket.objects.exists()


def test_a_harmful_file_is_refused(owner_client, establishment):
    with clamd.running() as daemon, override_settings(CLAMD_ADDRESS=daemon.address):
        harmful = SimpleUploadedFile("a.jpg", jpeg(comment=clamd.MARK), "image/jpeg")
        response = owner_client.post(NEW, said(establishment, attached=[harmful]))
    assert set(response.context["form"].errors) == {"attached"}
    assert not TicketFile.objects.exists()


def test_an_owner_writes_closes_reopens_and_rates(owner_client, ticket, agent):
    owner_client.post(own(ticket, "message"), {"text": "وأيضاً."})
    owner_client.post(own(ticket, "close"))
    ticket.refresh_from_db()
    assert ticket.status == "closed"
    owner_client.post(own(ticket, "reopen"), {"text": "عادت."})
    handling.answer(ticket, by=agent, text="تم.", closes=True)
    owner_client.post(own(ticket, "rate"), {"stars": "2", "words": "بطيء"})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.rating, ticket.rating_words) == ("closed", 2, "بطيء")
    response = owner_client.get(page(ticket))
    for words in ("وأيضاً.", "عادت.", "بطيء"):
        assertContains(response, words)


@pytest.mark.parametrize(("what", "field"), [("message", "text"), ("reopen", "text"), ("rate", "stars")])
def test_what_is_missing_is_told_beside_its_field(owner_client, ticket, agent, what, field):
    if what != "message":
        handling.answer(ticket, by=agent, text="تم.", closes=True)
    response = owner_client.post(own(ticket, what), {})
    assert response.status_code == 422
    assert set(response.context[f"{what}_form"].errors) == {field}


def test_an_owner_sees_no_notes_and_no_names_of_agents(owner_client, ticket, agent):
    handling.take(ticket, by=agent)
    handling.note(ticket, by=agent, text="ملاحظة سرية")
    handling.answer(ticket, by=agent, text="هكذا.")
    response = owner_client.get(page(ticket))
    assertContains(response, "هكذا.")
    assertNotContains(response, "ملاحظة سرية")
    assertNotContains(response, agent.full_name)


def test_a_merged_ticket_leads_to_the_other_whose_page_shows_both(owner_client, open_ticket, agent):
    one, other = open_ticket(), open_ticket()
    handling.ask_again(one, by=one.opened_by, text="من البلاغ الأول")
    handling.merge(one, into=other, by=agent)
    assertContains(owner_client.get(page(one)), page(other))
    assertContains(owner_client.get(page(other)), "من البلاغ الأول")


def test_strangers_get_404(stranger_client, open_ticket):
    ticket = open_ticket(attached=[clean_jpeg("red")])
    file = reverse("support:ticket_file", args=[ticket.number, ticket.files.get().pk])
    assert stranger_client.get(page(ticket)).status_code == 404
    assert stranger_client.get(file).status_code == 404
    for what in ("message", "close", "reopen", "rate"):
        assert stranger_client.post(own(ticket, what), {"text": "x", "stars": 1}).status_code == 404
    assert ticket.entries.count() == 1


def test_the_owners_staff_and_others_have_no_tickets(supervisor_client, ticket):
    assert supervisor_client.get(page(ticket)).status_code == 404
    assert supervisor_client.get(reverse("support:tickets")).status_code == 403
    assert supervisor_client.post(own(ticket, "close")).status_code == 403


def test_a_file_is_shown_under_headers_that_let_nothing_run_and_the_look_is_logged(
    owner_client, agent_client, open_ticket
):
    ticket = open_ticket(attached=[clean_jpeg("red")])
    file = ticket.files.get()
    address = reverse("support:ticket_file", args=[ticket.number, file.pk])
    for browser in (owner_client, agent_client):
        response = browser.get(address)
        assert response.content == clean_jpeg("red").content
        assert "sandbox" in response["Content-Security-Policy"]
        assert response["Cache-Control"] == "private, no-store"
    assert Look.objects.filter(action="ticket file", subject=f"support.ticketfile:{file.pk}").count() == 2
    other = open_ticket()
    assert owner_client.get(reverse("support:ticket_file", args=[other.number, file.pk])).status_code == 404


def test_a_get_changes_nothing(owner_client, agent_client, ticket):
    for what in ("message", "close", "reopen", "rate"):
        assert owner_client.get(own(ticket, what)).status_code == 405
    for what in ("take", "assign", "answer", "note", "change", "merge", "link", "outcome"):
        assert agent_client.get(desk(ticket, what)).status_code == 405


def test_something_else_is_not_done(owner_client, ticket):
    assert owner_client.post(own(ticket, "delete")).status_code == 404


# The desk's side --------------------------------------------------------------------------------------------


def test_the_desk_takes_answers_and_closes(agent_client, agent, ticket):
    assertRedirects(agent_client.post(desk(ticket, "take")), page(ticket))
    agent_client.post(desk(ticket, "answer"), {"text": "هكذا.", "by_text": "on", "send": ""})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assigned_to) == ("answered", agent)
    agent_client.post(desk(ticket, "answer"), {"text": "تم.", "close": ""})
    ticket.refresh_from_db()
    assert ticket.status == "closed"
    assertContains(
        agent_client.post(desk(ticket, "answer"), {"text": "بعد الإغلاق"}, follow=True), "أُغلق هذا البلاغ"
    )


def test_a_usual_answer_is_put_into_the_box_in_the_owners_language(agent_client, ticket):
    macro = Macro.objects.get(code="solved")
    data = {"macro": macro.code, "text": "مرحباً.", "insert": ""}
    response = agent_client.post(desk(ticket, "answer"), data)
    assert response.context["answer_form"]["text"].value() == f"مرحباً.\n\n{macro.words_ar}"
    assert ticket.entries.count() == 1

    Ticket.objects.update(language="en")
    response = agent_client.post(desk(ticket, "answer"), data | {"text": ""})
    assert response.context["answer_form"]["text"].value() == macro.words_en


def test_the_desk_notes_changes_assigns_merges_and_links(agent_client, colleague, open_ticket):
    one, other, third = open_ticket(), open_ticket(), open_ticket()
    agent_client.post(desk(one, "note"), {"note-text": "ملاحظة"})
    agent_client.post(desk(one, "change"), {"change-category": "texts", "change-priority": "urgent"})
    agent_client.post(desk(one, "assign"), {"assign-to": colleague.pk})
    arabic = other.number.translate(str.maketrans(digits.ASCII, digits.ARABIC_INDIC))
    agent_client.post(desk(one, "link"), {"link-number": arabic})
    merging = {"merge-number": f"{one.number[:2]}-{one.number[2:]}", "confirmed": ""}
    agent_client.post(desk(third, "merge"), merging)
    one.refresh_from_db()
    third.refresh_from_db()
    assert (one.category_id, one.priority_id, one.assigned_to) == ("texts", "urgent", colleague)
    assert (third.status, third.merged_into, TicketLink.objects.count()) == ("merged", one, 1)
    response = agent_client.get(page(one))
    for words in ("ملاحظة", colleague.full_name, page(other), page(third)):
        assertContains(response, words)


def test_merging_names_both_and_is_done_once_confirmed(agent_client, open_ticket):
    one = open_ticket(subject="انقطاع", text="توقف الإرسال.", priority="urgent")
    other = open_ticket(subject="سؤال آخر", text="متى يصل؟")
    asked = agent_client.post(desk(one, "merge"), {"merge-number": other.number})
    for words in (str(one), str(other), "انقطاع", "توقف الإرسال.", "سؤال آخر", "متى يصل؟"):
        assertContains(asked, words)
    assert set(Ticket.objects.values_list("status", flat=True)) == {"open"}

    done = {"merge-number": other.number, "confirmed": ""}
    assertRedirects(agent_client.post(desk(one, "merge"), done), page(other))
    assert Ticket.objects.get(pk=one.pk).merged_into == other


def test_merging_what_cannot_be_is_refused_before_it_is_asked_about(agent_client, open_ticket, ticket):
    stranger = EstablishmentFactory()
    strange = open_ticket(by=stranger.owner.user, establishment=stranger)
    response = agent_client.post(desk(ticket, "merge"), {"merge-number": strange.number}, follow=True)
    assertRedirects(response, page(ticket))
    assertContains(response, "alert-danger")


def test_the_ticket_that_goes_on_shows_subject_and_text_of_the_merged_one(
    owner_client, agent_client, open_ticket, agent
):
    one, other = open_ticket(subject="انقطاع", text="توقف الإرسال."), open_ticket()
    handling.merge(one, into=other, by=agent)
    for browser in (owner_client, agent_client):
        shown = browser.get(page(other))
        for words in ("انقطاع", "توقف الإرسال.", f'href="{page(one)}"', str(one)):
            assertContains(shown, words)


def test_the_desk_reopens_a_closed_ticket_and_its_owner_sees_it(agent_client, owner_client, agent, ticket):
    assertNotContains(agent_client.get(page(ticket)), desk(ticket, "reopen"))
    handling.answer(ticket, by=agent, text="تم.", closes=True)
    assertContains(agent_client.get(page(ticket)), desk(ticket, "reopen"))
    for _again in range(2):
        agent_client.post(desk(ticket, "reopen"), {"reopen-text": "اتصل المالك: عادت المشكلة."})
    ticket.refresh_from_db()
    assert ticket.status == "open"
    assert ticket.entries.filter(kind="reopened", by=agent).count() == 1
    assertContains(owner_client.get(page(ticket)), "اتصل المالك: عادت المشكلة.")


def test_the_desk_reopens_nothing_without_words_or_after_seven_days(agent_client, agent, ticket):
    handling.answer(ticket, by=agent, text="تم.", closes=True)
    agent_client.post(desk(ticket, "reopen"), {"reopen-text": ""})
    Ticket.objects.update(closed_at=ticket.closed_at - timedelta(days=7))
    agent_client.post(desk(ticket, "reopen"), {"reopen-text": "عادت."})
    assert Ticket.objects.get().status == "closed"
    assertNotContains(agent_client.get(page(ticket)), desk(ticket, "reopen"))


def test_what_an_office_does_is_not_headed_as_done_by_the_desk(agent_client, supervisor, ticket, agent):
    handling.write(ticket, EntryKind.ACT, by=agent, detail="reference")
    handling.write(ticket, EntryKind.ACT, by=supervisor, detail="credentials_sent")
    shown = agent_client.get(page(ticket))
    assertContains(shown, "نفذه الدعم الفني", count=1)
    assertContains(shown, "نفذته إدارة التحريات والبحث الجنائي", count=1)


def test_the_history_begins_with_the_latest(owner_client, agent_client, ticket, agent):
    handling.answer(ticket, by=agent, text="الجواب الأول.")
    handling.answer(ticket, by=agent, text="الجواب الثاني.")
    for browser in (owner_client, agent_client):
        said = [line.entry.text for line in browser.get(page(ticket)).context["lines"]]
        assert [text for text in said if text] == ["الجواب الثاني.", "الجواب الأول."]


@pytest.mark.parametrize("number", ["", "2612345678", "12"])
def test_a_mistyped_ticket_number_is_told(agent_client, ticket, number):
    for what in ("merge", "link"):
        response = agent_client.post(desk(ticket, what), {f"{what}-number": number}, follow=True)
        assertContains(response, "alert-danger")
    assert Ticket.objects.get().status == "open"


def test_only_agents_handle(owner_client, supervisor_client, auditor_client, ticket):
    for browser in (owner_client, supervisor_client, auditor_client):
        for what in ("take", "assign", "answer", "note", "change", "merge", "link", "outcome"):
            assert browser.post(desk(ticket, what), {"text": "x"}).status_code == 403
    assert ticket.entries.count() == 1


def test_the_auditor_reads_all_and_has_no_buttons(auditor_client, ticket, agent):
    handling.note(ticket, by=agent, text="ملاحظة")
    response = auditor_client.get(page(ticket))
    assertContains(response, "ملاحظة")
    assertNotContains(response, "<textarea")
    assert Look.objects.filter(action="ticket", subject=f"support.ticket:{ticket.pk}").count() == 1


def test_a_page_takes_as_many_queries_for_much_as_for_little(agent_client, ticket, agent, owner):
    handling.answer(ticket, by=agent, text="هكذا.")
    handling.ask_again(ticket, by=owner, text="لا.", attached=[clean_jpeg("red")])
    with CaptureQueriesContext(connection) as little:
        agent_client.get(page(ticket))
    for number in range(3):
        handling.answer(ticket, by=agent, text=f"هكذا {number}.")
        handling.ask_again(ticket, by=owner, text=f"لا {number}.")
    with CaptureQueriesContext(connection) as much:
        agent_client.get(page(ticket))
    assert len(little) == len(much)


def test_what_somebody_typed_is_shown_and_not_run(agent_client, ticket, owner):
    handling.ask_again(ticket, by=owner, text="<script>alert(1)</script>{{ 1|add:1 }}{% now 'Y' %}")
    response = agent_client.get(page(ticket))
    assertContains(response, "&lt;script&gt;alert(1)&lt;/script&gt;{{ 1|add:1 }}")


def test_tickets_opened_by_telephone_say_so(agent, establishment):
    ticket = tickets.open_ticket(
        by=agent, establishment=establishment, category="texts", subject="س", text="ن"
    )
    assert ticket.door == "agent"


def test_of_several_files_the_bad_one_is_named_and_all_are_asked_for_again(english, owner, establishment):
    program = SimpleUploadedFile("receipt.exe", b"MZ\x00\x01", "image/jpeg")
    client = sign_in(owner, english)
    response = client.post(NEW, said(establishment, attached=[picture("red"), program]))
    assertContains(response, "receipt.exe:", status_code=422)
    assertContains(response, "Choose your files again as well", status_code=422)
    assertContains(response, said(establishment)["text"], status_code=422)
    assert not Ticket.objects.exists()
    assertNotContains(client.post(NEW, {}), "Choose your files again", status_code=422)


def test_a_ticket_names_the_licence_without_a_subscription_that_it_is_about(owner_client, establishment):
    own_id = establishment.owner.national_id
    warned = LicenceFactory(owner_national_id=own_id)
    subscribed = LicenceFactory(owner_national_id=own_id, establishment=establishment)
    strangers = LicenceFactory()
    page = owner_client.get(NEW)
    assertContains(page, warned.number)
    for other in (subscribed, strangers):
        assertNotContains(page, other.number)

    owner_client.post(NEW, said(establishment, licence=warned.pk))

    ticket = Ticket.objects.get()
    assert (ticket.establishment, ticket.licence) == (establishment, warned)
    assertContains(owner_client.get(reverse("support:ticket", args=[ticket.number])), warned.number)


def test_nobody_names_anothers_licence(owner_client, establishment):
    LicenceFactory(owner_national_id=establishment.owner.national_id)
    response = owner_client.post(NEW, said(establishment, licence=LicenceFactory().pk))
    assert set(response.context["form"].errors) == {"licence"}
    assert not Ticket.objects.exists()


def test_whoever_has_no_other_licence_is_not_asked_for_one(owner_client, establishment):
    assert "licence" not in owner_client.get(NEW).context["form"].fields
