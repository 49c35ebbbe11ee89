"""The person's rights: a copy within the hour, the rest within thirty days, and who sees what."""

import json
import threading
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from activation.models import ClosingRequest
from guests.models import KeepingRule
from registration.moves import MoveRefused
from shumoos import keeping
from shumoos.accounts.models import Look
from shumoos.saudi import calendar
from shumoos.sms.models import TextMessage
from support import handling, rights, upkeep
from support.held import copies, sections
from support.models import DataCopy, RightsRequest, Ticket
from support.models.rights import CopyState
from tests.activation.subscribing import subscribe
from tests.conftest import sign_in
from tests.factories import EstablishmentFactory, OwnerFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db

PAGE = reverse("support:rights")


def fetch(copy, form="json"):
    return reverse("support:copy", args=[copy.pk, form])


@pytest.fixture
def person(establishment):
    return establishment.owner


def ask(person, right="copy", **said):
    return rights.ask(person, right, by=person.user, **said)


@pytest.fixture
def copy(person):
    """A copy that is ready."""
    request = ask(person)
    copies.make_due()
    return DataCopy.objects.get(request=request)


# Asking -----------------------------------------------------------------------------------------------------


def test_a_request_is_a_ticket_with_a_clock_of_thirty_days(owner_client, person):
    assertRedirects(owner_client.post(PAGE, {"right": "correction", "text": "اسمي خالد."}), PAGE)
    request = RightsRequest.objects.get()
    today = calendar.today()
    assert (request.asked_on, request.due_on) == (today, today + timedelta(days=30))
    ticket = request.ticket
    assert (ticket.category_id, ticket.is_due_by_law) == ("rights_correction", True)
    # The thirtieth day counts in full.
    assert ticket.due_at == calendar.span(request.due_on)[1]
    assertContains(owner_client.get(PAGE), "30")


def test_asking_again_is_the_same_request(person):
    assert ask(person) == ask(person)
    assert ask(person, "correction", text="خطأ") == ask(person, "correction", text="خطأ آخر")
    assert Ticket.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_asked_twice_at_once_is_asked_once():
    person = EstablishmentFactory().owner
    at_once(lambda: ask(person), lambda: ask(person))
    assert RightsRequest.objects.count() == DataCopy.objects.count() == 1


def test_a_correction_needs_words(owner_client, person):
    response = owner_client.post(PAGE, {"right": "correction"})
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"text"}
    with pytest.raises(ValidationError):
        ask(person, "closing", text=" ")
    assert not RightsRequest.objects.exists()


def test_closing_is_also_put_to_the_licensing_authority():
    subscription = subscribe()
    owner = subscription.establishment.owner
    request = ask(owner, "closing", text="بعت المنشأة.", establishment=subscription.establishment)
    closing = ClosingRequest.objects.get()
    assert (closing.subscription, closing.reason) == (subscription, "بعت المنشأة.")
    assert request.ticket.establishment == subscription.establishment


def test_another_owners_establishment_is_refused(owner_client, person):
    with pytest.raises(MoveRefused):
        ask(person, "closing", text="إغلاق", establishment=EstablishmentFactory())
    other = EstablishmentFactory().pk
    response = owner_client.post(PAGE, {"right": "closing", "text": "س", "establishment": other})
    assert set(response.context["form"].errors) == {"establishment"}
    assert not RightsRequest.objects.exists()


def test_an_owner_without_an_establishment_is_told():
    with pytest.raises(MoveRefused):
        ask(OwnerFactory())


# Answering --------------------------------------------------------------------------------------------------


def test_the_desk_gives_the_outcome_and_the_owner_is_told(agent_client, agent, person, texts):
    request = ask(person, "correction", text="خطأ")
    address = reverse("support:outcome", args=[request.ticket.number])
    for _again in range(2):
        agent_client.post(address, {"outcome-outcome": "done", "outcome-text": "صُحح."})
    request.refresh_from_db()
    assert (request.outcome, request.ended_by, request.ticket.status) == ("done", agent, "closed")
    assert texts() == ["ticket_opened", "ticket_answered"]


