"""The owner's credentials sent again, and the mobile put right that they go to."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activation.decisions import locked_review, refuse_proposed
from activation.models import Subscription
from registration import mobile
from registration.models import Application, Owner, Status
from registration.moves import MoveRefused
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.accounts.people import has_chosen_password
from shumoos.sms.outbox import cancel_sms, queue_sms


@transaction.atomic
def resend(subscription: Subscription, *, by: User) -> None:
    """Queue a text with a new temporary password; the old one stops working now, and none is made but this.

    Raises MoveRefused where the owner has chosen a password of their own: they need none from us, and nobody
    at an office can lock them out. Also where the establishment is somebody else's by now.
    """
    refuse_former_owner(subscription)
    owner = subscription.establishment.owner
    cancel_waiting(owner)
    user = User.objects.select_for_update().get(owner=owner)
    if has_chosen_password(user):
        raise MoveRefused(_("The owner has signed in and chosen a password; there is nothing to resend."))
    user.set_unusable_password()
    user.save(update_fields=["password"])
    log_change("send credentials", subscription, by=by)
    queue_sms(kind="credentials", to=owner.mobile, language=user.language, about=subscription)


def is_former_owners(subscription: Subscription) -> bool:
    """Whether the establishment is somebody else's by now than the applicant's of this subscription."""
    application = subscription.application
    owner = subscription.establishment.owner
    return application is not None and application.owner_national_id != owner.national_id


def refuse_former_owner(subscription: Subscription) -> None:
    if is_former_owners(subscription):
        raise MoveRefused(_("The establishment has another owner now: find their application."))


def cancel_waiting(owner: Owner) -> None:
    """Have no credentials go out that were queued before, for whichever of the owner's establishments."""
    cancel_sms(kind="credentials", about=Subscription.objects.filter(establishment__owner=owner))


@transaction.atomic
def correct_mobile(application: Application, *, to: str, by: User, reason: str) -> None:
    """Put a mobile right that the owner has just proved by a code, and send credentials that are waited for.

    None go to the old number any more. Under review that is for who has it; after activation for anybody at
    the office, until the owner has chosen a password. Raises MoveRefused otherwise.
    """
    refuse_mobile(application, by=by)
    if application.status == Status.ACTIVATED:
        # Before the account is locked: a worker takes text and account in this order.
        cancel_waiting(application.subscription.establishment.owner)
    mobile.change(application, to=to, by=by, reason=reason)
    if application.status == Status.ACTIVATED:
        resend(application.subscription, by=by)


def refuse_mobile(application: Application, *, by: User) -> None:
    """Raise MoveRefused unless `by` may put the mobile right now."""
    if application.status == Status.ACTIVATED:
        refuse_former_owner(application.subscription)
        owner = application.subscription.establishment.owner
        if has_chosen_password(User.objects.get(owner=owner)):
            raise MoveRefused(
                _("The owner has signed in and chosen a password: they change the mobile themselves.")
            )
        return
    with transaction.atomic():
        review = locked_review(application, by=by)
        refuse_proposed(review)
        review.last_active_at = timezone.now()
        review.save(update_fields=["last_active_at"])
