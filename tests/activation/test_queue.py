"""The queue's tabs, clock, filters and search."""

from datetime import date, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from pytest_django.asserts import assertContains, assertRedirects

from activation import decisions, life
from activation.queue import TABS, Desk
from registration.models import Agreement, Application, Holiday, Mandate, Office, Provider
from shumoos.accounts.models import Look, Role, User
from shumoos.letters.render import verify_address
from shumoos.saudi import digits, reference_number
from shumoos.sms.models import TextMessage
from tests.activation.reviewing import claimed
from tests.activation.subscribing import renew_in_register, subscribe
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, OfficerFactory, UserFactory, city, office, sector

QUEUE = reverse("admin:activation_queue")

ARABIC = str.maketrans(digits.ASCII, digits.ARABIC_INDIC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    return ApplicationFactory()


def shown(client, **query):
    return client.get(QUEUE, query).context["page"].applications


def search(client, text):
    """Type into the box; return the query of the address that it leads to."""
    return dict(parse_qsl(urlsplit(client.post(QUEUE, {"q": text})["Location"]).query))


def days_ago(application, days):
    """The application, as if it had come so many days ago."""
    Application.objects.filter(pk=application.pk).update(clock_from=date(2026, 11, 25) - timedelta(days=days))
    return application


def one_under_each_tab(officer, **typed):
    """Work of an officer's, so that no tab is empty."""
    days_ago(ApplicationFactory(**typed), 30)
    decisions.claim(ApplicationFactory(**typed), by=officer)
    decisions.activate(claimed(ApplicationFactory(**typed), officer), by=officer)
    TextMessage.objects.filter(kind="credentials").update(status="failed", error="21614")
    decisions.propose(claimed(ApplicationFactory(**typed), officer), by=officer)
    returned = ApplicationFactory(**typed)
    decisions.claim(returned, by=officer)
    decisions.return_to_owner(returned, by=officer, reason="ناقص", flags={"letter": "غير واضح"})


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.HEAD])
def test_the_admin_opens_on_the_offices_work(role):
    client = sign_in(OfficerFactory(role=role))
    assertRedirects(client.get("/admin/"), QUEUE)
    assertContains(client.get("/admin/?all"), reverse("admin:registration_licence_changelist"))


def test_the_admin_opens_on_its_index_for_others_and_asks_strangers_to_sign_in(
    auditor_client, administrator_client, owner_client, client
):
    assert auditor_client.get("/admin/").status_code == 200
    assert administrator_client.get("/admin/").status_code == 200
    assert owner_client.get("/admin/").status_code == 302
    assert client.get("/admin/").status_code == 302


def test_a_filter_that_narrows_nothing_says_all(supervisor_client):
    filters = supervisor_client.get(QUEUE).context["filters"]
    firsts = [next(iter(filters[name].field.choices)) for name in ("sector", "authority", "city")]
    assert firsts == [("", "الكل")] * 3


def test_each_application_is_under_its_tab(supervisor_client, supervisor, application):
    mine, colleagues, returned = (ApplicationFactory() for _position in range(3))
    decisions.claim(mine, by=supervisor)
    decisions.claim(colleagues, by=OfficerFactory())
    decisions.claim(returned, by=supervisor)
    decisions.return_to_owner(returned, by=supervisor, reason="ناقص", flags={"letter": "غير واضح"})

    assert shown(supervisor_client) == [application, mine, colleagues]
    assert shown(supervisor_client, tab="mine") == [mine]
    assert shown(supervisor_client, tab="returned") == [returned]
    assert shown(supervisor_client, tab="nonsense") == [application, mine, colleagues]


def test_a_head_sees_who_in_the_office_has_taken_up_what(head_client, application):
    colleague = OfficerFactory()
    decisions.claim(application, by=colleague)
    elsewhere = ApplicationFactory(city=city("jeddah"))
    decisions.claim(elsewhere, by=OfficerFactory(office="MKK"))

    response = head_client.get(QUEUE)
    assert response.context["page"].applications == [application]
    assertContains(response, colleague.full_name)


