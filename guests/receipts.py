"""Receipts as letters that anyone can verify, and the daily receipt that sums a day up."""

import hashlib
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from guests.kinds import KINDS
from guests.models import DailyReceipt, Submission
from registration.models import Establishment
from shumoos.letters import record_receipts
from shumoos.letters.models import Letter
from shumoos.letters.notices import Concerned, Words
from shumoos.letters.numbers import Found
from shumoos.saudi import calendar, receipt_number
from shumoos.templatetags.days import both_calendars, both_calendars_time

Row = tuple[Any, Any, bool]

NUMBERS_TRIED = 10


class NotYet(Exception):
    """The day is not over: its receipt would be another one tonight."""


class NothingSent(Exception):
    """Nothing was sent on that day."""


@transaction.atomic
def letter_of(submission: Submission) -> Letter:
    """Return the submission's receipt as a letter; it is issued when it is first asked for, and once."""
    locked = Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    if locked.letter is None:
        locked.letter = issue(submission)
        locked.save(update_fields=["letter"])
    return locked.letter


def issue(submission: Submission) -> Letter:
    said: dict[str, Any] = {
        "concerned": concerned(submission.establishment),
        "record_kind": in_both(KINDS[submission.kind].label),
        "receipt": submission.shown_receipt,
        "received_at": submission.received_at,
        "sha256": submission.sha256,
        "door": in_both(submission.get_door_display),
        "sender": submission.acting or (submission.by.full_name if submission.by else ""),
        "key": str(submission.api_key or ""),
    }
    if submission.about:
        return record_receipts.issue_change_receipt(
            **said,
            change=in_both(submission.get_action_display),
            about=submission.about.shown_receipt,
        )
    return record_receipts.issue_receipt(
        **said,
        accepted=submission.accepted,
        duplicate=submission.duplicate,
        rejected=submission.rejected,
        nil_return_of=nil_day(submission),
    )


def nil_day(submission: Submission) -> date | None:
    """Return the day for which the submission is a nil return, if it is one."""
    filed = getattr(submission, "nil_return", None)
    return filed.day if filed else None


def concerned(establishment: Establishment) -> Concerned:
    licence = establishment.licences.order_by("-expires_on").first()
    return Concerned(
        name=Words(establishment.name_ar, establishment.name_en),
        licence_number=licence.number if licence else "",
        number=establishment.number,
    )


def in_both(words: object) -> Words:
    """Return a translatable text, or what returns one, in both languages."""

    def said(language: str) -> str:
        with translation.override(language):
            return str(words() if callable(words) else words)

    return Words(said("ar"), said("en"))


def sum_up(establishment: Establishment, day: date) -> DailyReceipt:
    """Return the receipt of an establishment's day: the same for ever, once the day is over.

    What was received in a day does not change afterwards, so it makes no difference when it is first asked
    for. Raises `NotYet` for a day that is not over, and `NothingSent`.
    """
    if day >= calendar.today():
        raise NotYet
    known = DailyReceipt.objects.filter(establishment=establishment, day=day)
    if found := known.first():
        return found
    begins, ends = calendar.span(day)
    sent = Submission.objects.filter(
        establishment=establishment, received_at__gte=begins, received_at__lt=ends
    )
    if sent.filter(sha256="").exists():
        # A file that came late in the evening is still being read.
        raise NotYet
    sums = sent.aggregate(
        submissions=Count("pk"),
        accepted=Sum("accepted"),
        duplicate=Sum("duplicate"),
        rejected=Sum("rejected"),
        nil_returns=Count("nil_return"),
        changes=Count("about"),
    )
    if not sums["submissions"]:
        raise NothingSent
    for left in reversed(range(NUMBERS_TRIED)):
        try:
            with transaction.atomic():
                return DailyReceipt.objects.create(
                    number=receipt_number.make(day.year),
                    establishment=establishment,
                    day=day,
                    sha256=digest(sent),
                    **sums,
                )
        except IntegrityError:
            # Somebody has asked at the same moment; or, once in a million years, the number is taken.
            if found := known.first():
                return found
            if not left:
                raise
    raise AssertionError


def digest(sent: QuerySet[Submission]) -> str:
    """Return the SHA-256 over the receipts of a day: number and digest of each, on a line of its own."""
    over = hashlib.sha256()
    for number, sha256 in sent.order_by("pk").values_list("receipt", "sha256").iterator():
        over.update(f"{number} {sha256}\n".encode())
    return over.hexdigest()


@transaction.atomic
def daily_letter_of(receipt: DailyReceipt) -> Letter:
    """Return the daily receipt as a letter; it is issued when it is first asked for, and once."""
    locked = DailyReceipt.objects.select_for_update(of=("self",)).get(pk=receipt.pk)
    if locked.letter is None:
        locked.letter = record_receipts.issue_daily_receipt(
            concerned=concerned(receipt.establishment),
            receipt=receipt.shown_number,
            day=receipt.day,
            submissions=receipt.submissions,
            accepted=receipt.accepted,
            duplicate=receipt.duplicate,
            rejected=receipt.rejected,
            nil_returns=receipt.nil_returns,
            changes=receipt.changes,
            sha256=receipt.sha256,
        )
        locked.save(update_fields=["letter"])
    return locked.letter


def find(number: str) -> Found | None:
    """Return what anybody who has a receipt in hand may compare it with: nobody's data, and no sender."""
    closed = Submission.objects.closed().select_related("establishment", "about", "nil_return")
    submission = closed.filter(receipt=number).first()
    if submission is not None:
        received: Row = (_("Received at"), both_calendars_time(submission.received_at), False)
        rows = [received, (_("Record kind"), submission.kind_label, False), *what_came(submission)]
        return found(submission, submission.shown_receipt, _("Receipt"), rows)
    daily = DailyReceipt.objects.filter(number=number).select_related("establishment").first()
    if daily is None:
        return None
    rows = [
        (_("Day"), both_calendars(daily.day), False),
        (_("Submissions"), daily.submissions, False),
        (_("Nil returns"), daily.nil_returns, False),
        (_("Changes of records"), daily.changes, False),
        *counts_of(daily),
    ]
    return found(daily, daily.shown_number, _("Daily receipt"), rows)


def what_came(submission: Submission) -> list[Row]:
    """Return what a receipt is for: a change of a record, or records, or that there were none."""
    if submission.about:
        return [
            (_("Change"), submission.get_action_display(), False),
            (_("Receipt of the record"), submission.about.shown_receipt, True),
        ]
    return [(_("Nil return for"), both_calendars(nil_day(submission)), False), *counts_of(submission)]


def counts_of(receipt: Submission | DailyReceipt) -> list[Row]:
    return [
        (_("Accepted"), receipt.accepted, False),
        (_("Already known"), receipt.duplicate, False),
        (_("Rejected"), receipt.rejected, False),
    ]


def found(receipt: Submission | DailyReceipt, number: str, title: str, rows: list[Row]) -> Found:
    establishment = receipt.establishment
    return Found(
        title,
        number,
        [
            (_("Establishment"), establishment.name, False),
            (_("Establishment number"), establishment.number, True),
            *rows,
            (_("SHA-256"), receipt.sha256, True),
        ],
    )
