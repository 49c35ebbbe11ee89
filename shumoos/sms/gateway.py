"""Handing one text to Twilio. Knows nothing of the rows, and lets nothing of a body out but to Twilio."""

import json
import os
from functools import lru_cache, partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from certifi import where
from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode
from requests.utils import get_environ_proxies, select_proxy
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3 import PoolManager, ProxyManager, Timeout, make_headers
from urllib3.exceptions import ConnectTimeoutError, HTTPError, ProxyError, ReadTimeoutError, SSLError

from shumoos.environment import is_messaging_service
from shumoos.sms.outcomes import Outcome, Sent, Unavailable, outcome_of_error

API = "https://api.twilio.com"
CONNECT_SECONDS, READ_SECONDS = 5, 15


class PooledHttpClient(HttpClient):
    """Kept connections for the Twilio client, which several threads may share.

    The library's own one keeps the last request, body and all, and may hand the answer of one thread to
    another; and preparing a request there takes a worker longer than all the rest of a text.
    """

    def __init__(self, base: str, connections: int) -> None:
        self.is_async = False
        self.base = base
        # What stands in for Twilio is on this machine: no proxy may come between.
        proxy = None if base else select_proxy(API, get_environ_proxies(API))
        pools = partial(ProxyManager, proxy) if proxy else PoolManager
        self.pools = pools(
            maxsize=connections,
            block=True,
            retries=False,
            ca_certs=os.environ.get("REQUESTS_CA_BUNDLE") or where(),
        )

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Post a form, the one thing that is done here. Raises urllib3's HTTPError, and ValueError."""
        if self.base:
            uri = self.base + urlsplit(uri).path
        answer = self.pools.urlopen(
            method,
            uri,
            body=urlencode({name: str(value) for name, value in (data or {}).items() if value is not None}),
            headers={
                **(headers or {}),
                **make_headers(basic_auth=":".join(auth or ())),
                "Content-Type": "application/x-www-form-urlencoded",
            },
            timeout=Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            redirect=False,
        )
        text = answer.data.decode(errors="replace")
        if answer.status < 400 and not isinstance(json.loads(text), dict):
            raise ValueError("The answer is no JSON object.")
        return Response(answer.status, text, answer.headers)


@lru_cache(maxsize=2)
def client(base: str, account: str, token: str, connections: int) -> Client:
    return Client(account, token, http_client=PooledHttpClient(base, connections))


def send(*, to: str, body: str, receipts_to: str) -> Outcome:
    """Hand one text to Twilio and return what came of it. Raises nothing that the network can cause.

    Twilio tells the address `receipts_to` how it went on. A text whose answer did not come in time counts as
    unavailable, though it may have gone out.
    """
    twilio = client(
        settings.TWILIO_API_BASE,
        settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_AUTH_TOKEN,
        settings.SMS_THREADS,
    )
    # A messaging service chooses the sender itself.
    sender = "messaging_service_sid" if is_messaging_service(settings.TWILIO_FROM) else "from_"
    try:
        taken: Any = twilio.messages.create(
            to=to, body=body, status_callback=receipts_to, **{sender: settings.TWILIO_FROM}
        )
    except (TwilioRestException, TwilioServiceException) as error:
        return outcome_of_error(status=error.status, code=error.code)
    except HTTPError as error:
        return outcome_of_silence(error)
    except ValueError:
        return Unavailable("unreadable")
    return Sent(taken.sid) if taken.sid else Unavailable("unreadable")


def outcome_of_silence(error: HTTPError) -> Unavailable:
    """Return what a request without an answer means: once it was written, the text may have gone out."""
    if isinstance(error, ConnectTimeoutError | ProxyError | SSLError):
        return Unavailable("unreachable")
    return Unavailable("timeout" if isinstance(error, ReadTimeoutError) else "unanswered")


def receipt_address(message_id: UUID, attempt: int) -> str:
    """Return where Twilio is to report on that attempt, so that its call finds the row by our own id."""
    query = urlencode({"id": str(message_id), "attempt": str(attempt)})
    return f"{settings.PUBLIC_URL}{reverse('sms:status')}?{query}"
