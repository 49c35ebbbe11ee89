import io
import time

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from guests import keys
from guests.models import ApiKey
from guests.models.api_keys import MOST_A_MINUTE
from shumoos.accounts import fresh
from shumoos.accounts.models import Look, OneTimeCode, Role
from tests.authenticators import asks_again
from tests.codes import another, receive_code
from tests.conftest import sign_in, verify
from tests.factories import UserFactory
from tests.guests.api.calling import Caller
from tests.guests.api.conftest import make_key
from tests.guests.factories import GuestFactory, SubscribedFactory

pytestmark = pytest.mark.django_db

LIST = reverse("api_keys:list")
NEW = reverse("api_keys:new")


@pytest.fixture
def fresh_client(owner_client):
    """The owner, without an authenticator, who has just typed their password."""
    session = owner_client.session
    session[fresh.KEY] = time.time()
    session.save()
    return owner_client


def typed(hotel, **more):
    return {"establishment": hotel.pk, "name": "نظام الفندق", "per_minute": "600"} | more


def shown_key(response):
    return response.context["secret"]


def test_an_owner_with_an_authenticator_makes_a_key_and_is_shown_it_once(owner_client, owner, hotel):
    verify(owner_client, owner)

    response = owner_client.post(NEW, typed(hotel))

    key = ApiKey.objects.get()
    secret = shown_key(response)
    assert response.status_code == 200
    assert secret in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert (key.establishment, key.name, key.is_test, key.created_by) == (hotel, "نظام الفندق", False, owner)
    assert Caller(secret).send(GuestFactory()).json()["accepted"] == 1
    listed = owner_client.get(LIST).content.decode()
    assert key.prefix in listed
    assert secret not in listed
    assert Look.objects.filter(action="make API key", subject=f"guests.apikey:{key.pk}", by=owner).exists()


def test_a_code_is_asked_for_again_after_a_while(owner_client, owner, hotel):
    verify(owner_client, owner)
    session = owner_client.session
    session[fresh.KEY] = time.time() - fresh.FRESH_SECONDS
    session.save()

    for response in (owner_client.get(NEW), owner_client.post(NEW, typed(hotel))):
        assert asks_again(response)
    assert ApiKey.objects.count() == 0


def test_without_an_authenticator_a_code_from_a_text_is_needed(fresh_client, owner, hotel):
    response = fresh_client.post(NEW, typed(hotel))
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"code"}

    response = fresh_client.post(NEW, typed(hotel, send="1"))
    assert response.status_code == 200
    assert response.context["form"].initial["name"] == "نظام الفندق"
    assert OneTimeCode.objects.get().mobile == owner.mobile
    code = receive_code(owner.mobile)

    wrong = fresh_client.post(NEW, typed(hotel, code=another(code)))
    assert wrong.status_code == 422
    assert ApiKey.objects.count() == 0

    assert shown_key(fresh_client.post(NEW, typed(hotel, code=code))).startswith("shm_live_")
    again = fresh_client.post(NEW, typed(hotel, code=code))
    assert again.status_code == 422
    assert ApiKey.objects.count() == 1


def test_a_test_key_is_made_for_trying_out(owner_client, owner, hotel):
    verify(owner_client, owner)

    secret = shown_key(owner_client.post(NEW, typed(hotel, is_test="on", per_minute="5")))

    assert secret.startswith("shm_test_")
    assert (ApiKey.objects.get().is_test, ApiKey.objects.get().per_minute) == (True, 5)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": ""}, "name"), ({"per_minute": "0"}, "per_minute"), ({"per_minute": "100000"}, "per_minute")],
)
def test_what_is_wrong_is_told_beside_its_field(owner_client, owner, hotel, wrong, field):
    verify(owner_client, owner)

    response = owner_client.post(NEW, typed(hotel, **wrong))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_limit_is_told_in_the_page_s_language(owner_client, owner, hotel, language):
    verify(owner_client, owner)
    owner_client.cookies["django_language"] = language
    told = {}
    for name in ("ar", "en"):
        with override(name):
            told[name] = gettext("At most %(most)s.") % {"most": f"{MOST_A_MINUTE:,}"}

    shown = owner_client.get(NEW).content.decode()

    assert told["ar"] != told["en"]
    assert [name for name, sentence in told.items() if sentence in shown] == [language]


