"""What else the caller owns is named beside what was found, with where it stands."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from activation.models import Subscription
from registration.models import Establishment
from shumoos.saudi import calendar
from support import lookup
from support.others import others_of
from tests.activation.subscribing import subscribe
from tests.factories import ApplicationFactory, LicenceFactory, OwnerFactory
from tests.violations.factories import warn

DESK = reverse("support:desk")

pytestmark = pytest.mark.django_db


def of(licence):
    return reverse("support:licence", args=[licence.pk])


def states(application):
    found = others_of(application.owner_national_id, but_for=application.licence_id)
    return {other.licence.name_ar: [text for text, _tone in other.states] for other in found}


def test_whoever_is_found_by_a_mobile_may_ring_about_another_establishment(agent_client):
    application = ApplicationFactory(name_ar="فندق نسيم")
    person = application.owner_national_id
    warned = LicenceFactory(name_ar="شقق نسيم", owner_national_id=person)
    warn(warned, date(2026, 1, 1))
    stranger = LicenceFactory(name_ar="شقق بعيدة")

    response = agent_client.post(DESK, {"q": application.owner_mobile}, follow=True)

    assertRedirects(response, reverse("support:application", args=[application.pk]))
    assertContains(response, of(warned))
    assertContains(response, "شقق نسيم")
    assertContains(response, "إنذار")
    assertNotContains(response, stranger.name_ar)
    assertNotContains(response, person)


def test_each_is_named_with_where_it_stands():
    application = ApplicationFactory()
    person = application.owner_national_id
    subscribed = subscribe(name_ar="منشأة مشتركة")
    type(subscribed.licence).objects.filter(pk=subscribed.licence_id).update(
        owner_national_id=person, name_ar="منشأة مشتركة"
    )
    ended = calendar.today() - timedelta(days=40)
    Subscription.objects.update(period=(ended - timedelta(days=9), ended), grace_days=0)
    ApplicationFactory(owner_national_id=person, name_ar="منشأة متقدمة")
    warn(LicenceFactory(owner_national_id=person, name_ar="منشأة منذرة"), date(2026, 1, 1))
    assert states(application) == {
        "منشأة مشتركة": ["انتهى"],
        "منشأة متقدمة": ["بانتظار الإدارة"],
        "منشأة منذرة": ["لم يُقدَّم طلب", "عدم الاشتراك: إنذار"],
    }


def test_an_establishment_that_is_theirs_under_a_licence_in_another_name_is_named():
    application = ApplicationFactory()
    subscription = subscribe()
    owner = OwnerFactory(national_id=application.owner_national_id)
    Establishment.objects.filter(pk=subscription.establishment_id).update(owner=owner)
    assert list(states(application)) == [subscription.licence.name_ar]


def test_the_page_of_a_licence_names_the_others_too(agent_client):
    application = ApplicationFactory()
    licence = LicenceFactory(owner_national_id=application.owner_national_id)
    assertContains(agent_client.get(of(licence)), of(application.licence))
    assertRedirects(
        agent_client.get(of(application.licence)), reverse("support:application", args=[application.pk])
    )


def test_nothing_is_said_where_there_is_no_other(agent_client, application):
    response = agent_client.get(reverse("support:application", args=[application.pk]))
    assertNotContains(response, "منشآت أخرى")


def test_a_name_finds_licences_nobody_has_applied_for_beside_applications():
    application = ApplicationFactory(name_ar="فندق نسيم الواحة")
    licence = LicenceFactory(name_ar="استراحة نسيم الواحة")
    found = lookup.find("نسيم الواحه")
    assert (found.applications, found.licences) == ([application], [licence])


def test_many_take_as_many_queries_as_one():
    application = ApplicationFactory()

    def add():
        LicenceFactory(owner_national_id=application.owner_national_id)
        ApplicationFactory(owner_national_id=application.owner_national_id)
        subscription = subscribe()
        type(subscription.licence).objects.filter(pk=subscription.licence_id).update(
            owner_national_id=application.owner_national_id
        )

    add()
    with CaptureQueriesContext(connection) as one:
        states(application)
    add()
    add()
    with CaptureQueriesContext(connection) as three:
        assert len(states(application)) == 9
    assert len(one) == len(three) == 6
