"""Subscriptions on the owner's and the supervisors' pages."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from activation import life
from activation.models import Subscription
from registration.models import Application, Office
from shumoos.accounts.models import Look, Role
from shumoos.saudi import calendar
from shumoos.templatetags.days import both_calendars
from tests.activation.days import DAY, go_to
from tests.activation.subscribing import renew_in_register, subscribe
from tests.conftest import sign_in
from tests.factories import OfficerFactory, UserFactory
from tests.pages import unbroken

pytestmark = pytest.mark.django_db

BANNER = "alert alert-"


def in_english(user):
    client = sign_in(user)
    client.cookies["django_language"] = "en"
    return client


def admin(name, *args):
    return reverse(f"admin:activation_{name}", args=args)


# The owner's


@pytest.mark.parametrize("path", ["home", "guests:list", "guests:new", "violations:mine", "accounts:account"])
def test_in_grace_every_page_says_until_when_and_what_to_do(clock, path):
    subscription = subscribe(days_left=20)
    client = in_english(subscription.establishment.owner.user)
    assertNotContains(client.get(reverse(path)), BANNER)
    go_to(clock, subscription.ends_on + DAY)

    client = in_english(subscription.establishment.owner.user)
    page = client.get(reverse(path))

    assertContains(page, unbroken("ended on 21 January 2026 (2 Shaban 1447 AH)"))
    assertContains(page, unbroken("Guests can still be entered until 20 February 2026"))
    assertContains(page, "Have the licence renewed by its licensing authority")


def test_in_grace_the_form_still_takes_a_guest_and_after_it_says_why_not(clock):
    subscription = subscribe(days_left=20)
    go_to(clock, subscription.grace_ends_on)
    page = in_english(subscription.establishment.owner.user).get(reverse("guests:new"))
    assert "form" in page.context

    go_to(clock, subscription.grace_ends_on + DAY)
    page = in_english(subscription.establishment.owner.user).get(reverse("guests:new"))
    assert "form" not in page.context
    assertContains(page, "has ended and its days of grace are over, so no records are taken")


def test_the_banner_says_that_the_office_has_the_renewal(clock):
    subscription = subscribe(days_left=20)
    renew_in_register(subscription)
    go_to(clock, subscription.ends_on + DAY)

    page = in_english(subscription.establishment.owner.user).get(reverse("guests:list"))

    assertContains(page, unbroken("The register has the renewed licence, until 21 January 2027"))
    assertContains(page, "there is nothing for you to do")


def test_a_renewed_one_has_no_banner(clock, supervisor):
    subscription = subscribe(days_left=20)
    renew_in_register(subscription)
    life.renew(subscription, by=supervisor)
    go_to(clock, subscription.ends_on + DAY)

    assertNotContains(in_english(subscription.establishment.owner.user).get(reverse("home")), BANNER)


def test_a_suspended_owner_signs_in_and_reads_number_and_reason(clock, supervisor):
    subscription = subscribe()
    life.suspend(subscription, by=supervisor, order_number="1447/88", reason="مخالفة جسيمة")

    client = in_english(subscription.establishment.owner.user)
    page = client.get(reverse("home"))

    assertContains(page, "1447/88")
    assertContains(page, "مخالفة جسيمة")
    assertContains(client.get(reverse("guests:new")), "suspended by order, so no records are taken")


@pytest.mark.parametrize(
    ("days", "registered", "words"),
    [
        (0, False, "It ends with the licence. We remind you by text before that."),
        (60, False, "Have the licence renewed by its licensing authority. Once"),
        (60, True, "The register has the renewed licence"),
        (101, False, "Ended, in its days of grace"),
        (131, False, "Have the licence renewed"),
    ],
)
def test_home_says_the_state_the_end_and_what_comes_next(clock, days, registered, words):
    subscription = subscribe(days_left=100)
    if registered:
        renew_in_register(subscription)
    go_to(clock, calendar.today() + days * DAY)

    page = in_english(subscription.establishment.owner.user).get(reverse("home"))

    assertContains(page, words)
    assertContains(page, unbroken("11 April 2026 (23 Shawwal 1447 AH)"))


def test_home_says_when_the_next_period_begins(clock, supervisor):
    subscription = subscribe(days_left=20)
    renew_in_register(subscription)
    life.renew(subscription, by=supervisor)

    page = in_english(subscription.establishment.owner.user).get(reverse("home"))

    assertContains(page, unbroken("The next period begins on 22 January 2026"))


def test_an_owner_whose_register_names_another_is_told(clock):
    subscription = subscribe(days_left=20)
    renew_in_register(subscription, owner_national_id="1000000008")

    page = in_english(subscription.establishment.owner.user).get(reverse("home"))

    assertContains(page, "names another owner")


def test_where_there_is_no_register_the_owner_is_sent_to_register(clock):
    subscription = subscribe(days_left=20, in_register=False)

    page = in_english(subscription.establishment.owner.user).get(reverse("home"))

    assertContains(page, "then register with the renewed licence")


def test_home_and_the_subscriptions_page_take_the_same_queries_for_one_and_three(
    clock, django_assert_max_num_queries
):
    first = subscribe(days_left=20)
    owner = first.establishment.owner
    client = sign_in(owner.user)
    client.get(reverse("home"))
    with django_assert_max_num_queries(18) as one:
        client.get(reverse("home"))
    for _number in range(2):
        other = subscribe(days_left=20)
        other.establishment.owner = owner
        other.establishment.save()

    with django_assert_max_num_queries(len(one)):
        page = client.get(reverse("home"))

    assert len(page.context["standings"]) == 3


def test_the_start_page_leads_to_the_statement_letter_while_it_is_new(clock):
    subscription = subscribe(days_left=300)
    letter = reverse("activation:letter", args=[subscription.establishment.number, subscription.pk])
    go_to(clock, subscription.begins_on + 29 * DAY)

    page = in_english(subscription.establishment.owner.user).get(reverse("home"))

    assertContains(page, f'href="{letter}"')
    assertContains(page, "download it and hand it in at")
    assertContains(page, subscription.licence.authority.name_en)

    go_to(clock, subscription.begins_on + 31 * DAY)
    page = in_english(subscription.establishment.owner.user).get(reverse("home"))
    assertNotContains(page, letter)


def test_a_revoked_statement_is_not_offered(clock):
    subscription = subscribe(days_left=300)
    life.close(subscription.establishment, by=OfficerFactory(), reason="أغلقت المنشأة")

    page = in_english(subscription.establishment.owner.user).get(reverse("home"))

    assertNotContains(page, "hand it in")


def test_the_owners_staff_are_not_sent_to_the_authority(clock):
    subscription = subscribe(days_left=300)
    staff = UserFactory(role=Role.STAFF)
    subscription.establishment.staff.add(staff)

    page = in_english(staff).get(reverse("home"))

    assertContains(page, subscription.establishment.number)
    assertNotContains(page, "hand it in")


# The supervisors'


def test_a_renewal_waits_in_the_list_of_its_own_office_only(clock, supervisor_client, makkah_client):
    subscription = subscribe(days_left=20)
    assertNotContains(supervisor_client.get(admin("renewals")), subscription.licence.number)
    renew_in_register(subscription)

    page = supervisor_client.get(admin("renewals"))

    assertContains(page, subscription.licence.number)
    assert page.context["count"] == "1"
    assertNotContains(makkah_client.get(admin("renewals")), subscription.licence.number)
    assert Look.objects.filter(action="renewals").exists()


def test_one_click_confirms_and_the_row_is_gone(clock, supervisor, supervisor_client):
    subscription = subscribe(days_left=20)
    renew_in_register(subscription)
    address = admin("renewals")

    response = supervisor_client.post(admin("renew", subscription.pk), {"back": address})

    assertRedirects(response, address)
    assert Subscription.objects.get(predecessor=subscription).activated_by == supervisor
    assertNotContains(supervisor_client.get(address), subscription.licence.number)


def test_differences_are_shown_and_another_owner_leaves_no_button(clock, supervisor_client):
    subscription = subscribe(days_left=20)
    renew_in_register(subscription, name_ar="فندق الاسم الجديد")
    page = supervisor_client.get(admin("renewals"))
    assertContains(page, "فندق الاسم الجديد")
    assertContains(page, admin("renew", subscription.pk))

    renew_in_register(subscription, owner_national_id="1000000008")
    page = supervisor_client.get(admin("renewals"))
    assertContains(page, "1000000008")
    assertNotContains(page, admin("renew", subscription.pk))
    response = supervisor_client.post(admin("renew", subscription.pk), follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert not Subscription.objects.filter(predecessor=subscription).exists()


def test_the_way_back_leads_nowhere_else(clock, supervisor_client):
    subscription = subscribe(days_left=20)
    renew_in_register(subscription)

    response = supervisor_client.post(admin("renew", subscription.pk), {"back": "https://elsewhere.example/"})

    assertRedirects(response, admin("renewals"))


def test_renewals_go_on_by_key_what_ends_first_at_the_top(clock, supervisor_client, monkeypatch):
    monkeypatch.setattr("activation.renewals.PAGE", 2)
    monkeypatch.setattr("activation.renewals.MOST_COUNTED", 2)
    rows = [subscribe(days_left=days) for days in (30, 10, 20, 10)]
    for row in rows:
        renew_in_register(row)

    page = supervisor_client.get(admin("renewals"))
    assert [row[0] for row in page.context["rows"]] == [rows[1], rows[3]]
    assert page.context["count"] == "2+"
    page = supervisor_client.get(admin("renewals"), {"after": page.context["next_key"]})
    assert [row[0] for row in page.context["rows"]] == [rows[2], rows[0]]
    assert page.context["next_key"] == ""
    assert len(supervisor_client.get(admin("renewals"), {"after": "x_y"}).context["rows"]) == 2


def test_the_list_of_renewals_takes_the_same_queries_for_one_and_three(
    clock, supervisor_client, django_assert_max_num_queries
):
    renew_in_register(subscribe(days_left=20), name_ar="فندق آخر")
    supervisor_client.get(admin("renewals"))
    with django_assert_max_num_queries(10) as one:
        supervisor_client.get(admin("renewals"))
    for _number in range(2):
        renew_in_register(subscribe(days_left=20), name_ar="فندق آخر")

    with django_assert_max_num_queries(len(one)):
        supervisor_client.get(admin("renewals"))


def test_an_order_number_is_kept_with_digits_of_one_form(clock, head_client):
    subscription = subscribe()
    head_client.post(admin("suspend", subscription.pk), {"order_number": "٤٤/ت/١٢٣", "reason": "سبب"})
    assert subscription.events.get(act="suspended").order_number == "44/ت/123"
    asked = head_client.get(admin("reinstate", subscription.pk))
    assertContains(asked, f"<strong><bdi>{subscription.establishment.name}</bdi></strong>")
    head_client.post(admin("reinstate", subscription.pk), {"order_number": "۴۵/۱", "reason": "سبب"})
    assert subscription.events.get(act="reinstated").order_number == "45/1"


def test_the_head_suspends_with_number_and_reason_and_reinstates(clock, head_client):
    subscription = subscribe()
    change = admin("subscription_change", subscription.pk)
    assertContains(head_client.get(change), admin("suspend", subscription.pk))

    asked = head_client.get(admin("suspend", subscription.pk))
    assertContains(asked, f"<strong><bdi>{subscription.establishment.name}</bdi></strong>")
    response = head_client.post(admin("suspend", subscription.pk), {"order_number": "", "reason": "سبب"})
    assert response.status_code == 422
    response = head_client.post(
        admin("suspend", subscription.pk), {"order_number": "1447/88", "reason": "سبب"}
    )
    assertRedirects(response, change)
    subscription.refresh_from_db()
    assert subscription.status == "suspended"

    page = head_client.get(change)
    assertContains(page, admin("reinstate", subscription.pk))
    assertContains(page, "1447/88")
    assertNotContains(page, admin("suspend", subscription.pk))
    assert head_client.post(admin("reinstate", subscription.pk), {"reason": ""}).status_code == 422
    head_client.post(admin("reinstate", subscription.pk), {"reason": "زال السبب"})
    subscription.refresh_from_db()
    assert subscription.status == "active"


def test_only_heads_order_and_only_officers_of_the_office_renew(clock, supervisor_client, auditor_client):
    subscription = subscribe(days_left=20)
    renew_in_register(subscription)

    for client in (supervisor_client, auditor_client):
        change = client.get(admin("subscription_change", subscription.pk))
        assertNotContains(change, admin("suspend", subscription.pk))
        for name in ("suspend", "reinstate"):
            address = admin(name, subscription.pk)
            assert client.post(address, {"order_number": "1", "reason": "x"}).status_code == 403
    assertNotContains(auditor_client.get(admin("renewals")), admin("renew", subscription.pk))
    assert auditor_client.post(admin("renew", subscription.pk)).status_code == 403
    assert supervisor_client.get(admin("renew", subscription.pk)).status_code == 405
    subscription.refresh_from_db()
    assert (subscription.status, subscription.is_renewed) == ("active", False)


def test_another_office_finds_nothing(clock):
    subscription = subscribe(days_left=20)
    renew_in_register(subscription)
    client = sign_in(OfficerFactory(role=Role.HEAD, office="MKK"))

    assert client.get(admin("letter", subscription.pk)).status_code == 404
    assert client.post(admin("renew", subscription.pk)).status_code == 404
    for name in ("suspend", "reinstate"):
        assert (
            client.post(admin(name, subscription.pk), {"order_number": "1", "reason": "x"}).status_code == 404
        )
    other_page = client.get(admin("subscription_change", subscription.pk))
    assertRedirects(other_page, reverse("admin:index"), fetch_redirect_response=False)
    assertNotContains(client.get(admin("subscription_changelist")), subscription.licence.number)
    subscription.refresh_from_db()
    assert (subscription.status, subscription.is_renewed) == ("active", False)


def test_who_has_no_business_with_subscriptions_is_refused(clock, administrator_client):
    assert administrator_client.get(admin("renewals")).status_code == 403
    assert administrator_client.get(admin("subscription_changelist")).status_code == 403
    for user in (subscribe().establishment.owner.user, UserFactory(role=Role.SUPPORT)):
        assert sign_in(user).get(admin("renewals")).status_code == 302


@pytest.mark.parametrize(
    ("state", "days"),
    [("active", 0), ("expiring", 50), ("in_grace", 101), ("ended", 131)],
)
def test_the_admins_list_is_filtered_by_state_and_searched(clock, state, days):
    subscription = subscribe(days_left=100)
    go_to(clock, calendar.today() + days * DAY)
    client = sign_in(OfficerFactory())

    for name in ("active", "expiring", "in_grace", "ended", "upcoming", "suspended", "closed", "renewal"):
        page = client.get(admin("subscription_changelist"), {"state": name})
        is_found = name == state or (name, state) == ("active", "expiring")
        assert page.context["cl"].result_count == int(is_found), name
    for text in (subscription.licence.number, subscription.establishment.number, "فندق"):
        page = client.post(admin("subscription_changelist"), {"q": text}, follow=True)
        assert page.context["cl"].result_count == 1


def test_a_suspended_subscription_is_shown_as_such_beside_its_application_and_on_its_own_page(supervisor):
    subscription = subscribe(supervisor=supervisor)
    client = sign_in(supervisor)
    review = reverse("admin:activation_review", args=[subscription.application.pk])
    own = admin("subscription_change", subscription.pk)
    assertContains(client.get(review), f'href="{own}"')
    assertNotContains(client.get(review), "موقوف")

    life.suspend(subscription, by=supervisor, order_number="44/T/123", reason="سبب للمالك")

    assertContains(client.get(review), "موقوف")
    page = client.get(own)
    assertContains(page, "لا تُقبل ما دام موقوفًا")
    assertNotContains(page, both_calendars(subscription.grace_ends_on))


def test_whoever_may_not_see_the_subscription_gets_no_link_to_it(supervisor, makkah_client):
    subscription = subscribe(supervisor=supervisor)
    own = admin("subscription_change", subscription.pk)
    makkah = Office.objects.get(code="MKK")
    Application.objects.filter(pk=subscription.application.pk).update(office=makkah)
    page = makkah_client.get(reverse("admin:activation_review", args=[subscription.application.pk]))
    assert page.status_code == 200
    assertNotContains(page, f'href="{own}"')


def test_a_subscription_is_found_by_the_reference_number_of_its_application(supervisor, makkah_client):
    subscription = subscribe(supervisor=supervisor)
    subscribe(supervisor=supervisor)
    reference = subscription.application.shown_reference
    for typed in (reference, f"الرقم المرجعي: {reference}"):
        for client, found in ((sign_in(supervisor), [subscription]), (makkah_client, [])):
            page = client.post(admin("subscription_changelist"), {"q": typed}, follow=True)
            assert page.context["cl"].result_list == found


def test_the_admins_pages_change_nothing_by_hand(clock, head_client):
    subscription = subscribe()
    change = admin("subscription_change", subscription.pk)

    assert head_client.post(change, {"status": "closed"}).status_code == 403
    assert head_client.get(reverse("admin:activation_subscription_add")).status_code == 403
    assert head_client.get(admin("subscription_delete", subscription.pk)).status_code == 403
    assert head_client.get(admin("letter", subscription.pk))["Content-Type"] == "application/pdf"


def test_the_admins_list_takes_the_same_queries_for_one_and_three(
    clock, supervisor_client, django_assert_max_num_queries
):
    subscribe()
    with django_assert_max_num_queries(15) as one:
        supervisor_client.get(admin("subscription_changelist"))
    for _number in range(2):
        subscribe()
    with django_assert_max_num_queries(len(one)):
        supervisor_client.get(admin("subscription_changelist"))