def test_another_offices_work_is_under_no_tab_and_in_no_count(head_client):
    theirs = OfficerFactory(role=Role.HEAD, office="MKK")
    one_under_each_tab(theirs, city=city("jeddah"))
    their_client = sign_in(theirs)

    for tab in TABS:
        assert shown(their_client, tab=tab)
        response = head_client.get(QUEUE, {"tab": tab})
        assert response.context["page"].rows == []
        assert {count for name, _label, count in response.context["tabs"] if name != "decided"} == {"0"}


@pytest.mark.parametrize(
    ("days", "left", "tone"),
    [(0, 2, "success"), (1, 1, "success"), (2, 0, "warning"), (3, -1, "danger")],
)
def test_the_clock_shows_what_is_left(supervisor, application, days, left, tone):
    days_ago(application, days)
    with time_machine.travel("2026-11-25 09:00Z", tick=False):  # a Wednesday
        [row] = Desk(supervisor).page(Application.objects.all()).rows
    assert (row.days_left, row.tone) == (left, tone)


@pytest.mark.parametrize(
    ("days", "tone", "words"),
    [
        (0, "success", "بقي يومان"),
        (2, "warning", "آخر يوم"),
        (3, "danger", "تأخر يومًا واحدًا"),
    ],
)
def test_the_page_says_the_days_left_in_words_and_colour(supervisor, application, days, tone, words):
    days_ago(application, days)
    with time_machine.travel("2026-11-25 09:00Z", tick=False):
        response = sign_in(supervisor).get(QUEUE)
    assertContains(response, f'<span class="clock clock-{tone}">{words}</span>')


def test_how_many_days_an_office_has_is_data(supervisor, application):
    Office.objects.filter(code="RUH").update(target_days=5)
    days_ago(application, 3)
    with time_machine.travel("2026-11-25 09:00Z", tick=False):
        [row] = Desk(supervisor).page(Application.objects.all()).rows
        assert list(Desk(supervisor).in_tab("overdue")) == []
    assert row.days_left == 2


def test_overdue_is_what_has_used_up_its_days_the_oldest_first(supervisor):
    applications = [days_ago(ApplicationFactory(), days) for days in (2, 3, 9)]
    with time_machine.travel("2026-11-25 09:00Z", tick=False):
        desk = Desk(supervisor)
        assert list(desk.in_tab("overdue").order_by("clock_from")) == applications[:0:-1]
        Holiday.objects.create(day=date(2026, 11, 24), name_ar="إجازة", name_en="Holiday")
        assert list(Desk(supervisor).in_tab("overdue")) == [applications[2]]


def test_a_returned_application_shows_its_clock_as_it_stood(supervisor):
    with time_machine.travel("2026-11-08 09:00Z", tick=False):
        application = ApplicationFactory()
    with time_machine.travel("2026-11-09 09:00Z", tick=False):
        decisions.claim(application, by=supervisor)
        decisions.return_to_owner(application, by=supervisor, reason="ناقص", flags={"letter": "غير واضح"})
    with time_machine.travel("2026-11-25 09:00Z", tick=False):
        [row] = Desk(supervisor).page(Application.objects.all()).rows
        page = sign_in(supervisor).get(QUEUE, {"tab": "returned"})
    assert row.days_left == 1
    assertContains(page, "بقي يوم واحد · متوقف")


def test_counts_stop_at_99(supervisor, monkeypatch):
    monkeypatch.setattr("activation.queue.MOST_COUNTED", 2)
    for _position in range(3):
        ApplicationFactory()
    assert Desk(supervisor).counts()["waiting"] == "2+"
    assert Desk(supervisor).counts()["mine"] == "0"


def test_filters_narrow_a_tab(supervisor_client, supervisor, application):
    other = ApplicationFactory(sector=sector("gold_jewellery"), city=city("diriyah"))
    decisions.claim(other, by=supervisor)
    decisions.return_to_owner(other, by=supervisor, reason="ناقص", flags={"letter": "غير واضح"})
    Application.objects.filter(pk=other.pk).update(status="submitted")

    assert shown(supervisor_client, sector=other.sector_id) == [other]
    assert shown(supervisor_client, authority=application.authority_id) == [application]
    assert shown(supervisor_client, city=other.city_id) == [other]
    assert shown(supervisor_client, flagged="on") == [other]
    assert shown(supervisor_client, sector="x", city="99999") == [application, other]


