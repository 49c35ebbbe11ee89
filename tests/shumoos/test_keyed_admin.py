"""The admin's lists over tables that grow go by key: no count, no offset, no row twice, none left out."""

import pytest
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import result_headers
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from pytest_django.asserts import assertContains, assertNotContains

from registration.models import Licence
from shumoos.accounts.models import Role
from shumoos.admin_fields import PortalAdmin
from shumoos.keyed_admin import KeyedAdmin
from shumoos.saudi import digits, reference_number
from shumoos.sms.models import TextMessage
from shumoos.sms.outbox import queue_sms
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, LicenceFactory, OfficerFactory, UserFactory, city
from tests.registration.mandating import ProviderFactory, agent_of, granted
from tests.security.world import make_world

pytestmark = pytest.mark.django_db

LICENCES = reverse("admin:registration_licence_changelist")

# Of these there are as many as the country has establishments, and more every day.
LARGE = {
    "accounts.user": Role.ADMINISTRATOR,
    "activation.subscription": Role.AUDITOR,
    "letters.letter": Role.AUDITOR,
    "registration.agreement": Role.AUDITOR,
    "registration.establishment": Role.AUDITOR,
    "registration.licence": Role.AUDITOR,
    "registration.mandate": Role.AUDITOR,
    "sms.textmessage": Role.AUDITOR,
    "support.ticket": Role.AUDITOR,
    "violations.case": Role.AUDITOR,
    "violations.ledgerentry": Role.AUDITOR,
}
# In place of their stock lists stand pages of our own, to which these lead.
ELSEWHERE = {
    "guests.inspection",
    "registration.application",
    "support.credentialsrequest",
}
# Reference data, and what the portal writes down of itself now and then.
SMALL = {
    "accounts.readinglimit",
    "accounts.sessionlimit",
    "activation.reasontemplate",
    "activation.terms",
    "guests.deadline",
    "guests.keepingrule",
    "guests.outage",
    "guests.purgedday",
    "registration.authority",
    "registration.city",
    "registration.documentkind",
    "registration.holiday",
    "registration.office",
    "registration.provider",
    "registration.region",
    "registration.sector",
    "sms.outage",
    "support.category",
    "support.macro",
    "support.priority",
    "violations.schedule",
}


def registered():
    return {model._meta.label_lower: page for model, page in admin.site._registry.items()}


def list_of(label):
    return reverse(f"admin:{label.replace('.', '_')}_changelist")


def walk(client, address):
    """Return the rows of each page, from the first to the last."""
    pages = []
    while True:
        response = client.get(address)
        assert response.status_code == 200
        changes = response.context["cl"]
        pages.append([row.pk for row in changes.result_list])
        if not changes.next_page:
            return pages
        address = address.partition("?")[0] + changes.next_page


def test_every_list_is_known_to_be_of_few_rows_or_of_many():
    assert set(registered()) == {*LARGE, *ELSEWHERE, *SMALL}


def test_a_list_that_is_elsewhere_shows_no_rows_of_its_own(supervisor_client):
    for label in ELSEWHERE:
        assert supervisor_client.get(list_of(label)).status_code == 302


def test_a_list_of_few_rows_sorts_by_every_column_that_offers_it():
    make_world()
    browsers = [sign_in(UserFactory(role=role)) for role in (Role.ADMINISTRATOR, Role.AUDITOR)]
    sorted_by = set()
    for label in sorted(SMALL):
        browser = next(each for each in browsers if each.get(list_of(label)).status_code == 200)
        listed = browser.get(list_of(label)).context["cl"]
        for header in result_headers(listed):
            for offered in {header[name] for name in ("url_primary", "url_toggle") if header.get("sortable")}:
                sorted_page = browser.get(list_of(label) + offered)
                assert sorted_page.status_code == 200, (label, offered)
                assert len(sorted_page.context["cl"].result_list) == len(listed.result_list), (label, offered)
                sorted_by.add(label)
    # These have one column, which says when.
    assert SMALL - sorted_by == {"guests.outage", "guests.purgedday"}


def test_no_list_of_a_table_that_grows_counts_or_skips_rows(monkeypatch):
    _own, _other, people = make_world()
    UserFactory(role=Role.AUDITOR)
    clients = {role: sign_in(people[role]) for role in set(LARGE.values())}
    for label, role in LARGE.items():
        page = registered()[label]
        monkeypatch.setattr(page, "list_per_page", 1)
        table = f'"{page.model._meta.db_table}"'
        with CaptureQueriesContext(connection) as queries:
            pages = walk(clients[role], list_of(label))
            clients[role].get(list_of(label), {"_facets": "", "all": ""})
            clients[role].post(list_of(label), {"q": "xyz"}, follow=True)

        assert isinstance(page, KeyedAdmin), label
        assert len(pages) > 1, label
        shown = [row for rows in pages for row in rows]
        assert len(shown) == len(set(shown)) == len(pages), label
        said = [query["sql"] for query in queries if table in query["sql"]]
        assert len(said) > len(pages), label
        assert [sql for sql in said if " OFFSET " in sql] == [], label
        assert [sql for sql in said if "COUNT(" in sql.upper()] == [], label
        assert [sql for sql in said if "DATE_TRUNC" in sql.upper()] == [], label


