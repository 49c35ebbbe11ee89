"""The portal under granian, as it runs in production, on the tests' own database."""

import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager

from shumoos.processes import dying_with_parent, free_port, stop_in_order
from tests.shumoos.processes import eventually
from tests.workers import child_environment


@contextmanager
def granian(log, **environment):
    """Run the portal; yields its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--no-ws"]
    command += ["--port", str(port), "--workers", "2", "--blocking-threads", "4", "shumoos.wsgi:application"]
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            env=child_environment(PUBLIC_URL=url, **environment),
            stdout=file,
            stderr=file,
            # A group of its own: what does not end in time is killed with its workers.
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGTERM),
        )
        try:
            assert eventually(lambda: answers(url), 60), log.read_text()
            yield url
        finally:
            stop_in_order(process, (signal.SIGTERM, 10))


def answers(url):
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as response:
            return response.status == 200
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
