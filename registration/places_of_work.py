"""Which offices, authorities and companies the people of a role work at, for their invitations."""

from registration import providers
from registration.models import Authority, Office, Provider
from shumoos.accounts import posts
from shumoos.accounts.models import Role, User


def join_office(office: Office, person: User) -> None:
    office.members.add(person)


def join_authority(authority: Authority, person: User) -> None:
    authority.officers.add(person)


def register() -> None:
    for role in (Role.SUPERVISOR, Role.HEAD):
        posts.register(role, Office, lookup="offices", join=join_office)
    posts.register(Role.AUTHORITY, Authority, lookup="authorities", join=join_authority)
    posts.register(Role.PROVIDER, Provider, lookup="memberships__provider", join=providers.join_as_head)
