"""The information centre on this machine: what the real transfer talks to in development and in tests.

It keeps what it took in memory only, and knows a batch again by its number: what it has taken it answers for
in the same words, and takes nothing twice.
"""

import hmac
import json
import math
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from guests.transfer import key_id, signature

LONGEST_REQUEST = 16 * 1024 * 1024
LONGEST_FORM = 10_000
SWITCH = "/behaviour"
CLOCKS_DIFFER_BY = 300
REASON = "The identity number is not known."


@dataclass(frozen=True)
class Behaviour:
    """How the centre behaves. The records are taken first, whatever becomes of the answer.

    `drop` closes the connection without an answer; `slow` waits so many seconds before it; `partial` takes
    and answers for half of the records only; `refuse` refuses them; `twice` gives every answer twice over.
    `status` answers with that HTTP status and takes nothing; `garbled` answers with half of the JSON.
    """

    drop: bool = False
    slow: float = 0
    partial: bool = False
    refuse: bool = False
    twice: bool = False
    status: int = 0
    garbled: bool = False

    @property
    def chosen(self) -> list[str]:
        """The switches that are on."""
        return [name for name in SWITCHES if getattr(self, name)]


SWITCHES = ("drop", "partial", "refuse", "twice", "garbled")


def read_behaviour(form: str) -> Behaviour:
    """Return the behaviour that the page's form asks for. Raises ValueError."""
    values = parse_qs(form)
    slow, status = float(values.get("slow", ["0"])[0]), int(values.get("status", ["0"])[0])
    if not (math.isfinite(slow) and 0 <= slow <= 3600 and (status == 0 or 100 <= status <= 599)):
        raise ValueError("There is no such behaviour.")
    chosen = {name: values.get(name, [""])[0] == "on" for name in SWITCHES}
    return Behaviour(slow=slow, status=status, **chosen)


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    is_dropped: bool = False


