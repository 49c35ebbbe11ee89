"""Whether every change that a request makes leaves its line in the access log, in the same transaction.

The fixture `changes_leave_a_line` of conftest.py holds every request of every test to it: it reads along
which tables are written, block of a transaction by block, and a block that was written in without a line is a
fault of the test in which it came up.
"""

import re
import threading
from contextlib import contextmanager

from django.db import connection
from django.db.transaction import Atomic

from shumoos.accounts import access_log

OUR_APPS = "accounts|registration|activation|guests|violations|support|letters"
WRITTEN = re.compile(rf'(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?((?:{OUR_APPS})_\w+)"?', re.IGNORECASE)
LINE = re.compile(r'INSERT INTO\s+"?accounts_look"?', re.IGNORECASE)

# What is its own record, or nobody's: each with the reason why the access log does not repeat it.
EXEMPT = [
    # Sign-ins, attempts and sessions are rows of their own, with time, device and address.
    r'"accounts_signin"',
    r'UPDATE "accounts_user" SET "last_login"',
    # Codes that were sent and tried, and what an authenticator counts of them.
    r'"accounts_onetimecode"',
    r'"accounts_authenticator" SET (?!"confirmed")',
    r'UPDATE "accounts_recoverycode"',
    # One that is being set up opens nothing until it is confirmed.
    r'INSERT INTO "accounts_authenticator"',
    # Wrong numbers, and checks of letters: counted by address, and gone within the hour.
    r'"registration_wronglookup"',
    r'"letters_check"',
    # Visitors' answers, which are kept so that nobody can say whose they are.
    r'"support_pageanswer"',
    # That somebody is at work on a review, noted once a minute.
    r'UPDATE "activation_review" SET "last_active_at" = \S+ WHERE',
    # What a test key sends is invented, and gone the next day.
    r'"guests_sandbox',
    # When a key was last used, and the answers kept for who sends the same again.
    r'UPDATE "guests_apikey" SET "last_used_at"',
    r"guests_keptanswer",
]
IS_EXEMPT = re.compile("|".join(EXEMPT))
# Submissions by a program are the record themselves, with receipt, digest and moment: docs/architecture.md.
BY_PROGRAM = "/api/v1/records"


class Watch(threading.local):
    """What the request of this thread has written in the block of a transaction that is open."""

    def __init__(self):
        self.is_on = False
        self.depth = 0
        self.noted = []
        self.faults = []

    def note(self, execute, sql, params, many, context):
        done = execute(sql, params, many, context)
        text = str(sql)
        if LINE.search(text):
            self.noted.append("line")
        elif (written := WRITTEN.search(text)) and not IS_EXEMPT.search(text) and context["cursor"].rowcount:
            self.noted.append(written[1])
        if not self.depth:
            self.settle()
        return done

    def settle(self):
        if self.noted and "line" not in self.noted:
            self.faults.append(sorted(set(self.noted)))
        self.noted = []


watch = Watch()


@contextmanager
def watched(request):
    """Read along what the request writes; what was read is in `watch.faults`."""
    is_program = request.path == BY_PROGRAM and request.method == "POST"
    if watch.is_on or request.method in ("GET", "HEAD", "OPTIONS") or is_program:
        yield
        return
    watch.is_on, watch.depth, watch.noted = True, 0, []
    try:
        with connection.execute_wrapper(watch.note):
            yield
    finally:
        watch.is_on = False


def hold_to_it(monkeypatch):
    """Let every request of a test be watched; return the list of what went without a line."""
    answering, enter, leave = access_log.answering, Atomic.__enter__, Atomic.__exit__
    watch.faults = faults = []

    @contextmanager
    def watched_answering(request):
        watch.faults = faults
        with answering(request), watched(request):
            yield

    def entered(block):
        enter(block)
        if watch.is_on:
            watch.depth += 1
            block.noted_before = len(watch.noted)

    def left(block, kind, value, traceback):
        leave(block, kind, value, traceback)
        if watch.is_on and watch.depth:
            watch.depth -= 1
            if kind is not None:
                del watch.noted[getattr(block, "noted_before", 0) :]
            if not watch.depth:
                watch.settle()

    monkeypatch.setattr(access_log, "answering", watched_answering)
    monkeypatch.setattr(Atomic, "__enter__", entered)
    monkeypatch.setattr(Atomic, "__exit__", left)
    return faults
