"""Tables of the admin on a phone: cards that hold within the window, each value under its column's name."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from shumoos.accounts.models import Role
from tests.authenticators import give_authenticator
from tests.browser.conftest import NARROW, WIDE
from tests.browser.walks import sign_in
from tests.factories import PASSWORD, UserFactory
from violations.models import CaseKind, Schedule

pytestmark = pytest.mark.browser

REGION = '#result_list td[data-label="المنطقة"]'


def test_tables_are_cards_on_a_phone_and_tables_on_a_desk(portal, accessible):
    auditor = UserFactory(role=Role.AUDITOR)
    schedule = Schedule.objects.filter(kind=CaseKind.NOT_SUBSCRIBED).first()
    page = portal.open("/admin/", viewport=NARROW)
    sign_in(page, auditor.username, PASSWORD, give_authenticator(auditor))

    page.goto(reverse("admin:registration_city_changelist"))
    expect(page.locator(REGION).first).to_contain_text("الرياض")
    assert (
        page.locator(REGION).first.evaluate("cell => getComputedStyle(cell, '::before').content")
        == '"المنطقة"'
    )
    assert page.locator(".results").evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    accessible(page)

    page.goto(reverse("admin:violations_schedule_change", args=[schedule.pk]))
    expect(page.locator('.tabular td[data-label="الحد الأعلى"]').first).to_be_visible()
    assert page.locator(".inline-group").evaluate("box => box.scrollWidth - box.clientWidth") <= 0
    accessible(page)

    page.goto(reverse("admin:letters_letter_changelist"))
    expect(page.get_by_label("رقم الخطاب كاملًا")).to_be_visible()
    accessible(page)

    page.set_viewport_size(WIDE)
    page.goto(reverse("admin:registration_city_changelist"))
    expect(page.locator("#result_list thead")).to_be_visible()
    assert page.locator(REGION).first.evaluate("cell => getComputedStyle(cell, '::before').content") == "none"


def test_whoever_has_many_lists_sees_the_open_one_beside_the_page(portal):
    administrator = UserFactory(role=Role.ADMINISTRATOR)
    page = portal.open("/admin/", viewport=WIDE)
    sign_in(page, administrator.username, PASSWORD, give_authenticator(administrator))

    # The last of them, and one at the top.
    for name, is_scrolled in (("violations_schedule", True), ("accounts_user", False)):
        page.goto(reverse(f"admin:{name}_changelist"))
        expect(page.locator("#nav-sidebar .current-model")).to_be_in_viewport(ratio=1)
        assert page.locator("#nav-sidebar").evaluate("list => list.scrollTop > 0") is is_scrolled
        assert page.evaluate("scrollY") == 0
