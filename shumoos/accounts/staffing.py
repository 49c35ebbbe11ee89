"""The staff of establishments, as their owners look after them."""

from django.db import transaction
from django.db.models import QuerySet

from shumoos.accounts import posts, sessions
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import Role, User


def staff_of(owner: User) -> QuerySet[User]:
    """Return the people who send records for this owner's establishments; nobody for anybody else."""
    if owner.role != Role.OWNER:
        return User.objects.none()
    return posts.colleagues(owner, [Role.STAFF]).filter(is_active=True)


@transaction.atomic
def end_access(person: User, *, by: User) -> None:
    """Take somebody out of every establishment of this owner, and end their sessions.

    Whoever works for no other owner's either has no account any more. Repeating it changes nothing.
    """
    post = posts.of_role(Role.STAFF)
    assert post is not None  # noqa: S101  registered when the portal starts
    assert post.leave is not None  # noqa: S101
    person.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))
    left = posts.places_of(person).filter(pk__in=posts.places_of(by).values("pk"))
    if not left:
        return
    for place in list(left):
        post.leave(place, person)
    if not posts.places_of(person).exists():
        person.is_active = False
        person.save(update_fields=["is_active"])
    sessions.end_all(person)
    log_change("end access", person, by=by)
