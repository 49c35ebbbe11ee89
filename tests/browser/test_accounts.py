"""An invitation up to the first page behind an authenticator, and ending a session, as people walk them."""

import re

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from shumoos.accounts import fresh
from shumoos.accounts.models import Role
from shumoos.accounts.second_factor import verify
from tests.activation.subscribing import subscribe
from tests.authenticators import code_of, draft_of, give_authenticator
from tests.browser.conftest import NARROW, WIDE
from tests.browser.walks import sign_in
from tests.factories import PASSWORD, EstablishmentFactory, OfficerFactory, OwnerFactory

pytestmark = pytest.mark.browser

MOBILE = "+966551234567"
OWN = "three-green-lanterns"


def link_to(twilio):
    def found():
        bodies = [text.body for text in twilio.messages if text.to == MOBILE]
        return next(
            (match[0] for body in bodies if (match := re.search(r"http\S+/invitation/\w+/", body))), None
        )

    twilio.wait_until(found, timeout=60)
    return found()


def in_both_languages(page, accessible):
    accessible(page)
    page.get_by_role("button", name="English").first.click()
    accessible(page)
    page.get_by_role("button", name="العربية").first.click()


def test_from_an_invitation_to_the_first_page(portal, accessible):
    head = OfficerFactory(role=Role.HEAD)
    device = give_authenticator(head)
    office = portal.open("/login/")
    in_both_languages(office, accessible)
    sign_in(office, head.username, PASSWORD, device)
    office.goto("/staff/invite/")
    in_both_languages(office, accessible)
    office.fill("[name=full_name]", "مشرف مخترع")
    office.fill("[name=mobile]", "٠٥٥ ١٢٣ ٤٥٦٧")
    office.locator("main button").last.click()
    expect(office.locator("main")).to_contain_text("مشرف مخترع")
    in_both_languages(office, accessible)

    newcomer = portal.open(link_to(portal.twilio), viewport=NARROW)
    in_both_languages(newcomer, accessible)
    newcomer.fill("[name=username]", "new-officer")
    newcomer.fill("[name=new_password1]", OWN)
    newcomer.fill("[name=new_password2]", OWN)
    newcomer.locator("main button").last.click()
    newcomer.wait_for_url("**/account/authenticator/**")
    in_both_languages(newcomer, accessible)
    person = head.offices.get().members.get(username="new-officer")
    picture = newcomer.locator(".enrol-picture")
    assert picture.evaluate("image => image.naturalWidth > 0")
    newcomer.fill("[name=code]", code_of(draft_of(person)))
    newcomer.locator("main button").first.click()
    expect(newcomer.locator(".recovery-codes li")).to_have_count(10)
    accessible(newcomer)
    recovery = newcomer.locator(".recovery-codes li").first.inner_text()
    newcomer.locator("main a.btn").click()
    newcomer.wait_for_url("**/admin/**")
    assert verify(person, recovery).user_id == person.pk


def is_signed_out(page):
    page.goto("/account/")
    return "/login/" in page.url


def test_an_owner_invites_staff_who_see_guests_only_and_lets_them_go(portal, accessible):
    owner = EstablishmentFactory().owner.user
    office = portal.open("/login/")
    sign_in(office, owner.username, PASSWORD)
    office.wait_for_url("**/home/")
    office.goto("/staff/")
    in_both_languages(office, accessible)
    office.locator("main a[href='/staff/invite/']").click()
    in_both_languages(office, accessible)
    office.fill("[name=full_name]", "موظفة الاستقبال المخترعة")
    office.fill("[name=mobile]", "٠٥٥ ١٢٣ ٤٥٦٧")
    office.locator("main button").last.click()
    expect(office.locator("main")).to_contain_text("موظفة الاستقبال المخترعة")

    reception = portal.open(link_to(portal.twilio), viewport=NARROW)
    in_both_languages(reception, accessible)
    reception.fill("[name=username]", "front-desk")
    reception.fill("[name=new_password1]", OWN)
    reception.fill("[name=new_password2]", OWN)
    reception.locator("main button").last.click()
    reception.wait_for_url(lambda url: "/invitation/" not in url)
    again = portal.open("/login/", viewport=NARROW)
    sign_in(again, "front-desk", OWN)
    again.wait_for_url(lambda url: "/login/" not in url)
    in_both_languages(again, accessible)
    assert again.goto("/guests/").status == 200
    in_both_languages(again, accessible)
    links = again.locator("a[href]").evaluate_all("links => links.map(link => new URL(link.href).pathname)")
    for shut in ("/violations/", "/account/keys/", "/tickets/", "/staff/"):
        assert shut not in links
        assert again.goto(shut).status in (403, 404)

    office.goto("/staff/")
    expect(office.locator("main")).to_contain_text("front-desk")
    in_both_languages(office, accessible)
    office.locator("main a[href$='/end/']").click()
    expect(office.locator("main")).to_contain_text("front-desk")
    in_both_languages(office, accessible)
    office.locator("main form button").click()
    office.wait_for_url("**/staff/")
    expect(office.locator("main")).not_to_contain_text("front-desk")
    assert is_signed_out(reception)
    assert is_signed_out(again)
    sign_in(again, "front-desk", OWN)
    expect(again.locator("main .invalid-feedback, main .alert").first).to_be_visible()
    assert "/login/" in again.url