def test_it_does_not_end_without_its_outcome(person, agent, open_ticket):
    ticket = ask(person, "correction", text="خطأ").ticket
    for job in (
        lambda: handling.answer(ticket, by=agent, text="تم.", closes=True),
        lambda: handling.close(ticket, by=person.user),
    ):
        with pytest.raises(MoveRefused):
            job()
    other = Ticket.objects.get(pk=ask(person).ticket_id)
    with pytest.raises(MoveRefused):
        handling.merge(ticket, into=other, by=agent)
    usual = open_ticket()
    with pytest.raises(MoveRefused, match="اربط البلاغين"):
        handling.merge(usual, into=other, by=agent)
    assert Ticket.objects.get(pk=usual.pk).status == "open"
    assert Ticket.objects.get(pk=ticket.pk).status == "open"


def test_answering_does_not_stop_its_clock(person, agent):
    ticket = ask(person, "correction", text="خطأ").ticket
    due = ticket.due_at
    handling.answer(ticket, by=agent, text="نبحث في الأمر.")
    assert (ticket.status, ticket.due_at) == ("answered", due)


def test_it_is_made_urgent_five_days_before_its_day(person, time_machine):
    ticket = ask(person, "correction", text="خطأ").ticket
    time_machine.move_to(ticket.due_at - timedelta(days=5), tick=False)
    upkeep.keep_up()
    ticket.refresh_from_db()
    assert (ticket.priority_id, ticket.breached_at, ticket.escalate_at) == ("urgent", None, None)


def test_another_outcome_afterwards_is_refused(person, agent):
    request = ask(person, "correction", text="خطأ")
    rights.end(request, "refused", by=agent, answer="البيانات صحيحة.")
    with pytest.raises(MoveRefused):
        rights.end(request, "done", by=agent, answer="صُحح.")
    request.refresh_from_db()
    assert request.outcome == "refused"


def test_reopened_it_has_the_usual_clock(person, agent):
    request = ask(person, "correction", text="خطأ")
    rights.end(request, "refused", by=agent, answer="البيانات صحيحة.")
    ticket = request.ticket
    handling.reopen(ticket, by=person.user, text="ليست صحيحة.")
    assert ticket.due_at - timezone.now() < ticket.priority.time + timedelta(minutes=1)


def test_the_desk_sees_what_waits_the_most_pressing_first(agent_client, person, owner_client):
    request = ask(person, "correction", text="خطأ")
    response = agent_client.get(reverse("support:rights_requests"))
    assertContains(response, reverse("support:ticket", args=[request.ticket.number]))
    assert owner_client.get(reverse("support:rights_requests")).status_code == 403


# The copy ---------------------------------------------------------------------------------------------------


def test_a_copy_is_made_by_a_worker_and_the_owner_is_told(copy, person, texts):
    assert (copy.state, copy.attempts) == ("ready", 1)
    assert copy.expires_at - copy.ready_at == timedelta(days=7)
    assert texts() == ["ticket_opened", "copy_ready"]
    request = copy.request
    request.refresh_from_db()
    assert (request.outcome, request.ticket.status) == ("done", "closed")
    copies.make_due()
    assert DataCopy.objects.get().attempts == 1


def test_it_holds_what_is_held_and_nobody_elses(owner_client, copy, person, establishment):
    stranger = EstablishmentFactory()
    response = owner_client.get(fetch(copy))
    held = json.loads(response.content)
    assert held["sections"]["owner"] == [
        {"national_id": person.national_id, "full_name": person.full_name, "mobile": person.mobile}
    ]
    assert [row["number"] for row in held["sections"]["establishments"]] == [establishment.number]
    assert held["sections"]["tickets"][0]["number"] == copy.request.ticket.number
    assert stranger.number not in response.content.decode()


def test_it_tells_of_the_whole_life(time_machine):
    subscription = subscribe()
    with_everything = {
        section.name: section.rows for section in sections.gather(subscription.establishment.owner)
    }
    for name in (
        "account",
        "applications",
        "application_events",
        "documents",
        "subscriptions",
        "letters",
        "texts",
    ):
        assert with_everything[name], name
    reference = {cell.name: cell.value for cell in with_everything["applications"][0]}["reference"]
    assert reference == subscription.application.reference


