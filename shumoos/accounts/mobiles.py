"""Another mobile for one's account: a code to the one before, and a code to the new one."""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from shumoos.accounts import codes
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User

# What higher floors keep a person's mobile in; they hand it down from `AppConfig.ready`.
_on_change: list[Callable[[User, str], None]] = []


class MobileRefused(Exception):
    """A mobile that is not taken; its text is a sentence for the user."""


def on_change(job: Callable[[User, str], None]) -> None:
    """Have `job(user, mobile)` done in the transaction in which a person's mobile changes."""
    if job not in _on_change:
        _on_change.append(job)


def purpose(user: User, which: str) -> str:
    return f"mobile-{which}:{user.pk}"


def send_codes(user: User, to: str, *, address: str | None, language: str) -> None:
    """Have a code sent to the mobile before, where there is one, and another to the new one.

    Raises MobileRefused for the mobile that it is already, and codes.CodeRefused for too many.
    """
    if to == user.mobile:
        raise MobileRefused(_("This is your mobile already."))
    with transaction.atomic():
        if user.mobile:
            codes.send_code(
                purpose=purpose(user, "old"), mobile=user.mobile, address=address, language=language
            )
        codes.send_code(purpose=purpose(user, "new"), mobile=to, address=address, language=language)


def check(user: User, which: str, *, mobile: str, typed: str) -> None:
    """Accept the code sent to the `old` or the `new` mobile, once. Raises codes.CodeRefused."""
    codes.check_code(purpose=purpose(user, which), mobile=mobile, typed=typed)


@transaction.atomic
def change(user: User, to: str) -> None:
    """Give the person the mobile that they have proved to hold. Repeating it changes nothing."""
    user.refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))
    if user.mobile == to:
        return
    user.mobile = to
    user.full_clean(exclude=["password"])
    user.save(update_fields=["mobile"])
    for job in _on_change:
        job(user, to)
    log_change("change mobile", user, by=user)