def test_pages_are_newest_first_and_say_where_they_lead(auditor_client, monkeypatch):
    monkeypatch.setattr(registered()["registration.licence"], "list_per_page", 2)
    auditor_client.cookies["django_language"] = "en"
    licences = [LicenceFactory().pk for _position in range(5)][::-1]

    assert walk(auditor_client, LICENCES) == [licences[:2], licences[2:4], licences[4:]]

    first = auditor_client.get(LICENCES)
    assertContains(first, "Next page")
    assertNotContains(first, "First page")
    last = auditor_client.get(LICENCES + f"?p={licences[3]}")
    assertContains(last, "First page")
    assertNotContains(last, "Next page")
    assertNotContains(last, "Licences: 1")


def test_a_page_keeps_its_filters_and_its_search(auditor_client, monkeypatch):
    monkeypatch.setattr(registered()["registration.licence"], "list_per_page", 1)
    wanted = [LicenceFactory(name_en="Wanted Hotel", in_register=False).pk for _position in range(2)]
    LicenceFactory(name_en="Wanted Hotel")
    LicenceFactory(in_register=False)

    address = LICENCES + "?in_register__exact=0"
    found = walk(auditor_client, auditor_client.post(address, {"q": "Wanted"})["Location"])

    assert found == [[wanted[1]], [wanted[0]]]


def test_what_comes_and_goes_between_two_pages_shifts_none(auditor_client, monkeypatch):
    monkeypatch.setattr(registered()["registration.licence"], "list_per_page", 2)
    licences = [LicenceFactory() for _position in range(4)][::-1]
    second = auditor_client.get(LICENCES).context["cl"].next_page
    LicenceFactory()
    licences[0].delete()

    shown = auditor_client.get(LICENCES + second).context["cl"].result_list

    assert shown == licences[2:]


@pytest.mark.parametrize("key", ["0", "-1", "x", "9" * 40, "1' OR 1=1", "٣", ""])
def test_a_key_that_is_none_is_the_first_page(auditor_client, key):
    licence = LicenceFactory()

    response = auditor_client.get(LICENCES, {"p": key})

    assert response.context["cl"].result_list == [licence]


def test_texts_that_came_at_one_moment_are_each_shown_once(auditor_client, monkeypatch):
    monkeypatch.setattr(registered()["sms.textmessage"], "list_per_page", 2)
    for _text in range(5):
        queue_sms(kind="credentials", to="+966501234567", about=OfficerFactory())
    TextMessage.objects.update(queued_at=timezone.now())

    pages = walk(auditor_client, list_of("sms.textmessage"))

    assert [len(page) for page in pages] == [2, 2, 1]
    assert {row for page in pages for row in page} == set(TextMessage.objects.values_list("pk", flat=True))


def test_another_offices_row_as_a_key_opens_nothing_of_that_office(supervisor_client):
    mine, theirs = LicenceFactory(), LicenceFactory(city=city("jeddah"))

    shown = supervisor_client.get(LICENCES, {"p": str(theirs.pk)}).context["cl"].result_list

    assert shown == [mine]
    assert Licence.objects.count() == 2


def test_a_short_list_says_how_many_there_are_and_takes_one_look(auditor_client):
    auditor_client.cookies["django_language"] = "en"
    LicenceFactory()
    LicenceFactory()

    with CaptureQueriesContext(connection) as queries:
        assertContains(auditor_client.get(LICENCES), "Licences: 2")

    looks = [query["sql"] for query in queries if 'FROM "registration_licence"' in query["sql"]]
    assert len(looks) == 1


def in_arabic(number):
    return number.translate(str.maketrans(digits.ASCII, digits.ARABIC_INDIC))


def found_in(client, model, typed):
    page = client.post(reverse(f"admin:registration_{model}_changelist"), {"q": typed}, follow=True)
    return list(page.context["cl"].result_list)


def as_pasted(number):
    return f" \u2066{number}\u2069 "


@pytest.mark.parametrize("typed", [str, reference_number.show, in_arabic, as_pasted])
def test_a_number_is_found_as_it_is_shown_and_as_it_is_typed(auditor_client, typed):
    application = ApplicationFactory()
    mandate = granted(agent_of(ProviderFactory()), application)
    granted(agent_of(ProviderFactory()), ApplicationFactory())

    reference = typed(application.reference)

    assert found_in(auditor_client, "mandate", reference) == [mandate]
    assert found_in(auditor_client, "agreement", reference) == [mandate.agreement]
    licence = LicenceFactory(number="7310452800")
    assert found_in(auditor_client, "licence", typed(licence.number)) == [licence]


def test_digits_within_a_name_stay_as_they_were_typed(auditor_client):
    licence = LicenceFactory(name_ar="فندق ١٢", name_en="Hotel 12-14")
    LicenceFactory(name_ar="نزل البحر", name_en="Sea Inn")

    for typed in ("فندق ١٢", "١٢", "hotel 12-14", "12-14"):
        assert found_in(auditor_client, "licence", typed) == [licence]


@pytest.mark.parametrize("label", sorted(LARGE.keys() - {"accounts.user"}))
def test_an_empty_list_says_how_rows_come_and_a_search_that_nothing_was_found(auditor_client, label):
    address = reverse("admin:{}_{}_changelist".format(*label.split(".")))

    empty = auditor_client.get(address)
    sought = auditor_client.post(address, {"q": "123"}, follow=True)

    assertContains(empty, registered()[label].none)
    assertNotContains(empty, PortalAdmin.none)
    assertContains(sought, gettext("Nothing was found."))
    assertNotContains(sought, registered()[label].none)