def test_it_says_that_officials_have_looked_and_not_which(
    agent_client, agent, owner_client, person, establishment
):
    from tests.factories import ApplicationFactory

    application = ApplicationFactory(owner_national_id=person.national_id)
    agent_client.get(reverse("support:application", args=[application.pk]))
    rows = {section.name: section.rows for section in sections.gather(person)}["looks"]
    assert [{cell.name: cell.value for cell in row}["role"] for row in rows] == ["support"]
    assert agent.full_name not in str(rows)
    # On paper in words, which whoever holds it can read.
    assert [cell.shown for row in rows for cell in row if cell.name == "action"] == [
        "الاطلاع على طلب أو ترخيص في مكتب الدعم"
    ]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_pdf_is_one_in_the_owners_language(person, owner_client, language):
    type(person.user).objects.filter(pk=person.user.pk).update(language=language)
    person.user.refresh_from_db()
    request = ask(person)
    copies.make_due()
    copy = DataCopy.objects.get(request=request)
    response = owner_client.get(fetch(copy, "pdf"))
    assert response["Content-Type"] == "application/pdf"
    with pikepdf.open(BytesIO(response.content)) as pdf:
        assert len(pdf.pages) >= 1
        assert str(pdf.Root.Lang).startswith(language)


def test_a_download_is_counted_and_logged(owner_client, copy):
    owner_client.get(fetch(copy))
    owner_client.get(fetch(copy, "pdf"))
    copy.refresh_from_db()
    assert copy.downloads == 2
    assert Look.objects.filter(action="copy of data", subject=f"support.datacopy:{copy.pk}").count() == 2


def test_a_download_asks_again_who_it_is(client, person, copy):
    client.force_login(person.user, backend="shumoos.accounts.roles.RoleBackend")
    session = client.session
    session.pop("verified_at", None)
    session.save()
    response = client.get(fetch(copy))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:confirm"))


def test_strangers_get_nothing(copy, agent_client, supervisor_client):
    assert sign_in(EstablishmentFactory().owner.user).get(fetch(copy)).status_code == 404
    for browser in (agent_client, supervisor_client):
        assert browser.get(fetch(copy)).status_code == 403
        assert browser.get(PAGE).status_code == 403
    copy.refresh_from_db()
    assert copy.downloads == 0


def test_another_form_is_not_there(owner_client, copy):
    assert owner_client.get(fetch(copy, "xml")).status_code == 404


def test_the_files_lie_encrypted(copy, person):
    for name in (copy.as_json.name, copy.as_pdf.name):
        assert person.national_id.encode() not in default_storage.sealed(name)


def test_the_page_says_how_far_a_copy_is(owner_client, person, monkeypatch):
    request = ask(person)
    told = []
    as_json = copies.printing.as_json

    def look(found, *, at):
        told.append(owner_client.get(PAGE).content.decode())
        return as_json(found, at=at)

    monkeypatch.setattr(copies.printing, "as_json", look)
    assertContains(owner_client.get(PAGE), "<progress")
    copies.make_due()

    copy = DataCopy.objects.get(request=request)
    assert f'value="{copy.parts - 1}" max="{copy.parts}"' in told[0]
    assert copy.parts_done == copy.parts > 5
    assertNotContains(owner_client.get(PAGE), "<progress")


@pytest.mark.django_db(transaction=True)
def test_after_a_week_it_is_gone(time_machine):
    person = EstablishmentFactory().owner
    ask(person)
    copies.make_due()
    copy = DataCopy.objects.get()
    browser = sign_in(person.user)
    names = [copy.as_json.name, copy.as_pdf.name]
    assert all(default_storage.exists(name) for name in names)
    time_machine.move_to(copy.expires_at)
    assert browser.get(fetch(copy)).status_code in (302, 404)
    copies.take_away_old()
    copies.take_away_old()
    copy.refresh_from_db()
    assert (copy.state, copy.as_json, copy.as_pdf) == (CopyState.EXPIRED, "", "")
    assert not any(default_storage.exists(name) for name in names)
    assert ask(person).pk != copy.request_id


