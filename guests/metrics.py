"""What the operators' monitoring asks for: the queue to the centre, in the text form of Prometheus."""

import time
from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from guests.kinds import KINDS
from guests.models import Heartbeat, Outage, Part

# By the indexes of what waits; an empty queue costs a look, a long one its length.
WAITING = """
    SELECT
        (SELECT count(*) FROM guests_guestrecord WHERE state = 'accepted' AND kind = %(kind)s)
            + (SELECT count(*) FROM guests_recordchange WHERE state = 'accepted' AND kind = %(kind)s),
        LEAST(
            (SELECT created_at FROM guests_guestrecord
                WHERE state = 'accepted' AND kind = %(kind)s ORDER BY id LIMIT 1),
            (SELECT made_at FROM guests_recordchange
                WHERE state = 'accepted' AND is_next AND kind = %(kind)s ORDER BY id LIMIT 1)
        )
"""
SENDING = """
    SELECT (SELECT count(*) FROM guests_guestrecord WHERE state = 'sending')
        + (SELECT count(*) FROM guests_recordchange WHERE state = 'sending'),
        (SELECT count(*) FROM guests_batch WHERE finished_at IS NULL),
        (SELECT min(created_at) FROM guests_batch WHERE finished_at IS NULL)
"""


def lines() -> list[str]:
    """Return the figures of this moment: counts and seconds, nobody's data."""
    queue, ages = [], []
    with connection.cursor() as cursor:
        for kind in KINDS:
            cursor.execute(WAITING, {"kind": kind})
            count, oldest = cursor.fetchone()
            queue.append(f'shumoos_centre_queue_records{{kind="{kind}"}} {count}')
            ages.append(f'shumoos_centre_queue_oldest_seconds{{kind="{kind}"}} {age(oldest):.0f}')
        cursor.execute(SENDING)
        sending, batches, oldest_batch = cursor.fetchone()
    answered = Heartbeat.objects.filter(part=Part.CENTRE).values_list("at", flat=True).first()
    is_away = Outage.objects.under_way().filter(part=Part.CENTRE).exists()
    return [
        *gauge("shumoos_centre_queue_records", "Records that wait for the information centre.", queue),
        *gauge("shumoos_centre_queue_oldest_seconds", "For how long the oldest of them has waited.", ages),
        *one("shumoos_centre_sending_records", "Records in batches without an answer yet.", sending),
        *one("shumoos_centre_open_batches", "Batches without an answer for each record yet.", batches),
        *one("shumoos_centre_oldest_batch_seconds", "Age of the oldest.", f"{age(oldest_batch):.0f}"),
        *one("shumoos_centre_last_answer_timestamp_seconds", "When it last answered.", moment(answered)),
        *one("shumoos_centre_up", "Whether the information centre answers.", int(not is_away)),
    ]


def age(since: datetime | None) -> float:
    return max(time.time() - since.timestamp(), 0) if since else 0


def moment(at: datetime | None) -> str:
    return f"{at.timestamp():.0f}" if at else "0"


def gauge(name: str, about: str, values: Iterable[str]) -> list[str]:
    return [f"# HELP {name} {about}", f"# TYPE {name} gauge", *values]


def one(name: str, about: str, value: object) -> list[str]:
    return gauge(name, about, [f"{name} {value}"])
