"""Nil returns that file themselves: an owner says so once, and every day without customers is filed."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from guests import nil_returns
from guests.compliance import chunks, uncovered
from guests.intake import SubmissionRefused
from guests.models import Door, StandingNilReturn
from guests.nil_returns import NilReturnRefused
from registration.models import Establishment
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.saudi import calendar

# What a beat that was away for some days catches up on.
DAYS_BACK = 7


def begin(establishment: Establishment, kind: str, *, by: User) -> StandingNilReturn:
    """Let days without customers be filed by themselves from today on; to say so again changes nothing."""
    try:
        with transaction.atomic():
            log_change("begin standing nil returns", establishment, by=by, of=kind)
            return StandingNilReturn.objects.create(
                establishment=establishment, kind=kind, since=calendar.today(), by=by
            )
    except IntegrityError:
        return StandingNilReturn.objects.standing().get(establishment=establishment, kind=kind)


@transaction.atomic
def end(establishment: Establishment, kind: str, *, by: User) -> None:
    """Leave nil returns to the establishment again; to say so again changes nothing."""
    standing = StandingNilReturn.objects.standing().filter(establishment=establishment, kind=kind)
    if standing.update(ended_at=timezone.now(), ended_by=by):
        log_change("end standing nil returns", establishment, by=by, of=kind)


def file_due() -> int:
    """File the days before today that are without records where their owners have said so; return how many.

    Safe to run twice at once, or to kill: a day is filed once, and one that has records is not.
    """
    last = calendar.today() - timedelta(days=1)
    first = last - timedelta(days=DAYS_BACK - 1)
    filed = 0
    for chunk in chunks(StandingNilReturn.objects.standing().values("establishment")):
        since = {
            (order.establishment_id, order.kind): order.since
            for order in StandingNilReturn.objects.standing().filter(establishment__in=chunk)
        }
        establishments = {one.pk: one for one in chunk}
        for found in uncovered(chunk, first, last):
            begun_on = since.get((found.establishment_id, found.kind))
            if begun_on and begun_on <= found.day:
                filed += file_one(establishments[found.establishment_id], found.kind, found.day)
    return filed


def file_one(establishment: Establishment, kind: str, day: date) -> bool:
    """File one day for nobody in person; whether it is filed. A record may have come at this moment."""
    try:
        nil_returns.file(establishment, kind, day, by=None, door=Door.AUTO)
    except (NilReturnRefused, SubmissionRefused):
        return False
    return True
