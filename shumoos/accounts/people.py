"""Making users and their passwords."""

import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import ADMIN_ROLES, Role, SignIn, User
from shumoos.sms import kinds

# No characters that look alike in an SMS: neither 0 and O, nor 1, I and l.
PASSWORD_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105
PASSWORD_LENGTH = 12


def create_person(
    *, username: str, full_name: str, role: Role, mobile: str = "", language: str = "ar"
) -> User:
    """Create a user who cannot sign in until a password is given to them.

    Raises ValidationError where the user name is taken or a field is wrong.
    """
    person = User(
        username=username,
        full_name=full_name,
        role=role,
        mobile=mobile,
        language=language,
        is_staff=role in ADMIN_ROLES,
    )
    person.set_unusable_password()
    person.full_clean()
    person.save()
    return person


def give_temporary_password(user: User) -> str:
    """Give the user a new password, valid for 72 hours and until the first sign-in, and return it.

    The one before stops working, and what it opened is closed. It is for the text that is being sent: keep it
    nowhere.
    """
    password = "".join(secrets.choice(PASSWORD_ALPHABET) for _position in range(PASSWORD_LENGTH))
    user.set_password(password)
    user.must_change_password = True
    user.password_expires_at = timezone.now() + timedelta(hours=settings.TEMPORARY_PASSWORD_HOURS)
    user.save(update_fields=["password", "must_change_password", "password_expires_at"])
    SignIn.objects.filter(user=user).open().end()
    return password


def has_chosen_password(user: User) -> bool:
    """Whether the user has a password of their own, rather than none or a temporary one."""
    return user.has_usable_password() and not user.must_change_password


def credentials(user: User) -> dict[str, Any]:
    """Return user name and a password made for the text that is being sent, as its template reads them.

    Raises kinds.Pointless once the user has chosen a password: a text that comes late must not take it away.
    """
    if has_chosen_password(user):
        raise kinds.Pointless
    return {"username": user.username, "password": give_temporary_password(user)}


def sample_credentials(username: str) -> dict[str, Any]:
    """Return what `credentials` does, with the longest password and one that nobody has."""
    return {"username": username, "password": "m" * PASSWORD_LENGTH}


@transaction.atomic
def choose_password(user: User, password: str, *, keep: int = 0) -> None:
    """Set the password that the user has chosen; it is validated by the form.

    Every session of theirs ends, but for the one whose sign-in has the key `keep`.
    """
    user.set_password(password)
    user.must_change_password = False
    user.password_expires_at = None
    user.save(update_fields=["password", "must_change_password", "password_expires_at"])
    SignIn.objects.filter(user=user).open().exclude(pk=keep).end()
    log_change("choose password", user)


def take_password_away(user: User) -> None:
    """Leave the user without a password until the text with a new one is sent; every session ends."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    SignIn.objects.filter(user=user).open().end()
