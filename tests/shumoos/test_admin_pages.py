"""The admin's own pages are called what the links call them, and lead to what each role works with."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains


def english(client):
    client.cookies["django_language"] = "en"
    return client


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/admin/", "Home"),
        ("/admin/registration/", "Registration"),
        ("/admin/registration/holiday/", "Holidays"),
    ],
)
def test_a_page_is_called_what_leads_to_it(administrator_client, address, heading):
    page = english(administrator_client).get(address)

    assertContains(page, f"<h1>{heading}</h1>", html=True)
    assertContains(page, f"<title>{heading} | Shumoos</title>", html=True)


def test_a_supervisor_s_list_of_everything_is_called_so(supervisor_client):
    page = english(supervisor_client).get("/admin/?all")
    assertContains(page, "<h1>Everything else</h1>", html=True)


def test_the_first_page_leads_to_what_the_role_works_with(auditor_client, administrator_client):
    log, staff = reverse("accounts:log"), reverse("accounts:staff")

    assertContains(auditor_client.get("/admin/"), f'href="{log}"')
    assertNotContains(auditor_client.get("/admin/"), f'href="{staff}"')
    assertContains(administrator_client.get("/admin/"), f'href="{staff}"')
    # The page of one part has that part alone.
    assertNotContains(administrator_client.get("/admin/registration/"), f'href="{staff}"')
