"""What commands show of how far they are, and how Ctrl-C ends them."""

import io

import pytest
from django.core.management.base import BaseCommand, CommandError

from shumoos import progress
from tests.shumoos.terminal import Impatient, Terminal


def shown_on(stderr, done=(0, 1, 2, 3), total=3):
    with progress.shown(BaseCommand(stderr=stderr), "files", stopped="Run this again.") as tell:
        for number in done:
            tell(number, total)
    return stderr.getvalue()


def test_a_log_has_a_line_at_once_and_then_one_now_and_then(monkeypatch):
    assert shown_on(io.StringIO()) == "0 of 3 files\n"
    monkeypatch.setattr(progress, "SECONDS_ELSEWHERE", 0)
    assert shown_on(io.StringIO(), (0, 1_200), 34_000) == "0 of 34,000 files\n1,200 of 34,000 files\n"


def test_on_a_terminal_it_is_one_line_that_renews_itself_and_is_gone_at_the_end(monkeypatch):
    wipe = progress.WIPE
    assert shown_on(Terminal()) == f"{wipe}0 of 3 files{wipe}"
    monkeypatch.setattr(progress, "SECONDS_ON_A_TERMINAL", 0)
    assert shown_on(Terminal(), (0, 3)) == f"{wipe}0 of 3 files{wipe}3 of 3 files{wipe}"


def test_what_tells_nothing_shows_nothing():
    assert shown_on(Terminal(), ()) == shown_on(io.StringIO(), ()) == ""


def test_ctrl_c_ends_it_with_a_sentence_that_says_how_far_it_came():
    with pytest.raises(CommandError) as stopped:
        shown_on(Impatient())
    assert str(stopped.value) == "Stopped at 0 of 3 files. Run this again."
    assert stopped.value.returncode == 130


def test_ctrl_c_before_the_first_sign_is_a_sentence_as_well():
    command = BaseCommand(stderr=io.StringIO())
    with (
        pytest.raises(CommandError, match=r"^Stopped\. Run this again\.$"),
        progress.shown(command, "files", stopped="Run this again."),
    ):
        raise KeyboardInterrupt


def test_other_failures_are_left_as_they_are_and_the_line_is_gone():
    stderr = Terminal()

    def fail():
        with progress.shown(BaseCommand(stderr=stderr), "files", stopped="Run this again.") as tell:
            tell(1, 3)
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert stderr.getvalue().endswith(progress.WIPE)
