"""Activates an application and is killed on the way, once at each step; run by test_killed.py.

Takes the application's key, the supervisor's, and the steps; prints for each the signal that ended it.
"""

import os
import signal
import sys

import django

django.setup()

from activation import decisions, life, subscribing  # noqa: E402
from registration.models import Application  # noqa: E402
from shumoos.accounts.models import User  # noqa: E402
from shumoos.sms.tasks import send_due_texts  # noqa: E402


def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def close_and_die(*args, real=decisions.close, **kwargs):
    real(*args, **kwargs)
    die()


def activate(application_pk, supervisor_pk, step):
    if step == "commit":
        decisions.close = close_and_die
    elif step == "ring":
        # All is committed, and no worker has been woken.
        send_due_texts.delay = die
    else:
        for module in (subscribing, decisions, life):
            if hasattr(module, step):
                setattr(module, step, die)
    decisions.activate(Application.objects.get(pk=application_pk), by=User.objects.get(pk=supervisor_pk))
    os._exit(0)


application_pk, supervisor_pk, *steps = sys.argv[1:]
for step in steps:
    # Each in a process of its own, forked before anything has connected to the database.
    child = os.fork()
    if not child:
        activate(application_pk, supervisor_pk, step)
    sys.stdout.write(f"{step} {os.WTERMSIG(os.waitpid(child, 0)[1])}\n")
    sys.stdout.flush()  # or the next child has it too
