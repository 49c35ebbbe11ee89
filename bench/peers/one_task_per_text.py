"""The peer, as one writes it first: a Celery task for each text loads the row, sends it and notes the answer.

`PEER_TUNED=1` in the environment makes it fetch ahead and forget a task as it begins, as tuning guides say.
"""

import os

import django
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shumoos.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db.models.functions import Now  # noqa: E402
from twilio.http.http_client import TwilioHttpClient  # noqa: E402
from twilio.rest import Client  # noqa: E402

from shumoos.sms import bodies, gateway, kinds  # noqa: E402
from shumoos.sms.models import Status, TextMessage  # noqa: E402

app = Celery("peer", broker=settings.CELERY_BROKER_URL)
app.conf.task_ignore_result = True
if os.environ.get("PEER_TUNED"):
    app.conf.worker_prefetch_multiplier = 64
    app.conf.task_acks_late = False
    app.conf.worker_disable_rate_limits = True


class Redirected(TwilioHttpClient):
    """Twilio's own HTTP client, sent to the simulator."""

    def request(self, method, url, **kwargs):
        local = url.replace("https://api.twilio.com", settings.TWILIO_API_BASE)
        return super().request(method, local, **kwargs)


client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=Redirected())


@app.task(name="peer.send")
def send(pk: str) -> None:
    message = TextMessage.objects.get(pk=pk)
    taken = client.messages.create(
        to=message.to,
        from_=settings.TWILIO_FROM,
        body=bodies.write(message, kinds.get(message.kind)),
        status_callback=gateway.receipt_address(message.pk, 1),
    )
    TextMessage.objects.filter(pk=pk).update(status=Status.SENT, sid=taken.sid, sent_at=Now())