def test_one_that_fails_is_tried_again_and_holds_up_no_other(person, monkeypatch, time_machine):
    other = EstablishmentFactory().owner
    failing, fine = ask(person), ask(other)
    gather = sections.gather

    def fail_for_one(owner, tell):
        if owner == person:
            raise OSError("away")
        return gather(owner, tell)

    monkeypatch.setattr(sections, "gather", fail_for_one)
    with pytest.raises(OSError, match="away"):
        copies.make_due()
    copies.make_due()
    assert (DataCopy.objects.get(request=failing).state, DataCopy.objects.get(request=fine).state) == (
        "waiting",
        "ready",
    )
    monkeypatch.setattr(sections, "gather", gather)
    time_machine.move_to(timezone.now() + copies.TRIED_AGAIN_AFTER + timedelta(seconds=1))
    copies.make_due()
    assert DataCopy.objects.get(request=failing).state == "ready"


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_it_once():
    ask(EstablishmentFactory().owner)
    claimed = at_once(copies.claim, copies.claim)
    assert len([copy for copy in claimed if copy]) == 1


def test_a_worker_that_comes_late_changes_nothing(copy, texts):
    old = copy.as_json.name
    copies.finish(copy, b"{}", b"%PDF-")
    copy.refresh_from_db()
    assert copy.as_json.name == old
    assert texts().count("copy_ready") == 1


# Stopping a copy --------------------------------------------------------------------------------------------


def stop(copy):
    return reverse("support:stop_copy", args=[copy.pk])


def test_its_owner_stops_a_copy_that_is_being_made_and_asks_for_another(owner_client, person, texts):
    request = ask(person)
    copy = request.copy
    assertContains(owner_client.get(PAGE), stop(copy))
    for _again in range(2):
        assertRedirects(owner_client.post(stop(copy)), PAGE)

    copy.refresh_from_db()
    request.refresh_from_db()
    ticket = Ticket.objects.get(pk=request.ticket_id)
    assert (copy.state, request.outcome, request.ended_by) == ("stopped", "stopped", person.user)
    assert (ticket.status, ticket.answered_at) == ("closed", None)
    assert list(ticket.entries.values_list("kind", "by")) == [
        ("opened", person.user.pk),
        ("closed", person.user.pk),
    ]
    assert Look.objects.filter(action="right stopped: copy", by=person.user).count() == 1
    page = owner_client.get(PAGE)
    assertNotContains(page, stop(copy))
    assertNotContains(page, "<progress")
    copies.make_due()
    copy.refresh_from_db()
    assert (copy.state, copy.attempts, copy.as_json) == ("stopped", 0, "")
    assert texts() == ["ticket_opened"]

    another = ask(person)
    copies.make_due()
    assert (another != request, DataCopy.objects.get(request=another).state) == (True, "ready")


def test_a_worker_that_is_at_it_ends_before_the_next_part(person, owner_client, monkeypatch):
    request = ask(person)
    of_subscriptions = sections.of_subscriptions

    def stopped_meanwhile(establishments):
        owner_client.post(stop(request.copy))
        return of_subscriptions(establishments)

    monkeypatch.setattr(sections, "of_subscriptions", stopped_meanwhile)
    copies.make_due()
    copy = DataCopy.objects.get(request=request)
    # Two parts of seven were done when it was stopped in the third.
    assert (copy.state, copy.parts_done, copy.as_json) == ("stopped", 2, "")


def test_a_copy_that_is_ready_is_not_stopped(owner_client, copy):
    response = owner_client.post(stop(copy), follow=True)
    assertContains(response, "كانت النسخة جاهزة قبل إيقافها.")
    with pytest.raises(MoveRefused):
        copies.stop(copy, by=copy.request.owner.user)
    copy.refresh_from_db()
    copy.request.refresh_from_db()
    assert (copy.state, copy.request.outcome) == ("ready", "done")


def test_what_the_desk_has_refused_is_not_stopped_and_not_made(person, agent, owner_client, texts):
    request = ask(person)
    rights.end(request, "refused", by=agent, answer="طلب مكرر.")
    with pytest.raises(MoveRefused):
        copies.stop(request.copy, by=person.user)
    assertNotContains(owner_client.get(PAGE), stop(request.copy))
    copies.make_due()
    copy = DataCopy.objects.get(request=request)
    assert (copy.state, copy.as_json, copy.request.outcome) == ("stopped", "", "refused")
    assert texts() == ["ticket_opened", "ticket_answered"]


