"""Forms of the admin on which Django's scripts and widgets make more than fields: everything has a name."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from shumoos.accounts.models import Role
from tests.authenticators import give_authenticator
from tests.browser.conftest import NARROW
from tests.browser.walks import sign_in
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.browser


def test_people_and_moments_are_chosen_with_fields_that_have_names(portal, accessible):
    administrator = UserFactory(role=Role.ADMINISTRATOR)
    page = portal.open("/admin/", viewport=NARROW)
    sign_in(page, administrator.username, PASSWORD, give_authenticator(administrator))

    page.goto(reverse("admin:registration_office_add"))
    expect(page.get_by_role("textbox", name="لتصفية قائمة")).to_have_count(2)
    accessible(page)

    page.goto(reverse("admin:registration_provider_add"))
    expect(page.get_by_role("textbox", name="الوقت")).to_be_visible()
    accessible(page)
