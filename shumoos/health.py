"""What a load balancer asks: is the process up, and can it do its work?"""

from collections.abc import Callable
from functools import cache

import redis
import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse

log = structlog.get_logger(__name__)

SECONDS = 2
OK = "ok"
FAILED = "failed"

# What is told along without a bearing on whether we are ready; the apps add theirs when the portal starts.
others: dict[str, Callable[[], str]] = {}


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers; it asks nobody, so that a database outage restarts nothing."""
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations and broker are in order, else 503; the failing part is not `ok`.

    `centre` says whether the information centre answers; without it we work on, and records wait.

    Each is given about two seconds. `migrations` is `unknown` while the database cannot be asked.
    """
    parts = database_parts() | {"broker": OK if broker_answers() else FAILED}
    is_ready = set(parts.values()) == {OK}
    if is_ready:
        parts |= {name: status() for name, status in others.items()}
    return JsonResponse(parts, status=200 if is_ready else 503, headers={"Cache-Control": "no-store"})


def broker_answers() -> bool:
    try:
        with redis.Redis.from_url(
            settings.CELERY_BROKER_URL, socket_connect_timeout=SECONDS, socket_timeout=SECONDS, retry=None
        ) as client:
            return bool(client.ping())
    except redis.RedisError as error:
        log.warning("the broker does not answer", kind=type(error).__name__)
        return False


def database_parts() -> dict[str, str]:
    # A connection of its own: the request's may be one that the server has closed behind our back.
    probe = connection.copy()
    probe.settings_dict["OPTIONS"] = {**probe.settings_dict["OPTIONS"], "connect_timeout": SECONDS}
    try:
        missing = unapplied_migrations(probe)
    except DatabaseError as error:
        log.warning("the database does not answer", kind=type(error).__name__)
        return {"database": FAILED, "migrations": "unknown"}
    finally:
        probe.close()
    if missing:
        log.warning("migrations are not applied", migrations=sorted(map(".".join, missing)))
    return {"database": OK, "migrations": FAILED if missing else OK}


def unapplied_migrations(probe: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    # Not MigrationRecorder: it asks the request's connection, which has no limit of time.
    probe.set_autocommit(False)
    with probe.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = %s", [SECONDS * 1000])
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        applied = []
        if cursor.fetchone() == (True,):
            cursor.execute("SELECT app, name FROM django_migrations")
            applied = cursor.fetchall()
    return set(migrations_on_disk()) - set(applied)


@cache
def migrations_on_disk() -> tuple[tuple[str, str], ...]:
    return tuple(MigrationLoader(None).disk_migrations)