def test_premium_is_what_a_company_holds_an_approved_mandate_for(supervisor_client, application):
    ApplicationFactory()
    agent = UserFactory(role=Role.PROVIDER)
    provider = Provider.objects.create(name_ar="شركة", name_en="Co", commercial_registration="1010000001")
    agreement = Agreement.objects.create(
        provider=provider,
        application=application,
        owner_name=application.owner_name,
        owner_national_id=application.owner_national_id,
        owner_mobile=application.owner_mobile,
        fee=700,
    )
    mandate = Mandate.objects.create(
        agreement=agreement,
        scopes=["present_documents"],
        ends_on=date.today() + timedelta(days=9),
        asked_by=agent,
    )
    assert shown(supervisor_client, premium="on") == []

    Mandate.objects.filter(pk=mandate.pk).update(approved_at=timezone.now())
    assert shown(supervisor_client, premium="on") == [application]


def test_the_pages_of_a_filtered_tab_keep_its_filters(supervisor_client, monkeypatch):
    monkeypatch.setattr("activation.queue.PAGE", 1)
    first, second = ApplicationFactory(), ApplicationFactory()
    ApplicationFactory(sector=sector("gold_jewellery"))

    response = supervisor_client.get(QUEUE, {"sector": first.sector_id})
    address = f"{QUEUE}?{response.context['next_query']}"
    assert response.context["page"].applications == [first]
    response = supervisor_client.get(address)
    assert (response.context["page"].applications, response.context["page"].next_key) == ([second], "")


def walk(client, **query):
    """The references on each page, from the first to the last."""
    pages = []
    while True:
        page = client.get(QUEUE, query).context["page"]
        pages.append([application.pk for application in page.applications])
        if not page.next_key:
            return pages
        query["after"] = page.next_key


@pytest.mark.parametrize("tab", ["waiting", "mine", "overdue", "returned", "decided"])
def test_pages_go_through_what_came_at_the_same_moment_once_each(
    supervisor_client, supervisor, monkeypatch, tab
):
    monkeypatch.setattr("activation.queue.PAGE", 2)
    applications = [days_ago(claimed(ApplicationFactory(), supervisor), 30) for _position in range(5)]
    for application in applications:
        if tab == "returned":
            decisions.return_to_owner(application, by=supervisor, reason="ناقص")
        if tab == "decided":
            decisions.activate(application, by=supervisor)
    moment = timezone.now() if tab == "decided" else None
    Application.objects.update(submitted_at=timezone.now(), decided_at=moment)

    pages = walk(supervisor_client, tab=tab)

    order = -1 if tab == "decided" else 1
    assert [pk for page in pages for pk in page] == [application.pk for application in applications][::order]
    assert [len(page) for page in pages] == [2, 2, 1]


def test_what_leaves_the_queue_shifts_no_later_page(supervisor_client, supervisor, monkeypatch):
    monkeypatch.setattr("activation.queue.PAGE", 2)
    applications = [ApplicationFactory() for _position in range(4)]
    key = supervisor_client.get(QUEUE).context["page"].next_key

    decisions.activate(claimed(applications[0], supervisor), by=supervisor)

    assert shown(supervisor_client, after=key) == applications[2:]


@pytest.mark.parametrize("tab", [*TABS, "search"])
def test_no_page_counts_all_applications_or_skips_over_any(monkeypatch, tab):
    monkeypatch.setattr("activation.queue.PAGE", 2)
    client = sign_in(OfficerFactory(role=Role.HEAD))
    for _position in range(3):
        ApplicationFactory(name_en="Invented Flats")
    query = search(client, "Invented") if tab == "search" else {"tab": tab}
    with CaptureQueriesContext(connection) as queries:
        walk(client, **query)

    about = [query["sql"] for query in queries if '"registration_application"' in query["sql"]]
    assert about
    assert [sql for sql in about if " OFFSET " in sql] == []
    assert [sql for sql in about if "COUNT(" in sql and " LIMIT " not in sql] == []


