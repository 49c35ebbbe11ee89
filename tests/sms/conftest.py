from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from shumoos.accounts.models import Look, Role
from shumoos.accounts.people import create_person
from shumoos.celery import app
from shumoos.sms import kinds
from shumoos.sms.models import Outage, TextMessage
from shumoos.sms.outbox import queue_sms
from shumoos.sms.simulator import TwilioSimulator
from tests.sms import texts

MOBILE = "+966501234567"


@pytest.fixture(autouse=True)
def _kinds(settings):
    """The kinds that these tests send, with their templates; gone again for the other tests."""
    templates = settings.TEMPLATES[0]
    settings.TEMPLATES = [
        templates | {"DIRS": [*templates["DIRS"], Path(__file__).parent / "templates"]},
    ]
    before = dict(kinds._kinds)
    texts.register()
    yield
    kinds._kinds.clear()
    kinds._kinds.update(before)


@pytest.fixture
def twilio(settings):
    with TwilioSimulator() as simulator:
        settings.TWILIO_API_BASE = simulator.url
        yield simulator


@pytest.fixture
def public(settings, live_server):
    """The portal where Twilio can call it back."""
    settings.PUBLIC_URL = live_server.url
    return live_server


@pytest.fixture
def transactional_db(django_db_setup, django_db_blocker):
    """The database as other threads and processes see it too.

    In place of pytest-django's own, which flushes every table: that takes ten times as long as these tests.
    """
    with django_db_blocker.unblock():
        assert connection.settings_dict["NAME"].startswith("test_")
        yield
        forget_looks()
        TextMessage.objects.all().delete()
        Outage.objects.all().delete()
        get_user_model().objects.all().delete()
        connection.close()


def forget_looks():
    """Empty the access log, which its triggers let nobody do."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"DELETE FROM {Look._meta.db_table}")


@pytest.fixture
def owner(transactional_db):
    return create_person(username="o-1000000008", full_name="مالك تجريبي", role=Role.OWNER, mobile=MOBILE)


@pytest.fixture
def text(transactional_db):
    return queue_sms(kind="test_note", to=MOBILE)


@pytest.fixture
def bells():
    """How many bells wait in the broker."""

    def count():
        with app.connection_for_read() as broker:
            return broker.default_channel.client.llen("celery")

    app.control.purge()
    yield count
    app.control.purge()


@pytest.fixture
def age():
    """Make a text's times earlier by that much."""

    def make_older(text, **times):
        for field, delta in times.items():
            TextMessage.objects.filter(pk=text.pk).update(**{field: now() - delta})
        text.refresh_from_db()

    return make_older


# For another process that is to know the kinds above.
WITH_TEST_KINDS = {"DJANGO_SETTINGS_MODULE": "tests.sms.worker_settings"}


def now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]
