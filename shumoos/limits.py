"""How many requests a minute: counted in Redis, for each key of the API, and otherwise by address.

While Redis is away everything passes: a limit protects the portal from a program gone wild, and must never
keep records from coming in.
"""

import hashlib
import math
import time
from dataclasses import dataclass
from functools import cache

import redis
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

WINDOW = 60
# Asking a server that is away costs each request a moment, so it is left alone for a while.
LEFT_ALONE = 5.0
PATIENCE = 0.25

_away_until = 0.0


@dataclass(frozen=True)
class Allowance:
    """What is left of a limit: `left` requests in the next `resets_in` seconds; none where `is_spent`."""

    limit: int
    left: int
    resets_in: int
    is_spent: bool = False

    def headers(self) -> dict[str, str]:
        """Return it as the IETF's draft on RateLimit header fields has it."""
        return {
            "RateLimit-Policy": f'"minute";q={self.limit};w={WINDOW}',
            "RateLimit": f'"minute";r={self.left};t={self.resets_in}',
        }


@cache
def server() -> redis.Redis:
    return redis.Redis.from_url(
        settings.CELERY_BROKER_URL, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=None
    )


def take(name: str, limit: int) -> Allowance:
    """Count one request under that name and return what is left of the minute's limit."""
    now = time.time()
    window = int(now // WINDOW)
    resets_in = math.ceil((window + 1) * WINDOW - now)
    count = _count(f"shumoos:limit:{name}:{window}")
    return Allowance(limit, max(limit - count, 0), resets_in, is_spent=count > limit)


def take_from(address: str | None, what: str, limit: int) -> Allowance:
    """Count one request of that sort from an address and return what is left of the minute's limit."""
    # What goes into Redis tells of nobody.
    name = hashlib.sha256((address or "").encode()).hexdigest()[:32]
    return take(f"{what}:{name}", limit)


def _count(name: str) -> int:
    global _away_until
    if time.monotonic() < _away_until:
        return 1
    try:
        count = int(server().incr(name))
        if count == 1:
            server().expire(name, 2 * WINDOW)
        return count
    except redis.RedisError as error:
        _away_until = time.monotonic() + LEFT_ALONE
        log.warning("limits are not counted", kind=type(error).__name__)
        return 1
