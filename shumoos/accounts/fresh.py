"""Sensitive acts ask again: whoever has not typed their code within ten minutes types it once more.

A view that changes something grave is decorated:

    @require_POST
    @recently_verified
    def waive(request, pk): ...

The person is led to a page that asks for the authenticator's code, or for the password where there is none,
and from there back to the page they came from, on which they press the button again. Where a decorator does
not fit, `is_fresh(request)` tells and `ask_again(request)` is the answer.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

FRESH_SECONDS = 10 * 60
KEY = "verified_at"

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)


def mark(request: HttpRequest) -> None:
    """Note in the session that the person has just proven who they are."""
    request.session[KEY] = time.time()


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person has proven who they are within the last ten minutes."""
    return 0 <= time.time() - request.session.get(KEY, 0) < FRESH_SECONDS


def recently_verified(
    view: Callable[Concatenate[R, P], HttpResponse],
) -> Callable[Concatenate[R, P], HttpResponse]:
    """Let a view run only for somebody who has proven within ten minutes who they are; see the module."""

    @wraps(view)
    def guarded(request: R, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(request, *args, **kwargs) if is_fresh(request) else ask_again(request)

    return guarded


def ask_again(request: HttpRequest) -> HttpResponse:
    """Lead to the page that asks again, and from there back."""
    return redirect(f"{reverse('accounts:confirm')}?{urlencode({'next': page_of(request)})}")


def page_of(request: HttpRequest) -> str:
    """Return the page to come back to: what was asked for, or for a pressed button the page it stands on."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if not is_ours(request, referer):
        return resolve_url("home")
    parts = urlsplit(referer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def next_page(request: HttpRequest, default: str = "home") -> str:
    """Return the page of our own that `next` names, or the default's address."""
    named = request.POST.get("next") or request.GET.get("next") or ""
    return named if is_ours(request, named) else resolve_url(default)


def is_ours(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
