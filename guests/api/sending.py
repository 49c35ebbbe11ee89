"""`POST /api/v1/records`: the way that nearly everything comes, so it is a short one."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _
from pydantic_core import to_json

from guests import checking, intake, sandbox
from guests.api import admission, answers, at_once, bodies, schemas
from guests.api.schemas import Sending
from guests.intake import Result
from guests.models import ApiKey, Door, GuestRecord, SandboxRecord
from shumoos.problems import Problem

SWITCH = {"true": True, "1": True, "false": False, "0": False}


def send(request: HttpRequest) -> HttpResponse:
    """Take up to 1,000 records, or check them, and say what came of each."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    # The size is looked at before anything else, so that nobody makes us read what we would refuse.
    body = bodies.read_body(request)
    if (answer := at_once.take(request, body, written)) is not None:
        return json_response(answer)
    api_key = admission.admit(request)
    is_check = check_only(request)
    idempotency_key = answers.key_of(request)
    sending = schemas.read(Sending, bodies.read_json(request))
    admission.refuse_unexpected(api_key, sending.kind)
    found = request.found  # type: ignore[attr-defined]
    digest = answers.digest_of(request, body) if idempotency_key else ""
    if idempotency_key and not is_check:
        kept = answers.same(digest, found.kept_digest, found.kept_answer)
        if kept is not None:
            return json_response(kept.encode())
    admission.refuse_unsubscribed(found)
    if is_check:
        results = checking.check(
            establishment=api_key.establishment,
            kind=sending.kind,
            records=sending.records,
            among=SandboxRecord if api_key.is_test else GuestRecord,
        )
        return json_response(written(None, results))
    if not idempotency_key:
        return json_response(take(api_key, sending))
    return json_response(take_once(api_key, sending, idempotency_key, digest))


def check_only(request: HttpRequest) -> bool:
    sent = request.GET.get("check_only", "false")
    if sent not in SWITCH:
        message = _("This is true or false.")
        raise schemas.invalid([{"field": "check_only", "code": "invalid", "message": message}])
    return SWITCH[sent]


def take_once(api_key: ApiKey, sending: Sending, key: str, digest: str) -> bytes:
    """Take the records and keep the answer with them, or give the one that was kept in the meantime."""
    try:
        with transaction.atomic():
            answer = take(api_key, sending)
            answers.keep(api_key, key, digest, answer.decode())
    except answers.AnsweredMeanwhile:
        # Of two at once, the second has waited for the first to commit.
        kept = answers.earlier(api_key, key, digest)
        if kept is None:
            raise Problem("unavailable", headers={"Retry-After": "1"}) from None
        return kept.encode()
    return answer


def take(api_key: ApiKey, sending: Sending) -> bytes:
    if api_key.is_test:
        tried, results = sandbox.submit(api_key=api_key, kind=sending.kind, records=sending.records)
        return written(tried.receipt, results)
    submission = intake.take(
        establishment=api_key.establishment,
        kind=sending.kind,
        records=sending.records,
        door=Door.API,
        api_key=api_key,
        rings_every=at_once.RINGS_EVERY,
    )
    return written(submission.receipt, submission.results)


def written(receipt: str | None, results: list[Result]) -> bytes:
    """Return the answer, as `schemas.Answer` describes it, in JSON."""
    statuses = [result.status for result in results]
    answer: dict[str, Any] = {
        "receipt": receipt,
        "accepted": statuses.count("accepted"),
        "duplicate": statuses.count("duplicate"),
        "rejected": statuses.count("rejected"),
        "results": [
            {
                "index": result.index,
                "client_reference": result.client_reference,
                "status": result.status,
                "id": None if result.record_id is None else str(result.record_id),
                "errors": [schemas.told(error) for error in result.errors],
            }
            for result in results
        ],
    }
    return to_json(answer)


def json_response(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/json")
