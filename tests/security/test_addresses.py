"""No address holds a person: histories, proxies and logs keep addresses. What names somebody is posted."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.security.opening import opened

pytestmark = pytest.mark.django_db

PERSON = "1000000008"
# What forms send in an address, by page, and what it is; nothing else is sent so.
SENT_BY_GET = {
    ("admin:activation_figures", "first"): "a day",
    ("admin:activation_figures", "last"): "a day",
    ("admin:violations_sums", "first"): "a year",
    ("admin:violations_sums", "last"): "a year",
    ("guests:receipts", "day"): "a day",
    ("admin:activation_queue", "tab"): "the name of a tab, carried along",
    ("support:desk", "tab"): "the name of a tab, carried along",
    (
        "letters:verify_form",
        "code",
    ): "a letter's code, which is in the address that its picture leads to, too",
}


def searched():
    """The admin's lists with a box to search in."""
    return [model for model, shown in admin.site._registry.items() if shown.search_fields]


def listing(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.every_page
def test_no_form_of_any_page_sends_what_is_typed_in_an_address_but_for_these():
    sent = {(page.name, name) for page in opened() for name in page.sent_by_get}
    assert sent == SENT_BY_GET.keys()


@pytest.mark.parametrize("model", searched(), ids=lambda model: model._meta.label_lower)
def test_what_is_typed_into_a_box_of_the_admin_gets_into_no_address(
    auditor_client, administrator_client, model
):
    address = listing(model)
    clients = [
        client
        for client in (auditor_client, administrator_client)
        if client.get(address, follow=True).status_code == 200
    ]
    assert clients
    for client in clients:
        response = client.post(f"{address}?o=1", {"q": PERSON})
        assert response.status_code == 302
        assert PERSON not in response["Location"]
        page = client.get(response["Location"])
        if page.status_code == 302:
            # The portal's own page in place of the stock list, with a box of its own.
            continue
        assert page.context["cl"].query == PERSON
        # A filter, an order and the next page keep the search, without a word of it.
        assert "s=" in page.context["cl"].get_query_string({"o": "-1"})
        assert PERSON not in page.context["cl"].get_query_string({"o": "-1"})
        assert "s=" not in page.context["cl"].search_address
        # One that stands in an address is not made, and is taken out of it.
        typed = client.get(address, {"q": PERSON, "o": "1"})
        assert (typed.status_code, typed["Location"]) == (302, f"{address}?o=1")


def test_a_search_of_the_admin_is_made_with_what_was_kept(auditor_client, administrator_client):
    from registration.models import Licence
    from tests.factories import LicenceFactory

    licence, other = LicenceFactory(), LicenceFactory()
    response = auditor_client.post(listing(Licence), {"q": licence.owner_national_id}, follow=True)
    assert [row.pk for row in response.context["cl"].result_list] == [licence.pk]
    everything = auditor_client.get(listing(Licence))
    assert {row.pk for row in everything.context["cl"].result_list} >= {licence.pk, other.pk}


@pytest.mark.parametrize("typed", ["", "   ", "\x00"])
def test_a_search_for_nothing_shows_everything(auditor_client, typed):
    from registration.models import Licence

    response = auditor_client.post(listing(Licence), {"q": typed})
    assert response["Location"] == listing(Licence)


def test_a_session_keeps_the_latest_searches_alone(auditor_client):
    from registration.models import Licence
    from shumoos.kept_searches import MOST_KEPT

    addresses = [
        auditor_client.post(listing(Licence), {"q": f"L{number}"})["Location"]
        for number in range(MOST_KEPT + 1)
    ]
    again = auditor_client.post(listing(Licence), {"q": f"L{MOST_KEPT}"})["Location"]
    assert again == addresses[-1]
    sought = [auditor_client.get(address).context["cl"].query for address in addresses]
    assert sought == ["", *[f"L{number}" for number in range(1, MOST_KEPT + 1)]]
