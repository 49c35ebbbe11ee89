"""The agents of a provider company: its head adds them and ends them."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registration.models import Provider, ProviderAgent
from registration.moves import MoveRefused
from shumoos.accounts import subjects
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import Role, User
from shumoos.accounts.people import create_person, has_chosen_password
from shumoos.sms.outbox import queue_sms


def headed_by(user: User) -> Provider | None:
    """Return the company that this person heads now, or None."""
    return Provider.objects.served_by(user).filter(memberships__user=user, memberships__is_head=True).first()


@transaction.atomic
def add_agent(
    provider: Provider, *, username: str, full_name: str, mobile: str, language: str = "ar"
) -> ProviderAgent:
    """Make somebody an agent of the company, and text them their user name and a temporary password.

    An agent who has left a company, known by the same user name and mobile, comes back with their account
    and its password. Adding a present agent again changes nothing. Raises MoveRefused where the user name is
    somebody else's, ValidationError where a field is wrong.
    """
    person = User.objects.select_for_update().filter(username=username).first()
    if person is None:
        person = create_person(
            username=username, full_name=full_name, role=Role.PROVIDER, mobile=mobile, language=language
        )
    elif (person.role, person.mobile) != (Role.PROVIDER, mobile):
        raise MoveRefused(_("This user name is taken. Choose another one."))
    present = ProviderAgent.objects.filter(user=person, ended_at__isnull=True).first()
    if present is not None and present.provider_id == provider.pk:
        return present
    if present is not None:
        raise MoveRefused(_("This user name is taken. Choose another one."))
    membership = ProviderAgent.objects.create(provider=provider, user=person)
    log_change("add agent", person, of=subjects.key_of(provider))
    if not has_chosen_password(person):
        queue_sms(kind="staff_credentials", to=person.mobile, language=person.language, about=person)
    return membership


def join_as_head(provider: Provider, person: User) -> None:
    """Make somebody who was invited a head of the company, who then adds its agents."""
    ProviderAgent.objects.create(provider=provider, user=person, is_head=True)
    log_change("add agent", person, of=subjects.key_of(provider))


@transaction.atomic
def end_agent(membership: ProviderAgent, *, by: User) -> None:
    """End somebody's time at the company: they see nothing of it from the next request on.

    Repeating it changes nothing. Raises MoveRefused for oneself.
    """
    membership.refresh_from_db(from_queryset=ProviderAgent.objects.select_for_update(of=("self",)))
    if membership.ended_at is not None:
        return
    if membership.user_id == by.pk:
        raise MoveRefused(_("You cannot end your own time at the company; ask the administrator."))
    membership.ended_at = timezone.now()
    membership.save(update_fields=["ended_at"])
    log_change("end agent", membership.user, by=by, of=subjects.key_of(membership.provider))


@transaction.atomic
def resend_credentials(membership: ProviderAgent) -> None:
    """Text an agent a new temporary password; the old one stops working when it is sent.

    Raises MoveRefused for one who has left or has chosen a password of their own.
    """
    person = membership.user
    if membership.ended_at is not None or has_chosen_password(person):
        raise MoveRefused(_("This agent has signed in and chosen a password; there is nothing to resend."))
    log_change("send credentials", person)
    queue_sms(kind="staff_credentials", to=person.mobile, language=person.language, about=person)