def test_only_its_owner_stops_it_and_by_post(agent_client, supervisor_client, owner_client, person):
    copy = ask(person).copy
    assert sign_in(EstablishmentFactory().owner.user).post(stop(copy)).status_code == 404
    for browser in (agent_client, supervisor_client):
        assert browser.post(stop(copy)).status_code == 403
    assert owner_client.get(stop(copy)).status_code == 405
    copy.refresh_from_db()
    assert copy.state == "waiting"


def test_the_desk_cannot_give_the_outcome_of_an_owner_who_stops(agent_client, person):
    request = ask(person, "correction", text="خطأ")
    address = reverse("support:outcome", args=[request.ticket.number])
    agent_client.post(address, {"outcome-outcome": "stopped", "outcome-text": "أُوقف."})
    request.refresh_from_db()
    assert request.outcome == ""


@pytest.mark.django_db(transaction=True)
def test_stopped_in_the_moment_it_becomes_ready_it_is_one_or_the_other():
    person = EstablishmentFactory().owner
    copy = ask(person).copy
    _none, refused = at_once(
        lambda: copies.finish(DataCopy.objects.get(pk=copy.pk), b"{}", b"%PDF-"),
        lambda: copies.stop(DataCopy.objects.get(pk=copy.pk), by=person.user),
    )
    copy.refresh_from_db()
    request = RightsRequest.objects.get()
    texts = set(TextMessage.objects.values_list("kind", flat=True))
    if copy.state == "ready":
        assert isinstance(refused, MoveRefused)
        assert (request.outcome, "copy_ready" in texts) == ("done", True)
        assert all(default_storage.exists(file.name) for file in (copy.as_json, copy.as_pdf))
    else:
        assert refused is None
        assert (copy.state, request.outcome, "copy_ready" in texts) == ("stopped", "stopped", False)
        assert (copy.as_json, copy.as_pdf) == ("", "")


@pytest.mark.parametrize("first", ["finish", "stop"])
@pytest.mark.django_db(transaction=True)
def test_whoever_comes_second_waits_for_the_first_and_changes_nothing(first):
    """The first one has not committed yet when the other one comes."""
    person = EstablishmentFactory().owner
    copy = ask(person).copy
    jobs = {
        "finish": lambda: copies.finish(DataCopy.objects.get(pk=copy.pk), b"{}", b"%PDF-"),
        "stop": lambda: copies.stop(DataCopy.objects.get(pk=copy.pk), by=person.user),
    }
    other = {"finish": "stop", "stop": "finish"}[first]
    outcomes = []
    thread = threading.Thread(target=lambda: outcomes.extend(at_once(jobs[other])))
    with transaction.atomic(), connection.cursor() as cursor:
        jobs[first]()
        thread.start()
        is_waiting = False
        while thread.is_alive() and not is_waiting:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            (is_waiting,) = cursor.fetchone()
    thread.join()
    assert is_waiting
    copy.refresh_from_db()
    assert copy.state == {"finish": "ready", "stop": "stopped"}[first]
    assert isinstance(outcomes[0], MoveRefused) == (first == "finish")


# How long data is kept --------------------------------------------------------------------------------------


def test_the_page_says_what_the_deleting_goes_by(client, monkeypatch):
    response = client.get(reverse("support:kept"))
    rules = {rule.name: rule.shown for rule in response.context["rules"]}
    assert (rules["guest_records"], rules["drafts"], rules["data_copies"]) == ("5 سنوات", "30 يومًا", "7 أيام")
    for name, shown in rules.items():
        assertContains(response, shown, msg_prefix=name)

    KeepingRule.objects.create(holds_from=calendar.today(), years=2)
    monkeypatch.setattr(copies, "KEPT_FOR", timedelta(days=1))
    rules = {rule.name: rule.shown for rule in keeping.rules()}
    assert (rules["guest_records"], rules["data_copies"]) == ("سنتان", "يوم واحد")


def test_the_longest_stand_last(client):
    periods = [keeping.days_of(rule.period()) for rule in keeping.rules()]
    assert periods == sorted(periods)
    assert periods[-1] == float("inf")
