"""An owner who has forgotten the password: found or not, the pages read alike."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from shumoos.sms.models import TextMessage
from tests.codes import another, receive_code
from tests.conftest import sign_in
from tests.factories import PASSWORD, EstablishmentFactory

pytestmark = pytest.mark.django_db

ASK = reverse("registration:forgotten")
CODE = reverse("registration:forgotten_code")
OWN = "three-green-lanterns"
STRANGER = "1000000008"


@pytest.fixture
def owner():
    return EstablishmentFactory().owner


def ask(client, username, national_id, address="203.0.113.7"):
    return client.post(ASK, {"username": username, "national_id": national_id}, REMOTE_ADDR=address)


def choose(client, code, password=OWN):
    return client.post(CODE, {"code": code, "new_password1": password, "new_password2": password})


def sign_in_by_form(client, user, password):
    return client.post(reverse("accounts:login"), {"username": user.username, "password": password})


def test_a_code_to_the_mobile_on_record_lets_a_new_password_be_chosen(client, owner):
    elsewhere = sign_in(owner.user)
    assertRedirects(ask(client, owner.user.username, owner.national_id), CODE)

    assertRedirects(choose(client, receive_code(owner.mobile)), reverse("accounts:login"))

    assert elsewhere.get("/account/").status_code == 302
    assert "_auth_user_id" not in client.session
    assert sign_in_by_form(client, owner.user, PASSWORD).status_code == 200
    assert sign_in_by_form(client, owner.user, OWN).status_code == 302


def test_the_establishments_number_will_do(client, owner):
    number = owner.establishments.get().number
    ask(client, number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")), owner.national_id)
    assert choose(client, receive_code(owner.mobile)).status_code == 302


def test_wrong_combinations_and_closed_accounts_are_answered_alike(client, owner):
    closed = EstablishmentFactory().owner
    closed.user.is_active = False
    closed.user.save()
    pages = []
    for username, national_id in (
        (owner.user.username, owner.national_id),
        (owner.user.username, STRANGER),
        ("700000000", owner.national_id),
        (closed.user.username, closed.national_id),
    ):
        client.cookies.clear()
        assertRedirects(ask(client, username, national_id, address=None), CODE, fetch_redirect_response=False)
        pages.append((client.get(CODE).content, choose(client, "000000").status_code))
    lengths = {len(page) for page, _status in pages}
    assert (len(lengths), {status for _page, status in pages}) == (1, {422})
    assert [text.to for text in TextMessage.objects.all()] == [owner.mobile]


def test_a_wrong_code_changes_nothing(client, owner):
    ask(client, owner.user.username, owner.national_id)
    code = receive_code(owner.mobile)
    assert choose(client, another(code)).status_code == 422
    assert sign_in_by_form(client, owner.user, PASSWORD).status_code == 302


def test_a_code_works_once(client, owner):
    ask(client, owner.user.username, owner.national_id)
    code = receive_code(owner.mobile)
    choose(client, code)
    assertRedirects(choose(client, code, "another-long-word"), ASK)


def test_after_five_attempts_there_is_a_wait(client, owner):
    for _attempt in range(5):
        assert ask(client, owner.user.username, owner.national_id).status_code == 302
    refused = ask(client, owner.user.username, owner.national_id, address="203.0.113.9")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert ask(client, "somebody-else", STRANGER).status_code == 429


@pytest.mark.parametrize("password", ["short", "password1234", "123456789012"])
def test_weak_passwords_are_refused_before_the_code_is_used(client, owner, password):
    ask(client, owner.user.username, owner.national_id)
    code = receive_code(owner.mobile)
    assert choose(client, code, password).status_code == 422
    assert choose(client, code).status_code == 302


def test_nothing_is_chosen_without_asking_first(client):
    assertRedirects(client.get(CODE), ASK)
    assertRedirects(choose(client, "123456"), ASK)


def test_what_is_typed_stands_in_no_address(client, owner):
    response = ask(client, owner.user.username, owner.national_id)
    assert response["Location"] == CODE
