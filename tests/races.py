"""Things that happen at the same time."""

import threading

from django.db import connection


def at_once(*jobs):
    """Run the jobs in threads that start together; return what each returned or raised."""
    start = threading.Barrier(len(jobs))
    outcomes = [None] * len(jobs)

    def run(position, job):
        start.wait()
        try:
            outcomes[position] = job()
        except Exception as error:  # noqa: BLE001  the test looks at it
            outcomes[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
