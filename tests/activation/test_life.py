"""States by the calendar, renewals, orders: the moves of a subscription, what they refuse, and races."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from activation import decisions, life
from activation.models import State, Subscription, SubscriptionEvent, SubscriptionStatus, Terms
from guests import intake as guests
from registration import intake
from registration.models import Establishment, Licence
from registration.moves import MoveRefused
from shumoos.letters.issue import revoke
from shumoos.letters.models import Letter
from shumoos.saudi import calendar
from shumoos.sms import kinds
from shumoos.sms.bodies import write
from shumoos.sms.models import TextMessage
from tests.activation.days import DAY, go_to
from tests.activation.reviewing import claimed
from tests.activation.subscribing import renew_in_register, subscribe
from tests.factories import ApplicationFactory, OfficerFactory, city, make_draft
from tests.guests.factories import GuestFactory, send
from tests.races import at_once
from violations.escalation import escalate
from violations.models import Case

pytestmark = pytest.mark.django_db


def texts(*wanted):
    return list(TextMessage.objects.filter(kind__in=wanted).order_by("pk"))


def states_found():
    """Which of the querysets by the calendar find anything today."""
    found = Subscription.objects
    return {
        name
        for name in ("expiring", "in_grace", "ended", "active", "taking_guests")
        if getattr(found.all(), name)().exists()
    }


# By the calendar


@pytest.mark.parametrize(
    ("days", "state", "found"),
    [
        (0, State.ACTIVE, {"active", "taking_guests"}),
        (39, State.ACTIVE, {"active", "taking_guests"}),
        (40, State.EXPIRING, {"active", "expiring", "taking_guests"}),
        (100, State.EXPIRING, {"active", "expiring", "taking_guests"}),
        (101, State.IN_GRACE, {"in_grace", "taking_guests"}),
        (130, State.IN_GRACE, {"in_grace", "taking_guests"}),
        (131, State.ENDED, {"ended"}),
    ],
)
def test_the_state_of_each_day_is_the_same_in_property_and_querysets(clock, days, state, found):
    subscription = subscribe(days_left=100)
    go_to(clock, calendar.today() + days * DAY)

    assert (subscription.state, states_found()) == (state, found)


def test_a_period_keeps_the_terms_it_was_begun_under(clock):
    subscription = subscribe(days_left=100)
    Terms.objects.create(valid_from=calendar.today(), grace_days=5, reminder_days=[3])
    later = subscribe(days_left=100)

    assert (subscription.grace_days, subscription.reminder_days) == (30, [60, 30, 7])
    assert (later.grace_days, later.reminder_days) == (5, [3])


# Guests


@pytest.mark.parametrize(("days", "taken"), [(100, True), (130, True), (131, False)])
def test_guests_are_taken_through_the_days_of_grace_and_not_after(clock, days, taken):
    subscription = subscribe(days_left=100)
    go_to(clock, calendar.today() + days * DAY)
    hotel = subscription.establishment

    if taken:
        assert send(hotel, GuestFactory()).accepted == 1
    else:
        with pytest.raises(guests.SubmissionRefused, match=r"أيام المهلة|days of grace are over"):
            send(hotel, GuestFactory())
        assert not hotel.guest_records.exists()


def test_guests_of_a_suspended_subscription_are_refused_also_in_grace(clock):
    subscription = subscribe(days_left=10)
    life.suspend(subscription, by=OfficerFactory(role="head"), order_number="1447/12", reason="بأمر المحكمة")

    for _day in (1, 2):
        assert not guests.is_subscribed(subscription.establishment)
        go_to(clock, calendar.today() + 11 * DAY)
    with pytest.raises(guests.SubmissionRefused, match=r"suspended by order|موقوف بأمر"):
        send(subscription.establishment, GuestFactory())


# Renewal


def test_a_renewal_begins_on_the_day_after_the_old_end(clock, supervisor):
    old = subscribe(days_left=20)
    ends = renew_in_register(old)

    renewal = life.renew(old, by=supervisor)

    old.refresh_from_db()
    assert renewal.period.lower == old.ends_on + DAY
    assert renewal.ends_on == ends
    assert (renewal.predecessor, renewal.status, renewal.activated_by) == (old, "active", supervisor)
    assert (old.status, old.is_renewed, old.state) == ("active", True, State.ACTIVE)
    assert renewal.state == State.UPCOMING
    go_to(clock, renewal.period.lower)
    assert (old.state, renewal.state) == (State.ENDED, State.ACTIVE)
    assert list(Subscription.objects.active()) == [renewal]


@pytest.mark.parametrize("days_after", [1, 45])
def test_after_the_end_a_renewal_begins_today(clock, supervisor, days_after):
    old = subscribe(days_left=20)
    renew_in_register(old)
    go_to(clock, old.ends_on + days_after * DAY)

    renewal = life.renew(old, by=supervisor)

    assert renewal.period.lower == calendar.today()
    assert guests.is_subscribed(old.establishment)


def test_a_renewal_gets_a_letter_of_its_own_and_the_old_one_is_superseded(clock, supervisor):
    old = subscribe(days_left=20)
    ends = renew_in_register(old)

    renewal = life.renew(old, by=supervisor)

    before, after = Letter.objects.get(pk=old.statement_id), renewal.statement
    assert (before.status, before.replaced_by, after.status) == ("superseded", after, "valid")
    assert after.content["period_from"] == (old.ends_on + DAY).isoformat()
    assert after.content["period_until"] == ends.isoformat()
    assert after.content["reference"] == old.application.shown_reference
    assert after.content["supervisor"] == supervisor.full_name


def test_a_revoked_letter_keeps_no_renewal_from_happening_and_stays_revoked(clock, supervisor):
    old = subscribe(days_left=20)
    renew_in_register(old)
    revoke(old.statement, by=supervisor, reason="خطأ في الاسم")

    life.renew(old, by=supervisor)

    assert Letter.objects.get(pk=old.statement_id).status == "revoked"


def test_a_renewal_is_told_and_kept_in_the_history(clock, supervisor):
    old = subscribe(days_left=20, language="en")
    renew_in_register(old)

    renewal = life.renew(old, by=supervisor)

    [text] = texts("subscription_renewed")
    owner = old.establishment.owner
    assert (text.to, text.language, text.about) == (owner.mobile, "en", renewal)
    assert [(event.subscription, event.act, event.by) for event in SubscriptionEvent.objects.all()][1:] == [
        (old, "renewed", supervisor),
        (renewal, "begun", supervisor),
    ]


def test_renewing_again_returns_the_same_period(clock, supervisor):
    old = subscribe(days_left=20)
    renew_in_register(old)

    first, second = life.renew(old, by=supervisor), life.renew(old, by=supervisor)

    assert first == second
    assert Subscription.objects.count() == 2
    assert len(texts("subscription_renewed")) == 1


def test_a_renewal_takes_over_what_the_register_says_and_keeps_what_was_before(clock, supervisor):
    old = subscribe(days_left=20)
    name = old.establishment.name_ar
    renew_in_register(old, name_ar="فندق الاسم الجديد", name_en="", city=city("diriyah"))

    renewal = life.renew(old, by=supervisor)

    establishment = Establishment.objects.get()
    assert (establishment.name_ar, establishment.city.code) == ("فندق الاسم الجديد", "diriyah")
    assert establishment.name_en
    assert renewal.statement.establishment == "فندق الاسم الجديد"
    assert renewal.events.last().changes == {
        "name_ar": [name, "فندق الاسم الجديد"],
        "city": ["riyadh", "diriyah"],
    }


def test_a_renewal_closes_the_case_for_not_subscribing(clock, supervisor):
    old = subscribe(days_left=20)
    renew_in_register(old)
    go_to(clock, old.ends_on + 40 * DAY)
    escalate(calendar.today())
    case = Case.objects.get()
    assert case.stage == "warned"

    life.renew(old, by=supervisor)

    case.refresh_from_db()
    assert case.stage == "complied"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"owner_national_id": "1000000008"}, "another owner|صاحبًا آخر"),
        ({"city_code": "jeddah"}, "another region|منطقة أخرى"),
        ({"in_register": False}, "no later end|نهاية لاحقة"),
        ({"days": 0}, "no later end|نهاية لاحقة"),
    ],
)
def test_what_a_renewal_cannot_simply_confirm_is_refused(clock, supervisor, said, why):
    old = subscribe(days_left=20)
    if code := said.pop("city_code", None):
        said["city"] = city(code)
    renew_in_register(old, **said)

    with pytest.raises(MoveRefused, match=why):
        life.renew(old, by=supervisor)

    old.refresh_from_db()
    assert (old.is_renewed, Subscription.objects.count(), Letter.objects.count()) == (False, 1, 1)


@pytest.mark.parametrize("status", [SubscriptionStatus.SUSPENDED, SubscriptionStatus.CLOSED])
def test_a_suspended_or_closed_subscription_is_not_renewed(clock, supervisor, status):
    old = subscribe(days_left=20)
    renew_in_register(old)
    if status == SubscriptionStatus.SUSPENDED:
        life.suspend(old, by=supervisor, order_number="1", reason="سبب")
    else:
        life.close(old.establishment, by=supervisor, reason="سبب")

    with pytest.raises(MoveRefused):
        life.renew(old, by=supervisor)

    assert Subscription.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_supervisors_at_once_one_renews_and_the_other_sees_who():
    old = subscribe(days_left=20)
    renew_in_register(old)
    first, second = OfficerFactory(), OfficerFactory()

    outcomes = at_once(
        lambda: life.renew(Subscription.objects.get(pk=old.pk), by=first),
        lambda: life.renew(Subscription.objects.get(pk=old.pk), by=second),
    )

    renewal = Subscription.objects.get(predecessor=old)
    [refusal] = [outcome for outcome in outcomes if isinstance(outcome, MoveRefused)]
    assert renewal in outcomes
    assert renewal.activated_by.full_name in str(refusal)
    assert Letter.objects.count() == 2


def test_periods_of_one_establishment_do_not_overlap_whatever_writes_them(clock, supervisor):
    old = subscribe(days_left=20)
    renew_in_register(old)
    renewal = life.renew(old, by=supervisor)

    with (
        pytest.raises(IntegrityError, match="subscription_periods_do_not_overlap"),
        transaction.atomic(),
    ):
        Subscription.objects.filter(pk=renewal.pk).update(period=(old.ends_on, renewal.ends_on))


def test_two_active_last_periods_are_refused_by_the_database(clock, supervisor):
    old = subscribe(days_left=20)
    renew_in_register(old)
    life.renew(old, by=supervisor)

    with (
        pytest.raises(IntegrityError, match="subscription_one_active_per_establishment"),
        transaction.atomic(),
    ):
        Subscription.objects.filter(pk=old.pk).update(renewed_at=None)


# An application for the renewed licence


def typed_of(subscription, **other):
    application = subscription.application
    return application.typed | {"licence_expires_on": application.licence.expires_on} | other


def test_a_licence_that_was_not_renewed_cannot_be_applied_for_again(clock):
    subscription = subscribe(days_left=20)

    with pytest.raises(intake.LicenceTaken):
        intake.submit(make_draft(**typed_of(subscription)))


def test_an_application_for_the_renewed_licence_leads_to_a_renewal(clock, supervisor):
    old = subscribe(days_left=20, supervisor=supervisor)
    ends = renew_in_register(old)
    application = ApplicationFactory(**typed_of(old, licence_expires_on=ends))

    renewal = decisions.activate(claimed(application, supervisor), by=supervisor)

    old.refresh_from_db()
    assert (renewal.predecessor, renewal.application, renewal.establishment) == (
        old,
        application,
        old.establishment,
    )
    assert (renewal.period.lower, renewal.ends_on) == (old.ends_on + DAY, ends)
    assert old.is_renewed
    assert Letter.objects.get(pk=old.statement_id).status == "superseded"
    with pytest.raises(intake.LicenceTaken):
        intake.submit(make_draft(**typed_of(old, licence_expires_on=ends)))


@pytest.mark.parametrize(("days", "barred"), [(39, True), (40, False), (101, False), (200, False)])
def test_a_licence_no_register_has_can_be_applied_for_once_it_ends_soon(clock, supervisor, days, barred):
    old = subscribe(days_left=100, in_register=False)
    ends = old.ends_on + 365 * DAY
    go_to(clock, calendar.today() + days * DAY)
    draft = make_draft(**typed_of(old, licence_expires_on=ends))

    if barred:
        with pytest.raises(intake.LicenceTaken):
            intake.submit(draft)
        return
    renewal = decisions.activate(claimed(intake.submit(draft), supervisor), by=supervisor)
    assert renewal.period.lower == max(calendar.today(), old.ends_on + DAY)
    assert renewal.predecessor == old


def test_an_application_by_a_new_owner_closes_the_old_owners_subscription(clock, supervisor):
    old = subscribe(days_left=200)
    Licence.objects.update(owner_national_id="1000000008")
    application = ApplicationFactory(**typed_of(old, owner_national_id="1000000008"))

    renewal = decisions.activate(claimed(application, supervisor), by=supervisor)

    old.refresh_from_db()
    assert (old.status, renewal.predecessor, renewal.period.lower) == ("closed", None, calendar.today())
    assert Letter.objects.get(pk=old.statement_id).status == "revoked"
    establishment = Establishment.objects.get()
    assert establishment.owner.national_id == "1000000008"
    assert establishment.owner.user.username == f"{establishment.number}-2"


def test_a_suspended_subscription_is_not_evaded_by_an_application(clock, supervisor):
    old = subscribe(days_left=20)
    ends = renew_in_register(old)
    life.suspend(old, by=supervisor, order_number="1", reason="سبب")

    with pytest.raises(intake.LicenceTaken, match=r"suspended by order|موقوف بأمر"):
        intake.submit(make_draft(**typed_of(old, licence_expires_on=ends)))

    Subscription.objects.update(status="active")
    application = ApplicationFactory(**typed_of(old, licence_expires_on=ends))
    Subscription.objects.update(status="suspended")
    with pytest.raises(MoveRefused):
        decisions.activate(claimed(application, supervisor), by=supervisor)


# The sweep


def test_the_sweep_warns_after_the_days_of_grace_and_not_in_them(clock):
    subscription = subscribe(days_left=20)
    renew_in_register(subscription)

    escalate(subscription.grace_ends_on)
    assert not Case.objects.exists()
    escalate(subscription.grace_ends_on + DAY)
    assert Case.objects.get().stage == "warned"


def test_the_sweep_warns_nobody_whose_subscription_is_suspended(clock, supervisor):
    subscription = subscribe(days_left=200)
    life.suspend(subscription, by=supervisor, order_number="1", reason="سبب")

    escalate(calendar.today() + DAY)

    assert not Case.objects.exists()


# Orders


def test_an_order_suspends_the_present_and_the_following_period_and_another_reinstates_them(clock):
    head = OfficerFactory(role="head")
    old = subscribe(days_left=20, language="en")
    renew_in_register(old)
    renewal = life.renew(old, by=head)

    life.suspend(old, by=head, order_number="1447/88", reason="مخالفة جسيمة")
    life.suspend(old, by=head, order_number="1447/88", reason="مخالفة جسيمة")

    assert set(Subscription.objects.values_list("status", flat=True)) == {"suspended"}
    orders = SubscriptionEvent.objects.filter(act="suspended")
    assert [(event.subscription, event.order_number, event.reason, event.by) for event in orders] == [
        (old, "1447/88", "مخالفة جسيمة", head),
        (renewal, "1447/88", "مخالفة جسيمة", head),
    ]
    [text] = texts("subscription_suspended")
    assert "suspended by order" in write(text, kinds.get(text.kind))

    life.reinstate(old, by=head, reason="انتهت المخالفة")
    life.reinstate(old, by=head, reason="انتهت المخالفة")

    assert set(Subscription.objects.values_list("status", flat=True)) == {"active"}
    assert SubscriptionEvent.objects.filter(act="reinstated").count() == 2
    assert len(texts("subscription_reinstated")) == 1
    assert guests.is_subscribed(old.establishment)


@pytest.mark.parametrize(("order_number", "reason"), [("", "سبب"), ("1447/88", "")])
def test_there_is_no_suspension_without_number_and_reason(clock, supervisor, order_number, reason):
    subscription = subscribe()

    with pytest.raises(ValidationError):
        life.suspend(subscription, by=supervisor, order_number=order_number, reason=reason)

    subscription.refresh_from_db()
    assert (subscription.status, len(texts("subscription_suspended"))) == ("active", 0)


def test_there_is_no_reinstatement_without_reason(clock, supervisor):
    subscription = subscribe()
    life.suspend(subscription, by=supervisor, order_number="1", reason="سبب")

    with pytest.raises(ValidationError):
        life.reinstate(subscription, by=supervisor, reason="")

    subscription.refresh_from_db()
    assert subscription.status == "suspended"


def test_a_closed_subscription_is_neither_suspended_nor_reinstated(clock, supervisor):
    subscription = subscribe()
    life.close(subscription.establishment, by=supervisor, reason="سبب")

    with pytest.raises(MoveRefused):
        life.suspend(subscription, by=supervisor, order_number="1", reason="سبب")
    with pytest.raises(MoveRefused):
        life.reinstate(subscription, by=supervisor, reason="سبب")

    assert not SubscriptionEvent.objects.filter(act__in=["suspended", "reinstated"]).exists()


def test_a_period_behind_us_is_not_suspended(clock, supervisor):
    old = subscribe(days_left=20)
    renew_in_register(old)
    life.renew(old, by=supervisor)
    go_to(clock, old.ends_on + DAY)

    with pytest.raises(MoveRefused):
        life.suspend(old, by=supervisor, order_number="1", reason="سبب")


@pytest.mark.django_db(transaction=True)
def test_a_suspension_and_a_renewal_at_once_leave_nothing_that_holds():
    old = subscribe(days_left=20)
    renew_in_register(old)
    head = OfficerFactory(role="head")

    at_once(
        lambda: life.renew(Subscription.objects.get(pk=old.pk), by=head),
        lambda: life.suspend(
            Subscription.objects.get(pk=old.pk), by=head, order_number="1447/88", reason="سبب"
        ),
    )

    assert set(Subscription.objects.values_list("status", flat=True)) == {"suspended"}


def test_the_history_cannot_be_changed(clock):
    subscribe()

    with pytest.raises(Exception, match="append_only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE activation_subscriptionevent SET reason = 'x'")
