"""The public page of a statement letter says how its subscription stands today, not only that it is real."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from activation import life
from registration.models import Licence
from shumoos.letters.copies import issued_pdf
from shumoos.letters.issue import revoke
from shumoos.letters.models import Letter
from tests.activation.days import BEGAN, DAY, go_to
from tests.activation.subscribing import renew_in_register, subscribe
from tests.factories import OfficerFactory

pytestmark = pytest.mark.django_db

STATES = {
    "active": ("success", "Active", "is active today", "نشط اليوم"),
    "in_grace": ("warning", "Ended, in its days of grace", "has ended and is not renewed", "انتهى ولم يُجدد"),
    "ended": ("danger", "Has ended", "its days of grace are over", "انقضت أيام مهلته"),
    "suspended": ("danger", "Suspended", "is suspended by order", "موقوف بأمر"),
}


def look(client, subscription, language="en"):
    client.cookies.load({"django_language": language})
    letter = Letter.objects.get(pk=subscription.statement_id)
    return client.get(reverse("letters:verify", args=[letter.code]))


def shown(response):
    standing = response.context["standing"]
    return standing.tone, standing.word


def bring(clock, subscription, state):
    """Bring a subscription of a hundred days into a state."""
    days = {"in_grace": 101, "ended": 131}.get(state, 0)
    go_to(clock, BEGAN + days * DAY)
    if state == "suspended":
        life.suspend(subscription, by=OfficerFactory(), order_number="1447/1", reason="سبب لا يُعلن")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_page_says_first_how_the_subscription_stands_today(client, clock, state, language):
    subscription = subscribe(days_left=100)
    bring(clock, subscription, state)
    tone, word, english, arabic = STATES[state]

    page = look(client, subscription, language)

    body = page.content.decode()
    sentence = english if language == "en" else arabic
    assert body.count(sentence) == 1
    alert = body[body.index(f'class="alert alert-{tone}"') :]
    assert alert.index(sentence) < alert.index("<dl")
    if language == "en":
        assert shown(page) == (tone, word)
    others = [entry[2 if language == "en" else 3] for name, entry in STATES.items() if name != state]
    assert not [other for other in others if other in body]


def test_a_letter_of_what_does_not_hold_is_nowhere_called_valid(client, clock):
    subscription = subscribe(days_left=100)
    bring(clock, subscription, "suspended")

    for language, word in (("en", "valid"), ("ar", "سارٍ")):
        body = look(client, subscription, language).content.decode()
        content = body[body.index("<h1") : body.index("<dl")]
        assert word not in content


def test_no_more_is_told_than_establishment_licence_and_the_state(client, clock):
    subscription = subscribe(days_left=100, language="en")
    bring(clock, subscription, "suspended")
    owner = subscription.establishment.owner

    page = look(client, subscription)

    assertContains(page, subscription.establishment.name_ar)
    assertContains(page, subscription.licence.number)
    for private in (
        owner.full_name,
        owner.national_id,
        owner.mobile,
        subscription.establishment.number,
        subscription.application.reference,
        subscription.application.shown_reference,
        subscription.activated_by.full_name,
        "1447/1",
        "سبب لا يُعلن",
    ):
        assertNotContains(page, private)


def test_a_closed_one_is_told_as_closed_beside_its_revoked_letter(client, clock):
    subscription = subscribe(days_left=100)
    life.close(subscription.establishment, by=OfficerFactory(), reason="أغلقت")

    page = look(client, subscription)

    assert shown(page) == ("danger", "Closed")
    assertContains(page, "has revoked it since")


def test_the_letter_of_a_reinstated_one_says_active_again(client, clock):
    subscription = subscribe(days_left=100)
    bring(clock, subscription, "suspended")
    life.reinstate(subscription, by=OfficerFactory(), reason="سبب")

    assert shown(look(client, subscription)) == ("success", "Active")


def test_both_letters_of_a_renewed_one_tell_of_the_one_subscription(client, clock, supervisor):
    old = subscribe(days_left=20)
    renew_in_register(old)
    renewal = life.renew(old, by=supervisor)

    # Renewed before its end: the period that begins later does not hold yet, and the subscription does.
    assert [shown(look(client, one)) for one in (old, renewal)] == [("success", "Active")] * 2
    go_to(clock, BEGAN + 25 * DAY)
    assert [shown(look(client, one)) for one in (old, renewal)] == [("success", "Active")] * 2
    assertContains(look(client, old), "a newer one has taken its place")
    life.suspend(renewal, by=supervisor, order_number="1", reason="سبب")
    assert [shown(look(client, one)) for one in (old, renewal)] == [("danger", "Suspended")] * 2


def test_the_former_owners_letter_does_not_tell_of_the_next_owners_subscription(client, clock, supervisor):
    old = subscribe(days_left=200)
    Licence.objects.filter(pk=old.licence_id).update(owner_national_id="1000000008")
    old.licence.refresh_from_db()
    new = life.begin(old.establishment, old.licence, by=supervisor, has_other_owner=True)

    assert shown(look(client, old)) == ("danger", "Closed")
    assert shown(look(client, new)) == ("success", "Active")


def test_a_letter_revoked_for_itself_is_not_called_genuine(client, clock, supervisor):
    subscription = subscribe(days_left=100)
    revoke(subscription.statement, by=supervisor, reason="خطأ في الاسم")

    page = look(client, subscription)

    assertContains(page, "It is no longer valid.")
    assertNotContains(page, "genuine")


@pytest.mark.parametrize("state", STATES)
def test_the_page_of_an_uploaded_file_says_it_too(client, clock, state):
    subscription = subscribe(days_left=100)
    pdf = issued_pdf(subscription.statement)
    bring(clock, subscription, state)
    client.cookies.load({"django_language": "en"})

    page = client.post(reverse("letters:verify_form"), {"file": SimpleUploadedFile("letter.pdf", pdf)})

    tone, word, english, _arabic = STATES[state]
    assert shown(page) == (tone, word)
    assertContains(page, english, count=1)
    assert page.context["file_tone"] == tone


def test_it_takes_the_same_queries_however_often_it_was_renewed(
    client, clock, supervisor, django_assert_num_queries, django_assert_max_num_queries
):
    first = subscribe(days_left=20)
    with django_assert_max_num_queries(6) as once:
        look(client, first)
    last = first
    for _time in range(3):
        renew_in_register(last)
        last = life.renew(last, by=supervisor)
        go_to(clock, last.begins_on)

    with django_assert_num_queries(len(once)):
        assert shown(look(client, first)) == ("success", "Active")
