"""The sweep by hand and by the beat."""

import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from shumoos import progress
from shumoos.celery import app
from tests.shumoos.terminal import Impatient
from tests.violations.factories import (
    make_licence,
    warn,
)
from violations.tasks import escalate_today

D = date.fromisoformat

pytestmark = pytest.mark.django_db


def test_the_command_prints_the_report(capsys):
    case = warn(make_licence(), D("2026-01-01"))
    call_command("escalate", "--on", "2026-02-01", "--dry-run")
    call_command("escalate", "--on", "2026-02-01")

    dry, real = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert dry == real
    assert real["cases"][0]["licence_number"] == case.licence.number


def test_the_command_says_how_far_it_is_beside_the_report(capsys, monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_ELSEWHERE", 0)
    warn(make_licence(), D("2026-01-01"))
    make_licence()

    call_command("escalate", "--on", "2026-02-01")

    out, err = capsys.readouterr()
    assert json.loads(out)["fined"] == 1
    # Nobody's order is lifted: the two statements of that are left out, and the others have run.
    places = [int(line.removesuffix(" of 21 statements of the sweep")) for line in err.splitlines()]
    assert places == [0, 1, 2, *range(5, 21)]


def test_ctrl_c_ends_the_sweep_and_nothing_is_written():
    case = warn(make_licence(), D("2026-01-01"))

    with pytest.raises(CommandError, match=r"^Stopped at 0 of 21 .* Nothing was written: run this again\.$"):
        call_command("escalate", "--on", "2026-02-01", stderr=Impatient())

    case.refresh_from_db()
    assert case.stage == "warned"


def test_the_command_refuses_what_is_no_day():
    with pytest.raises(CommandError, match="YYYY-MM-DD"):
        call_command("escalate", "--on", "2026-02-30")


def test_the_beat_rings_at_a_quarter_past_midnight_in_riyadh():
    [beat] = [each for each in app.conf.beat_schedule.values() if each["task"] == escalate_today.name]
    assert (beat["schedule"].hour, beat["schedule"].minute) == ({0}, {15})
    assert app.timezone.key == "Asia/Riyadh"


def test_the_daily_task_sweeps_as_of_today_in_riyadh(time_machine):
    case = warn(make_licence(), D("2026-01-01"))
    time_machine.move_to("2026-01-31T20:59:00+00:00")
    escalate_today()
    case.refresh_from_db()
    assert case.stage == "warned"
    time_machine.move_to("2026-01-31T21:15:00+00:00")
    escalate_today()
    case.refresh_from_db()
    assert case.stage == "fined_first"
