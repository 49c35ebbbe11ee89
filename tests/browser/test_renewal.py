"""A renewal as a supervisor confirms it and as the owner sees it, and an end that the authority confirms."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from activation.models import Subscription
from registration.models import Licence
from shumoos.accounts.models import STAFF_ROLES, User
from shumoos.saudi import calendar
from tests.activation.subscribing import subscribe
from tests.authenticators import give_authenticator
from tests.browser.conftest import NARROW, WIDE
from tests.browser.walks import sign_in
from tests.factories import PASSWORD, AuthorityOfficerFactory, OfficerFactory, hashed_password

pytestmark = pytest.mark.browser

WORDS = {
    "ar": {
        "until": "يمكن إدخال العملاء حتى",
        "register": "الترخيص المجدد في السجل حتى",
        "confirm": "تأكيد",
        "renewed": "جُدّد اشتراك",
        "enter": "إدخال عميل",
        "active": "نشط",
        "ask": "طلب الإغلاق",
        "confirm_closing": "تأكيد الإغلاق",
        "closed": "مغلق",
    },
    "en": {
        "until": "Guests can still be entered until",
        "register": "The register has the renewed licence",
        "confirm": "Confirm",
        "renewed": "is renewed",
        "enter": "Enter a guest",
        "active": "Active",
        "ask": "Ask for closing",
        "confirm_closing": "Confirm the closing",
        "closed": "Closed",
    },
}


def in_grace():
    """A subscription that ended five days ago, whose owner has chosen a password."""
    subscription = subscribe(days_left=20)
    today = calendar.today()
    Subscription.objects.filter(pk=subscription.pk).update(
        period=(today - timedelta(days=370), today - timedelta(days=4))
    )
    Licence.objects.filter(pk=subscription.licence_id).update(
        issued_on=today - timedelta(days=370), expires_on=today - timedelta(days=5)
    )
    User.objects.filter(owner__establishments=subscription.establishment).update(
        password=hashed_password(), must_change_password=False, password_expires_at=None
    )
    subscription.refresh_from_db()
    return subscription


def picture(page, name, viewport):
    """Keep a picture where `PICTURES` names a directory to look at them."""
    if directory := os.environ.get("PICTURES"):
        page.screenshot(path=Path(directory) / f"{name}-{viewport['width']}.png", full_page=True)


@pytest.mark.parametrize(
    ("language", "viewport"), [("ar", NARROW), ("en", WIDE), ("ar", WIDE), ("en", NARROW)]
)
def test_grace_renewal_and_closing(portal, accessible, language, viewport):
    words = WORDS[language]

    def open_as(user, path):
        page = portal.open("/login/", viewport=viewport)
        if language == "en":
            page.get_by_role("button", name="English").click()
        device = give_authenticator(user) if user.role in STAFF_ROLES else None
        sign_in(page, user.username, PASSWORD, device)
        page.wait_for_url(lambda url: "/login/" not in url)
        page.goto(path)
        return page

    def look(page, name):
        accessible(page)
        picture(page, f"{name}-{language}", viewport)

    def warned(page, text):
        """The warning that says so: in the evening another one says that yesterday's records are missing."""
        return page.locator(".alert-warning", has_text=words[text])

    subscription = in_grace()
    owner = open_as(subscription.establishment.owner.user, "/home/")
    expect(warned(owner, "until")).to_be_visible()
    look(owner, "grace-home")
    owner.get_by_role("link", name=words["enter"]).click()
    expect(warned(owner, "until")).to_be_visible()
    expect(owner.locator("[name=full_name]")).to_be_visible()
    look(owner, "grace-guest")

    Licence.objects.filter(pk=subscription.licence_id).update(
        expires_on=calendar.today() + timedelta(days=300), name_ar="فندق نسيم الجديد"
    )
    owner.reload()
    expect(warned(owner, "register")).to_be_visible()

    supervisor = open_as(OfficerFactory(), "/admin/activation/subscription/renewals/")
    expect(supervisor.locator("#result_list")).to_contain_text("فندق نسيم الجديد")
    look(supervisor, "renewals")
    supervisor.goto(f"/admin/activation/subscription/{subscription.pk}/change/")
    look(supervisor, "subscription")
    supervisor.goto("/admin/activation/subscription/renewals/")
    supervisor.locator("#result_list button").click()
    expect(supervisor.locator(".messagelist")).to_contain_text(words["renewed"])
    expect(supervisor.locator("#result_list")).to_have_count(0)

    owner.goto("/home/")
    expect(owner.locator("main")).to_contain_text(words["active"])
    expect(warned(owner, "until")).to_have_count(0)
    expect(warned(owner, "register")).to_have_count(0)
    look(owner, "renewed-home")
    owner.goto(f"/subscriptions/{subscription.establishment.number}/")
    look(owner, "subscription-page")

    head = open_as(OfficerFactory(role="head"), "/admin/")
    renewal = Subscription.objects.get(predecessor=subscription)
    head.goto(f"/admin/activation/subscription/{renewal.pk}/suspend/")
    look(head, "suspend")
    head.fill("[name=order_number]", "1447/88")
    head.fill("[name=reason]", "لم تُقدَّم السجلات")
    head.locator("[type=submit].default").click()
    head.wait_for_url("**/change/")
    owner.goto("/home/")
    expect(owner.locator(".alert-danger")).to_have_count(1)
    expect(owner.locator("main")).to_contain_text("1447/88")
    look(owner, "suspended-home")

    owner.goto(f"/subscriptions/{subscription.establishment.number}/")
    owner.fill("[name=reason]", "سنغلق الفندق")
    owner.get_by_role("button", name=words["ask"], exact=True).click()
    officer = open_as(AuthorityOfficerFactory(), "/subscriptions/closings/")
    look(officer, "closings")
    officer.locator("main table a").click()
    look(officer, "closing")
    officer.get_by_role("button", name=words["confirm_closing"], exact=True).click()
    expect(officer.locator("main")).to_contain_text(words["closed"])

    owner.goto("/home/")
    expect(owner.locator("main")).to_contain_text(words["closed"])
    look(owner, "closed-home")