@pytest.mark.parametrize("tab", ["waiting", "mine", "overdue", "returned", "failed", "decided"])
@pytest.mark.parametrize("key", ["rubbish", "_", "2026-13-01_1", "20261125T090000.000000+0000_x"])
def test_a_broken_page_key_is_the_first_page(supervisor_client, application, tab, key):
    assert supervisor_client.get(QUEUE, {"tab": tab, "after": key}).status_code == 200


def test_decided_ones_come_newest_first(supervisor_client, supervisor):
    applications = [ApplicationFactory() for _position in range(2)]
    for application in applications:
        decisions.activate(claimed(application, supervisor), by=supervisor)
    assert shown(supervisor_client, tab="decided") == applications[::-1]


def test_licence_and_commercial_registration_lead_straight_to_the_match(supervisor_client, application):
    ApplicationFactory()
    review = reverse("admin:activation_review", args=[application.pk])
    for number in (application.licence_number.lower(), application.commercial_registration):
        assertRedirects(supervisor_client.post(QUEUE, {"q": number}), review)


def test_what_is_searched_for_stands_in_no_address_and_is_found_again(supervisor_client, monkeypatch):
    monkeypatch.setattr("activation.queue.PAGE", 2)
    for _position in range(3):
        ApplicationFactory(name_en="Invented Flats")
    query = search(supervisor_client, "Invented")

    first = supervisor_client.get(QUEUE, query)
    assertContains(first, 'value="Invented"')
    assert "Invented" not in first.context["next_query"]
    second = supervisor_client.get(f"{QUEUE}?{first.context['next_query']}")
    assert [len(page.context["page"].rows) for page in (first, second)] == [2, 1]
    # The way back.
    assert shown(supervisor_client, **query) == first.context["page"].applications
    # A search in an address is none.
    assert supervisor_client.get(QUEUE, {"q": "Invented"}).context["text"] == ""


def test_a_search_is_nobody_elses_and_one_that_is_gone_is_told(supervisor_client):
    for _position in range(2):
        ApplicationFactory(name_en="Invented Flats")
    query = search(supervisor_client, "Invented")
    colleague = sign_in(OfficerFactory())
    response = colleague.get(QUEUE, query)
    assert response.context["text"] == ""
    assertContains(response, gettext("What you searched for is no longer kept. Type it once more."))


def test_an_empty_box_leads_to_what_waits(supervisor_client):
    for nothing in ({}, {"q": "  "}, {"q": "\x00"}):
        assertRedirects(supervisor_client.post(QUEUE, nothing), QUEUE)


def test_a_reference_number_with_a_wrong_digit_that_nothing_has_is_told_as_mistyped(
    supervisor_client, application
):
    wrong = application.reference[:-1] + str((int(application.reference[-1]) + 1) % 10)

    page = supervisor_client.post(QUEUE, {"q": wrong}, follow=True)

    assert page.context["page"].rows == []
    assertContains(page, "خطأ كتابة")
    right = reference_number.add_check_digits("2600000000")
    page = supervisor_client.post(QUEUE, {"q": right}, follow=True)
    assert (page.context["page"].rows, page.context["form"].errors) == ([], {})


@pytest.mark.parametrize("number", ["123456789012", reference_number.add_check_digits("2600000000")])
@pytest.mark.parametrize("typed", ["{0}", "{1}", " {2} "])
def test_a_licence_number_of_twelve_digits_leads_to_its_application(supervisor_client, number, typed):
    application = ApplicationFactory(licence_number=number)
    forms = (number, f"{number[:4]}-{number[4:8]}-{number[8:]}", number.translate(ARABIC))

    page = supervisor_client.post(QUEUE, {"q": typed.format(*forms)})

    assertRedirects(page, reverse("admin:activation_review", args=[application.pk]))


def test_a_licence_number_that_is_also_a_reference_number_shows_both(supervisor_client, application):
    other = ApplicationFactory(licence_number=application.reference)

    found = shown(supervisor_client, **search(supervisor_client, application.reference))
    assert found == [application, other]


