"""Changing one's own mobile: a code to the one before and a code to the new one, and nothing without both."""

import time

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from shumoos.accounts import fresh
from shumoos.accounts.models import Look, OneTimeCode
from shumoos.sms.models import TextMessage
from tests.authenticators import asks_again
from tests.codes import another, receive_code
from tests.conftest import sign_in
from tests.factories import OfficerFactory

pytestmark = pytest.mark.django_db(transaction=True)

ASK = "/account/mobile/"
CODES = "/account/mobile/codes/"
NEW = "+966559876543"


@pytest.fixture
def own(owner):
    client = sign_in(owner)
    refresh(client)
    return client


def refresh(client, ago=0):
    session = client.session
    session[fresh.KEY] = time.time() - ago
    session.save()


def test_it_is_changed_with_both_codes(own, owner):
    assertRedirects(own.post(ASK, {"mobile": "٠٥٥ ٩٨٧ ٦٥٤٣"}), CODES)
    assert set(TextMessage.objects.values_list("to", flat=True)) == {owner.mobile, NEW}
    sent = {"old": receive_code(owner.mobile), "new": receive_code(NEW)}
    assertRedirects(own.post(CODES, sent), "/account/")

    owner.refresh_from_db()
    assert owner.mobile == NEW
    assert owner.owner.mobile == NEW
    line = Look.objects.get(action="change mobile")
    assert (line.by, line.subject) == (owner, f"accounts.user:{owner.pk}")
    assertRedirects(own.get(CODES), ASK)


def test_a_wrong_code_changes_nothing_and_the_right_one_need_not_be_typed_again(own, owner):
    before = owner.mobile
    own.post(ASK, {"mobile": NEW})
    old, new = receive_code(before), receive_code(NEW)
    assert own.post(CODES, {"old": another(old), "new": new}).status_code == 422
    assert own.post(CODES, {"old": old, "new": another(new)}).status_code == 422
    owner.refresh_from_db()
    assert owner.mobile == before
    assertRedirects(own.post(CODES, {"new": new}), "/account/")
    owner.refresh_from_db()
    assert owner.mobile == NEW


def test_the_code_to_one_is_no_code_to_the_other(own, owner):
    own.post(ASK, {"mobile": NEW})
    old, new = receive_code(owner.mobile), receive_code(NEW)
    if old != new:
        assert own.post(CODES, {"old": new, "new": old}).status_code == 422
    assert own.post(CODES, {"new": new}).status_code == 422  # not before the old one was typed
    owner.refresh_from_db()
    assert owner.mobile != NEW


@pytest.mark.parametrize("typed", ["", "12345", "+12025550123", "0551"])
def test_what_is_no_saudi_mobile_gets_no_code(own, typed):
    assert own.post(ASK, {"mobile": typed}).status_code == 422
    assert not OneTimeCode.objects.exists()


def test_the_same_mobile_is_told(own, owner):
    assert own.post(ASK, {"mobile": owner.mobile}).status_code == 422
    assert not OneTimeCode.objects.exists()


def test_after_ten_minutes_it_asks_who_is_there(own):
    refresh(own, ago=fresh.FRESH_SECONDS + 1)
    assert asks_again(own.post(ASK, {"mobile": NEW}))
    assert asks_again(own.post(CODES, {"old": "123456", "new": "123456"}))
    assert not OneTimeCode.objects.exists()


def test_whoever_works_for_the_state_changes_theirs_the_same_way():
    officer = OfficerFactory()
    client = sign_in(officer)
    client.post(ASK, {"mobile": NEW})
    client.post(CODES, {"old": receive_code(officer.mobile), "new": receive_code(NEW)})
    officer.refresh_from_db()
    assert officer.mobile == NEW


def test_somebody_without_a_mobile_proves_the_new_one(owner, own):
    owner.mobile = ""
    owner.save(update_fields=["mobile"])
    own.cookies["django_language"] = "en"
    assertContains(own.get(ASK), "A code goes to the new one")
    assertNotContains(own.get(ASK), "as it is now")
    own.post(ASK, {"mobile": NEW})
    assertRedirects(own.post(CODES, {"new": receive_code(NEW)}), "/account/")
    owner.refresh_from_db()
    assert owner.mobile == NEW


def test_the_codes_are_sent_again_without_typing_the_mobile(own, owner, time_machine):
    own.post(ASK, {"mobile": NEW})
    page = own.get(CODES)
    assertContains(page, f'<input type="hidden" name="mobile" value="{NEW}">', html=True)
    assert own.get(ASK).context["form"]["mobile"].value() == NEW

    time_machine.move_to(time.time() + 61)
    refresh(own)
    assertRedirects(own.post(ASK, {"mobile": NEW}), CODES)

    assert TextMessage.objects.filter(to=NEW).count() == 2
    assert TextMessage.objects.filter(to=owner.mobile).count() == 2
