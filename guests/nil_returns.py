"""Nil returns: an establishment says that it dealt with nobody on a day, and has a receipt for it."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guests import intake
from guests.kinds.base import sha256
from guests.models import ApiKey, Door, GuestRecord, NilReturn, Submission
from guests.models.nil_returns import lock
from registration.models import Establishment
from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.saudi import calendar

DAYS_BACK = 31


class NilReturnRefused(Exception):
    """Why a nil return is not taken: `code` for programs, and a sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def file(
    establishment: Establishment,
    kind: str,
    day: date,
    *,
    by: User | None,
    door: Door,
    api_key: ApiKey | None = None,
) -> NilReturn:
    """File that the establishment dealt with nobody on that day, and return it with its receipt.

    `api_key` is the one that a program files it under. To file it again changes nothing. Raises
    `intake.SubmissionRefused` where no records of the kind are taken from the establishment, and
    `NilReturnRefused`: `in_future` for a day that is not over, `out_of_range` for one more than a month ago,
    `has_records` for one of which there are records.
    """
    intake.refuse_unexpected(establishment, kind)
    mandate = intake.mandate_of(by, establishment)
    refuse_day(day)
    with transaction.atomic():
        lock(establishment, kind)
        filed = NilReturn.objects.standing().filter(establishment=establishment, kind=kind, day=day).first()
        if filed:
            return filed
        refuse_busy_day(establishment, kind, day)
        submission = open_receipt(
            establishment, kind, day, by=by, mandate=mandate, door=door, api_key=api_key
        )
        log_change("file nil return", submission, by=by, of=f"{kind} {day}")
        return NilReturn.objects.create(
            establishment=establishment,
            kind=kind,
            day=day,
            by=by,
            mandate=mandate,
            door=door,
            submission=submission,
        )


def refuse_day(day: date) -> None:
    today = calendar.today()
    if day >= today:
        raise NilReturnRefused("in_future", _("This day is not over yet: file its nil return afterwards."))
    if (today - day).days > DAYS_BACK:
        raise NilReturnRefused(
            "out_of_range",
            _("This day is more than %(days)s days ago: ask the investigation office of your region.")
            % {"days": DAYS_BACK},
        )


def refuse_busy_day(establishment: Establishment, kind: str, day: date) -> None:
    begins, ends = calendar.span(day)
    records = GuestRecord.objects.filter(
        establishment=establishment,
        kind=kind,
        occurred_at__gte=begins,
        occurred_at__lt=ends,
        cancelled_at=None,
    )
    if records.exists():
        raise NilReturnRefused(
            "has_records",
            _("There are records of this day, so it is no day without customers: there is nothing to file."),
        )


def open_receipt(establishment: Establishment, kind: str, day: date, **who: Any) -> Submission:
    """Return the submission under whose receipt the nil return is filed; its digest is over what it says."""
    said = {"establishment": establishment.number, "kind": kind, "day": day.isoformat(), "records": 0}
    return intake.open_submission(establishment=establishment, kind=kind, sha256=sha256([said]), **who)
