"""Sessions: begun by a sign-in, used, and ended by the person, by time or by a new password."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone

from shumoos.accounts import devices, fresh, second_factor
from shumoos.accounts.models import MOST_HOURS, Result, SignIn, User

KEY = "sign_in"
# Use is written down no more often than this, so that a page with ten requests costs one update.
WRITTEN_EVERY = timedelta(seconds=10)
SHOWN = 20
# As long as they are of use to whose they are; of a flood of refusals only the first are noted at all.
KEPT_FOR = timedelta(days=90)
REFUSALS_TOLD_EVERY = timedelta(minutes=15)


def begin(sender: object, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Note a sign-in, and bind it to the session that Django has just made anew."""
    has_authenticator = second_factor.authenticator_of(user) is not None
    sign_in = note(request, user, Result.OK, needs_code=has_authenticator)
    request.session[KEY] = sign_in.pk
    # The cookie lasts as long as any limit may: the row says when the session ends.
    request.session.set_expiry(MOST_HOURS * 60 * 60)
    if not has_authenticator:
        # The password is all there is to ask for, and it was typed a moment ago.
        fresh.mark(request)


def finish(sender: object, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Note that a person has signed out."""
    SignIn.objects.filter(pk=key_of(request)).end()


def note_failure(
    sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """Note a failed attempt in the history of the user whose name was typed, if there is one."""
    if request is None:
        return
    user = get_user_model().objects.filter(username=credentials.get("username") or "").only("pk").first()
    if user is None:
        return
    if getattr(request, "axes_locked_out", False):
        told = SignIn.objects.filter(
            user=user, result=Result.LOCKED, at__gt=timezone.now() - REFUSALS_TOLD_EVERY
        )
        if not told.exists():
            note(request, user, Result.LOCKED)
    else:
        note(request, user, Result.WRONG_PASSWORD)


def note(request: HttpRequest, user: User, result: Result, *, needs_code: bool = False) -> SignIn:
    return SignIn.objects.create(
        user=user,
        result=result,
        device=devices.short_form(request.META.get("HTTP_USER_AGENT", "")),
        address=request.META.get("REMOTE_ADDR") or None,
        needs_code=needs_code,
    )


def current(request: HttpRequest) -> SignIn | None:
    """Return the sign-in that this session came from, for as long as it is open, and note that it is used."""
    sign_in = SignIn.objects.with_limits().filter(pk=key_of(request), user_id=request.user.pk or 0).first()
    if sign_in is None:
        return None
    sign_in.user = request.user  # type: ignore[assignment]
    now = timezone.now()
    if sign_in.has_run_out(now):
        return None
    if sign_in.last_used_at + WRITTEN_EVERY <= now:
        SignIn.objects.filter(pk=sign_in.pk).update(last_used_at=now)
    return sign_in


def key_of(request: HttpRequest) -> int:
    """Return the key of the sign-in that this session came from; 0, which none has, without one."""
    return request.session.get(KEY, 0)


def end_others(request: HttpRequest) -> int:
    """End every session of this person but the one they are in; return how many."""
    mine = SignIn.objects.filter(user_id=request.user.pk or 0).open()
    return mine.exclude(pk=key_of(request)).end()


def end_all(user: User) -> int:
    """End every session of a person; return how many."""
    return SignIn.objects.filter(user=user).open().end()
