"""What every request gets first: an id that its log lines share, and its language."""

import ipaddress
import re
import time
import uuid
from collections.abc import Callable
from contextlib import suppress

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers

from shumoos import errors, health

log = structlog.get_logger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
# Asked every few seconds by the load balancer; a line each would bury the others.
UNLOGGED = ("/healthz", "/readyz", "/static/")

# More than the proxy lets pass to most addresses: deploy/Caddyfile.
MOST_DROPPED = 72 * 1024 * 1024
CHUNK = 256 * 1024


def request_id(get_response: GetResponse) -> GetResponse:
    """Give the request an id, `request.id`: the proxy's where it sent a UUID, else a new one.

    It stands in every log line of the request and in the answer's `X-Request-Id`. One line is written for
    each request; it names the route and not the address, because addresses hold what people typed.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        sent = request.META.get("HTTP_X_REQUEST_ID", "")
        request.id = sent if UUID.fullmatch(sent) else str(uuid.uuid4())  # type: ignore[attr-defined]
        # Not at the end: Django's own line for a refused request comes after this middleware.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.id)  # type: ignore[attr-defined]
        started = time.monotonic()
        response = get_response(request)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        if not request.path.startswith(UNLOGGED):
            log.info(
                "request",
                method=request.method,
                route=request.resolver_match.route if request.resolver_match else None,
                status=response.status_code,
                milliseconds=round((time.monotonic() - started) * 1000),
            )
        return response

    return middleware


def read_to_the_end(get_response: GetResponse) -> GetResponse:
    """Read what is left of a request's body before answering it.

    A view that needs no body, such as a refusal or the way to the sign-in, answers without it. The server
    then closes the connection, and the proxy, still sending, may lose the answer and say that we are away.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        # The sender may be gone.
        with suppress(OSError):
            for _ in range(MOST_DROPPED // CHUNK):
                if not request.read(CHUNK):
                    break
        return response

    return middleware


def health_first(get_response: GetResponse) -> GetResponse:
    """Answer the load balancer's questions before anything looks at the request.

    It asks by the machine's own address and without TLS, which `ALLOWED_HOSTS` and the redirect to HTTPS
    would refuse.
    """
    answers = {"/healthz": health.healthz, "/readyz": health.readyz}

    def middleware(request: HttpRequest) -> HttpResponse:
        return answers.get(request.path_info, get_response)(request)

    return middleware


def forms_lead_to_their_page(get_response: GetResponse) -> GetResponse:
    """Lead whoever visits the address that a form is sent to, to the page above it.

    A browser comes there by the language switch on a form that was refused, by a sign-in in between or by a
    bookmark, and would show an empty page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_visit = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
        is_led = response.status_code == 405 and is_visit and not errors.is_for_program(request)
        return redirect(page_above(request.path_info)) if is_led else response

    return middleware


def page_above(path: str) -> str:
    """Return the nearest address above a path that has a page, the front page's where there is none."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        with suppress(Resolver404):
            # The admin takes whatever it does not know as a `url`.
            if "url" not in resolve(path).kwargs:
                break
    return path


def address_behind_proxies(get_response: GetResponse) -> GetResponse:
    """Put the visitor's address, as our outermost proxy saw it, where everybody looks for it.

    What stands further left in `X-Forwarded-For` was sent by the visitor and may be anything.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        passed = [address.strip() for address in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if 0 < settings.PROXIES <= len(passed) and _is_address(passed[-settings.PROXIES]):
            request.META["REMOTE_ADDR"] = passed[-settings.PROXIES]
        return get_response(request)

    return middleware


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


# What no page of ours uses, and no script that might get onto one shall either.
FEATURES = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
            "microphone", "midi", "payment", "usb")  # fmt: skip
PERMISSIONS = ", ".join(f"{feature}=()" for feature in FEATURES)


def permissions_policy(get_response: GetResponse) -> GetResponse:
    """Tell browsers which of their features no page may use."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = PERMISSIONS
        return response

    return middleware


def language(get_response: GetResponse) -> GetResponse:
    """Answer in Arabic, or in English to whoever has chosen it.

    A browser's `Accept-Language` is not followed on pages, because most computers in Saudi Arabia are set up
    in English and their users are not; programs under /api/ say with it what they want.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        is_api = request.path.startswith("/api/")
        if is_api:
            chosen = translation.get_language_from_request(request)
        else:
            cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
            chosen = cookie if cookie in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = get_response(request)
        response.headers.setdefault("Content-Language", chosen)
        patch_vary_headers(response, ["Accept-Language"] if is_api else ["Cookie"])
        return response

    return middleware
