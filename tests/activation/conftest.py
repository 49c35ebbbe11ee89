import pytest

from tests.activation.days import BEGAN, go_to


@pytest.fixture
def clock(time_machine):
    """A clock that stands still at ten in the morning of `BEGAN`, until `go_to` takes it to another day."""
    go_to(time_machine, BEGAN)
    return time_machine
