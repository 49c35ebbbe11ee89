import time

import pytest
from kombu.exceptions import OperationalError
from pytest_django.asserts import assertRedirects

from registration.models import Application
from shumoos.celery import app
from shumoos.processes import free_port
from shumoos.sms.models import TextMessage
from tests.registration.registering import CHECK, DONE, go_through


@pytest.fixture
def no_broker(monkeypatch):
    """Let the queue look for its broker where nothing listens."""
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis://127.0.0.1:{free_port()}/0")
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_broker")
def test_an_application_is_taken_in_while_the_broker_is_away_and_its_text_waits(client):
    with pytest.raises(OperationalError):
        app.connection_for_write().ensure_connection(max_retries=0, timeout=1)
    go_through(client)
    started = time.monotonic()

    response = client.post(CHECK, {"confirmed": "on"})

    assertRedirects(response, DONE)
    assert time.monotonic() - started < 5
    assert Application.objects.sent().count() == 1
    waiting = [text.kind for text in TextMessage.objects.due()]
    assert sorted(waiting) == ["application_received", "code"]
