"""Inviting those who work for the state, and the staff of establishments: how their accounts come about."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shumoos.accounts import posts
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import STAFF_ROLES, Invitation, InvitationStatus, Role, User
from shumoos.accounts.people import choose_password, create_person
from shumoos.sms import kinds
from shumoos.sms.outbox import queue_sms

# A head invites the supervisors of their own office, an administrator everybody else. The head of a provider
# company comes by invitation too, and then adds the company's agents.
BY_HEAD: list[Role] = [Role.SUPERVISOR]
# An owner invites those who send guest records for their establishments.
BY_OWNER: list[Role] = [Role.STAFF]
BY_ADMINISTRATOR: list[Role] = [*[role for role in STAFF_ROLES if role != Role.SUPERVISOR], Role.PROVIDER]

# These invite to places of their own alone.
OF_THEIR_OWN = (Role.HEAD, Role.OWNER)


class InvitationRefused(Exception):
    """An invitation that is not made, sent or accepted; its text is a sentence for the user."""


def roles_for(inviter: User) -> list[Role]:
    """Return the roles that this person may invite to."""
    if inviter.role == Role.HEAD:
        return BY_HEAD
    if inviter.role == Role.OWNER:
        return BY_OWNER
    return BY_ADMINISTRATOR if inviter.role == Role.ADMINISTRATOR else []


def places_for(inviter: User, role: str) -> QuerySet[Any] | None:
    """Return the places to which this person may invite people of a role; None where it has no places."""
    return posts.places_of(inviter) if inviter.role in OF_THEIR_OWN else posts.places(role)


def visible_to(person: User) -> QuerySet[Invitation]:
    """Return the invitations this person looks after: their own place's, or all that administrators make."""
    invitations = Invitation.objects.filter(role__in=roles_for(person))
    if person.role not in OF_THEIR_OWN:
        return invitations
    own = posts.places_of(person)
    office = ContentType.objects.get_for_model(own.model)
    return invitations.filter(place_type=office, place_id__in=own.values("pk"))


@transaction.atomic
def invite(
    *, by: User, role: Role, place: Model | None, full_name: str, mobile: str, language: str = "ar"
) -> Invitation:
    """Invite somebody, and text them a link with which they make their account within 72 hours.

    Raises InvitationRefused for a role or a place that the inviter may not invite to; ValidationError where
    the mobile has an open invitation already.
    """
    if role not in roles_for(by):
        raise InvitationRefused(_("You cannot invite to this role."))
    allowed = places_for(by, role)
    # A row of another table may have the same key.
    is_offered = (
        place is None
        if allowed is None
        else isinstance(place, allowed.model) and allowed.filter(pk=place.pk).exists()
    )
    if not is_offered:
        raise InvitationRefused(_("You cannot invite to this place of work."))
    invitation = Invitation(
        role=role,
        place=place,
        full_name=full_name,
        mobile=mobile,
        language=language,
        invited_by=by,
        expires_at=timezone.now() + lifetime(),
    )
    invitation.full_clean()
    invitation.save()
    log_change("invite", invitation, by=by, of=str(role))
    send(invitation)
    return invitation


@transaction.atomic
def resend(invitation: Invitation) -> None:
    """Text a new link, which holds for 72 hours from now; the one before stops working when it is sent.

    Raises InvitationRefused for an invitation that was accepted or revoked.
    """
    lock(invitation)
    if invitation.status not in (InvitationStatus.OPEN, InvitationStatus.EXPIRED):
        raise InvitationRefused(_("This invitation is %(status)s.") % {"status": invitation.status.label})
    invitation.expires_at = timezone.now() + lifetime()
    invitation.save(update_fields=["expires_at"])
    log_change("invite again", invitation)
    send(invitation)


@transaction.atomic
def revoke(invitation: Invitation) -> None:
    """Take an invitation back; its link stops working at once. Repeating it changes nothing.

    Raises InvitationRefused for one that was accepted.
    """
    lock(invitation)
    if invitation.status == InvitationStatus.REVOKED:
        return
    if invitation.status == InvitationStatus.ACCEPTED:
        raise InvitationRefused(_("This invitation is %(status)s.") % {"status": invitation.status.label})
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    log_change("revoke invitation", invitation)


def find(key: str) -> Invitation | None:
    """Return the invitation whose link has this key and which can be accepted now; None otherwise."""
    invitation = Invitation.objects.filter(key_hash=hash_of(key)).first()
    return invitation if invitation and invitation.status == InvitationStatus.OPEN else None


@transaction.atomic
def accept(invitation: Invitation, *, key: str, username: str, password: str) -> User:
    """Make the account that the person was invited to, with the password they chose, and return it.

    Raises InvitationRefused where the invitation was used, revoked, has run out or got another link in the
    meantime; ValidationError where the user name is taken.
    """
    lock(invitation)
    if invitation.status != InvitationStatus.OPEN or invitation.key_hash != hash_of(key):
        raise InvitationRefused(_("This link holds no more."))
    person = create_person(
        username=username,
        full_name=invitation.full_name,
        role=Role(invitation.role),
        mobile=invitation.mobile,
        language=invitation.language,
    )
    choose_password(person, password)
    post = posts.of_role(invitation.role)
    if post is not None:
        post.join(invitation.place, person)
    invitation.user = person
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["user", "accepted_at"])
    log_change("accept invitation", invitation, by=person)
    return person


def send(invitation: Invitation) -> None:
    queue_sms(kind="invitation", to=invitation.mobile, language=invitation.language, about=invitation)


def make_link(about: Model | None, language: str) -> dict[str, Any]:
    """Return a link made for this very text; the one before stops working.

    Raises Pointless where the invitation was accepted, revoked or has run out.
    """
    # Hexadecimal: in an Arabic text, a mark goes before what looks like a number in groups.
    key = secrets.token_hex(16)
    with transaction.atomic():
        invitation = lock(cast(Invitation, about))
        if invitation.status != InvitationStatus.OPEN:
            raise kinds.Pointless
        invitation.key_hash = hash_of(key)
        invitation.save(update_fields=["key_hash"])
    return {
        "link": settings.PUBLIC_URL + reverse("accounts:invitation", args=[key]),
        "hours": settings.INVITATION_HOURS,
    }


def hash_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def lifetime() -> timedelta:
    return timedelta(hours=settings.INVITATION_HOURS)


def lock(invitation: Invitation) -> Invitation:
    invitation.refresh_from_db(from_queryset=Invitation.objects.select_for_update(of=("self",)))
    return invitation