def test_another_offices_licence_of_twelve_digits_is_not_found(makkah_client):
    ApplicationFactory(licence_number="123456789012")

    page = makkah_client.post(QUEUE, {"q": "123456789012"}, follow=True)

    assert page.context["page"].rows == []
    assertContains(page, "خطأ كتابة")


@pytest.mark.parametrize(
    "typed",
    ["{0}.{1}.{2}.{3}", "{0}/{1}/{2}/{3}", "الرقم المرجعي: {0}-{1}-{2}-{3}", "Reference ({0} {1} {2} {3})"],
)
def test_a_reference_number_is_read_with_its_label_and_with_dots_or_slashes(
    supervisor_client, application, typed
):
    groups = application.shown_reference.split("-")
    for written in (typed, typed.translate(ARABIC)):
        page = supervisor_client.post(QUEUE, {"q": written.format(*groups)})
        assertRedirects(page, reverse("admin:activation_review", args=[application.pk]))


def test_an_application_is_found_by_its_owners_id_and_mobile(supervisor_client, makkah_client, application):
    ApplicationFactory(owner_mobile="+966555000999")
    local = application.owner_mobile.removeprefix("+966")
    for typed in (application.owner_national_id, f"0{local}", f"+966 {local}", f"الجوال 0{local}"):
        page = supervisor_client.post(QUEUE, {"q": typed})
        assertRedirects(page, reverse("admin:activation_review", args=[application.pk]))
        assert shown(makkah_client, **search(makkah_client, typed)) == []


def test_an_application_is_found_by_its_establishments_number_and_by_the_mobile_its_owner_has_now(
    supervisor_client,
):
    subscription = subscribe()
    owner = subscription.establishment.owner
    type(owner).objects.filter(pk=owner.pk).update(mobile="+966555000111")
    for typed in (subscription.establishment.number, "0555000111"):
        page = supervisor_client.post(QUEUE, {"q": typed})
        assertRedirects(page, reverse("admin:activation_review", args=[subscription.application.pk]))


def test_digits_that_are_missing_are_told(supervisor_client):
    # What is left of another reference number may be somebody's ID, or have the check digits of its own.
    reference = reference_number.add_check_digits("2648219037")
    for missing in range(1, 5):
        typed = reference[:-missing]
        page = supervisor_client.post(QUEUE, {"q": f"{typed[:2]}-{typed[2:]}"}, follow=True)
        assert page.context["page"].rows == []
        assertContains(page, "من اثني عشر رقمًا")


@pytest.mark.parametrize("typed", ["0555000999", "1010101010", "774726003", "9912345678"])
def test_another_number_that_nothing_has_is_not_said_to_lack_digits(supervisor_client, typed):
    page = supervisor_client.post(QUEUE, {"q": typed}, follow=True)
    assert (page.context["page"].rows, page.context["form"].errors) == ([], {})


@pytest.fixture
def letter(supervisor, application):
    """The statement letter of what was activated for the application."""
    return decisions.activate(claimed(application, supervisor), by=supervisor).statement


def test_a_letter_that_is_scanned_leads_to_its_application(supervisor_client, application, letter):
    for scanned in (verify_address(letter), f"https://former.example/verify/{letter.code}"):
        assertRedirects(
            supervisor_client.post(QUEUE, {"q": scanned}),
            reverse("admin:activation_review", args=[application.pk]),
        )


def test_a_letter_of_another_office_and_one_that_is_none_lead_nowhere(makkah_client, letter):
    unknown = letter.code[:-1] + ("A" if letter.code[-1] != "A" else "B")
    for code in (letter.code, unknown):
        page = makkah_client.post(QUEUE, {"q": f"http://localhost/verify/{code}/"}, follow=True)
        assert page.context["page"].rows == []


def test_the_letter_of_a_renewal_leads_to_the_application_it_names(supervisor_client):
    subscription = subscribe(days_left=20)
    renew_in_register(subscription)
    renewal = life.renew(subscription, by=OfficerFactory())

    assertRedirects(
        supervisor_client.post(QUEUE, {"q": verify_address(renewal.statement)}),
        reverse("admin:activation_review", args=[subscription.application_id]),
    )


