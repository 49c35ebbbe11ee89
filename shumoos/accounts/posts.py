"""Where people of a role work: offices, authorities and companies stand on higher floors, and are named here.

An app says from its `AppConfig.ready` which of its rows the people of a role belong to. A role that nobody
has spoken for works for the portal as a whole.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import Model, Q, QuerySet

from shumoos.accounts.models import Role, User


class Post(NamedTuple):
    """The model of a role's places, the way from a person to theirs, and what makes somebody one of them.

    `leave` undoes that, where people of the role can be let go.
    """

    model: type[Model]
    lookup: str
    join: Callable[[Any, User], object]
    leave: Callable[[Any, User], object] | None = None


_posts: dict[Role, Post] = {}


def register(
    role: Role,
    model: type[Model],
    *,
    lookup: str,
    join: Callable[[Any, User], object],
    leave: Callable[[Any, User], object] | None = None,
) -> None:
    """Say that people of this role work at a row of `model`.

    `lookup` leads from a user to their places, such as `offices`; `join(place, user)` adds somebody, and
    `leave(place, user)` takes them out again.
    """
    _posts[role] = Post(model, lookup, join, leave)


def of_role(role: str) -> Post | None:
    """Return where people of this role work; None for those who work for the portal as a whole."""
    return _posts.get(Role(role))


def places(role: str) -> QuerySet[Any] | None:
    post = of_role(role)
    return None if post is None else post.model._default_manager.all()


def places_of(person: User) -> QuerySet[Any]:
    """Return the places where this person works. Raises KeyError for a role that has none."""
    post = _posts[Role(person.role)]
    keys = User.objects.filter(pk=person.pk).values(post.lookup)
    return post.model._default_manager.filter(pk__in=keys)


def colleagues(person: User, roles: list[Role]) -> QuerySet[User]:
    """Return the people of these roles who work where this person does, themselves among them."""
    own = places_of(person).values("pk")
    at_one = Q()
    for role in roles:
        at_one |= Q(role=role, **{f"{_posts[role].lookup}__in": own})
    return User.objects.filter(at_one).distinct()


def names_of(person: User) -> str:
    """Return where a person works as the access log writes it: `office:RUH`; looked up once a request."""
    known: str | None = getattr(person, "_places_of_work", None)
    if known is None:
        has_post = bool(person.role) and of_role(person.role) is not None
        found = places_of(person) if has_post else []
        known = ",".join(f"{place._meta.model_name}:{getattr(place, 'code', place.pk)}" for place in found)[
            :60
        ]
        person._places_of_work = known  # type: ignore[attr-defined]
    return known
