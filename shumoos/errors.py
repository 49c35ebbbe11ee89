"""The error pages. They are drawn without touching the database or the session, in the cookie's language."""

from datetime import timedelta
from math import ceil

from django.conf import settings
from django.core.exceptions import (
    DisallowedHost,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from shumoos import problems
from shumoos.context import language_name, other_language
from shumoos.problems import Problem

MEGABYTE = 1024 * 1024


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400, or 413 where the request was refused for its size."""
    if is_for_program(request):
        return problems.answer(request, Problem("unreadable"))
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large(request, exception)
    return error_page(request, "400", status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403. Why is not said: it might tell of what the person may not see."""
    return error_page(request, "403", status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404."""
    return error_page(request, "404", status=404)


def too_large(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 413, with the size a document may have."""
    return error_page(request, "413", status=413, megabytes=settings.DOCUMENT_MAX_BYTES // MEGABYTE)


def too_many_attempts(request: HttpRequest, *, wait: timedelta) -> HttpResponse:
    """Answer 429 with `Retry-After`, and the minutes there are left to wait."""
    seconds = ceil(wait.total_seconds())
    response = error_page(request, "429", status=429, minutes=ceil(seconds / 60))
    response["Retry-After"] = str(seconds)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form whose token is missing or has changed."""
    return error_page(request, "csrf", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, also while the database or the broker is away."""
    if is_for_program(request):
        return problems.answer(request, Problem("failed"))
    return error_page(request, "500", status=500)


def is_for_program(request: HttpRequest) -> bool:
    """Whether a program is to read the answer, for which a page is none."""
    return request.path_info.startswith("/api/")


def error_page(request: HttpRequest, name: str, *, status: int, **context: object) -> HttpResponse:
    """Return the page of `templates/errors/<name>.html` in the language of the cookie, Arabic without one."""
    # The language middleware may not have run yet, or may be done already.
    with translation.override(_language(request)):
        page = render_to_string(
            f"errors/{name}.html",
            {
                "status": status,
                "back": _page_before(request),
                "here": request.get_full_path() if request.method == "GET" else "/",
                "csrf_token": get_token(request),
                "other_language": other_language(),
                "other_language_name": language_name(other_language()),
                "support_line": settings.SUPPORT_LINE,
                "request_id": getattr(request, "id", ""),
                **context,
            },
        )
        return HttpResponse(page, status=status)


def _language(request: HttpRequest) -> str:
    cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return cookie if cookie in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _page_before(request: HttpRequest) -> str:
    """Return where the person came from, if that is one of our own pages; empty otherwise."""
    referer = request.headers.get("Referer", "")
    try:
        host = request.get_host()
    except DisallowedHost:
        return ""
    is_ours = url_has_allowed_host_and_scheme(referer, {host}, require_https=request.is_secure())
    is_itself = request.method == "GET" and referer == request.build_absolute_uri()
    return referer if is_ours and not is_itself else ""
