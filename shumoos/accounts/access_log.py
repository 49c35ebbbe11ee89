"""The record of who looked at whose data, and who changed it.

A look is written before its page is answered; a change in the transaction of what it changes, which the
functions that make it do by `log_change`, or their views by `logged`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models, transaction
from django.http import HttpRequest

from shumoos.accounts import posts, subjects
from shumoos.accounts.models import Look, User

LONGEST_REASON = Look._meta.get_field("reason").max_length

# The request that is being answered, for functions that know only who acts.
_request: ContextVar[HttpRequest | None] = ContextVar("request of the access log", default=None)
# What an operator has called at the shell of a machine, where nobody has signed in.
_command: ContextVar[str] = ContextVar("command of the access log", default="")


def log_look(
    request: HttpRequest, action: str, subject: models.Model | str, *, reason: str = "", people: int = 1
) -> None:
    """Record that the signed-in person looks at `subject`, before they are shown it.

    `action` is a short word such as `document`. A row is kept by its model and key, so that the log itself
    holds no personal data; what is no row is named in text, which must hold none either. `people` is of how
    many people a page shows something. Inside a transaction the record stands and falls with it.
    """
    user = request.user if request.user.is_authenticated else None
    write(action, subject, by=user, reason=reason, people=people, request=request)


def log_change(
    action: str, subject: models.Model | str, *, by: User | None = None, reason: str = "", of: str = ""
) -> None:
    """Record within a transaction that somebody changes `subject`, which is named by its kind and key.

    Without `by` it is whoever has signed in to the request that is answered; nobody where its sender has no
    account. What the portal does by itself, at nobody's request, is not written: its rows' histories say it.
    `of` says what of the subject, where the action does not: it stands before the reason. Raises
    TransactionManagementError outside of a transaction: what is changed and who did it stand and fall
    together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A change is logged in the transaction that makes it.")
    request, command = _request.get(), _command.get()
    by = by or signed_in(request)
    if by is None and request is None and not command:
        return
    said = " · ".join(part for part in (of, reason, key_of(request), command) if part)
    write(action, subject, by=by, reason=said, people=1, request=request)


def signed_in(request: HttpRequest | None) -> User | None:
    """Return who has signed in to a request; nobody where the API answers, which knows keys alone."""
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


def key_of(request: HttpRequest | None) -> str:
    """Return how the key that a request came with is known to its owner; nothing for one without a key."""
    key = getattr(request, "api_key", None)
    return f"{key.prefix}…" if key is not None else ""


@contextmanager
def logged(
    request: HttpRequest, action: str, subject: models.Model | str, *, reason: str = ""
) -> Iterator[None]:
    """Make the block one transaction and record with it that the signed-in person changes `subject`."""
    with transaction.atomic():
        yield
        log_look(request, action, subject, reason=reason)


def write(
    action: str,
    subject: models.Model | str,
    *,
    by: User | None,
    reason: str,
    people: int,
    request: HttpRequest | None,
) -> None:
    if isinstance(subject, models.Model):
        named, whose = subjects.key_of(subject), subjects.whose(subject)
    else:
        named, whose = subject, ""
    Look.objects.create(
        by=by,
        role=by.role if by else "",
        office=posts.names_of(by) if by else "",
        action=action,
        subject=named,
        whose=whose,
        people=people,
        reason=reason[:LONGEST_REASON],
        address=(request.META.get("REMOTE_ADDR") or None) if request else None,
        request_id=getattr(request, "id", ""),
    )


@contextmanager
def operating(command: str) -> Iterator[None]:
    """Let what is changed within the block be written as an operator's, who called this command."""
    token = _command.set(f"manage.py {command}")
    try:
        yield
    finally:
        _command.reset(token)


@contextmanager
def answering(request: HttpRequest) -> Iterator[None]:
    """Let `log_change` know, within the block, from where and by which request something is changed."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)
