"""Real Celery workers on the tests' own database."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

from django.db import connection

from shumoos.celery import app


def child_environment(**changes):
    """What another process needs to work on the tests' own database and queue."""
    database, _, query = os.environ["DATABASE_URL"].partition("?")
    own = f"{database.rpartition('/')[0]}/{connection.settings_dict['NAME']}?{query}"
    return os.environ | {"DATABASE_URL": own, "REDIS_URL": app.conf.broker_url} | changes


@contextmanager
def worker(log, **environment):
    """A worker with the process that does its work, killed at the end if it has not been before."""
    celery = [sys.executable, "-m", "celery", "-A", "shumoos"]
    command = [*celery, "worker", "--concurrency=1", "--loglevel=INFO"]
    with log.open("a") as file:
        process = subprocess.Popen(
            command, env=child_environment(**environment), stdout=file, stderr=file, start_new_session=True
        )
        try:
            yield process
        finally:
            kill(process)


def kill(process):
    if process.poll() is None:
        # The whole group: the process that does the work is a child of the one that was started.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
