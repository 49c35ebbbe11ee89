"""How many requests a minute: counted in Redis, for each key of the API, and otherwise by address.

While Redis is away everything passes: a limit protects the portal from a program gone wild, and must never
keep records from coming in. To ask it for each of hundreds of requests a minute would cost more than some of
them do: of a high limit, each process tells it of one in fifty at a time, and so many more may pass.
"""

import hashlib
import math
import threading
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
SHARE = 50

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
    count = _tallied(f"shumoos:limit:{name}", window, together=limit // SHARE)
    return Allowance(limit, max(limit - count, 0), resets_in, is_spent=count > limit)


def take_from(address: str | None, what: str, limit: int) -> Allowance:
    """Count one request of that sort from an address and return what is left of the minute's limit."""
    # What goes into Redis tells of nobody.
    name = hashlib.sha256((address or "").encode()).hexdigest()[:32]
    return take(f"{what}:{name}", limit)


@dataclass
class _Tally:
    """How many requests there were in a window: those that Redis told of, and our own since."""

    window: int
    told: int = 0
    untold: int = 0


_tallies: dict[str, _Tally] = {}
_tallying = threading.Lock()


def _tallied(name: str, window: int, together: int) -> int:
    """Count one request and return how many there are, told to Redis so many together."""
    if together < 2:
        return _count(f"{name}:{window}")
    with _tallying:
        tally = _tallies.get(name)
        is_known = tally is not None and tally.window == window
        if tally is None or not is_known:
            tally = _tallies[name] = _Tally(window)
        tally.untold += 1
        if is_known and tally.untold < together:
            return tally.told + tally.untold
        untold, tally.untold = tally.untold, 0
    tally.told = _count(f"{name}:{window}", untold)
    return tally.told


def forget_tallies() -> None:
    """Ask Redis anew of every limit, as a process does that has just begun."""
    with _tallying:
        _tallies.clear()


def _count(name: str, requests: int = 1) -> int:
    global _away_until
    if time.monotonic() < _away_until:
        return 1
    try:
        count = int(server().incrby(name, requests))
        if count == requests:
            server().expire(name, 2 * WINDOW)
        return count
    except redis.RedisError as error:
        _away_until = time.monotonic() + LEFT_ALONE
        log.warning("limits are not counted", kind=type(error).__name__)
        return 1
