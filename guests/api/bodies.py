"""Reading what a program sent: JSON as RFC 8259 has it, and nothing that two readers read in two ways."""

import json
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils.translation import gettext as _

from shumoos.problems import Problem

MOST_BYTES = 2 * 1024 * 1024
# No record has anything in anything; what is deeper is meant to hurt.
DEEPEST = 20


def read_json(request: HttpRequest) -> Any:
    """Return the request's JSON. Raises `Problem`: 413 before it is read, 415, or 400 with the reason."""
    body = read_body(request)
    media_type, charset = request.content_type, (request.content_params or {}).get("charset", "utf-8")
    if media_type != "application/json":
        raise Problem("not_json", _("Send JSON with the header Content-Type: application/json."))
    if charset.lower() not in ("utf-8", "utf8"):
        raise Problem("unreadable", _("Send JSON in UTF-8: no other encoding is read."))
    return parse(body)


def read_body(request: HttpRequest) -> bytes:
    """Return the bytes sent. Raises `Problem` (413) for more than two megabytes, without reading them."""
    try:
        announced = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise Problem("unreadable", _("The header Content-Length is no number.")) from None
    if announced > MOST_BYTES:
        raise too_large()
    try:
        return request.body
    except RequestDataTooBig:
        raise too_large() from None
    except (UnreadablePostError, RawPostDataException):
        raise Problem("unreadable", _("The request ended before all of it had come.")) from None


def too_large() -> Problem:
    return Problem(
        "too_large",
        _("A request may have %(megabytes)s megabytes at most: send the records in several requests.")
        % {"megabytes": MOST_BYTES // 1024 // 1024},
    )


def parse(body: bytes) -> Any:
    """Return what the JSON says. Raises `Problem` for what is not strictly JSON in UTF-8."""
    try:
        text = body.decode("utf-8")
        sent = json.loads(text, object_pairs_hook=each_name_once, parse_constant=no_number)
        # Half a character, written as \ud800, is no text that could be stored or answered.
        if "\\u" in text:
            json.dumps(sent, ensure_ascii=False).encode()
    except (UnicodeDecodeError, UnicodeEncodeError):
        raise Problem("unreadable", _("The JSON is not in UTF-8.")) from None
    except RecursionError:
        raise too_deep() from None
    except json.JSONDecodeError as problem:
        where = {"line": problem.lineno, "column": problem.colno}
        raise Problem(
            "unreadable", _("This is not JSON: look at line %(line)s, column %(column)s.") % where
        ) from None
    except ValueError:
        # Python refuses to read numbers of thousands of digits.
        raise Problem("unreadable", _("A number in the JSON is too long.")) from None
    refuse_depth(sent)
    return sent


def each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem("unreadable", _("An object in the JSON has the same name twice."))
    return found


def no_number(constant: str) -> NoReturn:
    raise Problem("unreadable", _("NaN and Infinity are not JSON."))


def refuse_depth(sent: Any) -> None:
    """Raise `Problem` where lists and objects lie more than twenty deep in one another."""
    level = [sent]
    for _depth in range(DEEPEST):
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise too_deep()


def too_deep() -> Problem:
    return Problem("unreadable", _("The JSON is nested too deeply."))
