"""Going back to a registration that was begun in this browser, after another one."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from registration.models import Application
from tests.registration.registering import CHECK, DOCUMENTS, ESTABLISHMENT, REGISTER, go_through, the_licence

pytestmark = pytest.mark.django_db

ANOTHER = reverse("registration:register_another")
GO_ON = reverse("registration:go_on")


@pytest.fixture
def left(english):
    """The draft that was left for another one in the browser of `english`."""
    draft = go_through(english, until=DOCUMENTS)
    english.post(ANOTHER)
    return draft


def test_what_was_begun_is_offered_beside_the_empty_form(english, left):
    page = english.get(REGISTER)

    assertContains(page, "Registrations you have begun")
    assertContains(page, left.name_ar)
    assertContains(page, left.licence_number)
    assert page.context["form"]["licence_number"].value() is None


def test_one_goes_on_where_it_was_left(english, left):
    assertRedirects(english.post(GO_ON, {"draft": left.key}), DOCUMENTS)

    assert english.get(ESTABLISHMENT).context["form"]["name_ar"].value() == left.name_ar
    assertNotContains(english.get(REGISTER), "Registrations you have begun")


def test_the_same_licence_and_owner_find_it_again(english, left):
    english.post(REGISTER, the_licence())

    assert english.get(ESTABLISHMENT).context["form"]["name_ar"].value() == left.name_ar
    assert Application.objects.count() == 1


def test_another_owners_number_finds_nothing(english, left):
    english.post(REGISTER, the_licence(owner_national_id="2000000006"))

    assert english.get(ESTABLISHMENT).context["draft"] != left


def test_what_was_sent_is_not_offered(english):
    draft = go_through(english)
    english.post(CHECK, {"confirmed": "on", "draft": draft.key})
    english.post(ANOTHER)

    assertNotContains(english.get(REGISTER), "Registrations you have begun")
    assertRedirects(english.post(GO_ON, {"draft": draft.key}), reverse("registration:done"))


def test_strangers_are_led_to_the_beginning(left):
    stranger = Client()

    assertNotContains(stranger.get(REGISTER), left.licence_number)
    assertRedirects(stranger.post(GO_ON, {"draft": left.key}), REGISTER)


def test_looking_moves_nothing(english):
    go_through(english, until=DOCUMENTS)

    assert english.get(GO_ON).status_code == 405
