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

# The request that is being answered, for functions that know only who acts.
_request: ContextVar[HttpRequest | None] = ContextVar("request of the access log", default=None)


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


def log_change(action: str, subject: models.Model | str, *, by: User | None, reason: str = "") -> None:
    """Record within a transaction that somebody changes `subject`; `by` is None for an owner without account.

    Raises TransactionManagementError outside of one: what is changed and who did it stand and fall together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("A change is logged in the transaction that makes it.")
    write(action, subject, by=by, reason=reason, people=1, request=_request.get())


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
        reason=reason,
        address=(request.META.get("REMOTE_ADDR") or None) if request else None,
        request_id=getattr(request, "id", ""),
    )


@contextmanager
def answering(request: HttpRequest) -> Iterator[None]:
    """Let `log_change` know, within the block, from where and by which request something is changed."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)
