"""Unusual reading: many people in an hour, or outside working hours. The limits are rows of ReadingLimit."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from shumoos.accounts.models import UnusualReading

# Hours further back than this were looked at before; a beat that was away for less loses nothing.
LOOKS_BACK = timedelta(days=3)

# A page that lists people without being anybody's counts as many as it shows, another as whose it was.
NOTE = """
    WITH hours AS (
        SELECT date_trunc('hour', line.at) AS hour, line.by_id, line.role, count(*) AS looks,
            count(DISTINCT line.whose) FILTER (WHERE line.whose <> '')
                + coalesce(sum(line.people) FILTER (WHERE line.whose = ''), 0) AS people
        FROM accounts_look AS line
        WHERE line.at >= %(since)s AND line.at < %(until)s AND line.by_id IS NOT NULL
            AND line.role IN (SELECT role FROM accounts_readinglimit)
        GROUP BY 1, 2, 3
    ),
    found AS (
        SELECT hours.*, 'many' AS kind
        FROM hours JOIN accounts_readinglimit AS reading ON reading.role = hours.role
        WHERE hours.people > reading.people_an_hour
        UNION ALL
        SELECT hours.*, 'outside'
        FROM hours JOIN accounts_readinglimit AS reading ON reading.role = hours.role
        WHERE reading.begins_at IS NOT NULL AND (
            extract(isodow FROM hours.hour AT TIME ZONE 'Asia/Riyadh') IN (5, 6)
            OR (hours.hour AT TIME ZONE 'Asia/Riyadh')::time + interval '59 minutes' < reading.begins_at
            OR (hours.hour AT TIME ZONE 'Asia/Riyadh')::time >= reading.ends_at
        )
    )
    INSERT INTO accounts_unusualreading (hour, by_id, role, kind, looks, people)
    SELECT hour, by_id, role, kind, looks, people FROM found
    ON CONFLICT DO NOTHING
"""


def note(now: datetime | None = None) -> int:
    """Note the unusual hours among those that are over, each once; return how many are new."""
    until = (now or timezone.now()).replace(minute=0, second=0, microsecond=0)
    latest = UnusualReading.objects.order_by("-hour").values_list("hour", flat=True).first()
    since = max(until - LOOKS_BACK, latest) if latest else until - LOOKS_BACK
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"since": since, "until": until})
        return cursor.rowcount
