"""Six digits by text message, which prove that a person holds a mobile."""

import secrets
from datetime import datetime, timedelta
from math import ceil
from typing import Any, cast

from django.db import connection, transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shumoos.accounts.models import OneTimeCode
from shumoos.saudi import digits
from shumoos.sms import kinds
from shumoos.sms.outbox import queue_sms

DIGITS = 6
VALID_FOR = timedelta(minutes=5)
MOST_TRIES = 5
RESEND_AFTER = timedelta(seconds=60)
MOST_A_DAY_FOR_A_MOBILE = 5
MOST_AN_HOUR_FOR_AN_ADDRESS = 20
# A text that could not go out sooner helps nobody who waits in front of a page.
WAIT_FOR_GATEWAY = timedelta(minutes=10)
# Longer than any of the limits looks back.
KEPT_FOR = timedelta(days=2)


class CodeRefused(Exception):
    """A code that is not sent or not accepted; its text is a sentence for the user."""


class CodeUnderway(CodeRefused):
    """Another code is not sent yet, because the last one may only just be arriving."""


@transaction.atomic
def send_code(*, purpose: str, mobile: str, address: str | None, language: str) -> None:
    """Have a code sent to a mobile; the one sent before it for the same purpose stops working.

    `purpose` says what the code is for, such as `status:<reference>`, and `address` where it was asked for;
    None where that is not known. Raises CodeRefused within 60 seconds of the last one for this purpose, for
    more than five a day to a mobile and for more than twenty an hour from an address.
    """
    now = timezone.now()
    # Of two requests at once, the second has to count the first. Mobiles before addresses: no deadlock.
    hold("mobile", mobile)
    if address is not None:
        hold("address", address)
    refuse_too_many(OneTimeCode(purpose=purpose, mobile=mobile, address=address), now)
    code = OneTimeCode.objects.create(purpose=purpose, mobile=mobile, address=address, asked_at=now)
    queue_sms(kind="code", to=mobile, language=language, about=code)


@transaction.atomic(durable=True)
def try_code(*, purpose: str, mobile: str, typed: str) -> str:
    """Use up the code, or count a try, and return what is wrong: a sentence, or nothing."""
    code = latest(purpose, mobile)
    if code is None or code.used_at is not None:
        return _("There is no code to compare with. Ask for a new one.")
    if code.made_at is None:
        return _("The code is still on its way. Wait for the text message.")
    if code.made_at + VALID_FOR <= timezone.now():
        return _("This code has run out after five minutes. Ask for a new one.")
    if code.tries >= MOST_TRIES:
        return _("This code was typed wrongly too often. Ask for a new one.")
    if constant_time_compare(code.code_hash, hash_of(code, typed)):
        code.used_at = timezone.now()
        code.save(update_fields=["used_at"])
        return ""
    code.tries += 1
    code.save(update_fields=["tries"])
    if left := MOST_TRIES - code.tries:
        return ngettext(
            "This is not the code that was sent. You have %(left)d more try.",
            "This is not the code that was sent. You have %(left)d more tries.",
            left,
        ) % {"left": left}
    return _("This code was typed wrongly too often. Ask for a new one.")


def check_code(*, purpose: str, mobile: str, typed: str) -> None:
    """Accept the code last sent to that mobile for that purpose, once.

    Raises CodeRefused where it is another one, has run out after five minutes, was tried five times or used
    before; RuntimeError inside a transaction, with which a counted try could be rolled back.
    """
    number = digits.clean_number(typed)
    if not (len(number) == DIGITS and number.isascii() and number.isdigit()):
        raise CodeRefused(_("A code has six digits. Type it as it stands in the text message."))
    # Raised out here, where the try is already counted.
    if refusal := try_code(purpose=purpose, mobile=mobile, typed=number):
        raise CodeRefused(refusal)


def is_code_out(*, purpose: str, mobile: str) -> bool:
    """Whether the code last sent to that mobile for that purpose may still be typed."""
    code = OneTimeCode.objects.filter(purpose=purpose, mobile=mobile).order_by("-pk").first()
    if code is None or code.used_at is not None or code.tries >= MOST_TRIES:
        return False
    if code.made_at is None:
        return code.asked_at + WAIT_FOR_GATEWAY > timezone.now()
    return code.made_at + VALID_FOR > timezone.now()


def make_code(about: Model | None, language: str) -> dict[str, Any]:
    """Return a code made for this very text; one made for an attempt before it stops working.

    Raises Pointless where a later code was asked for, or this one was used or comes too late.
    """
    with transaction.atomic():
        code = OneTimeCode.objects.select_for_update().get(pk=cast(OneTimeCode, about).pk)
        now = timezone.now()
        later = OneTimeCode.objects.filter(purpose=code.purpose, mobile=code.mobile, pk__gt=code.pk)
        if code.used_at is not None or code.asked_at + WAIT_FOR_GATEWAY < now or later.exists():
            raise kinds.Pointless
        number = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        code.code_hash = hash_of(code, number)
        code.made_at = now
        code.save(update_fields=["code_hash", "made_at"])
    return {"code": number}


def latest(purpose: str, mobile: str) -> OneTimeCode | None:
    """Return the code last asked for, under a lock: of two checks at once only one uses it."""
    return (
        OneTimeCode.objects.select_for_update().filter(purpose=purpose, mobile=mobile).order_by("-pk").first()
    )


def hash_of(code: OneTimeCode, number: str) -> str:
    # Keyed, because a million possible codes are quickly tried out by whoever holds the rows alone.
    return salted_hmac(f"shumoos.accounts.codes:{code.pk}", number, algorithm="sha256").hexdigest()


def refuse_too_many(new: OneTimeCode, now: datetime) -> None:
    to_mobile = OneTimeCode.objects.filter(mobile=new.mobile, asked_at__gt=now - timedelta(days=1))
    last = to_mobile.filter(purpose=new.purpose).order_by("-pk").first()
    if last is not None and last.asked_at + RESEND_AFTER > now:
        wait = ceil((last.asked_at + RESEND_AFTER - now).total_seconds())
        raise CodeUnderway(
            ngettext(
                "A code is on its way. You can ask for another one in %(seconds)d second.",
                "A code is on its way. You can ask for another one in %(seconds)d seconds.",
                wait,
            )
            % {"seconds": wait}
        )
    if to_mobile.count() >= MOST_A_DAY_FOR_A_MOBILE:
        raise CodeRefused(_("Five codes were sent to this mobile within a day. Try again tomorrow."))
    from_address = Q(address=new.address, asked_at__gt=now - timedelta(hours=1))
    if new.address and OneTimeCode.objects.filter(from_address).count() >= MOST_AN_HOUR_FOR_AN_ADDRESS:
        raise CodeRefused(_("Too many codes were asked for from here. Try again in an hour."))


def hold(sort: str, value: str) -> None:
    """Let nobody else ask for a code to this mobile, or from this address, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('one-time code'), hashtext(%s))", [f"{sort}:{value}"]
        )
