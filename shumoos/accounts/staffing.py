"""The staff of establishments, as their owners look after them."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from shumoos.accounts import people, posts, sessions
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import Role, User
from shumoos.sms.models import TextMessage
from shumoos.sms.outbox import cancel_sms, queue_sms

# Each one shuts the person out until it arrives, and a text costs money.
MOST_PASSWORDS_A_DAY = 3


class StaffingRefused(Exception):
    """What an owner cannot have done for somebody of their staff; its text is a sentence for the user."""


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


@transaction.atomic
def send_new_password(person: User, *, by: User) -> None:
    """Text somebody a temporary password; the one before stops working and their sessions end at once.

    Raises StaffingRefused for somebody without a mobile, and after three within a day.
    """
    person.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))
    if not person.mobile:
        raise StaffingRefused(_("There is no mobile on record to send a password to."))
    texts = TextMessage.objects.about(person).filter(kind="staff_credentials")
    if texts.filter(queued_at__gt=timezone.now() - timedelta(days=1)).count() >= MOST_PASSWORDS_A_DAY:
        raise StaffingRefused(
            _("Three passwords were sent to this person within a day. Try again tomorrow, or ask support.")
        )
    # One that still waits would make a password that ends with the next.
    cancel_sms(kind="staff_credentials", about=User.objects.filter(pk=person.pk))
    people.take_password_away(person)
    log_change("send credentials", person, by=by)
    queue_sms(kind="staff_credentials", to=person.mobile, language=person.language, about=person)
