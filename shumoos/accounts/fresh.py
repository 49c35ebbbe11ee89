"""Sensitive acts ask again: whoever has not typed their code within ten minutes types it once more.

A view that changes something grave, or hands something out, is decorated:

    @require_POST
    @recently_verified
    def waive(request, pk): ...

The person is asked for the authenticator's code, or for the password where there is none. What they sent
waits on that page meanwhile and is sent on as it was, so that the act goes on and nothing is typed twice; a
file cannot wait, and has to be chosen again. Where a decorator does not fit, `is_fresh(request)` tells and
`ask_again(request)` is the answer. tests/security/test_sensitive_acts.py has a line for each such act.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit

from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from shumoos.accounts.forms import AuthenticatorCodeForm, PasswordAgainForm
from shumoos.accounts.models import Authenticator

FRESH_SECONDS = 10 * 60
KEY = "verified_at"
# Before the names of what is asked here, so that they are told from those of the form that waits.
PREFIX = "again"
ACT = f"{PREFIX}-act"

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)


def mark(request: HttpRequest) -> None:
    """Note in the session that the person has just proven who they are."""
    request.session[KEY] = time.time()


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person has proven who they are within the last ten minutes."""
    return 0 <= time.time() - request.session.get(KEY, 0) < FRESH_SECONDS


def recently_verified(
    view: Callable[Concatenate[R, P], HttpResponseBase],
) -> Callable[Concatenate[R, P], HttpResponseBase]:
    """Let a view run only for somebody who has proven within ten minutes who they are; see the module."""
    return _guarded(view)


def recently_verified_for_a_file(
    view: Callable[Concatenate[R, P], HttpResponseBase],
) -> Callable[Concatenate[R, P], HttpResponseBase]:
    """As `recently_verified`, for a view that gives a file: the browser would stay on the page that asks."""
    return _guarded(view, is_file=True)


def _guarded(
    view: Callable[Concatenate[R, P], HttpResponseBase], *, is_file: bool = False
) -> Callable[Concatenate[R, P], HttpResponseBase]:
    @wraps(view)
    def guarded(request: R, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(request, *args, **kwargs) if is_fresh(request) else ask_again(request, is_file=is_file)

    return guarded


def ask_again(request: HttpRequest, *, keeps: bool = True, is_file: bool = False) -> HttpResponse:
    """Ask who is there, and lead from there to what was asked for, or send on what was sent.

    Where it `keeps` nothing, or a file was sent, it leads back to the page on which that was entered. Where
    a file was asked for, to a page from which it comes, and which leads back to where it was asked for.
    """
    if keeps and request.method == "POST" and not request.FILES:
        return page(request, form_for(request.user, prefix=PREFIX), act=request.get_full_path())
    asked = {"next": page_of(request)} | ({"back": page_before(request)} if is_file else {})
    return redirect(f"{reverse('accounts:confirm')}?{urlencode(asked)}")


def form_for(user: Any, data: QueryDict | None = None, *, prefix: str | None = None) -> Form:
    """Return what is asked: the authenticator's code, or the password of somebody without one."""
    has_authenticator = Authenticator.objects.filter(user=user, confirmed=True).exists()
    return (AuthenticatorCodeForm if has_authenticator else PasswordAgainForm)(data, prefix=prefix)


def page(request: HttpRequest, form: Form, *, act: str = "") -> HttpResponse:
    """Return the page that asks, with the fields of the form that waits for `act` if there is one."""
    context = {
        "form": form,
        "next": next_page(request),
        "back": page_named(request, "back"),
        "has_authenticator": isinstance(form, AuthenticatorCodeForm),
        "act": act,
        "waiting": waiting_fields(request.POST) if act else [],
    }
    return render(request, "accounts/confirm.html", context, status=422 if form.errors else 200)


def waiting_fields(sent: QueryDict) -> list[tuple[str, str]]:
    """Return the fields of the form that waits, in their order, without what is asked here."""
    ours = ("csrfmiddlewaretoken", ACT, f"{PREFIX}-code", f"{PREFIX}-password")
    return [(name, value) for name, values in sent.lists() if name not in ours for value in values]


def act_of(request: HttpRequest) -> str:
    """Return the address of ours for which a form waits on the page that asks; nothing where none does."""
    named = request.POST.get(ACT, "")
    return named if named and is_ours(request, named) else ""


def go_on(request: HttpRequest) -> HttpResponse:
    """Lead on once it is clear who is there; what waited is sent on by the browser, as it was sent here."""
    act, back = act_of(request), page_named(request, "back")
    if back and not act:
        context = {"file": next_page(request), "back": back}
        return render(request, "accounts/file_follows.html", context)
    return redirect(act, preserve_request=True) if act else redirect(next_page(request))


def page_of(request: HttpRequest) -> str:
    """Return the page to come back to: what was asked for, or for a pressed button the page it stands on."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else page_before(request)


def page_before(request: HttpRequest) -> str:
    """Return the page of ours from which this was asked for; the person's first one where none is known."""
    referer = request.headers.get("Referer", "")
    if not is_ours(request, referer):
        return resolve_url("home")
    parts = urlsplit(referer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def next_page(request: HttpRequest, default: str = "home") -> str:
    """Return the page of our own that `next` names, or the default's address."""
    return page_named(request, "next") or resolve_url(default)


def page_named(request: HttpRequest, name: str) -> str:
    """Return the page of our own that a field of this name holds, or nothing."""
    named = request.POST.get(name) or request.GET.get(name) or ""
    return named if is_ours(request, named) else ""


def is_ours(request: HttpRequest, address: str) -> bool:
    return url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
