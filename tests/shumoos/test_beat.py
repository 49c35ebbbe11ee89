"""What runs by itself is rung for: a task that the beat forgets is one that nobody misses until it hurts."""

from shumoos.celery import app

APPS = ("shumoos.", "registration.", "activation.", "guests.", "violations.", "support.")


def test_the_beat_rings_for_every_task_and_for_nothing_that_is_none():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if name.startswith(APPS)}
    assert {"support.tasks.keep_up", "shumoos.accounts.tasks.seal_access_log"} <= ours
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} == ours


def test_what_is_promised_by_the_minute_is_rung_for_by_the_minute():
    every = {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}
    for task in (
        "shumoos.accounts.tasks.seal_access_log",  # each closed minute
        "support.tasks.keep_up",  # a breach is escalated
        "support.tasks.make_due_copies",  # within the hour
    ):
        assert every[task] == 60.0, task
