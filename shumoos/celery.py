"""The queue: Celery only rings the bell, the rows say what there is to do."""

import gc
import math
import os
import time

from celery import Celery, signals
from celery.app.task import Task
from celery.schedules import crontab
from django.db import transaction

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shumoos.settings")

app = Celery("shumoos")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Celery leaves logging alone where this signal has a receiver: the settings have set it up."""


@signals.worker_init.connect
def share_memory(**_: object) -> None:
    """Let the processes that a worker forks share what it has loaded: collecting would copy it for each."""
    gc.collect()
    gc.freeze()


# Whatever a lost bell or a killed worker left behind is found again by these.
app.conf.beat_schedule = {
    "send due texts": {"task": "shumoos.sms.tasks.send_due_texts", "schedule": 15.0},
    "read due registers": {"task": "registration.tasks.read_due_registers", "schedule": 15.0},
    "transfer due records": {"task": "guests.tasks.transfer_due_records", "schedule": 15.0},
    "read due files": {"task": "guests.tasks.read_due_files", "schedule": 15.0},
    "seal the access log": {"task": "shumoos.accounts.tasks.seal_access_log", "schedule": 60.0},
    "note unusual reading": {
        "task": "shumoos.accounts.tasks.note_unusual_reading",
        "schedule": crontab(minute=5),
    },
    "forget traces of sign-ins": {
        "task": "shumoos.accounts.tasks.forget_traces",
        "schedule": crontab(minute=25),
    },
    "forget old checks": {"task": "shumoos.letters.tasks.forget_old_checks", "schedule": crontab(minute=35)},
    "leave a sign of life": {"task": "guests.tasks.leave_sign_of_life", "schedule": 60.0},
    "purge records": {"task": "guests.tasks.purge_records", "schedule": crontab(hour=2, minute=45)},
    "give back idle claims": {"task": "activation.tasks.give_back_idle_claims", "schedule": 60.0},
    # By day only, because it sends texts.
    "remind and expire": {
        "task": "registration.tasks.keep_up",
        "schedule": crontab(hour="9-20", minute=5),
    },
    "scan waiting documents": {"task": "registration.tasks.scan_waiting_documents", "schedule": 30.0},
    "clean up documents": {
        "task": "registration.tasks.clean_up_documents",
        "schedule": crontab(hour=3, minute=30),
    },
    "tell of subscriptions": {
        "task": "activation.tasks.keep_up",
        "schedule": crontab(hour="9-20", minute=20),
    },
    "clean up the API": {"task": "guests.tasks.clean_up_api", "schedule": crontab(hour="*", minute=40)},
    # After midnight, and again for whatever the night has missed.
    "file standing nil returns": {
        "task": "guests.tasks.file_standing_nil_returns",
        "schedule": crontab(hour="0-6", minute=40),
    },
    "tell of deadlines": {
        "task": "guests.tasks.tell_of_deadlines",
        "schedule": crontab(hour="9-22", minute="10,40"),
    },
    "propose occurrences": {
        "task": "violations.tasks.propose",
        "schedule": crontab(hour=2, minute=40),
    },
    "keep tickets up": {"task": "support.tasks.keep_up", "schedule": 60.0},
    "scan waiting files": {"task": "support.tasks.scan_waiting_files", "schedule": 30.0},
    "make copies of data": {"task": "support.tasks.make_due_copies", "schedule": 60.0},
    "forget old texts": {
        "task": "shumoos.sms.tasks.forget_old_texts",
        "schedule": crontab(hour=3, minute=50),
    },
    "clean up the desk": {"task": "support.tasks.clean_up", "schedule": crontab(hour=4, minute=10)},
    "escalate": {"task": "violations.tasks.escalate_today", "schedule": crontab(hour=0, minute=15)},
}


_rung: dict[str, float] = {}


def ring(task: Task, *, at_most_every: float = 0) -> None:
    """Wake a worker for `task` once the transaction has committed; nothing happens if it rolls back.

    A broker that is away costs the caller nothing: the row is there, and the beat rings again for it. Where
    rows come many a second, one ring in so many seconds wakes the worker as well as one for each of them.
    """
    now = time.monotonic()
    if at_most_every and now - _rung.get(task.name, -math.inf) < at_most_every:
        return
    _rung[task.name] = now
    # Not `delay_on_commit`: an unreachable broker would raise through the page that has already succeeded.
    transaction.on_commit(task.delay, robust=True)
