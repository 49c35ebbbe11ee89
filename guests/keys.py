"""Keys of the API: made and shown once, found by their hash, revoked at once."""

import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from guests.models import ApiKey
from registration.models import Establishment
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User

LIVE, TEST = "shm_live_", "shm_test_"
SHOWN = 15
MOST_IN_FORCE = 20


class KeyRefused(Exception):
    """Why no further key is made, as a sentence for the owner."""


@transaction.atomic
def make(
    *, establishment: Establishment, name: str, is_test: bool, by: User | None, **details: Any
) -> tuple[ApiKey, str]:
    """Return a new key's row and the key itself, which nobody can be shown again.

    Raises `KeyRefused` where the establishment has as many as it can look after.
    """
    # Of two at once, the second has to count the first.
    Establishment.objects.select_for_update(no_key=True).only("pk").get(pk=establishment.pk)
    if ApiKey.objects.in_force().filter(establishment=establishment).count() >= MOST_IN_FORCE:
        raise KeyRefused(
            _("There are %(most)s keys already: revoke those that nobody uses.") % {"most": MOST_IN_FORCE}
        )
    secret = (TEST if is_test else LIVE) + secrets.token_urlsafe(32)
    key = ApiKey(
        establishment=establishment,
        name=name,
        is_test=is_test,
        prefix=secret[:SHOWN],
        key_hash=hash_of(secret),
        created_by=by,
        **details,
    )
    key.full_clean(exclude=["created_by", "revoked_by"])
    key.save()
    log_change("make API key", key, by=by)
    return key, secret


def hash_of(secret: str) -> str:
    # Quick, because nobody tries out 256 random bits; keyed, so that the rows alone are worth nothing.
    return salted_hmac("guests.keys", secret, algorithm="sha256").hexdigest()


@transaction.atomic
def revoke(key: ApiKey, *, by: User | None) -> None:
    """Let the key open nothing from now on. Revoking it again changes nothing."""
    key.refresh_from_db(from_queryset=ApiKey.objects.select_for_update())
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.revoked_by = by
        key.save(update_fields=["revoked_at", "revoked_by"])
        log_change("revoke API key", key, by=by)
