"""What the system proposes to supervisors. Nothing here opens a case or fines: somebody has to look first."""

from datetime import date
from itertools import chain, islice
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext

from shumoos.accounts.access_log import log_change
from shumoos.accounts.models import User
from shumoos.saudi import calendar
from violations.models import Fault, Occurrence, Proposal, Source
from violations.occurrences import record_occurrence
from violations.seen import missing_days, refused_records

CHUNK = 1000


class ProposalRefused(Exception):
    """Raised with a sentence for whoever takes up or dismisses a proposal that is decided."""


def collect(first: date, last: date) -> int:
    """Propose what was seen on these days, and return how many proposals are new. Again changes nothing."""
    seen = chain(refused_records(first, last), missing_days(first, last))
    before = Proposal.objects.count()
    while chunk := list(islice(seen, CHUNK)):
        Proposal.objects.bulk_create(chunk, ignore_conflicts=True)
    return Proposal.objects.count() - before


@transaction.atomic
def take_up(proposal: Proposal, *, by: User, **occurrence: Any) -> Occurrence:
    """Record the occurrence that a proposal has led to, as `record_occurrence` does, and close it."""
    held = hold(proposal)
    recorded = record_occurrence(
        establishment=held.establishment,
        record=held.record,
        fault=Fault.REFUSED if held.source == Source.REFUSED_RECORD else Fault.NOT_SENT,
        by=by,
        **occurrence,
    )
    close(held, by=by, occurrence=recorded)
    log_change("take up proposal", held, by=by)
    return recorded


@transaction.atomic
def dismiss(proposal: Proposal, *, by: User, reason: str) -> None:
    """Close a proposal without an occurrence. Raises ValidationError without a reason."""
    held = hold(proposal)
    close(held, by=by, dismissal=reason.strip())
    log_change("dismiss proposal", held, by=by, reason=reason)


def hold(proposal: Proposal) -> Proposal:
    held = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if held.decided_at is not None:
        raise ProposalRefused(gettext("A colleague has decided on this proposal already."))
    return held


def close(proposal: Proposal, *, by: User, **outcome: Any) -> None:
    for name, value in outcome.items():
        setattr(proposal, name, value)
    proposal.decided_at, proposal.decided_by = timezone.now(), by
    proposal.full_clean()
    proposal.save()


def words_of(proposal: Proposal) -> str:
    """Return what is wrong, as the form begins with; the supervisor puts it in words of their own."""
    if proposal.source == Source.REFUSED_RECORD:
        return gettext("The information centre refused the record: “%(reason)s”") % {
            "reason": proposal.reason
        }
    day = calendar.show_both(proposal.first_on, get_language() or "ar")
    return gettext("No record and no nil return for %(first)s.") % {"first": day}
