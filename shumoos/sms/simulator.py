"""Twilio's Messages API on this machine: what the real client talks to in development and in tests.

It answers and calls back as Twilio does, errors and signatures included, and shows what it took as a phone.
"""

import base64
import hmac
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import requests
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from twilio.request_validator import SIGNATURE_HEADER, RequestValidator

from shumoos.environment import is_messaging_service
from shumoos.saudi.sms_length import parts
from shumoos.sms.simulated import (
    ERRORS,
    MAGIC_SILENT,
    MAGIC_SLOW,
    MAGIC_UNDELIVERED,
    SLOW_SECONDS,
    Fault,
    fault_of,
    refusal,
)

HERE = Path(__file__).parent
LONGEST_REQUEST = 64 * 1024
# Codes from here on are not in Twilio's answer but in its report afterwards.
FIRST_REPORTED = 30000
# Twilio's words, as the phone shows them.
STATUSES = {
    "queued": _("Queued"),
    "sent": _("Sent"),
    "delivered": _("Delivered"),
    "undelivered": _("Not delivered"),
}


@dataclass
class Received:
    """A text that was taken."""

    sid: str
    to: str
    sender: str
    body: str
    at: str
    status: str
    callback: str

    @property
    def parts(self) -> int:
        return parts(self.body)

    @property
    def status_in_words(self) -> str:
        return str(STATUSES[self.status])

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


