"""The owner's mobile on an application that was sent: never changed without a code to the new number."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registration.models import Application, ApplicationChange, ChangeKind, Owner
from registration.moves import MoveRefused
from shumoos.accounts import codes
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.accounts.people import has_chosen_password
from shumoos.saudi.mobile import mask


def purpose_of(application: Application) -> str:
    return f"mobile:{application.reference}"


def send_code(application: Application, *, to: str, address: str | None) -> None:
    """Have a code sent to the new number, for the owner who stands at the desk. Raises as `codes.send_code`.

    Also MoveRefused where the number is the one there is.
    """
    if to == application.owner_mobile:
        raise MoveRefused(_("This is the mobile that is there already."))
    codes.send_code(
        purpose=purpose_of(application), mobile=to, address=address, language=application.language
    )


def prove(application: Application, *, to: str, typed: str) -> None:
    """Accept the code sent to the new number, once. Raises codes.CodeRefused; not within a transaction."""
    codes.check_code(purpose=purpose_of(application), mobile=to, typed=typed)


@transaction.atomic
def change(application: Application, *, to: str, by: User, reason: str) -> None:
    """Give the application, and the account that came of it, a mobile that was just proved by a code.

    A password on its way to the old number stops working at once. Repeating it changes nothing. Raises
    MoveRefused where the owner has chosen a password: they change their mobile themselves.
    """
    application.refresh_from_db(from_queryset=Application.objects.select_for_update())
    if application.owner_mobile == to:
        return
    # The owner's other applications keep the number they were sent with.
    if application.establishment is not None:
        change_account(application.establishment.owner, to)
    put(application, to=to, by=by, reason=reason)
    application.save(update_fields=["owner_mobile", "mobile_verified_at"])


def put(application: Application, *, to: str, by: User | None, reason: str = "") -> None:
    """Set a proved mobile, and write down who changed which number to which and why; the caller saves.

    `by` is None for the owner, who proved it on the pages where they follow the application.
    """
    change = ApplicationChange(
        application=application,
        kind=ChangeKind.MOBILE,
        before=mask(application.owner_mobile),
        after=mask(to),
        by=by,
        reason=reason,
    )
    change.full_clean()
    change.save()
    log_change("change mobile", application, by=by, reason=reason)
    application.owner_mobile = to
    application.mobile_verified_at = timezone.now()


def change_account(owner: Owner, to: str) -> None:
    user = User.objects.select_for_update().get(owner=owner)
    if has_chosen_password(user):
        raise MoveRefused(
            _("The owner has signed in and chosen a password: they change the mobile themselves.")
        )
    owner.mobile = user.mobile = to
    owner.save(update_fields=["mobile"])
    user.set_unusable_password()
    user.save(update_fields=["mobile", "password"])
