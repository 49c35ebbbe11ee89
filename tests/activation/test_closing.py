"""The end at the owner's wish: asked for, withdrawn, confirmed or refused by the licensing authority."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from activation import closing, life
from activation.models import ClosingRequest
from guests import intake as guests
from registration import intake
from registration.moves import MoveRefused
from shumoos.accounts.models import Role
from shumoos.letters.models import Letter
from shumoos.sms.models import TextMessage
from tests.activation.subscribing import renew_in_register, subscribe
from tests.conftest import sign_in
from tests.factories import (
    ApplicationFactory,
    AuthorityOfficerFactory,
    OfficerFactory,
    OwnerFactory,
    UserFactory,
)
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscription():
    return subscribe(language="en")


@pytest.fixture
def owner(subscription):
    return subscription.establishment.owner.user


@pytest.fixture
def officer():
    return AuthorityOfficerFactory()


def own(name, subscription, *more):
    return reverse(f"activation:{name}", args=[subscription.establishment.number, *more])


def asked_for(subscription, reason="سنغلق الفندق"):
    return closing.ask(subscription, by=subscription.establishment.owner.user, reason=reason)


def texts(kind):
    return TextMessage.objects.filter(kind=kind).count()


def test_the_owner_asks_and_takes_it_back_until_it_is_answered(owner, subscription):
    client = sign_in(owner)

    response = client.post(own("ask_closing", subscription), {"reason": "سنغلق الفندق"})
    client.post(own("ask_closing", subscription), {"reason": "مرة أخرى"})

    assertRedirects(response, own("subscription", subscription))
    asked = ClosingRequest.objects.get()
    assert (asked.subscription, asked.reason, asked.asked_by) == (subscription, "سنغلق الفندق", owner)
    subscription.refresh_from_db()
    assert subscription.status == "active"

    client.post(own("withdraw_closing", subscription))
    client.post(own("withdraw_closing", subscription))
    asked.refresh_from_db()
    assert (asked.outcome, asked.ended_by) == ("withdrawn", owner)

    client.post(own("ask_closing", subscription), {"reason": "الآن حقًا"})
    assert ClosingRequest.objects.open().get().reason == "الآن حقًا"


def test_without_a_reason_nothing_is_asked_and_the_page_says_so(owner, subscription):
    response = sign_in(owner).post(own("ask_closing", subscription), {"reason": " "})

    assert response.status_code == 422
    assert response.context["form"].errors["reason"]
    assert not ClosingRequest.objects.exists()


def test_the_authority_confirms_and_the_subscription_ends_that_day(officer, subscription):
    asked = asked_for(subscription)
    client = sign_in(officer)
    assertContains(client.get(reverse("activation:closings")), subscription.licence.number)

    for _time in (1, 2):
        response = client.post(reverse("activation:confirm_closing", args=[asked.pk]))

    assertRedirects(response, reverse("activation:closing", args=[asked.pk]))
    subscription.refresh_from_db()
    asked.refresh_from_db()
    assert (subscription.status, asked.outcome, asked.ended_by) == ("closed", "confirmed", officer)
    event = subscription.events.last()
    assert (event.act, event.old, event.new, event.by) == ("closed", "active", "closed", officer)
    letter = Letter.objects.get(pk=subscription.statement_id)
    assert (letter.status, letter.events.get().by) == ("revoked", officer)
    assert texts("subscription_closed") == 1
    assert not guests.is_subscribed(subscription.establishment)
    assertNotContains(client.get(reverse("activation:closings")), subscription.licence.number)


def test_the_owner_of_a_closed_one_signs_in_sees_it_and_may_register_again(officer, owner, subscription):
    closing.confirm(asked_for(subscription), by=officer)

    page = sign_in(owner).get(reverse("home"))

    assert page.context["standings"][0].subscription.state == "closed"
    assert guests.why_refused(subscription.establishment)
    typed = subscription.application.typed
    assert ApplicationFactory(**typed).status == "submitted"


def test_credentials_that_have_not_gone_out_are_not_sent_any_more(officer, subscription):
    text = TextMessage.objects.get(kind="credentials")

    closing.confirm(asked_for(subscription), by=officer)

    text.refresh_from_db()
    assert text.status == "cancelled"


def test_closing_takes_the_period_that_follows_along(officer, supervisor, subscription):
    renew_in_register(subscription)
    asked = asked_for(subscription)
    renewal = life.renew(subscription, by=supervisor)

    closing.confirm(asked, by=officer)

    renewal.refresh_from_db()
    assert renewal.status == "closed"
    statuses = {Letter.objects.get(pk=one.statement_id).status for one in (subscription, renewal)}
    assert statuses == {"revoked"}


def test_a_period_behind_us_does_not_hide_that_the_last_one_is_closed(officer, supervisor, time_machine):
    time_machine.move_to("2026-01-01 10:00:00+03:00", tick=False)
    old = subscribe(days_left=20)
    renew_in_register(old)
    time_machine.move_to("2026-01-25 10:00:00+03:00", tick=False)
    renewal = life.renew(old, by=supervisor)

    closing.confirm(asked_for(renewal), by=officer)

    page = sign_in(old.establishment.owner.user).get(reverse("home"))
    assert page.context["standings"][0].subscription == renewal
    assert old.establishment.subscriptions.why_no_guests() == "closed"


def test_the_authority_refuses_with_words_that_the_owner_reads(officer, owner, subscription):
    asked = asked_for(subscription)
    client = sign_in(officer)
    address = reverse("activation:refuse_closing", args=[asked.pk])

    assert client.post(address, {"answer": ""}).status_code == 422
    client.post(address, {"answer": "سددوا الرسوم أولًا"})
    client.post(address, {"answer": "سددوا الرسوم أولًا"})

    asked.refresh_from_db()
    subscription.refresh_from_db()
    assert (asked.outcome, asked.answer, subscription.status) == ("refused", "سددوا الرسوم أولًا", "active")
    assert texts("closing_refused") == 1
    assertContains(sign_in(owner).get(own("subscription", subscription)), "سددوا الرسوم أولًا")


@pytest.mark.parametrize("first", ["withdraw", "confirm", "refuse"])
@pytest.mark.parametrize("second", ["withdraw", "confirm", "refuse"])
def test_what_has_ended_one_way_does_not_end_another(officer, owner, subscription, first, second):
    if first == second:
        return
    asked = asked_for(subscription)
    ways = {
        "withdraw": lambda: closing.withdraw(asked, by=owner),
        "confirm": lambda: closing.confirm(asked, by=officer),
        "refuse": lambda: closing.refuse(asked, by=officer, answer="لا"),
    }
    ways[first]()
    outcome = ClosingRequest.objects.get().outcome

    with pytest.raises(MoveRefused):
        ways[second]()

    assert ClosingRequest.objects.get().outcome == outcome


def test_a_refusal_needs_words_whoever_calls(officer, subscription):
    with pytest.raises(ValidationError):
        closing.refuse(asked_for(subscription), by=officer, answer="")


def test_a_closed_subscription_is_not_closed_again(officer, owner, subscription):
    closing.confirm(asked_for(subscription), by=officer)

    with pytest.raises(MoveRefused):
        closing.ask(subscription, by=owner, reason="مرة أخرى")


def test_a_former_owners_wish_does_not_close_the_next_owners_subscription(officer, supervisor, subscription):
    asked = asked_for(subscription)
    life.close(subscription.establishment, by=supervisor, reason="مالك آخر")

    with pytest.raises(MoveRefused):
        closing.confirm(asked, by=officer)


@pytest.mark.django_db(transaction=True)
def test_withdrawn_and_confirmed_at_once_has_one_end():
    subscription = subscribe()
    owner, officer = subscription.establishment.owner.user, AuthorityOfficerFactory()
    asked = asked_for(subscription)

    outcomes = at_once(
        lambda: closing.withdraw(ClosingRequest.objects.get(pk=asked.pk), by=owner),
        lambda: closing.confirm(ClosingRequest.objects.get(pk=asked.pk), by=officer),
    )

    assert [type(outcome) for outcome in outcomes if outcome is not None] == [MoveRefused]
    subscription.refresh_from_db()
    asked.refresh_from_db()
    assert (subscription.status, asked.outcome) in [("active", "withdrawn"), ("closed", "confirmed")]


# Who may not


@pytest.mark.parametrize("name", ["subscription", "ask_closing", "withdraw_closing"])
def test_strangers_find_nothing(subscription, name):
    address = own(name, subscription)
    for user in (
        OwnerFactory().user,
        UserFactory(role=Role.STAFF),
        OfficerFactory(),
        AuthorityOfficerFactory(),
    ):
        client = sign_in(user)
        response = client.get(address) if name == "subscription" else client.post(address, {"reason": "x"})
        assert response.status_code == (404 if name == "subscription" or user.role == "owner" else 403)
    assert not ClosingRequest.objects.exists()


def test_staff_see_the_state_and_neither_ask_nor_read_the_letter(subscription):
    staff = UserFactory(role=Role.STAFF)
    subscription.establishment.staff.add(staff)
    client = sign_in(staff)

    page = client.get(own("subscription", subscription))

    assertContains(page, subscription.licence.number)
    assertNotContains(page, own("ask_closing", subscription))
    assert client.post(own("ask_closing", subscription), {"reason": "x"}).status_code == 403
    assert client.get(own("letter", subscription, subscription.pk)).status_code == 403
    assert not ClosingRequest.objects.exists()


def test_the_owner_reads_the_letter_and_nobody_elses(owner, subscription):
    other = subscribe()
    client = sign_in(owner)

    assert client.get(own("letter", subscription, subscription.pk))["Content-Type"] == "application/pdf"
    assert client.get(own("letter", subscription, other.pk)).status_code == 404
    assert client.get(own("letter", other, other.pk)).status_code == 404


def test_another_authority_finds_nothing(subscription):
    asked = asked_for(subscription)
    client = sign_in(AuthorityOfficerFactory(authority="transport"))

    assertNotContains(client.get(reverse("activation:closings")), subscription.licence.number)
    assert client.get(reverse("activation:closing", args=[asked.pk])).status_code == 404
    for name in ("confirm_closing", "refuse_closing"):
        address = reverse(f"activation:{name}", args=[asked.pk])
        assert client.post(address, {"answer": "x"}).status_code == 404
        assert client.get(address).status_code == 405
    asked.refresh_from_db()
    assert asked.outcome == ""


def test_the_list_goes_on_by_key_and_takes_the_same_queries(
    officer, subscription, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr("activation.views.closing.PAGE", 2)
    asked_for(subscription)
    client = sign_in(officer)
    client.get(reverse("activation:closings"))
    with django_assert_max_num_queries(8) as one:
        client.get(reverse("activation:closings"))
    for _number in range(2):
        asked_for(subscribe())

    with django_assert_max_num_queries(len(one)):
        page = client.get(reverse("activation:closings"))

    assert len(page.context["rows"]) == 2
    assert len(client.get(page.context["next"]).context["rows"]) == 1


def test_a_suspended_subscription_can_be_closed(officer, supervisor, subscription):
    life.suspend(subscription, by=supervisor, order_number="1", reason="سبب")

    closing.confirm(asked_for(subscription), by=officer)

    subscription.refresh_from_db()
    assert subscription.status == "closed"
    intake.refuse_taken(subscription.licence)
