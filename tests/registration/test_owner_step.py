"""The third page of registering, and the code that proves the mobile typed there."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertRedirects

from registration import drafts
from registration.models import Application
from shumoos.sms.models import TextMessage
from tests.codes import another, receive_code
from tests.registration.registering import (
    DOCUMENTS,
    MOBILE,
    MOBILE_CODE,
    OWNER,
    errors,
    go_through,
    prove_mobile,
    the_owner,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def came(english):
    """The browser of an owner who has come to the second step."""
    go_through(english, until=OWNER)
    return english


def test_the_owner_is_saved_and_a_code_goes_to_the_mobile(came):
    response = came.post(OWNER, the_owner())

    draft = Application.objects.get()
    assertRedirects(response, MOBILE_CODE)
    assert (draft.owner_name, draft.owner_mobile, draft.is_mobile_verified) == ("مالك مخترع", MOBILE, False)
    assert [(text.kind, text.to) for text in TextMessage.objects.all()] == [("code", MOBILE)]


@pytest.mark.parametrize(
    "mobile", ["0501234567", "501234567", "966501234567", "+966 50 123 4567", "\u200e+٩٦٦ ٥٠ ١٢٣ ٤٥٦٧"]
)
def test_mobiles_are_read_in_every_spelling(came, mobile):
    came.post(OWNER, the_owner(owner_mobile=mobile))

    assert Application.objects.get().owner_mobile == MOBILE


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("owner_mobile", "0112345678", "Saudi mobile"),
        ("owner_mobile", "", "required"),
        ("owner_name", "12", "in letters"),
        ("owner_name", "", "required"),
    ],
)
def test_what_is_wrong_is_told_and_no_code_is_sent(came, field, value, sentence):
    response = came.post(OWNER, the_owner(**{field: value}))

    assert response.status_code == 422
    assert list(errors(response)) == [field]
    assert sentence in errors(response)[field][0]
    assert not TextMessage.objects.exists()


def test_the_right_code_proves_the_mobile(came):
    came.post(OWNER, the_owner())

    assertRedirects(prove_mobile(came), DOCUMENTS)

    assert Application.objects.get().is_mobile_verified


def test_a_wrong_code_proves_nothing_and_says_how_many_tries_are_left(came):
    came.post(OWNER, the_owner())
    code = receive_code(MOBILE)

    response = came.post(MOBILE_CODE, {"code": another(code)})

    assert "4 more tries" in errors(response)["code"][0]
    assert not Application.objects.get().is_mobile_verified


def test_another_code_can_be_asked_for_after_a_minute(came, time_machine):
    time_machine.move_to("2026-11-25 12:00+03:00")
    came.post(OWNER, the_owner())

    assertContains(came.post(MOBILE_CODE, {"send": "1"}, follow=True), "in 60 seconds")
    time_machine.move_to("2026-11-25 12:01:01+03:00")
    assertContains(came.post(MOBILE_CODE, {"send": "1"}, follow=True), "The code is on its way")

    assertRedirects(prove_mobile(came), DOCUMENTS)


def test_another_mobile_has_to_be_proved_anew(came):
    came.post(OWNER, the_owner())
    prove_mobile(came)

    response = came.post(OWNER, the_owner(owner_mobile="0509999999"))

    assertRedirects(response, MOBILE_CODE)
    assert not Application.objects.get().is_mobile_verified
    prove_mobile(came, "+966509999999")
    assert Application.objects.get().is_mobile_verified


def test_the_code_for_the_mobile_before_does_not_prove_the_new_one(came):
    came.post(OWNER, the_owner())
    code = receive_code(MOBILE)
    came.post(OWNER, the_owner(owner_mobile="0509999999"))

    came.post(MOBILE_CODE, {"code": code})

    assert not Application.objects.get().is_mobile_verified


def test_a_mobile_changed_while_its_code_is_typed_is_not_proved():
    draft = drafts.begin(typed={"owner_mobile": "+966509999999"})

    drafts.note_verified(draft, mobile=MOBILE)

    draft.refresh_from_db()
    assert not draft.is_mobile_verified


def test_the_same_mobile_saved_again_stays_proved_and_sends_nothing(came):
    came.post(OWNER, the_owner())
    prove_mobile(came)

    assertRedirects(came.post(OWNER, the_owner(owner_name="مالك آخر")), DOCUMENTS)

    assert TextMessage.objects.count() == 1


def test_the_owners_number_is_shown_and_changed_where_the_licence_is(came):
    response = came.get(OWNER)

    assertContains(response, ">1000000008</bdi>")
    assertContains(response, 'href="/register/"')


def test_without_a_mobile_there_is_no_code_to_type(came):
    assertRedirects(came.get(MOBILE_CODE), OWNER)


def test_strangers_are_led_to_the_beginning():
    assertRedirects(Client().get(MOBILE_CODE), "/register/")
    assertRedirects(Client().post(MOBILE_CODE, {"code": "123456"}), "/register/")