class TwilioSimulator:
    """The server; as a context manager it runs for the length of the block.

    `account` and `token` are those of the settings unless given. `delay` is in seconds and comes before every
    answer, `report_delay` before every report. `numbers` gives chosen numbers an error code of their own: one
    that Twilio answers with (below 30000), or one that it reports afterwards. `keep` names a file of JSON
    lines from which an earlier run's texts are read and to which new ones are added. `is_hasty` calls back
    before it answers, as Twilio now and then does.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        account: str = "",
        token: str = "",
        delay: float = 0,
        report_delay: float = 0,
        numbers: dict[str, int] | None = None,
        keep: Path | None = None,
        is_hasty: bool = False,
        calls_back: bool = True,
    ) -> None:
        self.account = account or settings.TWILIO_ACCOUNT_SID
        self.token = token or settings.TWILIO_AUTH_TOKEN
        self.delay = delay
        self.report_delay = report_delay
        self.numbers = numbers or {}
        self.keep = keep
        self.is_hasty = is_hasty
        self.calls_back = calls_back
        self.always: Fault | None = None
        self.messages: list[Received] = []
        self.requests = 0
        self._faults: deque[Fault] = deque()
        self._changed = threading.Condition()
        self._callers = ThreadPoolExecutor(4, thread_name_prefix="twilio-callback")
        if keep and keep.exists():
            self.messages = read_kept(keep)
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.simulator = self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def start(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop taking texts; calls back what is still to be called back."""
        self.server.shutdown()
        self.server.server_close()
        self._callers.shutdown()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def fail_next(self, code: int, times: int = 1) -> None:
        """Answer the next texts with a Twilio error (such as 21211) or an HTTP status (such as 503)."""
        self._faults.extend([fault_of(code)] * times)

    def fail_always(self, code: int | None) -> None:
        """Answer every text with that error from now on; None ends it."""
        self.always = fault_of(code) if code else None

    def wait_for(self, count: int, timeout: float = 10) -> list[Received]:
        """Return what was taken once it is at least `count` texts. Raises TimeoutError."""
        self.wait_until(lambda: len(self.messages) >= count, timeout)
        return list(self.messages)

    def wait_until(self, is_so: Callable[[], bool], timeout: float = 10) -> None:
        """Return once something holds; looks again whenever a request came or a text moved on."""
        with self._changed:
            if not self._changed.wait_for(is_so, timeout):
                raise TimeoutError

    def finish_callbacks(self) -> None:
        """Return once every text taken so far has been called back about."""
        self._callers.shutdown()
        self._callers = ThreadPoolExecutor(4, thread_name_prefix="twilio-callback")

    def take(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Take a text, and return the HTTP status and the JSON that Twilio would answer with."""
        with self._changed:
            self.requests += 1
            self._changed.notify_all()
            fault = self._faults.popleft() if self._faults else self.always
        time.sleep(self.delay)
        chosen = self.numbers.get(form.get("To", ""), FIRST_REPORTED)
        fault = fault or (fault_of(chosen) if chosen < FIRST_REPORTED else refusal(form))
        if fault:
            return fault.status, fault.as_json()
        message = self._add(form)
        if message.callback and self.calls_back and message.to != MAGIC_SILENT:
            if self.is_hasty:
                self._call_back(message)
            else:
                self._callers.submit(self._call_back, message)
        if message.to == MAGIC_SLOW:
            time.sleep(SLOW_SECONDS)
        return 201, as_json(message, self.account)

    def _add(self, form: dict[str, str]) -> Received:
        message = Received(
            sid=f"SM{secrets.token_hex(16)}",
            to=form["To"],
            sender=form.get("From") or form["MessagingServiceSid"],
            body=form["Body"],
            at=datetime.now(UTC).isoformat(),
            status="queued",
            callback=form.get("StatusCallback", ""),
        )
        with self._changed:
            self.messages.append(message)
            if self.keep:
                # As a phone would: the texts on it are for its owner only.
                self.keep.touch(mode=0o600)
                with self.keep.open("a") as file:
                    file.write("\n" + json.dumps(asdict(message), ensure_ascii=False))
            self._changed.notify_all()
        return message

    def _call_back(self, message: Received) -> None:
        code = self.numbers.get(message.to, 0) or MAGIC_UNDELIVERED.get(message.to)
        for status in ("sent", "undelivered" if code else "delivered"):
            time.sleep(self.report_delay)
            with self._changed:
                message.status = status
                self._changed.notify_all()
            self.report(message, status, code if status == "undelivered" else None)

    def report(self, message: Received, status: str, code: int | None = None) -> int:
        """Call back once about a text, and return the HTTP status of the answer; 0 if there was none."""
        form = {
            "AccountSid": self.account,
            "ApiVersion": "2010-04-01",
            "From": message.sender,
            "MessageSid": message.sid,
            "MessageStatus": status,
            "SmsSid": message.sid,
            "SmsStatus": status,
            "To": message.to,
        }
        if code:
            form["ErrorCode"] = str(code)
        signature = RequestValidator(self.token).compute_signature(message.callback, form)
        with requests.Session() as session:
            session.trust_env = False
            try:
                answer = session.post(
                    message.callback, data=form, headers={SIGNATURE_HEADER: signature}, timeout=15
                )
            except requests.RequestException:
                return 0
        return answer.status_code


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # As many may come at once as a worker has threads, and more: one turned away would come a second later.
    request_queue_size = 128
    simulator: TwilioSimulator


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    # An answer leaves in one piece, or its second one waits for the first to be acknowledged.
    wbufsize = -1

    def do_POST(self) -> None:
        twilio = self.server.simulator
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LONGEST_REQUEST))
        if not self._is_authentic(twilio):
            self._answer_json(ERRORS[20003].status, ERRORS[20003].as_json())
        elif urlsplit(self.path).path != f"/2010-04-01/Accounts/{twilio.account}/Messages.json":
            self._answer_json(ERRORS[20404].status, ERRORS[20404].as_json())
        else:
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            self._answer_json(*twilio.take(form))

    def do_GET(self) -> None:
        twilio = self.server.simulator
        address = urlsplit(self.path)
        chosen = parse_qs(address.query).get("to", [""])[0]
        shown = [message for message in twilio.messages if chosen in ("", message.to)]
        if address.path == "/messages.json":
            self._answer_json(200, [asdict(message) | {"parts": message.parts} for message in shown])
        elif address.path == "/phone.css":
            self._answer(200, "text/css", (HERE / "phone.css").read_bytes())
        elif address.path == "/":
            numbers = list(dict.fromkeys(message.to for message in reversed(twilio.messages)))
            context = {"messages": shown, "numbers": numbers, "chosen": chosen}
            with translation.override("ar"):
                page = render_to_string("sms/phone.html", context)
            self._answer(200, "text/html", page.encode(), refresh=3)
        else:
            self._answer_json(ERRORS[20404].status, ERRORS[20404].as_json())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: an address may hold a number."""

    def _is_authentic(self, twilio: TwilioSimulator) -> bool:
        wanted = base64.b64encode(f"{twilio.account}:{twilio.token}".encode()).decode()
        given = self.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Basic {wanted}".encode())

    def _answer_json(self, status: int, content: Any) -> None:
        self._answer(status, "application/json", json.dumps(content, ensure_ascii=False).encode())

    def _answer(self, status: int, kind: str, content: bytes, refresh: int = 0) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            if refresh:
                self.send_header("Refresh", str(refresh))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            # Who asked has gone, killed in the middle of sending: Twilio would not mind either.
            self.close_connection = True


def read_kept(file: Path) -> list[Received]:
    """Return the texts of earlier runs, without a last one that was cut short when its run was killed."""
    kept = []
    for line in file.read_text().splitlines():
        with suppress(ValueError):
            kept.append(Received(**json.loads(line)))
    return kept


def as_json(message: Received, account: str) -> dict[str, Any]:
    """Return the message resource, as Twilio answers the request that made it."""
    moment = format_datetime(message.moment)
    uri = f"/2010-04-01/Accounts/{account}/Messages/{message.sid}"
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": moment,
        "date_sent": None,
        "date_updated": moment,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": None if is_messaging_service(message.sender) else message.sender,
        "messaging_service_sid": message.sender if is_messaging_service(message.sender) else None,
        "num_media": "0",
        "num_segments": str(message.parts),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": "queued",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }
