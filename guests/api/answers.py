"""`Idempotency-Key`: the same request gets the same answer, and takes nothing in a second time."""

import hashlib
import re
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from guests.models import ApiKey, KeptAnswer
from shumoos.problems import Problem

HEADER = "HTTP_IDEMPOTENCY_KEY"
CONSTRAINT = "answer_once_a_key"
LONGEST = 255
# Printable ASCII, as header fields are.
_KEY = re.compile(rf"[\x21-\x7e]{{1,{LONGEST}}}")


class AnsweredMeanwhile(Exception):
    """The same Idempotency-Key was answered while this request was worked on: nothing of it may stay."""


def key_of(request: HttpRequest) -> str:
    """Return the request's Idempotency-Key, empty without one. Raises `Problem` for one that is none."""
    sent = request.META.get(HEADER)
    if sent is None:
        return ""
    if not _KEY.fullmatch(sent):
        raise Problem(
            "unreadable",
            _("An Idempotency-Key has 1 to %(limit)s letters, digits and signs, and no spaces.")
            % {"limit": LONGEST},
        )
    return sent


def digest_of(request: HttpRequest, body: bytes) -> str:
    return hashlib.sha256(f"{request.method} {request.path_info}\n".encode() + body).hexdigest()


def earlier(api_key: ApiKey, key: str, digest: str) -> str | None:
    """Return what this request was answered before, None where it is new.

    Raises `Problem` (409) where another request came with the same key.
    """
    kept = KeptAnswer.objects.filter(api_key=api_key, idempotency_key=key)
    row = kept.values_list("request_sha256", "answer").first()
    if row is None:
        return None
    if row[0] != digest:
        raise Problem(
            "other_request",
            _("Another request came with this Idempotency-Key before: give each request a key of its own."),
        )
    return str(row[1])


def keep(api_key: ApiKey, key: str, digest: str, answer: str) -> None:
    """Keep the answer, in the transaction of what it tells. Raises `AnsweredMeanwhile`."""
    expires_at = timezone.now() + timedelta(hours=settings.API_ANSWERS_KEPT_HOURS)
    try:
        KeptAnswer(
            api_key=api_key,
            idempotency_key=key,
            request_sha256=digest,
            answer=answer,
            expires_at=expires_at,
        ).save(force_insert=True)
    except IntegrityError as error:
        if CONSTRAINT in str(error):
            raise AnsweredMeanwhile from None
        raise
