from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from guests import outages
from guests.models import Heartbeat, Outage, Part
from guests.tasks import leave_sign_of_life
from shumoos.processes import free_port
from tests.races import at_once

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(microsecond=0)
HOUR = timedelta(hours=1)


def outage(began, ended):
    return Outage.objects.create(part=Part.INTAKE, began_at=NOW + began * HOUR, ended_at=NOW + ended * HOUR)


def test_a_gap_between_two_signs_of_life_is_an_outage():
    assert outages.beat(NOW) is None
    assert outages.beat(NOW + timedelta(minutes=1)) is None
    assert outages.beat(NOW + timedelta(minutes=6)) is None

    found = outages.beat(NOW + timedelta(minutes=12))

    assert (found.part, found.began_at, found.ended_at) == (
        "intake",
        NOW + timedelta(minutes=6),
        NOW + timedelta(minutes=12),
    )
    assert Heartbeat.objects.get().at == NOW + timedelta(minutes=12)
    assert outages.beat(NOW) is None
    assert Outage.objects.count() == 1


@pytest.mark.parametrize(
    ("deadline", "extended"),
    [
        (-1, -1),
        (0, 5),  # an hour is left at least
        (3, 7),
        (4, 4),
        (9, 9),
    ],
)
def test_a_deadline_in_an_outage_has_the_time_that_was_left(deadline, extended):
    outage(0, 4)

    assert outages.extended(NOW + deadline * HOUR) == NOW + extended * HOUR


def test_the_next_outage_may_catch_what_the_last_one_left():
    outage(0, 4)
    outage(6, 10)

    # Three hours left at 0, so 7; at 6 one hour of these is left, which the second outage caught.
    assert outages.extended(NOW + 3 * HOUR) == NOW + 11 * HOUR
    assert outages.extended(NOW + 3 * HOUR, outages.of_intake(NOW)) == NOW + 11 * HOUR


def test_the_centre_s_outage_extends_nothing():
    Outage.objects.create(part=Part.CENTRE, began_at=NOW, ended_at=NOW + HOUR)

    assert outages.extended(NOW + HOUR / 2) == NOW + HOUR / 2


@pytest.mark.django_db(transaction=True)
def test_while_the_portal_does_not_answer_no_sign_of_life_is_left(live_server, settings):
    settings.INTAKE_URL = live_server.url
    leave_sign_of_life()
    alive = Heartbeat.objects.get()

    settings.INTAKE_URL = f"http://127.0.0.1:{free_port()}"
    leave_sign_of_life()
    assert Heartbeat.objects.get().at == alive.at
    began_at = alive.at - timedelta(minutes=9)
    Heartbeat.objects.update(at=began_at)
    settings.INTAKE_URL = live_server.url
    leave_sign_of_life()

    outage = Outage.objects.get()
    assert (outage.part, outage.began_at, outage.ended_at) == ("intake", began_at, Heartbeat.objects.get().at)


@pytest.mark.django_db(transaction=True)
def test_one_outage_of_the_centre_at_a_time():
    assert at_once(*[outages.centre_is_away] * 4) == [None] * 4
    assert Outage.objects.under_way().count() == 1
    assert outages.centre_status() == "away"

    outages.centre_answered()
    assert outages.centre_status() == "ok"
    with pytest.raises(IntegrityError):
        Outage.objects.create(part=Part.CENTRE, began_at=NOW, ended_at=NOW - HOUR)
