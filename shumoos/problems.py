"""Problem details (RFC 9457): how programs are told what went wrong, in the language they asked for."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CONTENT_TYPE = "application/problem+json"

# What sort of problem it is: a promise to programs, and its title for people.
TITLES: dict[str, tuple[int, Promise]] = {
    "unreadable": (400, _("The request cannot be read")),
    "no_key": (401, _("A key is missing")),
    "wrong_key": (401, _("The key opens nothing")),
    "not_subscribed": (403, _("No records are taken now")),
    "not_expected": (403, _("Records of this kind are not expected")),
    "not_found": (404, _("There is nothing here")),
    "not_allowed": (405, _("This cannot be done here")),
    "other_request": (409, _("The Idempotency-Key belongs to another request")),
    "state": (409, _("Not possible any more")),
    "too_large": (413, _("The request is too large")),
    "not_json": (415, _("The request is not JSON")),
    "invalid": (422, _("Something in the request has to be corrected")),
    "too_many": (429, _("Too many requests")),
    "failed": (500, _("Something went wrong on our side")),
    "unavailable": (503, _("The portal cannot answer now")),
}


class Problem(Exception):
    """Why a request is not answered: its sort, a sentence, and what is wrong with each field."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})


def answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return the problem as a response; it names the request, so that support can find its log lines."""
    status, title = TITLES[problem.code]
    document: dict[str, Any] = {
        "type": f"urn:shumoos:problem:{problem.code}",
        "title": str(title),
        "status": status,
        "code": problem.code,
        "detail": problem.detail or str(title),
        "request_id": getattr(request, "id", ""),
    }
    if problem.errors:
        document["errors"] = list(problem.errors)
    return HttpResponse(
        json.dumps(document, ensure_ascii=False),
        status=status,
        content_type=CONTENT_TYPE,
        headers=problem.headers,
    )
