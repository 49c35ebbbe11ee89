"""Days that go by, for what the calendar alone changes."""

from datetime import date, timedelta

DAY = timedelta(days=1)
BEGAN = date(2026, 1, 1)


def go_to(clock, day):
    """Take a clock to ten in the morning of that day, in Riyadh."""
    clock.move_to(f"{day} 10:00:00+03:00", tick=False)
