"""The authenticator: a six-digit code that changes every 30 seconds (RFC 6238), and ten codes to recover.

The secret is encrypted at rest. No code works twice, a clock may be one step off to either side, and whoever
types wrong codes waits twice as long each time, which django-otp counts.
"""

import base64
import hashlib
import secrets
from math import ceil
from typing import Any
from urllib.parse import quote, urlencode

import django_otp
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shumoos.accounts import fresh
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import STAFF_ROLES, Authenticator, RecoveryCode, User
from shumoos.accounts.people import PASSWORD_ALPHABET
from shumoos.saudi import digits

DIGITS = 6
RECOVERY_CODES = 10
# Of 31 characters each: 59 bits, which nobody tries out.
RECOVERY_GROUPS, GROUP_LENGTH = 3, 4


class FactorRefused(Exception):
    """A code that is not accepted; its text is a sentence for the user."""


def is_required_of(user: User) -> bool:
    """Whether the person's role may not do without an authenticator."""
    return settings.REQUIRE_STAFF_OTP and user.role in STAFF_ROLES


def authenticator_of(user: User) -> Authenticator | None:
    """Return the person's authenticator once it is confirmed; None where there is none."""
    return Authenticator.objects.filter(user=user, confirmed=True).first()


def draft_of(user: User) -> Authenticator:
    """Return the authenticator that the person is setting up: the same one until it is confirmed."""
    with transaction.atomic():
        hold(user)
        draft = Authenticator.objects.filter(user=user, confirmed=False).first()
        return draft or Authenticator.objects.create(user=user, confirmed=False, name="authenticator")


def confirm(user: User, typed: str) -> tuple[Authenticator, list[str]]:
    """Make the authenticator that is being set up the person's only one; return it with ten recovery codes.

    `typed` is its first code. Raises FactorRefused for another one; what was there before keeps working.
    """
    number = read_code(typed)
    with transaction.atomic():
        hold(user)
        draft = Authenticator.objects.select_for_update().filter(user=user, confirmed=False).first()
        refusal = _("Set up the authenticator again.") if draft is None else refusal_of(draft, number)
        if draft is not None and not refusal:
            Authenticator.objects.filter(user=user).exclude(pk=draft.pk).delete()
            draft.confirmed = True
            draft.save(update_fields=["confirmed"])
            log_change("set up authenticator", user)
            return draft, make_recovery_codes(user)
    # Raised out here, where the try is already counted.
    raise FactorRefused(refusal)


def verify(user: User, typed: str) -> Authenticator:
    """Accept a code of the person's authenticator, or a recovery code, once; return the authenticator.

    Raises FactorRefused for another one, for one that was used, and while the person has to wait;
    RuntimeError inside a transaction, with which a counted try could be rolled back.
    """
    text = digits.clean_number(typed)
    with transaction.atomic(durable=True):
        device = Authenticator.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is None:
            refusal = _("There is no authenticator to compare with.")
        elif len(text) == DIGITS:
            refusal = refusal_of(device, read_code(text))
        else:
            refusal = refusal_of_recovery(device, text)
    if device is None or refusal:
        raise FactorRefused(refusal)
    return device


def refusal_of(device: Authenticator, number: str) -> str:
    """Compare a code, count the try, and return what is wrong: a sentence, or nothing."""
    if wait := wait_of(device):
        return wait
    if device.verify_token(number):
        return ""
    return _("This is not the code that is shown now. A code works once: wait for the next one.")


def refusal_of_recovery(device: Authenticator, text: str) -> str:
    """Use up a recovery code, or count the try, and return what is wrong: a sentence, or nothing."""
    if wait := wait_of(device):
        return wait
    code = device.user.recovery_codes.filter(code_hash=hash_of(device.user, text), used_at__isnull=True)
    if code.update(used_at=timezone.now()):
        device.throttle_reset()
        return ""
    device.throttle_increment()
    return _("A code has six digits. A recovery code has twelve letters and digits, and works once.")


def wait_of(device: Authenticator) -> str:
    is_allowed, why = device.verify_is_allowed()
    if is_allowed:
        return ""
    seconds = max(1, ceil((why["locked_until"] - timezone.now()).total_seconds()))
    return ngettext(
        "A wrong code was typed. Try again in %(seconds)d second.",
        "Wrong codes were typed. Try again in %(seconds)d seconds.",
        seconds,
    ) % {"seconds": seconds}


def read_code(typed: str) -> str:
    """Return six ASCII digits. Raises FactorRefused for anything else, which counts as no try."""
    number = digits.clean_number(typed)
    if not (len(number) == DIGITS and number.isascii() and number.isdigit()):
        raise FactorRefused(_("A code has six digits. Type it as the authenticator shows it."))
    return number


def make_recovery_codes(user: User) -> list[str]:
    """Return ten new recovery codes, to be shown once; those made before stop working."""
    codes = [
        "-".join(
            "".join(secrets.choice(PASSWORD_ALPHABET) for _place in range(GROUP_LENGTH))
            for _group in range(RECOVERY_GROUPS)
        )
        for _code in range(RECOVERY_CODES)
    ]
    with transaction.atomic():
        hold(user)
        user.recovery_codes.all().delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, code_hash=hash_of(user, code)) for code in codes
        )
        log_change("make recovery codes", user)
    return codes


def hash_of(user: User, code: str) -> str:
    # Quick, because nobody tries out 59 random bits; of the user, so that equal rows tell nothing.
    plain = digits.clean_number(code).lower()
    return hashlib.sha256(f"{user.pk}:{plain}".encode()).hexdigest()


def recovery_codes_left(user: User) -> int:
    return user.recovery_codes.filter(used_at__isnull=True).count()


def remove(user: User) -> None:
    """Take away the person's authenticator and recovery codes; sessions verified with it are so no longer."""
    with transaction.atomic():
        hold(user)
        Authenticator.objects.filter(user=user).delete()
        user.recovery_codes.all().delete()


def hold(user: User) -> None:
    """Let nobody else set up or remove this person's authenticator until the transaction ends."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)


def bind(request: HttpRequest, device: Any) -> None:
    """Make this session a verified one, under a new key."""
    request.session.cycle_key()
    django_otp.login(request, device)
    fresh.mark(request)


def address_of(device: Authenticator, user: User) -> str:
    """Return the address that an authenticator reads from the picture: whose it is, and the secret."""
    label = quote(f"{settings.OTP_TOTP_ISSUER}:{user.get_username()}")
    secret = base64.b32encode(device.secret).decode().rstrip("=")
    values = {"secret": secret, "issuer": settings.OTP_TOTP_ISSUER, "algorithm": "SHA1"}
    return f"otpauth://totp/{label}?{urlencode(values | {'digits': DIGITS, 'period': 30})}"


def shown_secret(device: Authenticator) -> str:
    """Return the secret for typing it into an authenticator: base 32, in groups of four."""
    text = base64.b32encode(device.secret).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
