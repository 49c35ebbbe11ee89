"""Tables that take rows in and never let go of them: the triggers that make the database refuse."""

import pgtrigger


def append_only() -> pgtrigger.Trigger:
    """Return the trigger that keeps rows from being changed or deleted."""
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


def never_emptied() -> pgtrigger.Trigger:
    """Return the trigger that keeps the table from being truncated."""
    return pgtrigger.Trigger(
        name="never_emptied",
        level=pgtrigger.Statement,
        operation=pgtrigger.Truncate,
        when=pgtrigger.Before,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;",
    )