def test_sessions_are_ended_one_by_one_and_all_at_once(portal, accessible):
    owner = OwnerFactory().user
    phone, tablet, desk = (portal.open("/login/", viewport=size) for size in (NARROW, NARROW, WIDE))
    for browser in (phone, tablet, desk):
        sign_in(browser, owner.username, PASSWORD)
        browser.wait_for_url("**/home/")
    desk.goto("/account/")
    in_both_languages(desk, accessible)
    desk.goto("/account/sessions/")
    in_both_languages(desk, accessible)
    expect(desk.locator("main tbody tr")).to_have_count(3)
    desk.get_by_role("button", name="إنهاء", exact=True).first.click()
    expect(desk.locator("main")).to_contain_text("أُنهيت الجلسة.")
    expect(desk.locator("main tbody tr")).to_have_count(2)
    accessible(desk)
    assert [is_signed_out(browser) for browser in (phone, tablet)].count(True) == 1

    ended = phone if "/login/" in phone.url else tablet
    expect(ended.locator("main")).to_contain_text("انتهت جلستك")
    accessible(ended)
    sign_in(ended, owner.username, PASSWORD)
    ended.wait_for_url(lambda url: "/login/" not in url)
    desk.reload()
    expect(desk.locator("main tbody tr")).to_have_count(3)
    desk.locator("main form").last.locator("button").click()
    expect(desk.locator("main tbody tr")).to_have_count(1)
    assert is_signed_out(phone)
    assert is_signed_out(tablet)
    assert not is_signed_out(desk)


def test_an_owner_sets_up_an_authenticator_and_is_asked_for_it(portal, accessible):
    owner = OwnerFactory().user
    page = portal.open("/login/", viewport=NARROW)
    sign_in(page, owner.username, PASSWORD)
    page.wait_for_url("**/home/")
    page.goto("/account/authenticator/")
    in_both_languages(page, accessible)
    assert page.locator(".enrol-picture").evaluate("image => image.naturalWidth > 0")
    page.fill("[name=code]", "000000")
    page.locator("main button").first.click()
    expect(page.locator("main .invalid-feedback, main [role=alert]").first).to_be_visible()
    accessible(page)
    draft = draft_of(owner)
    # A person takes longer than the second for which a wrong code holds up the next.
    draft.throttle_reset()
    page.fill("[name=code]", code_of(draft))
    page.locator("main button").first.click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    accessible(page)
    recovery = page.locator(".recovery-codes li").first.inner_text()

    other = portal.open("/login/")
    sign_in(other, owner.username, PASSWORD)
    other.wait_for_url("**/login/code/**")
    in_both_languages(other, accessible)
    other.goto("/account/")
    assert "/login/code/" in other.url
    other.fill("[name=code]", recovery)
    other.locator("main button").first.click()
    other.wait_for_url("**/account/**")
    accessible(other)


def test_what_asks_for_the_code_again_goes_on_with_what_was_typed(portal, accessible):
    """Ten minutes after the last code: a reason is typed, the code, and the act is done."""
    head = OfficerFactory(role=Role.HEAD)
    device = give_authenticator(head)
    subscription = subscribe()
    page = portal.open("/login/", viewport=NARROW)
    sign_in(page, head.username, PASSWORD, device)
    address = f"/admin/activation/subscription/{subscription.pk}/suspend/"
    assert page.goto(address).status == 200
    [session] = [each for each in Session.objects.all() if each.get_decoded().get(fresh.KEY)]
    store = SessionStore(session.session_key)
    store[fresh.KEY] -= fresh.FRESH_SECONDS + 1
    store.save()
    page.fill("[name=order_number]", "1447/88")
    page.fill("[name=reason]", "قرار من الجهة\nفي سطرين")
    page.locator("form:has([name=reason]) button, form:has([name=reason]) [type=submit]").last.click()
    expect(page.locator("[name=again-code]")).to_be_visible()
    in_one = page.locator("main")
    expect(in_one).to_contain_text("ما أدخلته محفوظ")
    accessible(page)
    page.fill("[name=again-code]", code_of(device, steps=1))
    page.locator("main .btn-primary").click()
    page.wait_for_url("**/change/")
    subscription.refresh_from_db()
    assert subscription.status == "suspended"
    event = subscription.events.get(act="suspended")
    assert (event.order_number, event.reason.split()) == ("1447/88", ["قرار", "من", "الجهة", "في", "سطرين"])


def test_a_forgotten_password_in_both_languages(portal, accessible):
    page = portal.open("/login/forgotten/", viewport=NARROW)
    in_both_languages(page, accessible)
    page.fill("[name=username]", "700000000")
    page.fill("[name=national_id]", "1000000008")
    page.locator("main button").last.click()
    page.wait_for_url("**/login/forgotten/code/")
    in_both_languages(page, accessible)
