"""Which offices, authorities and companies the people of a role work at, for their invitations."""

from registration import providers
from registration.models import Authority, Establishment, Office, Owner, Provider
from shumoos.accounts import mobiles, posts
from shumoos.accounts.models import Role, User


def join_office(office: Office, person: User) -> None:
    office.members.add(person)


def join_authority(authority: Authority, person: User) -> None:
    authority.officers.add(person)


def join_staff(establishment: Establishment, person: User) -> None:
    establishment.staff.add(person)


def leave_staff(establishment: Establishment, person: User) -> None:
    establishment.staff.remove(person)


def own(establishment: Establishment, person: User) -> None:
    """Raises TypeError: who owns an establishment comes from its activation, and from no invitation."""
    raise TypeError("Nobody is invited to own an establishment.")


def follow_mobile(user: User, mobile: str) -> None:
    Owner.objects.filter(user=user).update(mobile=mobile)


def register() -> None:
    mobiles.on_change(follow_mobile)
    posts.register(Role.STAFF, Establishment, lookup="workplaces", join=join_staff, leave=leave_staff)
    posts.register(Role.OWNER, Establishment, lookup="owner__establishments", join=own)
    for role in (Role.SUPERVISOR, Role.HEAD):
        posts.register(role, Office, lookup="offices", join=join_office)
    posts.register(Role.AUTHORITY, Authority, lookup="authorities", join=join_authority)
    posts.register(Role.PROVIDER, Provider, lookup="memberships__provider", join=providers.join_as_head)
