"""The days of an establishment's periods: what closing leaves of them, and that no two ever overlap."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse
from pytest_django.asserts import assertContains

from activation import decisions, life
from activation.models import Subscription
from activation.reporting_days import reporting_days
from registration.models import Establishment, Licence
from shumoos.accounts.models import Role
from shumoos.letters.models import Letter
from shumoos.saudi import calendar
from shumoos.templatetags.days import both_calendars
from tests.activation.days import BEGAN, DAY, go_to
from tests.activation.reviewing import claimed
from tests.activation.subscribing import renew_in_register, subscribe
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, OfficerFactory, UserFactory
from tests.races import at_once

pytestmark = pytest.mark.django_db


def close(subscription):
    """Close whatever the establishment has, and return the subscription as the database has it."""
    life.close(subscription.establishment, by=OfficerFactory(), reason="أغلقت المنشأة")
    return Subscription.objects.get(pk=subscription.pk)


def bounds(period):
    return None if period.isempty else (period.lower, period.upper)


def apply_again(subscription):
    return ApplicationFactory(**subscription.application.typed)


# What closing leaves


def test_closing_ends_the_period_with_the_day_before(clock):
    subscription = subscribe(days_left=100)
    was = bounds(subscription.period)
    go_to(clock, BEGAN + 30 * DAY)

    closed = close(subscription)

    assert bounds(closed.period) == (BEGAN, BEGAN + 30 * DAY)
    assert (closed.closed_on, bounds(closed.foreseen)) == (BEGAN + 30 * DAY, was)
    assert (closed.begins_on, closed.ends_on, closed.grace_ends_on) == (
        BEGAN,
        BEGAN + 29 * DAY,
        BEGAN + 29 * DAY,
    )


def test_closed_on_its_first_day_it_keeps_no_day_and_is_still_told_from_when_it_was(clock):
    subscription = subscribe(days_left=100)

    closed = close(subscription)

    assert (bounds(closed.period), closed.never_held, closed.begins_on) == (None, True, BEGAN)
    assert bounds(closed.foreseen) == (BEGAN, BEGAN + 101 * DAY)
    assert closed.ends_on < closed.begins_on
    assert closed.establishment.subscriptions.why_no_guests() == "closed"


def test_a_renewal_that_was_to_begin_later_keeps_no_day_when_closed(clock, supervisor):
    old = subscribe(days_left=20)
    renew_in_register(old)
    renewal = life.renew(old, by=supervisor)
    go_to(clock, BEGAN + 5 * DAY)

    closed = close(old)

    renewal.refresh_from_db()
    assert bounds(closed.period) == (BEGAN, BEGAN + 5 * DAY)
    assert (bounds(renewal.period), renewal.closed_on, renewal.begins_on) == (
        None,
        BEGAN + 5 * DAY,
        BEGAN + 21 * DAY,
    )


@pytest.mark.parametrize("days_after", [1, 10, 45])
def test_one_that_had_ended_keeps_its_days_when_it_is_closed(clock, days_after):
    subscription = subscribe(days_left=20)
    was = bounds(subscription.period)
    go_to(clock, subscription.ends_on + days_after * DAY)

    closed = close(subscription)

    assert (bounds(closed.period), closed.foreseen, closed.closed_on) == (was, None, calendar.today())


def test_a_suspended_one_ends_when_it_is_closed(clock, supervisor):
    subscription = subscribe(days_left=100)
    life.suspend(subscription, by=supervisor, order_number="1", reason="سبب")
    go_to(clock, BEGAN + 3 * DAY)

    assert bounds(close(subscription).period) == (BEGAN, BEGAN + 3 * DAY)


def test_closing_again_on_another_day_changes_no_day(clock):
    subscription = subscribe(days_left=100)
    go_to(clock, BEGAN + 3 * DAY)
    was = close(subscription)
    go_to(clock, BEGAN + 9 * DAY)

    now = close(subscription)

    assert (bounds(now.period), now.closed_on) == (bounds(was.period), was.closed_on)


def test_a_closed_one_is_due_to_report_until_the_day_before(clock):
    subscription = subscribe(days_left=100)
    go_to(clock, BEGAN + 3 * DAY)
    close(subscription)
    key = subscription.establishment_id

    days = reporting_days([key], BEGAN, BEGAN + 50 * DAY)

    assert days == {key: {BEGAN, BEGAN + DAY, BEGAN + 2 * DAY}}


def test_the_last_period_is_the_one_begun_last_also_where_it_kept_no_day(clock):
    first = subscribe(days_left=100)
    go_to(clock, BEGAN + 3 * DAY)
    close(first)
    second = decisions.activate(claimed(apply_again(first), by := OfficerFactory()), by=by)

    owner = sign_in(first.establishment.owner.user)
    page = owner.get(reverse("home"))
    assert page.context["standings"][0].subscription == second

    close(second)
    page = owner.get(reverse("home"))
    assert page.context["standings"][0].subscription == second
    assertContains(page, both_calendars(calendar.today()))


# What people read of it


def test_the_pages_say_when_it_was_closed_and_that_a_renewal_held_on_no_day(clock, supervisor):
    old = subscribe(days_left=20, supervisor=supervisor)
    renew_in_register(old)
    renewal = life.renew(old, by=supervisor)
    go_to(clock, BEGAN + 5 * DAY)
    close(old)
    owner, officer, auditor = (
        sign_in(user) for user in (old.establishment.owner.user, supervisor, UserFactory(role=Role.AUDITOR))
    )

    page = owner.get(reverse("activation:subscription", args=[old.establishment.number])).content.decode()

    assert page.count("لم يسرِ في أي يوم") == 1
    assert both_calendars(BEGAN + 4 * DAY) in page
    assert both_calendars(BEGAN + 21 * DAY) in page
    assert both_calendars(BEGAN + 20 * DAY) not in page
    for one, words in ((old, both_calendars(BEGAN + 4 * DAY)), (renewal, "لم يسرِ في أي يوم")):
        address = reverse("admin:activation_subscription_change", args=[one.pk])
        for client in (officer, auditor):
            response = client.get(address)
            assertContains(response, words)
            assertContains(response, both_calendars(BEGAN + 5 * DAY))
    subscriptions = officer.get(reverse("admin:activation_subscription_changelist"))
    assert "لم يسرِ في أي يوم" in subscriptions.content.decode().replace("\xa0", " ")
    review = reverse("admin:activation_review", args=[old.application_id])
    assertContains(officer.get(review), both_calendars(BEGAN + 4 * DAY))


# No two overlap


def test_a_new_one_may_begin_on_the_day_of_the_closing(clock, supervisor):
    subscription = subscribe(days_left=100)
    go_to(clock, BEGAN + 30 * DAY)
    closed = close(subscription)

    new = decisions.activate(claimed(apply_again(subscription), supervisor), by=supervisor)

    assert (closed.period.upper, new.begins_on, new.predecessor) == (BEGAN + 30 * DAY, BEGAN + 30 * DAY, None)
    assert (new.establishment, new.status) == (subscription.establishment, "active")


def test_one_begun_closed_and_begun_again_on_one_day_is_two_periods(clock, supervisor):
    subscription = subscribe(days_left=100)
    close(subscription)

    new = decisions.activate(claimed(apply_again(subscription), supervisor), by=supervisor)

    assert (new.begins_on, new.state) == (BEGAN, "active")
    assert Subscription.objects.filter(establishment=new.establishment).count() == 2


def insert(like, status, period):
    """Write a period of the same establishment past all code, closed as such a row has to be."""
    letter = Letter.objects.create(
        kind="statement",
        series="RAW",
        year=2026,
        sequence=Letter.objects.count() + 1,
        licence_number="1",
        content={},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO activation_subscription (establishment_id, licence_id, period, status, closed_on,"
            " grace_days, reminder_days, renewed_at, statement_id, activated_at, activated_by_id)"
            " VALUES (%s, %s, daterange(%s, %s), %s, %s, 30, '{}', now(), %s, now(), %s)",
            [
                like.establishment_id,
                like.licence_id,
                *period,
                status,
                period[1] if status == "closed" else None,
                letter.pk,
                like.activated_by_id,
            ],
        )


@pytest.mark.parametrize("first", ["active", "suspended", "closed"])
@pytest.mark.parametrize("second", ["active", "suspended", "closed"])
def test_the_database_refuses_every_overlap_and_takes_what_touches(clock, supervisor, first, second):
    subscription = subscribe(days_left=100)
    if first == "suspended":
        life.suspend(subscription, by=supervisor, order_number="1", reason="سبب")
    if first == "closed":
        go_to(clock, BEGAN + 30 * DAY)
        subscription = close(subscription)
    last = subscription.ends_on

    for period in ((last, last + 9 * DAY), (BEGAN - DAY, BEGAN + DAY), (BEGAN, last + DAY)):
        with (
            pytest.raises(IntegrityError, match="subscription_periods_do_not_overlap"),
            transaction.atomic(),
        ):
            insert(subscription, second, period)

    insert(subscription, second, (last + DAY, last + 9 * DAY))
    assert Subscription.objects.filter(establishment=subscription.establishment).count() == 2


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        # Closed, and holds on.
        ("status = 'closed'", "subscription_ends_when_closed"),
        ("status = 'closed', closed_on = '2026-01-05'", "subscription_ends_when_closed"),
        # Open, and without a day: it would overlap nothing.
        ("period = 'empty', foreseen = period", "subscription_ends_when_closed"),
        ("closed_on = '2026-01-05'", "subscription_ends_when_closed"),
        # Shortened, and nobody knows from what.
        (
            "status = 'closed', closed_on = '2026-01-01', period = 'empty'",
            "subscription_foreseen_holds_period",
        ),
        (
            "status = 'closed', closed_on = '2026-01-05', foreseen = period,"
            " period = '[2025-12-01,2026-01-05)'",
            "subscription_foreseen_holds_period",
        ),
    ],
)
def test_the_database_holds_a_closed_period_to_the_day_of_its_closing(clock, change, constraint):
    subscribe(days_left=100)

    with (
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE activation_subscription SET {change}")


def test_forms_say_of_an_overlap_with_a_closed_one_what_is_wrong(clock):
    subscription = subscribe(days_left=100)
    go_to(clock, BEGAN + 30 * DAY)
    closed = close(subscription)
    copy = Subscription(
        establishment=closed.establishment,
        licence=closed.licence,
        period=closed.period,
        statement=closed.statement,
        activated_by=closed.activated_by,
    )

    with pytest.raises(ValidationError, match=r"cannot overlap|لا يجوز أن تتداخل"):
        copy.validate_constraints()


@pytest.mark.django_db(transaction=True)
def test_a_closing_and_the_activation_of_another_owner_at_once_leave_one_that_holds():
    subscription = subscribe(days_left=100)
    Licence.objects.filter(pk=subscription.licence_id).update(owner_national_id="1000000008")
    supervisor = OfficerFactory()
    typed = subscription.application.typed | {"owner_national_id": "1000000008"}
    application = claimed(ApplicationFactory(**typed), supervisor)

    outcomes = at_once(
        lambda: decisions.activate(application, by=supervisor),
        lambda: life.close(
            Establishment.objects.get(pk=subscription.establishment_id), by=supervisor, reason="سبب"
        ),
    )

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    rows = list(Subscription.objects.order_by("pk"))
    assert [bounds(row.period) for row in rows][:1] == [None]
    # Whichever came first: the new one was begun, and closed only by a closing that came after it.
    assert len(rows) == 2
    assert [row.status for row in rows] in (["closed", "active"], ["closed", "closed"])


@pytest.mark.django_db(transaction=True)
def test_closed_and_renewed_at_once_nothing_holds_on():
    subscription = subscribe(days_left=20)
    renew_in_register(subscription)
    supervisor = OfficerFactory()

    at_once(
        lambda: life.renew(Subscription.objects.get(pk=subscription.pk), by=supervisor),
        lambda: life.close(
            Establishment.objects.get(pk=subscription.establishment_id), by=supervisor, reason="سبب"
        ),
    )

    rows = list(Subscription.objects.all())
    assert {row.status for row in rows} == {"closed"}
    assert all(row.never_held for row in rows)


# Databases of the version before


@pytest.fixture
def migrated():
    """Take the app's tables to a migration, within the test's transaction."""

    def migrate(name):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        MigrationExecutor(connection).migrate([("activation", name)])

    return migrate


def test_a_filled_database_has_its_closed_periods_shortened_and_goes_back(clock, supervisor, migrated):
    told, over, untold = subscribe(days_left=100), subscribe(days_left=2), subscribe(days_left=100)
    renew_in_register(told, days=50)
    renewal = life.renew(told, by=supervisor)
    go_to(clock, BEGAN + 10 * DAY)
    for one in (told, over):
        close(one)
    again = decisions.activate(claimed(apply_again(told), supervisor), by=supervisor)
    next_one = subscribe(days_left=300)
    rows = [told, over, renewal, again]
    now = {row.pk: Subscription.objects.get(pk=row.pk) for row in rows}

    migrated("0003_a_reason_is_about")
    with connection.cursor() as cursor:
        # Closed by hand, and followed by another one: of when it was there is no history.
        cursor.execute("UPDATE activation_subscription SET status = 'closed' WHERE id = %s", [untold.pk])
        cursor.execute(
            "UPDATE activation_subscription SET establishment_id = %s WHERE id = %s",
            [untold.establishment_id, next_one.pk],
        )
        cursor.execute("SELECT id, upper(period) FROM activation_subscription")
        ended = dict(cursor.fetchall())
    migrated("0005_no_overlap_at_all")

    # As the version before had them: what was closed overlaps what came after it.
    assert [ended[row.pk] for row in (told, over, renewal, again, untold)] == [
        BEGAN + days * DAY for days in (101, 3, 151, 151, 101)
    ]
    for row in rows:
        row.refresh_from_db()
        was = now[row.pk]
        assert (row.period, row.closed_on, row.foreseen) == (was.period, was.closed_on, was.foreseen)
    untold.refresh_from_db()
    assert (bounds(untold.period), untold.closed_on) == ((BEGAN, BEGAN + 10 * DAY), BEGAN + 10 * DAY)
