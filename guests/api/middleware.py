"""The short way for programs: under /api/ there is no session, no cookie and no form, only a key."""

from collections.abc import Callable
from functools import lru_cache

import structlog
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve
from django.utils.translation import gettext as _

from shumoos import problems
from shumoos.problems import Problem

log = structlog.get_logger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
# Nearly every request is to one of few addresses, and to find out which takes as long as to judge a record.
resolved = lru_cache(maxsize=64)(resolve)
RETRY_AFTER = "30"
# A page like others, for people.
DOCS = "/api/v1/docs"
# What a browser may do with an answer that is opened in it by itself.
POLICY = "default-src 'none'; frame-ancestors 'none'"


def api_first(get_response: GetResponse) -> GetResponse:
    """Answer what comes under /api/ before anything that is meant for browsers looks at it.

    Every refusal is a problem document. An answer says how many requests are left, and is kept by no cache.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith("/api/") or request.path_info == DOCS:
            return get_response(request)
        # The host is looked at here, because the middleware that would do it comes later.
        request.get_host()
        response = guarded(request)
        if allowance := getattr(request, "allowance", None):
            for name, value in allowance.headers().items():
                response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Content-Security-Policy", POLICY)
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    return middleware


def guarded(request: HttpRequest) -> HttpResponse:
    """Return the view's answer, or the problem that kept it from one."""
    try:
        request.resolver_match = match = resolved(request.path_info)
        response = match.func(request, *match.args, **match.kwargs)
    except Problem as problem:
        return problems.answer(request, problem)
    except Http404:
        return problems.answer(request, Problem("not_found", _("Nothing of yours is at this address.")))
    except (OperationalError, InterfaceError) as error:
        log.error("the database does not answer", kind=type(error).__name__)
        detail = _("The portal cannot reach its database. Send the same again in half a minute.")
        return problems.answer(request, Problem("unavailable", detail, headers={"Retry-After": RETRY_AFTER}))
    if response.status_code == 405:
        allowed = {"Allow": response.headers.get("Allow", "")}
        return problems.answer(request, Problem("not_allowed", headers=allowed))
    return response
