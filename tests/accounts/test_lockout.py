"""Guessing is made to wait, longer each time, and nothing tells whether a user exists."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.urls import reverse
from django.utils import timezone

from shumoos.accounts import lockout
from tests.factories import PASSWORD, OwnerFactory, UserFactory

pytestmark = pytest.mark.django_db

LOGIN = reverse("accounts:login")


@pytest.fixture
def owner():
    return OwnerFactory().user


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    return time_machine


def guess(client, username, password="a wrong guess", address="203.0.113.7"):
    return client.post(LOGIN, {"username": username, "password": password}, REMOTE_ADDR=address)


def waits(client, username, clock, times):
    """Guess until it locks, then as soon as it is open again; return the seconds to wait each time."""
    for _free in range(lockout.FREE - 1):
        assert guess(client, username).status_code == 200
    seconds = []
    for _time in range(times):
        seconds.append(int(guess(client, username)["Retry-After"]))
        clock.shift(seconds[-1])
    return seconds


def test_the_wait_doubles_up_to_four_hours():
    minutes = [lockout.wait_after(failures) // timedelta(minutes=1) for failures in range(16)]
    assert minutes == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240]
    assert lockout.wait_after(10**6) == timedelta(hours=4)


def test_known_and_unknown_users_wait_alike(client, owner, clock):
    known = waits(client, owner.username, clock, 3)
    assert known == [60, 120, 240]
    assert waits(client, "nobody-here", clock, 3) == known


def test_the_right_password_has_to_wait_too_and_then_clears(client, owner, clock):
    waits(client, owner.username, clock, 1)
    guess(client, owner.username)
    assert guess(client, owner.username, PASSWORD).status_code == 429
    clock.shift(120)
    assert guess(client, owner.username, PASSWORD).status_code == 302
    client.post(reverse("accounts:logout"))
    assert guess(client, owner.username).status_code == 200


def test_trying_while_it_is_locked_does_not_lengthen_the_wait(client, owner, clock):
    for _attempt in range(lockout.FREE + 5):
        answer = guess(client, owner.username)
    assert int(answer["Retry-After"]) == 60


def test_somebody_elses_guesses_do_not_lock_the_person_out(client, owner):
    for _attempt in range(lockout.FREE):
        guess(client, owner.username)
    assert guess(client, owner.username, PASSWORD, address="203.0.113.8").status_code == 302


def test_one_address_that_guesses_at_many_waits_as_a_whole(client, owner, monkeypatch):
    monkeypatch.setattr(lockout, "MOST_AN_HOUR_FROM_AN_ADDRESS", 8)
    for number in range(8):
        guess(client, f"somebody{number}")
    assert guess(client, owner.username, PASSWORD).status_code == 429
    assert guess(client, owner.username, PASSWORD, address="203.0.113.8").status_code == 302


def test_a_user_name_cannot_be_told_by_time(client, owner, monkeypatch):
    hashed = []
    encode = Argon2PasswordHasher.encode
    decode = Argon2PasswordHasher.verify
    monkeypatch.setattr(
        Argon2PasswordHasher, "encode", lambda *args, **kw: hashed.append(1) or encode(*args, **kw)
    )
    monkeypatch.setattr(
        Argon2PasswordHasher, "verify", lambda *args, **kw: hashed.append(1) or decode(*args, **kw)
    )
    closed = UserFactory(is_active=False)
    counts = []
    for username in (owner.username, closed.username, "nobody-here"):
        hashed.clear()
        guess(client, username)
        counts.append(len(hashed))
    assert counts == [1, 1, 1]
