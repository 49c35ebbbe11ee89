"""The list of texts and what every kind says, in both languages, as an auditor sees them."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from shumoos.accounts.models import Role
from shumoos.sms.models import Status, TextMessage, Urgency
from tests.authenticators import give_authenticator
from tests.browser.conftest import NARROW, WIDE
from tests.browser.walks import sign_in
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.browser

LIST = reverse("admin:sms_textmessage_changelist")


@pytest.mark.parametrize(
    ("language", "direction", "kinds", "reason"),
    [
        ("ar", "rtl", "نصوص الرسائل", "هذا ليس رقم جوال. اطلب الرقم الصحيح."),
        ("en", "ltr", "What the texts say", "This is not a mobile number. Ask for the right one."),
    ],
)
def test_the_texts_and_what_they_say(portal, accessible, language, direction, kinds, reason):
    auditor = UserFactory(role=Role.AUDITOR)
    TextMessage.objects.create(
        kind="credentials",
        urgency=Urgency.CREDENTIALS,
        to="+966501234567",
        status=Status.FAILED,
        error="21614",
    )
    page = portal.open("/admin/")
    page.context.add_cookies([{"name": "django_language", "value": language, "url": portal.url}])
    sign_in(page, auditor.username, PASSWORD, give_authenticator(auditor))

    page.goto(f"{LIST}?attention=needed")
    expect(page.locator("html")).to_have_attribute("dir", direction)
    expect(page.locator("#result_list")).to_contain_text(reason)
    expect(page.locator("#result_list")).not_to_contain_text("+966501234567")
    accessible(page)

    page.get_by_role("link", name=kinds).click()
    expect(page.locator("#content-main")).to_contain_text("شموس: رمزك")
    expect(page.locator("#content-main")).to_contain_text("Shumoos: your code is")
    for viewport in (WIDE, NARROW):
        page.set_viewport_size(viewport)
        accessible(page)
