"""The servers a bench measures on: its own, durable as in production, and gone afterwards."""

import atexit
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet

from shumoos.letter_key import own_pair
from shumoos.processes import free_port
from shumoos.stack import BASE_DIR, Stack

BENCHES = BASE_DIR / "var" / "bench"


@contextmanager
def portal(*, durable: bool = True, **settings: str) -> Iterator[Path]:
    """Run PostgreSQL and Valkey for the block, with Django set up on an empty, migrated database.

    `durable` as in production; without it rows are made faster, and only reading can be measured. Yields a
    directory for the bench's own files. Django is imported only inside the block: its settings read
    the addresses of these servers from the environment, as the processes that the bench starts do.
    `settings` are further ones.
    """
    BENCHES.mkdir(parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(dir=BENCHES))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    servers = Stack(directory, durable=durable)
    try:
        with servers:
            os.environ.update(environment(directory, servers) | settings)
            set_up()
            yield directory
            close_connections()
    finally:
        sockets = json.loads((directory / "stack.json").read_text())["sockets"]
        shutil.rmtree(sockets, ignore_errors=True)
        shutil.rmtree(directory, ignore_errors=True)


def environment(directory: Path, servers: Stack) -> dict[str, str]:
    (directory / "static").mkdir()
    return {
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "PUBLIC_URL": "http://localhost",
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_FROM": "Shumoos",
        "TWILIO_API_BASE": f"http://127.0.0.1:{free_port()}",
        "CENTRE_URL": f"http://127.0.0.1:{free_port()}",
        "CENTRE_KEY": secrets.token_urlsafe(24),
        **own_pair(directory / "keys"),
        "DOCUMENTS_ROOT": str(directory / "documents"),
        "STATIC_ROOT": str(directory / "static"),
        "STATIC_MANIFEST": "false",
        "LOG_JSON": "true",
        # All that is sent comes from one address.
        "PUBLIC_POSTS_A_MINUTE": "1000000000",
        # Whoever signs in here has no authenticator.
        "REQUIRE_STAFF_OTP": "false",
        "DJANGO_SETTINGS_MODULE": "shumoos.settings",
    }


def set_up() -> None:
    import logging

    import django
    from django.core.management import call_command

    django.setup()
    # A line on stdout for every request would be measured too.
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)


def close_connections() -> None:
    from django.db import connections

    connections.close_all()


def empty(*tables: str) -> None:
    """Empty the tables and those that refer to them."""
    from django.db import connection

    with connection.cursor() as cursor:
        # Of those that refer to them some must never be emptied; here they have no rows.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        cursor.execute("RESET session_replication_role")
        cursor.execute("CHECKPOINT")


def create_database(name: str) -> None:
    """Make another database on the same server, empty and migrated, and leave the connection on it."""
    from django.db import connection

    # Nobody may be connected to the one that is copied.
    use_database("postgres")
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE shumoos')
    use_database(name)


def use_database(name: str) -> None:
    """Work on that database from here on."""
    from django.contrib.contenttypes.models import ContentType
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name
    # Keys remembered from the other one.
    ContentType.objects.clear_cache()
    connection.ensure_connection()
