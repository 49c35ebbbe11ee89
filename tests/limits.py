"""Limits that are counted in Redis, where what one test has used up another one finds."""

from shumoos import limits


def forget(name=""):
    """Forget what was counted under the limits whose names begin so; under all of them by default."""
    server = limits.server()
    for key in server.scan_iter(f"shumoos:limit:{name}*"):
        server.delete(key)
    limits.forget_tallies()
