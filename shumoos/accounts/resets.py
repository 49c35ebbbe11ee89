"""Resetting an authenticator, which takes two: whoever asks, and a second person who confirms."""

from typing import cast

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from shumoos.accounts import people, posts, second_factor, sessions
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import STAFF_ROLES, AuthenticatorReset, ResetStatus, Role, User
from shumoos.sms import kinds
from shumoos.sms.outbox import queue_sms


class ResetRefused(Exception):
    """A reset that is not asked for or decided; its text is a sentence for the user."""


def overseen_by(person: User) -> QuerySet[User]:
    """Return the people whose authenticators this person may have reset, present ones only.

    A head looks after the people of their own office, an administrator after everybody of the state's.
    """
    if person.role == Role.ADMINISTRATOR:
        return User.objects.filter(role__in=STAFF_ROLES, is_active=True)
    if person.role == Role.HEAD:
        return posts.colleagues(person, [Role.SUPERVISOR, Role.HEAD]).filter(is_active=True)
    return User.objects.none()


def visible_to(person: User) -> QuerySet[AuthenticatorReset]:
    """Return the requests about people whom this person oversees, newest first."""
    requests = AuthenticatorReset.objects.filter(user__in=overseen_by(person))
    return requests.select_related("user", "asked_by", "decided_by")


@transaction.atomic
def ask(user: User, *, by: User, also_password: bool = False) -> AuthenticatorReset:
    """Ask that somebody's authenticator be reset, and with it, if so wanted, their password.

    One's own is asked for after typing the password, so a new password is for others to ask for. Asking again
    while a request waits returns that one. Raises ResetRefused for people whom one does not oversee.
    """
    second_factor.hold(user)
    if by.pk != user.pk and not overseen_by(by).filter(pk=user.pk).exists():
        raise ResetRefused(_("This account is not yours to look after."))
    if by.pk == user.pk and (also_password or user.role not in STAFF_ROLES):
        raise ResetRefused(_("Ask the head of your office or an administrator."))
    waiting = user.resets.filter(status=ResetStatus.ASKED).first()
    if waiting is not None:
        return waiting
    reset = AuthenticatorReset(user=user, asked_by=by, also_password=also_password)
    reset.full_clean()
    reset.save()
    log_change("ask_reset", user, by=by)
    return reset


@transaction.atomic
def confirm(reset: AuthenticatorReset, *, by: User) -> None:
    """Take the authenticator away, end every session, and tell the person by text.

    At the next sign-in they set up another one. Repeating it changes nothing. Raises ResetRefused for one's
    own, for what one asked for oneself, for people whom one does not oversee, and for a refused one.
    """
    lock(reset)
    if reset.status == ResetStatus.CONFIRMED:
        return
    refuse_others(reset, by)
    if by.pk in (reset.asked_by_id, reset.user_id):
        raise ResetRefused(_("A second person confirms a reset: not who asked for it, and not whose it is."))
    user = reset.user
    second_factor.remove(user)
    sessions.end_all(user)
    decide(reset, ResetStatus.CONFIRMED, by)
    queue_sms(kind="authenticator_reset", to=user.mobile, language=user.language, about=reset)
    if reset.also_password:
        people.take_password_away(user)
        queue_sms(kind="staff_credentials", to=user.mobile, language=user.language, about=user)


@transaction.atomic
def refuse(reset: AuthenticatorReset, *, by: User) -> None:
    """Turn a request down; nothing changes for the person. Repeating it changes nothing.

    Raises ResetRefused for a request that was confirmed, or about people whom one does not oversee.
    """
    lock(reset)
    if reset.status == ResetStatus.REFUSED:
        return
    refuse_others(reset, by)
    decide(reset, ResetStatus.REFUSED, by)


def refuse_others(reset: AuthenticatorReset, by: User) -> None:
    if reset.status != ResetStatus.ASKED:
        raise ResetRefused(_("This request was decided already."))
    if not overseen_by(by).filter(pk=reset.user_id).exists():
        raise ResetRefused(_("This account is not yours to look after."))


def decide(reset: AuthenticatorReset, status: ResetStatus, by: User) -> None:
    reset.status = status
    reset.decided_by = by
    reset.decided_at = timezone.now()
    reset.save(update_fields=["status", "decided_by", "decided_at"])
    log_change("confirm_reset" if status == ResetStatus.CONFIRMED else "refuse_reset", reset.user, by=by)


def lock(reset: AuthenticatorReset) -> None:
    reset.refresh_from_db(from_queryset=AuthenticatorReset.objects.select_for_update(of=("self",)))


def told(about: Model | None, language: str) -> dict[str, str]:
    """Return what the text about a reset says. Raises Pointless where it was not confirmed."""
    if cast(AuthenticatorReset, about).status != ResetStatus.CONFIRMED:
        raise kinds.Pointless
    return {}