# In the access log


def looks():
    return [
        (look.by, look.action, look.subject, look.people, look.reason) for look in Look.objects.order_by("pk")
    ]


def test_every_look_at_a_tab_and_every_page_of_it_leaves_a_line(head_client, monkeypatch):
    monkeypatch.setattr("activation.queue.PAGE", 2)
    for _position in range(3):
        ApplicationFactory()
    [head] = User.objects.filter(role=Role.HEAD)
    for tab in TABS:
        head_client.get(QUEUE, {"tab": tab})
    key = head_client.get(QUEUE).context["page"].next_key
    head_client.get(QUEUE, {"after": key})

    assert looks() == [
        (head, f"queue {tab}", "registration.application", 1, "") for tab in (*TABS, "waiting", "waiting")
    ]


def test_a_search_leaves_a_line_with_how_many_it_shows_and_without_what_was_typed(
    supervisor_client, supervisor, application
):
    ApplicationFactory()
    for typed in ("شقق مخترعة", application.licence_number, "لا أحد بهذا الاسم"):
        supervisor_client.post(QUEUE, {"q": typed}, follow=typed != application.licence_number)

    assert looks() == [
        (supervisor, "queue search", "registration.application", people, "") for people in (2, 1, 1)
    ]


def test_the_line_is_written_before_the_page_is_answered(supervisor_client, monkeypatch):
    def broken(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr("shumoos.accounts.access_log.Look.objects.create", broken)
    with pytest.raises(DatabaseError):
        supervisor_client.get(QUEUE)


def test_who_may_not_see_the_queue_leaves_no_line(owner_client, administrator_client):
    for client in (owner_client, administrator_client):
        assert client.get(QUEUE).status_code in (302, 403)
    assert looks() == []


@pytest.mark.parametrize("tab", ["waiting", "mine", "overdue", "returned", "failed", "proposed", "decided"])
def test_a_tab_takes_as_many_queries_for_three_as_for_one_and_at_most_25(tab):
    head = OfficerFactory(role=Role.HEAD)
    client = sign_in(head)
    one_under_each_tab(head)
    client.get(QUEUE, {"tab": tab})
    with CaptureQueriesContext(connection) as one:
        client.get(QUEUE, {"tab": tab})
    one_under_each_tab(head)
    one_under_each_tab(head)
    with CaptureQueriesContext(connection) as three:
        response = client.get(QUEUE, {"tab": tab})
    assert len(response.context["page"].rows) >= 3
    assert len(one) == len(three) <= 25


def test_the_search_box_takes_as_many_queries_for_five_as_for_two_and_at_most_25(supervisor_client):
    def found():
        query = search(supervisor_client, "مخترعة")
        with CaptureQueriesContext(connection) as queries:
            page = supervisor_client.get(QUEUE, query).context["page"]
        return len(page.rows), len(queries)

    for _position in range(2):
        ApplicationFactory()
    found()
    two, queries_for_two = found()
    for _position in range(3):
        ApplicationFactory()
    five, queries_for_five = found()
    assert (two, five) == (2, 5)
    assert queries_for_two == queries_for_five <= 25


def test_the_way_straight_to_the_match_takes_as_many_queries_whatever_else_there_is_and_at_most_25(
    supervisor_client, application
):
    def counted(typed):
        with CaptureQueriesContext(connection) as queries:
            assert "/review/" in supervisor_client.post(QUEUE, {"q": typed})["Location"]
        return len(queries)

    numbers = (application.reference, application.licence_number, application.name_en)
    before = [counted(typed) for typed in numbers]
    for _position in range(3):
        ApplicationFactory(name_en="Another house")
    assert [counted(typed) for typed in numbers] == before
    assert max(before) <= 25


def test_a_supervisor_without_an_office_sees_nothing(application):
    nobody = OfficerFactory()
    office("RUH").members.remove(nobody)
    assert shown(sign_in(nobody)) == []