def test_an_owner_makes_no_key_for_anothers_establishment(owner_client, owner, hotel):
    verify(owner_client, owner)

    response = owner_client.post(NEW, typed(SubscribedFactory()))

    assert response.status_code == 422
    assert ApiKey.objects.count() == 0


def test_a_key_is_revoked_at_once_and_once(owner_client, owner, hotel):
    verify(owner_client, owner)
    key, secret = make_key(hotel)
    api = Caller(secret)
    assert api.get("/codes/kinds").status_code == 200

    for _time in range(2):
        response = owner_client.post(reverse("api_keys:revoke", args=[key.pk]))
        assert response["Location"] == LIST

    assert api.get("/codes/kinds").status_code == 401
    key.refresh_from_db()
    assert (key.revoked_by, key.revoked_at is not None) == (owner, True)


def test_anothers_key_is_not_there(owner_client, owner, hotel):
    verify(owner_client, owner)
    key, _secret = make_key(SubscribedFactory())

    assert owner_client.post(reverse("api_keys:revoke", args=[key.pk])).status_code == 404
    assert key.prefix not in owner_client.get(LIST).content.decode()
    key.refresh_from_db()
    assert key.revoked_at is None


@pytest.mark.parametrize("role", [Role.STAFF, Role.PROVIDER, Role.SUPERVISOR])
def test_only_owners_have_keys(role, hotel):
    user = UserFactory(role=role)
    if role == Role.STAFF:
        hotel.staff.add(user)
    client = sign_in(user)
    verify(client, user)
    key, _secret = make_key(hotel)

    assert client.get(LIST).status_code == 403
    assert client.get(NEW).status_code == 403
    assert client.post(reverse("api_keys:revoke", args=[key.pk])).status_code in (403, 404)


def test_an_establishment_has_only_so_many_keys(owner_client, owner, hotel):
    verify(owner_client, owner)
    for _number in range(keys.MOST_IN_FORCE):
        key, _secret = make_key(hotel)

    assert owner_client.post(NEW, typed(hotel)).status_code == 422
    keys.revoke(key, by=None)
    assert owner_client.post(NEW, typed(hotel)).status_code == 200


def test_the_queries_do_not_grow_with_the_keys(owner_client, hotel, django_assert_max_num_queries):
    for _number in range(3):
        make_key(hotel, last_used_at=timezone.now())
    with django_assert_max_num_queries(9):
        assert owner_client.get(LIST).status_code == 200


def test_the_account_page_leads_an_owner_to_their_keys(owner_client):
    assert LIST in owner_client.get(reverse("accounts:account")).content.decode()


def test_an_operator_makes_a_key(hotel):
    output = io.StringIO()

    call_command("make_api_key", "--establishment", hotel.number, "--test", stdout=output)

    secret = output.getvalue().strip()
    key = ApiKey.objects.get()
    assert (key.key_hash, key.is_test, key.created_by) == (keys.hash_of(secret), True, None)
    with pytest.raises(CommandError):
        call_command("make_api_key", "--establishment", "0")


def test_an_operator_revokes_the_keys_of_an_owner_who_cannot_be_reached(hotel, owner):
    (first, _secret), (second, _other) = make_key(hotel), make_key(hotel)
    call_command("revoke_api_key", establishment=hotel.number, prefix=first.prefix)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.revoked_at is not None, second.revoked_at) == (True, None)
    line = Look.objects.get(action="revoke API key")
    assert (line.by, line.reason) == (None, "manage.py revoke_api_key")
    call_command("revoke_api_key", establishment=hotel.number)
    assert not ApiKey.objects.in_force().exists()
    with pytest.raises(CommandError):
        call_command("revoke_api_key", establishment=hotel.number)
