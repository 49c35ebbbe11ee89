"""The one place that gives an application another status."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registration.models import MOVES, Application, Status
from shumoos.accounts.models import User

DECIDED = {Status.ACTIVATED, Status.REJECTED, Status.WITHDRAWN}


class MoveRefused(Exception):
    """A move that the state of things does not allow; its text is a sentence for the user."""


@transaction.atomic
def move_application(application: Application, to: Status, *, by: User | None, reason: str = "") -> None:
    """Move an application to another status. Repeating a move changes nothing.

    `by` is None where the owner acts, who has no account yet. Raises MoveRefused for a move that is not in
    MOVES. Unsaved changes of `application` are lost, because it is read anew under a lock.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if application.status == to:
        return
    if to not in MOVES.get(Status(application.status), ()):
        raise MoveRefused(
            _("This application cannot become “%(to)s”: it is “%(status)s”.")
            % {"to": to.label, "status": application.get_status_display()}
        )
    application.events.create(old=application.status, new=to, by=by, reason=reason)
    application.status = to
    if to in DECIDED:
        application.decided_at = timezone.now()
    application.save(update_fields=["status", "decided_at"])


def withdraw(application: Application, *, by: User | None, reason: str = "") -> None:
    """End an application at its owner's wish. Repeating it changes nothing; raises as `move_application`."""
    move_application(application, Status.WITHDRAWN, by=by, reason=reason)
