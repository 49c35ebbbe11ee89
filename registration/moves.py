"""The one place that gives an application another status."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registration import office_time
from registration.models import MOVES, Application, Mandate, Status
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.sms.outbox import queue_sms

DECIDED = {Status.ACTIVATED, Status.REJECTED, Status.WITHDRAWN, Status.EXPIRED}

# What the apps above have to do when an owner withdraws; they hand it down from `AppConfig.ready`.
_on_withdrawal: list[Callable[[Application], None]] = []


class MoveRefused(Exception):
    """A move that the state of things does not allow; its text is a sentence for the user."""


@transaction.atomic
def move_application(
    application: Application,
    to: Status,
    *,
    by: User | None,
    reason: str = "",
    mandate: Mandate | None = None,
) -> None:
    """Move an application to another status. Repeating a move changes nothing.

    `by` is None where the owner acts, who has no account yet, or the passing of time; an agent acts under a
    `mandate`. Raises MoveRefused for a move that is not in MOVES. Unsaved changes of `application` are lost,
    because it is read anew under a lock.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if application.status == to:
        return
    if to not in MOVES.get(Status(application.status), ()):
        raise MoveRefused(
            _("This application cannot become “%(to)s”: it is “%(status)s”.")
            % {"to": to.label, "status": application.get_status_display()}
        )
    if to == Status.SUBMITTED and application.status != Status.UNDER_REVIEW:
        office_time.start(application)
    application.events.create(old=application.status, new=to, by=by, reason=reason, mandate=mandate)
    log_change(f"application {to}", application, by=by, reason=reason)
    application.status = to
    application.decided_at = timezone.now() if to in DECIDED else None
    application.save(update_fields=["status", "decided_at", "clock_from"])


@transaction.atomic
def withdraw(application: Application, *, by: User | None, reason: str = "") -> None:
    """End an application at its owner's wish and confirm it by text; an open review of it ends too.

    Repeating it changes nothing; raises as `move_application`.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if application.status == Status.WITHDRAWN:
        return
    move_application(application, Status.WITHDRAWN, by=by, reason=reason)
    for job in _on_withdrawal:
        job(application)
    queue_sms(
        kind="application_withdrawn",
        to=application.owner_mobile,
        language=application.language,
        about=application,
    )


def on_withdrawal(job: Callable[[Application], None]) -> None:
    """Have `job(application)` done within every withdrawal's transaction, once it has its new status."""
    if job not in _on_withdrawal:
        _on_withdrawal.append(job)