class CentreSimulator:
    """The server; as a context manager it runs for the length of the block, on a free port unless given.

    `behaviour` holds from now on and may be set at any time; `fail_next` is for single requests. `records`
    are those taken, in their order, `requests` the numbers of the batches as they came in.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        key: str = "",
        behaviour: Behaviour | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.key = key or settings.CENTRE_KEY
        # While the key changes, each of the old and the new ones is taken.
        self.keys = {key_id(each): each for each in self.key.split(",")}
        self.behaviour = behaviour or Behaviour()
        self.records: list[dict[str, Any]] = []
        self.requests: list[str] = []
        self.unsigned = 0
        self._next: deque[Behaviour] = deque()
        self._answered: dict[str, dict[int, dict[str, Any]]] = {}
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.simulator = self
        self.scheme = "http"
        if tls is not None:
            self.server.socket = tls.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False
            )
            self.scheme = "https"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}"

    def start(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        self._closing.set()
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def behave(self, **changes: Any) -> None:
        """Behave so from now on: `behave(refuse=True)`."""
        self.behaviour = replace(self.behaviour, **changes)

    def fail_next(self, times: int = 1, **behaviour: Any) -> None:
        """Behave so for the next requests only: `fail_next(status=503)`, `fail_next(drop=True, times=2)`."""
        self._next.extend([Behaviour(**behaviour)] * times)

    def wait_until(self, is_so: Callable[[], bool], timeout: float = 10) -> None:
        """Return once something holds; looks again whenever a request came in. Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(is_so, timeout):
                raise TimeoutError

    def is_authentic(self, key: str, sent_at: str, given: str, body: bytes) -> bool:
        """Whether the request is signed with the key that it names, and not long ago."""
        if key not in self.keys:
            return False
        is_recent = (
            sent_at.isascii() and sent_at.isdigit() and abs(time.time() - int(sent_at)) < CLOCKS_DIFFER_BY
        )
        return is_recent and hmac.compare_digest(
            signature(self.keys[key], sent_at, body).encode(), given.encode()
        )

    def take(self, number: str, body: bytes) -> Answer:
        """Take a batch and return what to answer."""
        try:
            sent = json.loads(body)
            records = sent["records"]
            is_batch = sent["batch"] == number and all(isinstance(record["id"], int) for record in records)
        except (ValueError, KeyError, TypeError):
            is_batch = False
        if not is_batch:
            return Answer(HTTPStatus.BAD_REQUEST)
        with self._changed:
            self.requests.append(number)
            behaviour = self._next.popleft() if self._next else self.behaviour
            results = [] if behaviour.status else self._keep(number, records, behaviour)
            self._changed.notify_all()
        self._closing.wait(behaviour.slow)
        if behaviour.status:
            return Answer(behaviour.status)
        answer = json.dumps({"batch": number, "results": results * (2 if behaviour.twice else 1)}).encode()
        return Answer(
            HTTPStatus.OK,
            answer[: len(answer) // 2] if behaviour.garbled else answer,
            is_dropped=behaviour.drop,
        )

    def _keep(self, number: str, records: list[dict[str, Any]], behaviour: Behaviour) -> list[dict[str, Any]]:
        """Take the records that this batch has not brought before; return the answers for all of them."""
        if behaviour.partial:
            records = records[: (len(records) + 1) // 2]
        answered = self._answered.setdefault(number, {})
        for record in records:
            if record["id"] not in answered:
                refusal = {"status": "refused", "reason": REASON}
                answered[record["id"]] = {
                    "id": record["id"],
                    **(refusal if behaviour.refuse else {"status": "accepted"}),
                }
                if not behaviour.refuse:
                    self.records.append(record)
        return [answered[record["id"]] for record in records]

    def shown(self) -> dict[str, Any]:
        """What the page shows: counts, how it behaves, and the options by their names of the command line."""
        names = {"slow": "slow", "status": "status"}
        switches = {"switches": SWITCHES, "names": names, "address": SWITCH}
        return {**self.counts(), **switches, "behaviour": self.behaviour}

    def counts(self) -> dict[str, int]:
        """What the page shows: numbers only, nobody's data."""
        with self._changed:
            refused = sum(
                answer["status"] == "refused"
                for answers in self._answered.values()
                for answer in answers.values()
            )
            return {
                "requests": len(self.requests),
                "batches": len(self._answered),
                "taken": len(self.records),
                "refused": refused,
                "unsigned": self.unsigned,
            }


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # Otherwise stopping would wait for kept connections.
    block_on_close = False
    simulator: CentreSimulator

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that has gone: it was killed in the middle, or would not wait."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    server: Server

    def do_GET(self) -> None:
        if self.path != "/":
            self._answer(Answer(HTTPStatus.NOT_FOUND))
            return
        with translation.override("ar"):
            page = render_to_string("guests/centre.html", self.server.simulator.shown())
        self._answer(Answer(HTTPStatus.OK, page.encode()), kind="text/html; charset=utf-8")

    def do_POST(self) -> None:
        centre = self.server.simulator
        if self.path == SWITCH:
            self._switch(centre)
            return
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and int(length) <= LONGEST_REQUEST):
            self.close_connection = True
            self._answer(Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
            return
        body = self.rfile.read(int(length))
        key, sent_at, given = (
            self.headers.get(f"X-Shumoos-{name}", "") for name in ("Key", "Time", "Signature")
        )
        if not centre.is_authentic(key, sent_at, given, body):
            centre.unsigned += 1
            self._answer(Answer(HTTPStatus.UNAUTHORIZED))
            return
        folder, _slash, number = self.path.rpartition("/")
        self._answer(centre.take(number, body) if folder == "/batches" else Answer(HTTPStatus.NOT_FOUND))

    def _switch(self, centre: CentreSimulator) -> None:
        """Behave from now on as the page's form says."""
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit() and int(length) <= LONGEST_FORM):
            self.close_connection = True
            self._answer(Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
            return
        try:
            centre.behaviour = read_behaviour(self.rfile.read(int(length)).decode())
        except ValueError:
            self._answer(Answer(HTTPStatus.BAD_REQUEST))
            return
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the page has the counts."""

    def _answer(self, answer: Answer, kind: str = "application/json") -> None:
        if answer.is_dropped:
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
