"""Requests counted in Redis: each for itself where few are allowed, several together where many are."""

import pytest

from shumoos import limits
from tests.limits import forget


@pytest.fixture(autouse=True)
def fresh():
    forget("of the test")


@pytest.fixture
def trips(monkeypatch):
    """How many requests Redis was told of, trip by trip."""
    told = []
    count = limits._count

    def counting(name, requests=1):
        told.append(requests)
        return count(name, requests)

    monkeypatch.setattr(limits, "_count", counting)
    return told


def left(limit):
    return limits.take("of the test", limit).left


def test_of_a_low_limit_each_request_is_told(trips):
    assert [left(99) for _time in range(3)] == [98, 97, 96]
    assert trips == [1, 1, 1]


def test_of_a_high_limit_one_in_fifty_is_told_at_a_time(trips):
    assert [left(200) for _time in range(9)] == list(range(199, 190, -1))
    assert trips == [1, 4, 4]


def test_another_process_knows_of_them_and_a_few_more_may_pass():
    for _time in range(198):
        left(200)
    limits.forget_tallies()

    passed = [limits.take("of the test", 200).is_spent for _time in range(20)].index(True)

    assert 2 <= passed <= 2 + 200 // limits.SHARE


def test_a_new_minute_begins_anew(monkeypatch):
    monkeypatch.setattr(limits.time, "time", lambda: 60.0 * 30_000_000)
    assert [left(200), left(200)] == [199, 198]
    monkeypatch.setattr(limits.time, "time", lambda: 60.0 * 30_000_001)
    assert [left(200), left(200)] == [199, 198]
