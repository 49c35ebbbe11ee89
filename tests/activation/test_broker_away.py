"""The broker is away while a supervisor activates: the page succeeds, and the text goes out afterwards."""

import re
import time

import pytest
from pytest_django.asserts import assertRedirects

from activation import decisions
from shumoos.accounts.models import User
from shumoos.celery import app
from shumoos.sms.models import TextMessage
from shumoos.sms.simulator import TwilioSimulator
from shumoos.sms.tasks import send_due_texts
from tests.activation.reviewing import everything_ticked, page
from tests.conftest import sign_in
from tests.factories import ApplicationFactory, OfficerFactory
from tests.workers import worker


@pytest.fixture
def own_broker(own_stack, monkeypatch):
    """A Valkey that the test may stop, and that the queue uses meanwhile."""
    monkeypatch.setenv("CELERY_BROKER_URL", own_stack.redis_url)
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    return own_stack.valkey


@pytest.mark.django_db(transaction=True)
def test_credentials_go_out_once_the_broker_is_back(own_broker, own_stack, tmp_path):
    application = ApplicationFactory()
    supervisor = OfficerFactory()
    decisions.claim(application, by=supervisor)
    browser = sign_in(supervisor)
    own_broker.stop()

    started = time.monotonic()
    response = browser.post(page("activate", application), everything_ticked(application))

    assertRedirects(response, page("review", application), fetch_redirect_response=False)
    assert time.monotonic() - started < 5
    assert TextMessage.objects.get(kind="credentials").status == "queued"

    own_broker.start()
    with (
        TwilioSimulator() as twilio,
        worker(tmp_path / "worker.log", REDIS_URL=own_stack.redis_url, TWILIO_API_BASE=twilio.url),
    ):
        send_due_texts.delay()  # as the beat does
        twilio.wait_until(lambda: any("كلمة المرور" in text.body for text in twilio.messages), timeout=60)

    [body] = [text.body for text in twilio.messages if "كلمة المرور" in text.body]
    username, password = re.search(r"المستخدم (\S+) كلمة المرور (\S+)", body).groups()
    assert User.objects.get(username=username).check_password(password)
