"""When our own intake or the information centre was away, and what that does to deadlines.

The beat leaves a sign of life every minute, as long as the portal answers. Where it finds the last one too
old, nobody could rely on the portal since then, and that is written down as an outage of the intake. The
centre is away from the first batch that it does not answer until the first one that it does.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import httpx
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from guests.models import Heartbeat, Outage, Part

# The beat rings every minute; a restart takes less than this.
GAP = timedelta(minutes=5)
# Whoever had hardly any time left when an outage began has so much afterwards.
LEAST_LEFT = timedelta(hours=1)
ANSWER_WITHIN = 10.0  # seconds


def is_answering() -> bool:
    """Whether the portal answers at INTAKE_URL; where nobody has said where to ask, the beat alone counts."""
    if not settings.INTAKE_URL:
        return True
    try:
        answer = httpx.get(f"{settings.INTAKE_URL}/readyz", timeout=ANSWER_WITHIN, trust_env=False)
    except httpx.HTTPError:
        return False
    return answer.status_code == httpx.codes.OK


@transaction.atomic
def beat(now: datetime | None = None) -> Outage | None:
    """Leave a sign of life. Returns the outage of the intake that the time since the last one was, if any."""
    now = now or timezone.now()
    heartbeat, is_first = Heartbeat.objects.select_for_update().get_or_create(
        part=Part.INTAKE, defaults={"at": now}
    )
    if is_first or now <= heartbeat.at:
        return None
    last, heartbeat.at = heartbeat.at, now
    heartbeat.save(update_fields=["at"])
    if now - last <= GAP:
        return None
    return Outage.objects.create(part=Part.INTAKE, began_at=last, ended_at=now)


def centre_is_away() -> None:
    """Write down that the centre does not answer; nothing where that is known."""
    if Outage.objects.under_way().filter(part=Part.CENTRE).exists():
        return
    try:
        with transaction.atomic():
            Outage.objects.create(part=Part.CENTRE, began_at=timezone.now())
    except IntegrityError:
        # Another worker has found out at the same moment.
        return


def centre_answered() -> None:
    """Write down that the centre has answered now, which ends an outage."""
    now = timezone.now()
    if not Heartbeat.objects.filter(part=Part.CENTRE).update(at=now):
        Heartbeat.objects.get_or_create(part=Part.CENTRE, defaults={"at": now})
    Outage.objects.under_way().filter(part=Part.CENTRE, began_at__lt=now).update(ended_at=now)


def of_intake(since: datetime) -> list[Outage]:
    """Return the intake's outages that ended after that moment, the earliest first."""
    return list(Outage.objects.of_intake().filter(ended_at__gt=since).order_by("began_at"))


def extended(deadline: datetime, outages: Iterable[Outage] | None = None) -> datetime:
    """Return the deadline, later where it fell into an outage of our intake.

    What was left of the time when the outage began is left again when it ends, an hour at least. `outages`,
    as `of_intake` returns them, spare the query where many deadlines are asked for.
    """
    for outage in of_intake(deadline) if outages is None else outages:
        # The next outage may have caught the time that the last one left.
        if outage.ended_at and outage.began_at <= deadline < outage.ended_at:
            deadline = outage.ended_at + max(deadline - outage.began_at, LEAST_LEFT)
    return deadline


def centre_status() -> str:
    """Say for the operators whether the centre answers: `ok`, or `away`."""
    return "away" if centre_away_since() else "ok"


def centre_away_since() -> datetime | None:
    """Return since when the centre has not answered; None while it answers."""
    away = Outage.objects.under_way().filter(part=Part.CENTRE)
    return away.values_list("began_at", flat=True).first()
