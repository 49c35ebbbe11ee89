"""Handing one text to Twilio. Knows nothing of the rows, and lets nothing of a body out but to Twilio."""

import json
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import requests
from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from shumoos.sms.outcomes import Outcome, Sent, Unavailable, outcome_of_error

CONNECT_SECONDS, READ_SECONDS = 5, 15


class PooledHttpClient(HttpClient):
    """Kept connections for the Twilio client, which several threads may share.

    The library's own one keeps the last request, body and all, and may hand the answer of one thread to
    another.
    """

    def __init__(self, base: str, connections: int) -> None:
        self.is_async = False
        self.base = base
        self.session = requests.Session()
        # What stands in for Twilio is on this machine: no proxy may come between.
        self.session.trust_env = not base
        adapter = HTTPAdapter(pool_maxsize=connections)
        self.session.mount("https://", adapter)
        self.session.mount("http://", adapter)

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
        if self.base:
            uri = self.base + urlsplit(uri).path
        answer = self.session.request(
            method,
            uri,
            params=params,  # type: ignore[arg-type]
            data=data,
            headers=headers,
            auth=auth,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=allow_redirects,
        )
        if answer.ok and not isinstance(json.loads(answer.text), dict):
            raise ValueError("The answer is no JSON object.")
        return Response(answer.status_code, answer.text, answer.headers)


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
    try:
        taken: Any = twilio.messages.create(
            to=to, from_=settings.TWILIO_FROM, body=body, status_callback=receipts_to
        )
    except (TwilioRestException, TwilioServiceException) as error:
        return outcome_of_error(status=error.status, code=error.code)
    except requests.Timeout:
        return Unavailable("timeout")
    except requests.RequestException:
        return Unavailable("unreachable")
    except ValueError:
        return Unavailable("unreadable")
    return Sent(taken.sid) if taken.sid else Unavailable("unreadable")


def receipt_address(message_id: UUID, attempt: int) -> str:
    """Return where Twilio is to report on that attempt, so that its call finds the row by our own id."""
    query = urlencode({"id": str(message_id), "attempt": str(attempt)})
    return f"{settings.PUBLIC_URL}{reverse('sms:status')}?{query}"
