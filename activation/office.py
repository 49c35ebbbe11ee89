"""What the head of an office decides: taking back from a colleague, another office, a rejection undone."""

from django.db import transaction
from django.utils.translation import gettext as _

from activation.decisions import close, open_review, record, refuse_decided
from activation.models import Decision
from registration.intake import refuse_taken
from registration.models import OFFICE_STATUSES, Application, ChangeKind, Licence, Office, Status
from registration.moves import MoveRefused, move_application
from shumoos.accounts.models import User
from shumoos.sms.outbox import queue_sms


@transaction.atomic
def take_back(application: Application, *, by: User) -> None:
    """Put an application that a colleague has taken up back into the queue; repeating it changes nothing."""
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    review = open_review(application)
    if review is None:
        refuse_decided(application)
        return
    move_application(application, Status.SUBMITTED, by=by)
    close(review, Decision.RELEASE)


@transaction.atomic
def reassign(application: Application, *, to: Office, by: User, reason: str) -> None:
    """Give an application to another office, into whose queue it goes, and tell the owner where to go now.

    The office's clock runs on: to the owner it is one wait. Repeating it changes nothing. Raises MoveRefused
    for an application that is not with an office.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if application.office_id == to.pk:
        return
    if application.status not in OFFICE_STATUSES:
        refuse_decided(application)
        raise MoveRefused(_("Only an application that is with the office can go to another one."))
    if review := open_review(application):
        move_application(application, Status.SUBMITTED, by=by, reason=reason)
        close(review, Decision.REASSIGN)
    before = Office.objects.get(applications=application)
    record(application, ChangeKind.OFFICE, by=by, reason=reason, before=before.code, after=to.code)
    application.office = to
    application.save(update_fields=["office"])
    queue_sms(
        kind="application_reassigned",
        to=application.owner_mobile,
        language=application.language,
        about=application,
    )


@transaction.atomic
def reopen(application: Application, *, by: User, reason: str) -> None:
    """Take a rejection back: the application waits for a review again, and the owner is told.

    Repeating it changes nothing. Raises MoveRefused for one that was not rejected, and where the owner has
    applied again for the licence or has a subscription meanwhile.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if application.status == Status.SUBMITTED:
        return
    if application.status != Status.REJECTED:
        raise MoveRefused(_("Only a rejected application can be reopened."))
    licence = Licence.objects.select_for_update().get(applications=application)
    refuse_taken(licence, besides=application)
    move_application(application, Status.SUBMITTED, by=by, reason=reason)
    queue_sms(
        kind="application_reopened",
        to=application.owner_mobile,
        language=application.language,
        about=application,
    )
